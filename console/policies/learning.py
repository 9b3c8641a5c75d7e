"""What was asked in vain, and answers of colleagues: in one step a way of asking, a new draft, or put aside.

Its views are on the page of the policies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, library, note, now, seen, user
from console.page import back_to, read_by_us, render
from console.policies import PAGE
from console.policies.editing import CATEGORY, beginning, next_id
from console.policies.proposals import MOST_REASON
from knowledge_base.article import Article
from knowledge_base.article_form import as_text, fields_in, text_of
from knowledge_base.likeness import alike
from knowledge_base.normal import choice, plain
from knowledge_base.search import MOST_OFFERED
from models.answer_figures import InVain, Lately, asked_in_vain
from models.approval import Approval
from models.masking import mask, mask_secrets
from models.message import Message
from models.policy import PUBLISH, PolicyVersion
from models.policy.asked import AlreadyDealt, Asker, DealtQuestion
from models.policy.suggested import SuggestedAnswer
from models.user.visible import visible

MOST_SHOWN = 30
LONGEST_WAY, LONGEST_TITLE = 150, 80
FASTER = "这个问题别的同事刚处理过，请刷新再看"


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are nearly the same, newest first. Who asked is not shown, nor looked up."""

    asked: Sequence[InVain]

    @property
    def words(self) -> str:
        return self.asked[0].message.words

    @property
    def key(self) -> str:
        """Names the group in a form: any of its questions finds it again, also when newer ones have come."""
        return DealtQuestion.index_of(db(), plain(self.words))

    @property
    def wordings(self) -> list[str]:
        """The other ways in which it was asked."""
        found: dict[str, str] = {}
        for each in self.asked:
            found.setdefault(plain(each.message.words), each.message.words)
        return list(found.values())[1:]

    @property
    def last(self) -> dt.datetime:
        return max(each.message.said_at for each in self.asked)

    @property
    def useless(self) -> list[Article]:
        """The articles that were answered with, and were of no use."""
        ids = dict.fromkeys(each.article_id for each in self.asked)
        return [article for id_ in ids if (article := library().everything.get(id_))]

    @property
    def likely(self) -> list[Article]:
        """Those the search thinks of."""
        return likely(self.words)


@PAGE.get("/policies/unanswered", "unanswered", "read")
def questions() -> str:
    """What waits for an editor: answers of colleagues first, then what was asked most."""
    read_by_us("unanswered", "read", "questions")
    return _queue(Answers())


@PAGE.post("/policies/unanswered/way", "policy", "draft")
def take_as_way() -> Response | tuple[str, int]:
    """The words become a way of asking of an article, in its draft."""
    answers = Answers()
    group, words = _chosen(answers), _words_in(answers)
    given = answers["other"].split()
    article_id = given[0].upper() if given else answers["article_id"]
    before = _text_of(article_id)
    if not before:
        answers.faults["other" if given else "article_id"] = "请选一条，或者写一个有的编号，比如 B01"
    if not answers.ok:
        return _queue(answers), 422
    text = with_way(before, article_id, words)
    _given_to(group, article_id, text, what_changed=f"加一种问法：{words}"[:MOST_REASON])
    note("policy.draft", f"article {article_id}", "way of asking")
    if text == before:
        flash("这种问法这一条里已经有了，要改的是答复。草稿开好了")
        return back_to("policies.draft", article_id=article_id)
    again = "；这一条提交过，要重新提交" if Approval.waiting(db(), PUBLISH, article_id, now=now()) else ""
    flash(f"放进“{_title(article_id)}”的草稿了，用上以后会告诉问的人{again}")
    return _back()


@PAGE.post("/policies/unanswered/article", "policy", "draft")
def begin_from_question() -> Response | tuple[str, int]:
    """The words become the title and the first way of a new article."""
    answers = Answers()
    group, words, letter = _chosen(answers), _words_in(answers), _category_in(answers)
    if not answers.ok:
        return _queue(answers), 422
    article_id, text = _new_text(letter, answers["category"], words)
    _given_to(group, article_id, text, what_changed="")
    return _begun(article_id)


@PAGE.post("/policies/unanswered/dismissal", "policy", "draft")
def put_aside() -> Response:
    group = _chosen(Answers())
    DealtQuestion.deal(db(), _plain_words(group), None, by=user(), now=now())
    flash("放到一边了")
    note("policy.draft", "questions", "put aside")
    return _back()


@PAGE.post("/policies/suggestions/<uid>/article", "policy", "draft")
def begin_from_suggestion(uid: str) -> Response | tuple[str, int]:
    """A colleague's answer as the draft of a new article."""
    suggested, answers = seen(SuggestedAnswer, uid, "unanswered", "read"), Answers()
    words, letter = _words_in(answers), _category_in(answers)
    if not answers.ok:
        return _queue(answers), 422
    article_id, text = _new_text(letter, answers["category"], words, answer=suggested.reply)
    PolicyVersion.save(db(), article_id, text, saved=0, what_changed="", by=user(), now=now())
    suggested.done(db())
    return _begun(article_id)


@PAGE.post("/policies/suggestions/<uid>/dismissal", "policy", "draft")
def drop_suggestion(uid: str) -> Response:
    seen(SuggestedAnswer, uid, "unanswered", "read").done(db())
    flash("放到一边了")
    note("policy.draft", "questions", "suggestion put aside")
    return _back()


def waiting_groups() -> list[Group]:
    """What nobody has dealt with yet, as far as this person may read it: what was asked most comes first."""
    standings = DealtQuestion.standings(db())
    ours, lately = visible(Message, actor(), "unanswered", "read"), Lately.at(db(), now=now())
    by_words: dict[str, list[InVain]] = {}
    for each in asked_in_vain(db(), ours, lately, lambda words: choice(words) is not None):
        words = plain(each.message.words)
        standing = standings.get(DealtQuestion.index_of(db(), words))
        if words and (standing is None or not standing.covers(each.message.said_at)):
            by_words.setdefault(words, []).append(each)
    groups = [Group([each for words in group for each in by_words[words]]) for group in alike(list(by_words))]
    return sorted(groups, key=lambda group: (len(group.asked), group.last), reverse=True)


def suggested_answers() -> list[SuggestedAnswer]:
    """What colleagues have handed to the editors, the oldest first."""
    ours = visible(SuggestedAnswer, actor(), "unanswered", "read")
    return list(db().scalars(ours.order_by(SuggestedAnswer.id)))


def likely(words: str) -> list[Article]:
    everything = library().everything
    return [everything[hit.id] for hit in library().search(plain(words)).hits[:MOST_OFFERED] if hit.id in everything]


def with_way(text: str, article_id: str, words: str) -> str:
    """An article with one more way of asking; the same text where it has that one."""
    fields = fields_in(text)
    ways = fields.get("ways", "").splitlines()
    if plain(words) in map(plain, ways):
        return text
    return text_of(fields | {"id": article_id, "ways": "\n".join([*ways, words])})


def _given_to(group: Group, article_id: str, text: str, *, what_changed: str) -> None:
    """The group is dealt with, and who asked will be told when this draft is in use."""
    kept = PolicyVersion.draft_of(db(), article_id)
    saved, reason = (kept.saved, kept.what_changed or what_changed) if kept else (0, what_changed)
    draft = PolicyVersion.save(db(), article_id, text, saved=saved, what_changed=reason, by=user(), now=now())
    DealtQuestion.deal(db(), _plain_words(group), draft, by=user(), now=now())
    Asker.wait(db(), draft, [each.message for each in group.asked], now=now())


def _begun(article_id: str) -> Response:
    flash("草稿开好了，接着写")
    note("policy.draft", f"article {article_id}", "begun")
    return back_to("policies.draft", article_id=article_id)


def _new_text(letter: str, category: str, words: str, *, answer: str = "") -> tuple[str, str]:
    """The number and the text of a new article that is asked for like this."""
    article_id = next_id(letter)
    fields = beginning() | {"id": article_id, "category": category, "answer": answer, "ways": words}
    return article_id, text_of(fields | {"title": words[:LONGEST_TITLE]})


def _text_of(article_id: str) -> str:
    """The draft, or else what is in use; empty where there is neither. The draft is ours until the end."""
    kept = PolicyVersion.draft_of(db(), article_id)
    if kept is not None:
        db().refresh(kept, with_for_update=True)
        return kept.text
    article = library().everything.get(article_id)
    return as_text(article) if article else ""


def _title(article_id: str) -> str:
    article = library().everything.get(article_id)
    return article.title if article else f"新的一条 {article_id}"


def _chosen(answers: Answers) -> Group:
    """The group a form names by one of its questions."""
    wanted = answers["key"]
    for group in waiting_groups():
        if wanted in {DealtQuestion.index_of(db(), words) for words in _plain_words(group)}:
            return group
    raise AlreadyDealt(FASTER)


def _plain_words(group: Group) -> set[str]:
    return {plain(each.message.words) for each in group.asked}


def _words_in(answers: Answers) -> str:
    """The words as the editor leaves them, on one line, numbers of people masked."""
    words = answers.text("words", "问法", most=LONGEST_WAY, least=2)
    return " ".join(mask(mask_secrets(words).text).text.split())


def _category_in(answers: Answers) -> str:
    """Its letter."""
    found = CATEGORY.fullmatch(answers.choice("category", "类别", _categories()))
    return found[1] if found else ""


def _categories() -> list[str]:
    return sorted({article.category for article in library().everything.values()})


def _back() -> Response:
    return back_to("policies.questions")


def _queue(answers: Answers) -> str:
    groups = waiting_groups()
    return render(
        "policies/unanswered.html",
        answers=answers, groups=groups[:MOST_SHOWN], more=max(0, len(groups) - MOST_SHOWN),
        suggested=suggested_answers(), since=Lately.at(db(), now=now()).since, categories=_categories(),
        articles=sorted(library().everything.values(), key=lambda article: article.id), likely=likely,
        may_draft=actor().may("policy", "draft"), longest=LONGEST_WAY,
    )  # fmt: skip

"""What was asked in vain: in one step a way of asking, a new draft or put aside; and who asked is told."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from bot.sweeps_policy import tell_askers
from knowledge_base.article import parse
from knowledge_base.article_form import fields_in
from models.audit import AuditEntry
from models.case import Interest
from models.conversation import Conversation
from models.message import Message
from models.policy import PolicyVersion
from models.policy.asked import Asker, DealtQuestion
from models.policy.check import CheckResult
from models.user import User
from tests.console.desk_stories import desk, takes  # noqa: F401
from tests.console.policies.test_policies import asks, digest_on
from tests.make import NOON

QUEUE = "/console/policies/unanswered"
MARS, CARD = "火星有多远", "那个红本本咋个整起来嘛"


@pytest.fixture
def editor(signed_in):
    return signed_in("editor", name="chen", shown_as="小陈")


@pytest.fixture
def approver(signed_in):
    return signed_in("approver", name="like", shown_as="李科")


def key_of(editor, words):
    """What the page names a group by."""
    card = next(part for part in editor.opens(QUEUE).text.split('<section class="card"') if f"<h2>{words}" in part)
    return re.search(r'name="key" value="([^"]+)"', card)[1]


def deals(editor, what, words, /, **fields):
    key = key_of(editor, words)
    answer = editor.sends(f"{QUEUE}/{what}", key=key, **({"words": words} | fields))
    if answer.status_code == 303:
        editor.opens(answer.headers["Location"])
    return answer


def draft_in(sessions, article_id):
    with sessions() as db:
        return PolicyVersion.draft_of(db, article_id)


def fields_of_draft(sessions, article_id):
    return fields_in(draft_in(sessions, article_id).text)


def askers(sessions):
    with sessions() as db:
        return [each.words for each in db.scalars(select(Asker).order_by(Asker.id))]


# -- the queue --------------------


def test_questions_without_an_answer_are_listed_once_without_who_asked(editor, sessions):
    asks(sessions, MARS, "not_found")
    asks(sessions, f"{MARS}？", "not_found", contact="somebody-else")
    asks(sessions, "火星有好远嘛", "not_found", contact="third")
    asks(sessions, "优待证怎么办", "policy:B01")
    asks(sessions, "老早的问题", "not_found", at=NOON - dt.timedelta(days=31))
    editor.opens(QUEUE)
    assert "问了 2 次" in editor.reads()
    assert editor.page.text.count("<h2>火星") == 2
    for unseen in ("优待证怎么办", "老早的问题", "laozhou", "somebody-else"):
        assert f"<h2>{unseen}" not in editor.page.text
        assert unseen not in editor.page.text.split("</datalist>")[1]


def test_a_useless_answer_is_there_with_what_was_answered(editor, sessions, library):
    asks(sessions, CARD, "policy:B01", useful=False)
    editor.opens(QUEUE)
    assert f"答的是： {library.get('B01').title}" in editor.reads()
    assert "说没用" in editor.reads()


def test_slips_of_the_same_question_are_put_together_the_most_asked_first(editor, sessions):
    asks(sessions, MARS, "not_found")
    for number, words in enumerate(("优待证三个月没下来怎么回事", "优带证三个月没下来怎么回事", "优待证3个月没下来")):
        asks(sessions, words, "not_found", contact=f"contact-{number}")
    asks(sessions, "优待证三个月没下来怎么回事呢", "not_found")
    page = editor.opens(QUEUE).text
    assert page.index("<h2>优待证三个月") < page.index(f"<h2>{MARS}")
    assert "还有 2 种说法" in editor.reads()
    assert "优带证三个月没下来怎么回事" in editor.reads()


def test_reading_them_is_noted(editor, sessions):
    editor.opens(QUEUE)
    with sessions.begin() as db:
        assert db.scalars(select(AuditEntry).where(AuditEntry.act == "unanswered.read")).one()


def test_nobody_reads_or_deals_with_what_somebody_they_withdrew_from_asked(editor, sessions):
    asks(sessions, MARS, "not_found")
    key = key_of(editor, MARS)
    with sessions.begin() as db:
        conversation = db.scalars(select(Conversation)).one()
        db.add(Interest(person=User.named(db, "chen").person, conversation_id=conversation.id, at=NOON))
    assert "火星" not in editor.opens(QUEUE).text
    assert editor.sends(f"{QUEUE}/dismissal", key=key).status_code == 409


def test_only_an_editor_reads_them(approver):
    assert approver.opens(QUEUE).status_code == 403


# -- dealt with --------------------


def test_a_question_becomes_a_way_of_asking_in_the_draft(editor, sessions, library):
    asks(sessions, CARD, "not_found")
    deals(editor, "way", CARD, other="B01 优待证")
    assert "的草稿了，用上以后会告诉问的人" in editor.reads()
    assert "没有要处理的问题" in editor.reads()
    draft = parse(draft_in(sessions, "B01").text)
    assert draft.ways == (*library.get("B01").ways, CARD)
    assert draft.answer == library.get("B01").answer
    assert askers(sessions) == [CARD]
    with sessions() as db:
        assert PolicyVersion.live(db) == {}


def test_the_words_may_be_mended_first_and_join_the_draft_that_is_there(editor, sessions):
    asks(sessions, CARD, "not_found")
    asks(sessions, MARS, "not_found", contact="laoli")
    deals(editor, "way", CARD, article_id="B01", words="红本本 咋个办\n我的电话 13800006021")
    deals(editor, "way", MARS, article_id="B01")
    assert fields_of_draft(sessions, "B01")["ways"].splitlines()[-2:] == ["红本本 咋个办 我的电话 138****6021", MARS]
    assert draft_in(sessions, "B01").saved == 2


def test_a_way_that_is_known_opens_the_draft_to_mend_the_answer(editor, sessions, library):
    known = library.get("B01").ways[0]
    asks(sessions, known, "policy:B01", useful=False)
    deals(editor, "way", known, article_id="B01")
    assert "要改的是答复" in editor.reads()
    assert "改这一条" in editor.reads()
    assert askers(sessions) == [known]


def test_whoever_proposed_the_draft_is_told_to_do_so_again(editor, sessions):
    asks(sessions, CARD, "not_found")
    asks(sessions, MARS, "not_found", contact="laoli")
    deals(editor, "way", CARD, article_id="B01")
    with sessions.begin() as db:
        PolicyVersion.draft_of(db, "B01").propose(db, by=User.named(db, "chen"), now=NOON)
    deals(editor, "way", MARS, article_id="B01")
    assert "要重新提交" in editor.reads()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"other": "Z99"}, "写一个有的编号"),
        ({"article_id": ""}, "写一个有的编号"),
        ({"words": "嗯"}, "问法至少写 2 个字"),
        ({"words": "啊" * 151}, "问法最多 150 个字"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(editor, sessions, fields, said):
    asks(sessions, CARD, "not_found")
    answer = deals(editor, "way", CARD, **({"article_id": "B01", "words": "改过的话"} | fields))
    assert answer.status_code == 422
    assert said in editor.reads()
    assert f'value="{fields.get("words", "改过的话")}"' in editor.page.text
    assert askers(sessions) == []
    assert draft_in(sessions, "B01") is None


def test_a_question_begins_a_new_article(editor, sessions, library):
    asks(sessions, MARS, "not_found")
    deals(editor, "article", MARS, category="A 身份与档案")
    number = f"A{int(max(id_ for id_ in library.everything if id_[0] == 'A')[1:]) + 1:02}"
    fields = fields_of_draft(sessions, number)
    assert (fields["title"], fields["ways"], fields["category"]) == (MARS, MARS, "A 身份与档案")
    assert "写新的一条" in editor.reads()
    assert MARS in editor.page.text
    assert askers(sessions) == [MARS]


def test_without_a_category_no_article_is_begun(editor, sessions):
    asks(sessions, MARS, "not_found")
    assert deals(editor, "article", MARS, category="随便").status_code == 422
    assert "请选类别" in editor.reads()


def test_what_is_no_policy_question_is_put_aside_and_does_not_come_back(editor, sessions):
    asks(sessions, MARS, "not_found")
    deals(editor, "dismissal", MARS)
    asks(sessions, f"{MARS}！", "not_found", contact="laoli")
    editor.opens(QUEUE)
    assert "没有要处理的问题" in editor.reads()
    assert askers(sessions) == []


def test_two_editors_at_once_the_second_is_told(editor, signed_in, sessions):
    asks(sessions, MARS, "not_found")
    other = signed_in("editor", name="wang", shown_as="小王")
    key = key_of(other, MARS)
    deals(editor, "dismissal", MARS)
    other.sends(f"{QUEUE}/way", key=key, words=MARS, article_id="B01")
    assert other.page.status_code == 409
    assert "别的同事刚处理过" in other.page.text
    assert draft_in(sessions, "B01") is None


def test_a_draft_given_up_puts_the_question_back(editor, sessions):
    asks(sessions, CARD, "not_found")
    deals(editor, "way", CARD, article_id="B01")
    editor.opens("/console/policies/B01/draft")
    editor.sends("/console/policies/B01/draft/removal")
    assert CARD in editor.opens(QUEUE).text
    deals(editor, "way", CARD, article_id="B01")
    assert draft_in(sessions, "B01") is not None


def test_who_may_not_write_deals_with_nothing(signed_in, sessions):
    asks(sessions, MARS, "not_found")
    ours = signed_in("approver", name="boss")
    for what in ("way", "article", "dismissal"):
        assert ours.sends(f"{QUEUE}/{what}", key="x").status_code == 403


# -- and told --------------------


def test_who_asked_is_told_when_the_second_person_has_agreed(editor, approver, sessions):
    asks(sessions, CARD, "not_found")
    deals(editor, "way", CARD, article_id="B01")
    with sessions.begin() as db:
        draft = PolicyVersion.draft_of(db, "B01")
        draft.propose(db, by=User.named(db, "chen"), now=NOON)
        draft.keep_check(draft.digest, CheckResult(0).to_json())
        assert tell_askers(db, NOON) == 0
    approver.opens("/console/policies/B01/publication")
    approver.sends("/console/policies/B01/publication/decision", decision="approve", digest=digest_on(approver))
    with sessions.begin() as db:
        assert tell_askers(db, NOON) == 1
        said = db.scalars(select(Message).where(Message.author == "bot").order_by(Message.id.desc())).first()
        assert said.words.startswith(f"您 11 月 25 日问的“{CARD}”，现在有答案了：")
        assert db.scalars(select(AuditEntry.act).where(AuditEntry.subject == "article B01")).all() == [
            "policy.draft",
            "policy.approve",
        ]


# -- answers of colleagues --------------------


@pytest.fixture
def handed_on(desk, signed_in, sessions):  # noqa: F811
    """A volunteer has answered a veteran and hands the answer to the editors."""
    volunteer = signed_in("volunteer", name="liu", shown_as="小刘")
    uid = desk.somebody_waits("红本本咋个整，我电话 13800006021")
    takes(volunteer, uid)
    volunteer.opens(f"/console/reception/{uid}")
    volunteer.sends(f"/console/reception/{uid}/replies", words="带身份证到服务站登记。")
    page = volunteer.opens(f"/console/reception/{uid}").text
    said = re.search(r'name="said" value="(\d+)"', page)[1]
    volunteer.sends(f"/console/reception/{uid}/suggestions", said=said)
    return volunteer, uid, said


def test_a_volunteers_answer_stands_in_the_queue_with_its_question(handed_on, editor, desk):  # noqa: F811
    volunteer, uid, _ = handed_on
    page = volunteer.opens(f"/console/reception/{uid}").text
    assert "提给政策编辑了" in page
    assert "这句可以当政策答复" not in page, "once is enough"
    assert desk.told(uid)[-1] == "带身份证到服务站登记。", "the veteran hears nothing of it"
    editor.opens(QUEUE)
    assert "接待员建议" in editor.reads()
    assert "带身份证到服务站登记。" in editor.reads()
    assert "138****6021" in editor.reads()
    editor.opens("/console/")
    assert "1 条 没答上的问题" in editor.reads()


def suggestion_on(editor):
    page = editor.opens(QUEUE).text
    return re.search(r"/console/policies/suggestions/([\w-]+)/article", page)[1]


def test_an_editor_makes_a_draft_of_it_in_one_step(handed_on, editor, sessions, library):
    uid, category = suggestion_on(editor), library.get("B01").category
    editor.sends(f"/console/policies/suggestions/{uid}/article", words="红本本咋个整", category=category, key=uid)
    article_id = re.search(r"policies/(B[0-9]+)/draft", editor.page.headers["Location"])[1]
    fields = fields_of_draft(sessions, article_id)
    assert (fields["title"], fields["answer"]) == ("红本本咋个整", "带身份证到服务站登记。")
    assert "接待员建议" not in editor.opens(QUEUE).text.split("</datalist>")[1]


def test_or_puts_it_aside(handed_on, editor):
    uid = suggestion_on(editor)
    assert editor.sends(f"/console/policies/suggestions/{uid}/dismissal").status_code == 303
    assert "没有要处理的问题" in editor.opens(QUEUE).text
    assert editor.sends(f"/console/policies/suggestions/{uid}/dismissal").status_code == 404


def test_the_same_answer_is_handed_on_once(handed_on, sessions):
    volunteer, uid, said = handed_on
    assert volunteer.sends(f"/console/reception/{uid}/suggestions", said=said).status_code == 409
    assert "已经提给政策编辑" in volunteer.page.text


def test_only_ones_own_answer_in_a_talk_one_holds(handed_on, signed_in, sessions):
    volunteer, uid, said = handed_on
    other = signed_in("volunteer", name="wu", shown_as="小吴")
    assert other.sends(f"/console/reception/{uid}/suggestions", said=said).status_code == 403
    for wrong in ("", "x", "99999", str(int(said) - 1)):
        volunteer.sends(f"/console/reception/{uid}/suggestions", said=wrong)
        volunteer.opens(f"/console/reception/{uid}")
        assert "没有提上去" in volunteer.page.text


def test_what_is_said_in_danger_is_not_handed_on(desk, signed_in):  # noqa: F811
    volunteer = signed_in("volunteer", name="liu", shown_as="小刘")
    uid = desk.somebody_waits("我不想活了", urgent="despair")
    takes(volunteer, uid)
    volunteer.opens(f"/console/reception/{uid}")
    volunteer.sends(f"/console/reception/{uid}/replies", words="我在，您慢慢说。")
    assert "这句可以当政策答复" not in volunteer.opens(f"/console/reception/{uid}").text


def test_what_was_dealt_with_is_kept_as_an_index(editor, sessions):
    asks(sessions, MARS, "not_found")
    deals(editor, "dismissal", MARS)
    with sessions() as db:
        assert list(DealtQuestion.standings(db)) == [DealtQuestion.index_of(db, MARS)]

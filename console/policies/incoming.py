"""What a file of articles would do, told row by row before anything is done; and doing it: drafts, never more."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from console.policies.article_table import CALLED, Entry
from console.policies.proposals import MOST_REASON
from handlers.policy.answer import faults_in_use
from knowledge_base.article import Article, BadArticle, parse
from knowledge_base.article_form import FIELDS, LISTS, as_text, fields_in, fields_of, text_of
from models.approval import digest_of
from models.base import DomainError
from models.policy import LONGEST_TEXT, PolicyVersion
from models.user import User

NEW, CHANGED, SAME, HELD, FAULTY = "新的", "有改动", "没有变", "有草稿，不动", "要改"
_ID = re.compile("[A-Z][0-9]{2,3}")


class BrokenFile(DomainError):
    """A file with an article that cannot be taken."""


@dataclass(frozen=True, slots=True)
class Told:
    """What would become of one article: `more` says which fields change, or what has to be mended."""

    place: int
    article_id: str
    title: str
    what: str
    more: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would do. Nothing is done while one article is faulty."""

    told: Sequence[Told]

    def of(self, what: str) -> list[Told]:
        return [each for each in self.told if each.what == what]

    @property
    def broken(self) -> bool:
        return bool(self.of(FAULTY))

    @property
    def drafts(self) -> list[Told]:
        """Those a draft is made of."""
        return [] if self.broken else [*self.of(NEW), *self.of(CHANGED)]

    @property
    def digest(self) -> str:
        """Two plans with the same one do the same."""
        return digest_of([[each.place, each.article_id, each.what, each.text] for each in self.told])

    @property
    def summed_up(self) -> str:
        counts = Counter(each.what for each in self.told)
        return "，".join(f"{what} {counts[what]} 条" for what in (NEW, CHANGED, SAME, HELD, FAULTY) if counts[what])


def plan_of(db: Session, entries: Iterable[Entry], known: Mapping[str, Article], *, today: dt.date) -> Plan:
    """What would become of each article. `known`: those in use, and those out of use."""
    found = [(entry, *_text_of(entry, known)) for entry in entries]
    ids = Counter(article_id for _, article_id, _ in found)
    drafts = {draft.article_id: draft.text for draft in PolicyVersion.drafts(db)}
    there = {*known, *drafts, *ids}
    told = []
    for entry, article_id, text in found:
        faults = [f"编号 {article_id} 在文件里有两条"] if ids[article_id] > 1 else []
        told.append(_told(entry.place, article_id, text, known, drafts, [*faults, *_faults(text, there, today)]))
    return Plan(told)


def carry_out(db: Session, plan: Plan, *, by: User, now: dt.datetime) -> int:
    """Make the drafts; how many. Raises BrokenFile, and BeingChanged where a colleague has begun one meanwhile."""
    if plan.broken:
        raise BrokenFile("文件里还有要改的，一条也没有导入")
    for each in plan.drafts:
        changed = f"从文件导入：{'、'.join(each.more) or '新的一条'}"[:MOST_REASON]
        PolicyVersion.save(db, each.article_id, each.text, saved=0, what_changed=changed, by=by, now=now)
    return len(plan.drafts)


def _text_of(entry: Entry, known: Mapping[str, Article]) -> tuple[str, str]:
    """The number and the whole text. What a table has no column for stays as it is."""
    if entry.fields is None:
        return fields_in(entry.text).get("id", ""), entry.text
    article_id = entry.fields["id"].strip().upper()
    before = fields_of(known[article_id]) if article_id in known else {}
    return article_id, text_of({**before, **entry.fields, "id": article_id})


def _faults(text: str, there: set[str], today: dt.date) -> list[str]:
    if len(text) > LONGEST_TEXT:
        return [f"整条最多 {LONGEST_TEXT} 字，现在 {len(text)} 字"]
    try:
        article = parse(text)
    except BadArticle as problem:
        return [str(problem)]
    named = [id_ for name in LISTS for id_ in getattr(article, name)]
    faults = [f"没有 {id_} 这一条" for id_ in named if id_ not in there]
    if not _ID.fullmatch(article.id):
        faults.append("编号要写成一个大写字母加两三个数字，比如 B01")
    return [*faults, *faults_in_use(article, today=today)]


def _told(
    place: int,
    article_id: str,
    text: str,
    known: Mapping[str, Article],
    drafts: Mapping[str, str],
    faults: Sequence[str],
) -> Told:
    fields, before = fields_in(text), known.get(article_id)
    title = fields.get("title", "")[:40] or (before.title if before else "")
    if faults:
        return Told(place, article_id, title, FAULTY, tuple(faults))
    text = as_text(parse(text))
    if text in (drafts.get(article_id), as_text(before) if before else None):
        return Told(place, article_id, title, SAME)
    if article_id in drafts:
        return Told(
            place, article_id, title, HELD, ("这一条有没提交完的草稿，这里不覆盖。先把草稿提交或者不要了，再导入",)
        )
    return Told(place, article_id, title, CHANGED if before else NEW, _changed(fields, before), text)


def _changed(fields: Mapping[str, str], before: Article | None) -> tuple[str, ...]:
    """Which fields are others than in use, as people call them."""
    if before is None:
        return ()
    old = fields_of(before)
    return tuple(CALLED[name] for name in FIELDS if fields.get(name, "").strip() != old.get(name, "").strip())

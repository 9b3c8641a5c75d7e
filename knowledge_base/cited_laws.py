"""依据 held against the texts: what a policy article cites and no text has, or has otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from knowledge_base.article import Article
from knowledge_base.citation import Cited, cited_in, name_of
from knowledge_base.law import Law, LawArticle


@dataclass(frozen=True, slots=True)
class Compared:
    """What a policy article was found to cite: `wrong` has to be mended, `unseen` has no text to hold it against."""

    wrong: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    places: int = 0


@dataclass(slots=True)
class Shelf:
    """Laws by name, the newest version first."""

    versions: dict[str, list[Law]] = field(default_factory=dict)

    @classmethod
    def of(cls, laws: Iterable[Law]) -> Shelf:
        shelf = cls()
        for law in sorted(laws, key=age_of, reverse=True):
            shelf.versions.setdefault(law.name, []).append(law)
        return shelf

    def compare(self, article: Article, *, today: dt.date) -> Compared:
        """Hold the citation of a policy article against the texts.

        An article that names no 条 and says that nobody has seen the text is none to be held against one.
        """
        cited = cited_in(article.article)
        versions = self.versions.get(name_of(article.source)) or self.versions.get(name_of(article.cite)) or []
        if not versions:
            said = f"没有《{name_of(article.source)}》的原文"
            return Compared(wrong=(said,)) if cited or article.verified == "law" else Compared(unseen=(said,))
        if not cited:
            return Compared(wrong=("有原文，却没有写第几条",) if article.verified == "law" else ())
        meant = [law for law in versions if law.effective.isoformat() == article.effective]
        law = meant[0] if meant else versions[0]
        wrong = [*_outdated(article, law, versions, today=today)]
        wrong += [fault for place in cited if (fault := fault_of(place, law.articles))]
        return Compared(wrong=tuple(wrong), places=len(cited))


def fault_of(cited: Cited, articles: Iterable[LawArticle]) -> str:
    """Why a place that is cited is not there; empty when it is."""
    there = [each for each in articles if each.anchor == cited.anchor and each.label.startswith("第")]
    if not there:
        return f"原文没有{cited.words}"
    if cited.paragraph > there[0].paragraphs:
        return f"原文{there[0].label}只有 {there[0].paragraphs} 款，没有{cited.words}"
    return ""


def age_of(law: Law) -> tuple[dt.date, dt.date]:
    """Which of two versions is the newer one: since when it holds, then when it was made known."""
    return law.effective, law.adopted or law.effective


def _outdated(article: Article, law: Law, versions: list[Law], *, today: dt.date) -> Iterable[str]:
    if law.effective.isoformat() != article.effective:
        yield f"施行日期写的是 {article.effective or '空'}，原文是 {law.effective}"
    elif newer := [each for each in versions if law.effective < each.effective <= today]:
        yield f"写的是 {law.effective} 起施行的旧文本，{newer[0].effective} 起有新的"

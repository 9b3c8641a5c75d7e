"""The articles in use: those that ship with the program, and the office's own versions in their stead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge_base.article import Article, BadArticle, parse


@dataclass(frozen=True, slots=True)
class Shelf:
    """Articles, and which of the office's versions this program cannot read, with the reason in Chinese."""

    articles: tuple[Article, ...]
    unreadable: Mapping[str, str]


def shelf(shipped: Iterable[Article], texts: Mapping[str, str]) -> Shelf:
    """The office's `texts` by article id over the shipped ones.

    A version that was sound when it was approved may be unreadable to a later program; what shipped stands in then.
    """
    found, unreadable = {article.id: article for article in shipped}, {}
    for article_id, text in texts.items():
        try:
            found[article_id] = parse(text)
        except BadArticle as problem:
            unreadable[article_id] = str(problem)
    return Shelf(tuple(found.values()), unreadable)

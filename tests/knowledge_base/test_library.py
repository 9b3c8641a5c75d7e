"""The library as it ships: complete, sound, and without what is no longer in force."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from knowledge_base.article import BadArticle, faults, read
from knowledge_base.library import FOLDER, ROUTES, Library, read_ways
from tests.knowledge_base.test_article import written
from tests.make import NOON

TOPICS = Path(__file__).parents[3] / "shared" / "policy" / "topics.csv"


def test_it_has_a_hundred_and_fifty_three_articles(library):
    assert len(library.articles) == 153
    assert all(library.get(name).id == name for name in library.articles)
    assert library.get("Z99") is None


@pytest.mark.skipif(not TOPICS.exists(), reason="the district's topics are not here")
def test_their_ids_are_those_of_the_topics(library):
    with TOPICS.open(encoding="utf-8-sig", newline="") as lines:
        topics = {row["id"] for row in csv.DictReader(lines)}
    assert set(library.articles) == topics


def test_every_file_is_sound_and_named_after_its_article():
    for path in (FOLDER / "policies").glob("*.md"):
        article = read(path)
        assert path.stem == article.id
        assert faults(article) == [], path.name


def test_every_related_article_is_there(library):
    for article in library.articles.values():
        assert set(article.related) <= set(library.articles), article.id
        assert article.id not in article.related


@pytest.fixture
def folder(tmp_path):
    """A small library on disk: A is for ever, B ends with the year."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "ways").mkdir()
    (tmp_path / "policies" / "A.md").write_text(written(id="A", title="优待证怎么办"), "utf-8")
    (tmp_path / "policies" / "B.md").write_text(
        written(id="B", title="慰问金发多少", valid_until="2026-12-31"), "utf-8"
    )
    for name in ROUTES.values():
        (tmp_path / "ways" / name).write_text("# 备注\n\n  找个人  \n天气\n", "utf-8")
    return tmp_path


def test_an_article_past_its_last_day_is_left_out(folder):
    for today, there in ((dt.date(2026, 12, 31), {"A", "B"}), (dt.date(2027, 1, 1), {"A"})):
        library = Library.from_files(folder, today=today)
        assert set(library.articles) == there
        assert {hit.id for hit in library.search("慰问金发多少").hits} <= there


def test_one_bad_file_is_named(folder):
    (folder / "policies" / "C.md").write_text("话", "utf-8")
    with pytest.raises(BadArticle, match=r"C\.md"):
        Library.from_files(folder, today=NOON.date())


def test_ways_are_one_a_line_without_remarks(folder):
    assert read_ways(folder / "ways" / "out.txt") == ("找个人", "天气")

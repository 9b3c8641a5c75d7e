"""The reading page: all of an answer for whoever has the link, only while it is in use, and nothing kept of who reads."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import html
import re

import pytest
from flask.testing import FlaskClient

from bot.office import Office
from knowledge_base.library import Library
from models.wording import RetiredArticle
from tests.bot.channels.door import Clock, make_office
from tests.make import NOON, make_district, make_user
from tests.one_app import app_for

MOST_BYTES = 15 * 1024  # gzipped, the style sheet with it (ux.md 4)
PAGES = Library.from_files(today=NOON.date()).articles


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def office(engine, sessions, library, clock) -> Office:
    return make_office(engine, sessions, library, clock=clock)


@pytest.fixture
def client(office: Office) -> FlaskClient:
    return app_for(office).test_client()


def words_of(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.text)))


def retire(sessions, article_id):
    with sessions.begin() as db:
        by = make_user(db).id
        gone = RetiredArticle(article_id=article_id, reason="条文改了", retired_by_id=by, approved_by_id=by, at=NOON)
        db.add(gone)


def test_all_of_the_answer_stands_there(client, library):
    article = library.articles["C01"]
    page = client.get("/policies/C01")
    assert page.status_code == 200
    for words in (article.title, "30日内", article.who, article.decides, "退役军人安置条例", article.article, "全国"):
        assert words in words_of(page)
    for head in ("一句话", "期限", "细说", "要带什么", "去哪里办", "依据", "相近的", "要人帮忙"):
        assert f">{head}</h2>" in page.text
    assert f"{article.deadline.rule}。" in words_of(page)
    assert "2024-09-01" in page.text
    assert f"{article.checked}" in page.text
    assert "回复 4" in words_of(page)


def test_neighbours_are_links_and_no_codes(client, library):
    page = client.get("/policies/C01")
    for id_ in library.articles["C01"].related:
        assert f'href="/policies/{id_}"' in page.text
        assert library.articles[id_].title in page.text
    assert not re.search(r"(?<![A-Za-z0-9])[A-P][0-9]{2}(?![A-Za-z0-9])", words_of(page))


def test_bigger_type_goes_with_the_links(client):
    page = client.get("/policies/C01?big")
    assert '<body class="big">' in page.text
    assert "字小点" in page.text
    assert 'href="/policies/C02?big"' in page.text
    assert "字大点" in client.get("/policies/C01").text


def test_the_districts_own_number_is_a_button(client, sessions):
    assert "急事打 12345" in words_of(client.get("/policies/C01"))
    with sessions.begin() as db:
        make_district(db, phone="0851-84000000")
    page = client.get("/policies/C01")
    assert 'href="tel:0851-84000000"' in page.text
    assert "12345" not in page.text


def test_what_is_out_of_use_says_so_and_shows_nothing_of_it(client, sessions, clock, library):
    retire(sessions, "C01")
    clock.passes(dt.timedelta(seconds=3))
    page = client.get("/policies/C01")
    assert page.status_code == 404
    assert "已经停用" in words_of(page)
    assert "再问一遍" in words_of(page)
    assert "在微信里回复 8" in words_of(page)
    assert library.articles["C01"].details[:20] not in page.text
    assert 'href="/policies/C01"' not in client.get("/policies/C02").text, "nor does a neighbour lead there"


def test_a_successor_is_named(client, office, engine, sessions, library, clock):
    after = dataclasses.replace(library.articles["C02"], supersedes=("C01",))
    newer = library.with_articles([after]).on(NOON.date(), without=["C01"])
    clock.passes(dt.timedelta(seconds=3))
    retire(sessions, "C01")
    page = app_for(make_office(engine, sessions, newer, clock=clock)).test_client().get("/policies/C01")
    assert "现在看这一条" in words_of(page)
    assert 'href="/policies/C02"' in page.text


def test_what_is_not_in_force_yet_says_from_when_on(engine, sessions, library, clock):
    coming = dataclasses.replace(library.articles["C01"], effective="2027-01-01")
    later = library.with_articles([coming])
    client = app_for(make_office(engine, sessions, later, clock=clock)).test_client()
    page = client.get("/policies/C01")
    assert page.status_code == 404
    assert "2027-01-01 起才施行" in words_of(page)
    clock.now = dt.datetime(2027, 1, 1, 0, 1, tzinfo=NOON.tzinfo)
    assert client.get("/policies/C01").status_code == 200


@pytest.mark.parametrize("address", ["B99", "c01", "C01.md", "%00", "<script>", "C01%0a", "退伍报到"])
def test_an_unknown_page_is_told_in_plain_words(client, address):
    page = client.get(f"/policies/{address}")
    assert page.status_code == 404
    assert "没有这一页" in words_of(page)
    assert "再问一遍" in words_of(page)
    assert "<script" not in page.text


def test_nothing_is_kept_of_who_reads(client, caplog):
    caplog.set_level("DEBUG")
    page = client.get("/policies/C01", headers={"Cookie": "form=abc; size=xl"})
    assert "Set-Cookie" not in page.headers
    assert not [record for record in caplog.records if "C01" in str(record.__dict__)]
    assert "<script" not in page.text
    assert not re.search(r"\sstyle=|\son[a-z]+=", page.text)


def test_the_guards_of_every_page_are_on_it(client):
    page = client.get("/policies/C01")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.post("/policies/C01").status_code == 405


def test_unchanged_it_costs_a_few_bytes_and_changed_it_comes_anew(client, sessions, clock):
    page = client.get("/policies/C01")
    assert page.headers["Cache-Control"] == "no-cache"
    same = {"If-None-Match": page.headers["ETag"]}
    again = client.get("/policies/C01", headers=same)
    assert (again.status_code, again.data) == (304, b"")
    retire(sessions, "C01")
    clock.passes(dt.timedelta(seconds=3))
    assert client.get("/policies/C01", headers=same).status_code == 404


def test_the_style_sheet_is_kept_for_good_under_its_own_address(client):
    address = re.search(r'<link rel="stylesheet" href="([^"]+)"', client.get("/policies/C01").text)[1]
    style = client.get(address)
    assert (style.status_code, style.mimetype) == (200, "text/css")
    assert "immutable" in style.headers["Cache-Control"]
    too_new = (
        r":has\(|:is\(|:where\(|@layer|clamp\(|\binset:|aspect-ratio|(?<![-\w])(?:min|max)\(|[;{]gap:|url\(|@import"
    )
    assert not re.search(too_new, re.sub(r"/\*.*?\*/", "", style.text, flags=re.S))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_page_is_light_and_whole(client):
    style = len(gzip.compress(client.get("/policies/reading.css").data))
    for id_ in PAGES:
        page = client.get(f"/policies/{id_}")
        assert page.status_code == 200, id_
        assert len(gzip.compress(page.data)) + style <= MOST_BYTES, id_
        assert "None" not in words_of(page), id_

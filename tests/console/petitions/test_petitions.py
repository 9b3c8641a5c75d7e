"""The list by due date and one petition's page: who sees how much, and what is left when there is nothing to see."""

from __future__ import annotations

import datetime as dt

import pytest

from models.user import User
from tests.console.desk_stories import statements_of
from tests.console.petitions.stories import DAY, PHONE, does, filed, noted, numbers, petition
from tests.make import NOON

LIST = "/console/petitions"


@pytest.fixture
def wangjie(signed_in):
    """王姐 of the district's staff, who handles petitions."""
    return signed_in("staff", shown_as="王姐", name="wangjie")


@pytest.fixture
def like(signed_in):
    """李科, who leads and signs."""
    return signed_in("supervisor", shown_as="李科", name="like")


# -- the list --------------------


def test_what_is_due_first_stands_on_top(wangjie, sessions):
    late = filed(sessions, now=NOON - 17 * DAY)
    fresh = filed(sessions, now=NOON)
    today = filed(sessions, now=NOON - 15 * DAY)
    assert numbers(wangjie) == [late, today, fresh]
    words = wangjie.reads()
    assert "超期 2 天" in words
    assert "今天是最后一天" in words
    assert "还剩 15 天" in words
    assert "1 件超期了" in words


def test_names_are_masked_and_no_number_shows(wangjie, sessions):
    filed(sessions, names=["王建国", "李国强"])
    wangjie.opens(LIST)
    assert "王*国 等 2 人" in wangjie.reads()
    for clear in ("王建国", "李国强", PHONE, "补助只算了两年"):
        assert clear not in wangjie.page.text


def test_the_list_can_be_narrowed_down(wangjie, sessions):
    mine = filed(sessions, officer="wangjie")
    nobodys = filed(sessions, where="观山湖区", names=["陈芳"])
    gone = filed(sessions)
    with sessions.begin() as db:
        petition(db, gone).withdraw(db, now=NOON)
    assert sorted(numbers(wangjie)) == sorted([mine, nobodys])
    assert numbers(wangjie, f"{LIST}?whose=mine") == [mine]
    assert numbers(wangjie, f"{LIST}?whose=nobody") == [nobodys]
    assert numbers(wangjie, f"{LIST}?show=over") == [gone]
    assert numbers(wangjie, f"{LIST}?station=52011501") == [mine], "a town's list has its villages'"
    assert numbers(wangjie, f"{LIST}?number={mine[:6]}+{mine[6:]}") == [mine]
    assert len(numbers(wangjie, f"{LIST}?show=all")) == 3
    assert numbers(wangjie, f"{LIST}?show=late") == []
    assert "这里没有办件" in wangjie.reads()


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999", "page=²", "show=%27", "station=%00x", "number=abc"]
)
def test_an_odd_address_is_the_plain_list(wangjie, sessions, query):
    filed(sessions)
    assert wangjie.opens(f"{LIST}?{query}").status_code == 200


def test_a_long_list_comes_in_pages_and_takes_no_more_questions(wangjie, sessions):
    for _ in range(23):
        filed(sessions)
    with statements_of(sessions) as first:
        assert len(numbers(wangjie)) == 20
    assert "第 1 页，共 2 页" in wangjie.reads()
    with statements_of(sessions) as second:
        assert len(numbers(wangjie, f"{LIST}?page=2")) == 3
    assert len(first) == len(second), "as many for twenty as for three"


def test_an_officer_has_the_list_of_the_own_station_and_below(signed_in, sessions):
    village = filed(sessions)
    elsewhere = filed(sessions, where="贵阳市")
    officer = signed_in("officer", shown_as="老黄", station="52011501", name="huang")
    assert numbers(officer) == [village]
    assert officer.opens(f"{LIST}/{elsewhere}").status_code == 403
    assert officer.opens(f"{LIST}/{village}").status_code == 403, "it is not given to this officer"


def test_reading_the_list_is_noted(wangjie, sessions):
    wangjie.opens(LIST)
    assert noted(sessions, "petition.list")


# -- the page --------------------


def test_the_page_shows_the_clock_with_its_sum(wangjie, sessions, clock):
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    assert "11 月 25 日收到 + 15 天 = 12 月 10 日" in wangjie.reads()
    wangjie.sends(f"{LIST}/{number}/acceptance")
    clock.passes(3 * DAY)
    wangjie.signs_in("wangjie")
    wangjie.opens(f"{LIST}/{number}")
    words = wangjie.reads()
    assert "11 月 25 日已告知" in words
    assert "还剩 57 天" in words
    assert "11 月 25 日受理 + 60 天 = 2027 年 1 月 24 日" in words
    assert "到 2027 年 2 月 23 日" in words, "the most an extension could give"


def test_overdue_it_says_so(wangjie, sessions):
    number = filed(sessions, officer="wangjie", now=NOON - 17 * DAY)
    wangjie.opens(f"{LIST}/{number}")
    assert "box-late" in wangjie.page.text
    assert "超期 2 天" in wangjie.reads()


def test_whoever_handles_it_reads_all_of_it_but_the_number(wangjie, sessions):
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    words = wangjie.reads()
    for told in ("补助只算了两年", "金华镇翁贡村", "重新算", "王建国", "138****6021"):
        assert told in words
    assert PHONE not in wangjie.page.text
    assert noted(sessions, "petition.read")


def test_what_the_veteran_reads_stands_beside_it(wangjie, sessions):
    number = filed(sessions, officer="wangjie")
    wangjie.opens(f"{LIST}/{number}")
    assert "本人查进度时看到 安置就业 编号 261125 0001 已经收到，12 月 10 日前告诉您是否受理。" in wangjie.reads()


def test_notes_are_marked_as_internal(wangjie, sessions):
    number = filed(sessions, officer="wangjie")
    with sessions.begin() as db:
        petition(db, number).remark(db, "先查档案", by=User.named(db, "wangjie"), now=NOON)
    wangjie.opens(f"{LIST}/{number}")
    assert "内部，本人看不到 内部备注 先查档案" in wangjie.reads()
    assert "先查档案" not in wangjie.reads().split("本人查进度时看到")[1]


def test_somebody_else_gives_a_reason_and_sees_no_story(wangjie, sessions):
    number = filed(sessions)
    wangjie.opens(f"{LIST}/{number}")
    assert "这件事不是您承办的" in wangjie.reads()
    assert wangjie.sends(f"{LIST}/{number}/readings", reason="看看").status_code == 422
    assert wangjie.sends(f"{LIST}/{number}/readings", reason="同一个人的另一件事").status_code == 303
    wangjie.opens(f"{LIST}/{number}")
    words = wangjie.reads()
    assert "只看得到办到哪一步" in words
    for hidden in ("补助只算了两年", "王建国", "138****6021", "重新算"):
        assert hidden not in wangjie.page.text
    with sessions.begin() as db:
        assert petition(db, number).history(db)[-1].words == "原因：同一个人的另一件事"
    assert noted(sessions, "petition.read_other")


def test_a_reason_holds_for_half_an_hour(like, sessions, clock):
    number = filed(sessions)
    like.opens(f"{LIST}/{number}")
    like.sends(f"{LIST}/{number}/readings", reason="每月抽查办件")
    clock.passes(dt.timedelta(minutes=20))
    assert "补助只算了两年" in like.opens(f"{LIST}/{number}").text
    clock.passes(dt.timedelta(minutes=11))
    assert "补助只算了两年" not in like.opens(f"{LIST}/{number}").text
    assert "为什么要看" in like.reads()


def test_a_reason_does_not_hold_for_the_next_account_in_this_browser(like, hire, sessions):
    number = filed(sessions)
    like.opens(f"{LIST}/{number}")
    like.sends(f"{LIST}/{number}/readings", reason="每月抽查办件")
    hire("刘科", "supervisor", name="liuke")
    like.opens("/console/account")
    like.sends("/console/sign-out")
    like.signs_in("liuke")
    assert "补助只算了两年" not in like.opens(f"{LIST}/{number}").text


def test_a_volunteer_has_no_petitions(signed_in, sessions):
    ours = signed_in("volunteer")
    number = filed(sessions)
    for path in (LIST, f"{LIST}/{number}", "/console/approvals", "/console/restricted"):
        assert ours.opens(path).status_code == 403


def test_what_was_taken_back_is_only_read(wangjie, sessions):
    number = filed(sessions, officer="wangjie")
    with sessions.begin() as db:
        petition(db, number).withdraw(db, now=NOON)
    wangjie.opens(f"{LIST}/{number}")
    words = wangjie.reads()
    assert "本人撤回了。这一页只能看" in words
    assert "办这件事" not in words
    assert "不再计时" in words
    assert wangjie.sends(f"{LIST}/{number}/progress", words="在办").status_code == 409


def test_an_anonymous_one_says_that_no_written_answer_can_be_given(wangjie, sessions):
    number = filed(sessions, officer="wangjie", names=[], phone="")
    wangjie.opens(f"{LIST}/{number}")
    words = wangjie.reads()
    assert "没有留姓名电话，不能书面答复" in words
    assert "看完整号码" not in words


def test_files_lead_to_the_media_route(wangjie, sessions):
    number = filed(sessions, officer="wangjie", media_uids=["a" * 16])
    wangjie.opens(f"{LIST}/{number}")
    assert f'href="/console/media/{"a" * 16}"' in wangjie.page.text
    assert "材料（1）" in wangjie.reads()


def test_words_of_a_veteran_are_no_markup(wangjie, sessions):
    number = filed(sessions, officer="wangjie", story='<script>alert(1)</script>"><b>', names=["<i>王</i>"])
    for path in (LIST, f"{LIST}/{number}"):
        page = wangjie.opens(path).text
        assert "<script>alert" not in page
        assert "<i>王" not in page


def test_that_somebody_waits_for_news_is_shown_until_they_have_been_told(wangjie, sessions):
    number = filed(sessions, officer="wangjie")
    with sessions.begin() as db:
        petition(db, number).urge(db, now=NOON)
    wangjie.opens(LIST)
    assert "本人在催" in wangjie.reads()
    assert does(wangjie, number, "progress", words="档案已经调来了，这周核对") == 303
    wangjie.opens(LIST)
    assert "本人在催" not in wangjie.reads()

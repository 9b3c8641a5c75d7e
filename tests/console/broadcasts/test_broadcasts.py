"""通知群发 at the console: one writes, another counts and agrees, nobody acts beyond the table (R63, journey 16)."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.broadcast import Broadcast, Recipient
from models.conversation import SHANGHAI
from tests.console.broadcasts.stories import FORM, agrees, approved, handed_over, notice_of, sent_out, written
from tests.notices import WORDS

MINUTE = dt.timedelta(minutes=1)


# -- writing --------------------


def test_the_draft_shows_how_it_will_look_and_whom_it_would_reach(writer, followers):
    address = written(writer)
    writer.opens(address)
    shown = writer.reads()
    assert "现在算，一共 15 人" in shown
    assert "12 人微信里直接收到" in shown
    assert "3 人两天没说话，微信发不到，列进电话名单" in shown
    assert "不想再收通知，回复“退订通知”" in shown
    assert re.search(r"看样子 \d{6}", shown)
    assert f"现在 {len(WORDS)} 字" in shown


def test_a_branch_is_counted_with_all_below_it(writer, followers):
    writer.opens("/console/broadcasts/new")
    shown = writer.reads()
    assert "全部关注的人（15 人）" in shown
    assert "金华镇退役军人服务站（12 人）" in shown
    assert "翁贡村退役军人服务站（4 人）" in shown
    writer.opens(written(writer, station="5201150101"))
    assert "一共 4 人" in writer.reads()


def test_every_fault_stands_beside_its_field_and_nothing_typed_is_lost(writer, followers):
    writer.opens("/console/broadcasts/new")
    answer = writer.sends("/console/broadcasts", title="名" * 61, words="写了一半", when="at", day="", time="21:00")
    assert answer.status_code == 422
    shown = writer.reads()
    for fault in ("名称最多 60 个字", "请选这条通知是哪一类", "请选发给谁", "哪一天要写成", "请选几点"):
        assert fault in shown
    assert "写了一半" in writer.page.text


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"words": "请看 www.baidu.com"}, "不是自家的网址"),
        ({"title": ""}, "请写通知名称"),
        ({"words": ""}, "请写正文"),
        ({"when": "at", "day": "2026-11-24"}, "已经过了"),
        ({"when": "at", "day": "2027-01-20"}, "最多提前 30 天"),
    ],
)
def test_what_breaks_a_rule_is_kept_as_a_draft_and_not_handed_over(writer, followers, sessions, changes, fault):
    address = written(writer)
    writer.opens(address)
    assert writer.sends(f"{address}/proposal", **(FORM | changes)).status_code == 422
    assert fault in writer.reads()
    with sessions.begin() as db:
        notice = notice_of(db, address)
        assert (notice.state, notice.words) == ("draft", changes.get("words", WORDS))
        assert db.scalars(select(Recipient)).all() == []


def test_own_links_may_stand_in_it(writer, followers):
    handed_over(writer, words="请看 https://door.example/notices")


def test_a_chosen_time_is_kept(writer, followers, sessions):
    address = handed_over(writer, when="at", day="2026-11-26", time="20:00")
    with sessions.begin() as db:
        assert notice_of(db, address).send_at == dt.datetime(2026, 11, 26, 20, 0, tzinfo=SHANGHAI)


# -- the second person --------------------


def test_the_author_cannot_approve_the_other_types_wrong_then_right(writer, checker, followers, sessions):
    """Journey 16."""
    address = handed_over(writer)
    writer.opens(address)
    assert "不能自己审" in writer.reads()
    assert writer.sends(f"{address}/approval", count="15").status_code == 403
    checker.opens(address)
    shown = checker.reads()
    assert WORDS in shown
    assert "15 人" in shown
    assert "随便看 5 个人" in shown
    assert agrees(checker, address, "14").status_code == 422
    assert "人数不对" in checker.reads()
    assert agrees(checker, address, "15").status_code == 303
    checker.opens(address)
    assert "审过了" in checker.reads()
    with sessions.begin() as db:
        assert notice_of(db, address).state == "approved"


def test_one_person_with_both_roles_or_two_accounts_approves_nothing_of_her_own(signed_in, followers):
    both = signed_in("bwriter", "bapprover", name="one", person="heshe")
    address = handed_over(both)
    other = signed_in("bapprover", name="two", person="heshe")
    for ours in (both, other):
        ours.opens(address)
        assert "同意，发给" not in ours.reads()
        assert ours.sends(f"{address}/approval", count="15", digest="").status_code == 422
        assert "要请另一位同事" in ours.reads()


def test_what_was_changed_while_the_page_lay_open_is_not_agreed_to(writer, checker, followers, sessions):
    address = handed_over(writer)
    checker.opens(address)
    read = re.search(r'name="digest" value="(\w+)"', checker.page.text)[1]
    writer.opens(address)
    writer.sends(f"{address}/withdrawal")
    writer.opens(address)
    writer.sends(f"{address}/proposal", **(FORM | {"words": "请都来，有礼品。"}))
    assert checker.sends(f"{address}/approval", count="15", digest=read).status_code == 409
    assert "改过了" in checker.reads()
    with sessions.begin() as db:
        assert notice_of(db, address).state == "proposed"


def test_an_approval_asks_for_the_password_when_it_was_given_long_ago(writer, checker, followers, clock):
    address = handed_over(writer)
    checker.opens(address)
    clock.passes(6 * MINUTE)
    answer = agrees(checker, address, "15")
    assert answer.status_code == 422
    assert "密码" in checker.reads()
    assert 'value="15"' in checker.page.text, "what was typed is carried along"


def test_it_is_sent_back_with_a_reason(writer, checker, followers):
    address = handed_over(writer)
    checker.opens(address)
    assert checker.sends(f"{address}/rejection", reason="").status_code == 422
    checker.opens(address)
    assert checker.sends(f"{address}/rejection", reason="时间错了，是 4 日").status_code == 303
    writer.opens(address)
    assert "同事退回了： 时间错了，是 4 日" in writer.reads()


def test_in_the_evening_the_approval_says_that_it_leaves_in_the_morning(signed_in, followers, clock):
    clock.now = dt.datetime(2026, 11, 25, 20, 1, tzinfo=SHANGHAI)
    writer, checker = signed_in("bwriter", name="he"), signed_in("bapprover", name="zhang")
    address = handed_over(writer)
    checker.opens(address)
    assert "现在不在 8 点到 20 点之间，2026 年 11 月 26 日 08:00 发" in checker.reads()
    agrees(checker, address, "15")
    checker.opens(address)
    assert "2026 年 11 月 26 日 08:00 开始发" in checker.reads()


def test_the_fourth_of_a_day_is_refused(writer, checker, followers):
    for _ in range(3):
        approved(writer, checker)
    address = handed_over(writer)
    assert agrees(checker, address, "15").status_code == 422
    assert "11 月 25 日已经有 3 条通知了" in checker.reads()


def test_what_was_handed_over_yesterday_has_to_be_handed_over_again(writer, checker, followers, clock, signed_in):
    address = handed_over(writer)
    clock.passes(dt.timedelta(hours=25))
    later = signed_in("bapprover", name="later")
    later.opens(address)
    assert "交上来超过一天了" in later.reads()
    assert later.sends(f"{address}/approval", count="15", digest="").status_code == 409


# -- under way and after --------------------


def test_the_numbers_are_true_and_add_up(writer, checker, followers, sessions):
    address = approved(writer, checker)
    sent_out(sessions, address, sent=7, failed=2)
    writer.opens(address)
    shown = writer.reads()
    assert "正在发 ：已经有结果 10 人，共 15 人（66%）" in shown
    assert "各项加起来正好 15 人" in shown
    for count, name in ((5, "还没发"), (5, "微信收下了"), (3, "要打电话"), (2, "没发成")):
        assert f"{count} {name}" in shown
    part = writer.opens(f"{address}/progress").text
    assert 'hx-trigger="every 5s"' in part
    assert "<html" not in part


def test_when_it_is_over_the_page_asks_no_more(writer, checker, followers, sessions):
    address = approved(writer, checker)
    sent_out(sessions, address)
    assert "hx-trigger" not in writer.opens(f"{address}/progress").text
    assert "发完了" in writer.reads()


@pytest.mark.parametrize("who", ["bwriter", "bapprover"])
def test_either_of_them_stops_it(writer, checker, followers, sessions, signed_in, who):
    address = approved(writer, checker)
    sent_out(sessions, address, sent=5)
    other = signed_in(who, name="somebody else")
    other.opens(address)
    assert other.sends(f"{address}/stop").status_code == 303
    other.opens(address)
    shown = other.reads()
    assert "还没发的 7 人不会收到" in shown
    assert "7 停发了" in shown
    assert "somebody" not in shown


def test_what_failed_is_sent_again(writer, checker, followers, sessions):
    address = approved(writer, checker)
    sent_out(sessions, address, failed=2)
    writer.opens(address)
    assert writer.sends(f"{address}/retries").status_code == 303
    writer.opens(address)
    assert "2 还没发" in writer.reads()


def test_each_person_is_listed_masked_with_the_reason(writer, checker, followers, sessions):
    address = approved(writer, checker)
    sent_out(sessions, address, failed=2)
    writer.opens(f"{address}/people?show=failed")
    assert "今天的调用次数用完了" in writer.reads()
    assert "第 1 到 2 人，共 2 人" in writer.reads()
    writer.opens(f"{address}/people?show=nonsense&after=x")
    assert "共 15 人" in writer.reads()


# -- scope and traces --------------------


def test_a_writer_of_a_town_writes_to_that_town_only(signed_in, followers, writer):
    district = written(writer)
    town = signed_in("bwriter", name="town", station="52011501")
    town.opens("/console/broadcasts/new")
    assert "全部关注的人" not in town.reads()
    assert "观山湖区退役军人服务中心（" not in town.reads()
    assert town.sends("/console/broadcasts", **FORM).status_code == 422
    own = written(town, station="5201150101")
    assert town.opens(own).status_code == 200
    assert town.opens(district).status_code == 403
    assert town.sends(f"{district}/proposal", **FORM).status_code == 403
    town.opens("/console/broadcasts")
    assert town.page.text.count('class="card"') == 1


def test_every_act_is_in_the_audit(writer, checker, followers, sessions):
    address = approved(writer, checker)
    checker.opens(address)
    checker.sends(f"{address}/stop")
    with sessions.begin() as db:
        acts = db.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("broadcast."))).all()
    assert {"broadcast.draft", "broadcast.propose", "broadcast.approve", "broadcast.stop"} <= set(acts)


def test_the_same_form_sent_twice_makes_one_notice(writer, followers, sessions):
    writer.opens("/console/broadcasts/new")
    once = re.search(r'name="once" value="([^"]+)"', writer.page.text)[1]
    for _ in range(2):
        assert writer.sends("/console/broadcasts", once=once, **FORM).status_code == 303
    with sessions.begin() as db:
        assert len(db.scalars(select(Broadcast)).all()) == 1


def test_words_of_a_notice_are_shown_as_they_are(writer, followers):
    writer.opens(written(writer, words="<script>alert(1)</script>{{ 7 * 7 }}"))
    assert "<script>alert" not in writer.page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in writer.page.text

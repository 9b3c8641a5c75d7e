"""The first page: what has to be done now, by role, with numbers that lead to their lists, and few statements for it."""

import datetime as dt
import re

import pytest

from console.page import HERE
from models.approval import LIVES
from models.broadcast import Broadcast, Notice
from models.message import Message, Status
from models.petition.proposal import DECLINE, EXTEND, propose
from models.petition.restricted import hand_over
from models.reception.workload import few_hidden
from models.user import User
from models.user.accounts import propose_role
from tests.console.counting import statements
from tests.console.office_life import a_matter, somebody, waits, was_spoken_with
from tests.models.room import says, talk_of

MOST = 16  # the gate before the view takes four of them


def figures(ours):
    """The numbers on the page by their labels."""
    text = ours.opens("/console/").text
    found = re.findall(r'<b class="number">([^<]+)<small> ([^<]+)</small></b><span>([^<]+)</span>', text)
    return {label: f"{number} {unit}" for number, unit, label in found}


def leads_to(ours, label):
    text = ours.opens("/console/").text
    found = re.search(rf'href="([^"]+)">(?:(?!</a>).)*<span>{label}</span>', text, re.S)
    return found and found[1].replace("&amp;", "&")


def test_who_has_nothing_to_do_is_told_so_and_finds_a_way(signed_in):
    ours = signed_in("volunteer")
    assert "现在没有等着您办的事" in ours.opens("/console/").text
    assert "/console/reception" in ours.page.text


def test_a_volunteer_sees_who_waits_and_who_waits_for_an_answer(signed_in, sessions, clock):
    ours = signed_in("volunteer", name="chen")
    with sessions.begin() as db:
        chen = User.named(db, "chen")
        waits(db, somebody(db, phone="13800000001"))
        waits(db, somebody(db, phone="13800000002"), urgent="despair")
        for number in (3, 4):
            ticket = waits(db, somebody(db, phone=f"1380000000{number}"))
            ticket.take(db, by=chen, now=clock())
        says(db, talk_of(db, ticket), "还在吗，我等着呢", now=clock())
    assert figures(ours) == {
        "有危险，在等接待": "1 位", "在等接待": "1 位", "等您回话": "1 位", "您正在接待": "1 位",
    }  # fmt: skip
    assert leads_to(ours, "在等接待") == "/console/reception"
    assert ours.opens(leads_to(ours, "等您回话")).status_code == 200


def test_staff_see_the_clock_of_the_law_first(signed_in, sessions):
    ours = signed_in("staff", name="wang")
    with sessions.begin() as db:
        talk = somebody(db)
        for days in (1, 10, 12, 17, 30):
            matter = a_matter(db, talk, days_ago=days)
        matter.officer_id = User.named(db, "wang").id
    seen = figures(ours)
    assert (seen["信访超期"], seen["信访 7 天内到期"]) == ("2 件", "2 件")
    assert (seen["信访没有承办人"], seen["信访由您承办"]) == ("4 件", "1 件")
    for label in ("信访超期", "信访 7 天内到期", "信访没有承办人", "信访由您承办"):
        assert ours.opens(leads_to(ours, label)).status_code == 200
    ours.opens(leads_to(ours, "信访超期"))
    assert "2611080001" in ours.page.text.replace(" ", "")


def test_what_lies_with_somebody_who_has_left_counts_as_nobodys(signed_in, sessions, hire, clock):
    hire("走了的", "staff", name="gone")
    ours = signed_in("supervisor")
    with sessions.begin() as db:
        gone = User.named(db, "gone")
        a_matter(db, somebody(db)).officer_id = gone.id
    assert "信访没有承办人" not in figures(ours)
    with sessions.begin() as db:
        User.named(db, "gone").disabled_at = clock()
    assert figures(ours)["信访没有承办人"] == "1 件"


def test_an_officer_counts_the_own_stations_only(signed_in, sessions):
    near = signed_in("officer", station="5201150101", name="near")
    with sessions.begin() as db:
        a_matter(db, somebody(db), days_ago=20, where="金华镇翁贡村")
        a_matter(db, somebody(db, phone="13800000009"), days_ago=20, where="区里")
    assert figures(near)["信访超期"] == "1 件"
    assert "信访没有承办人" not in figures(near), "officers assign nobody"


def test_restricted_matters_are_counted_for_the_discipline_contact_alone(signed_in, sessions, hire):
    hire("何敏", "staff", name="hemin")
    with sessions.begin() as db:
        matter = a_matter(db, somebody(db), days_ago=20)
        hand_over(db, matter, by=User.named(db, "hemin"), now=matter.filed_at)
    assert figures(signed_in("discipline", name="zhao"))["专办件超期"] == "1 件"
    for role in ("staff", "supervisor", "officer", "admin"):
        assert not [label for label in figures(signed_in(role, name=role)) if "超期" in label]


def test_what_waits_for_a_second_person_waits_for_others_than_its_proposer(signed_in, sessions, hire, clock):
    hire("王姐", "staff", name="wang")
    hire("李科", "admin", name="like")
    supervisor = signed_in("supervisor", name="zhang")
    with sessions.begin() as db:
        wang, like, zhang = (User.named(db, name) for name in ("wang", "like", "zhang"))
        propose(db, a_matter(db, somebody(db)), DECLINE, "不归我们管", by=wang, now=clock())
        later = a_matter(db, somebody(db, phone="13800000009"))
        later.accept(db, by=wang, now=clock(), words="受理了")
        propose(db, later, EXTEND, "要调档案", by=zhang, now=clock(), days=5)
        propose_role(db, wang, "approver", None, "接替调走的同事", by=like, now=clock())
        propose_role(db, zhang, "approver", None, "接替调走的同事", by=like, now=clock())
    seen = figures(supervisor)
    assert (seen["信访等您复核"], seen["岗位等您确认"]) == ("1 件", "1 件")
    assert leads_to(supervisor, "岗位等您确认") == "/console/confirmations"
    clock.passes(LIVES)
    supervisor.signs_in("zhang")
    assert "信访等您复核" not in figures(supervisor), "after a day a proposal is void"


def test_a_notice_waits_for_its_approver_within_the_stations(signed_in, sessions, hire, clock):
    hire("老刘", "bwriter", name="liu")
    with sessions.begin() as db:
        somebody(db)
        notice = Broadcast.draft(db, Notice("通知", "明天体检，请带身份证。"), by=User.named(db, "liu"), now=clock())
        notice.propose(db, by=User.named(db, "liu"), own_hosts=(), now=clock())
    assert figures(signed_in("bapprover", name="zhou"))["通知等您审"] == "1 件"
    assert "通知等您审" not in figures(signed_in("bapprover", station="52011501", name="town"))


def test_a_supervisor_hears_of_danger_nobody_answers(signed_in, sessions):
    ours = signed_in("supervisor")
    with sessions.begin() as db:
        waits(db, somebody(db), urgent="despair")
        waits(db, somebody(db, phone="13800000009"))
    assert figures(ours)["危机，还没有人接"] == "1 位"


def test_an_editor_sees_what_found_no_answer(signed_in, sessions, clock):
    with sessions.begin() as db:
        talk = somebody(db)
        for words, routed in (("火星有多远", "not_found"), ("优待证怎么办", "policy:B01")):
            talk.answer(db, "答复", to=says(db, talk, words, now=clock()), now=clock(), routed=routed)
    ours = signed_in("editor")
    assert figures(ours)["没答上的问题，30 天内"] == "1 条"
    assert ours.opens(leads_to(ours, "没答上的问题，30 天内")).status_code == 200


def test_every_list_a_number_leads_to_is_there(app):
    source = (HERE / "home.py").read_text("utf-8")
    named = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', source))
    assert len(named) > 10
    assert named <= set(app.view_functions)


def test_an_admin_sees_to_accounts_stations_and_what_is_stuck(signed_in, sessions, hire, clock):
    ours = signed_in("admin", name="like")
    hire("小陈", "volunteer", name="chen")
    with sessions.begin() as db:
        User.named(db, "chen").password_hash = ""
        talk = somebody(db)
        db.add(Message(conversation_id=talk.id, author="bot", status=Status.PARKED, said_at=clock(), priority=0))
    seen = figures(ours)
    assert seen["还没设密码"] == "1 人"
    assert seen["消息发不出去，要看日志"] == "1 条"
    assert seen["站点没写电话或接待时间"] == "3 个"
    assert leads_to(ours, "站点没写电话或接待时间") == "/console/stations"
    clock.passes(340 * dt.timedelta(days=1))
    ours.signs_in("like")
    assert figures(ours)["岗位 30 天内到期"] == "2 个"


def test_figures_of_people_hide_small_numbers(signed_in, sessions, hire):
    """authz-matrix 2: a count under ten may be somebody one knows."""
    hire("小陈", "volunteer", name="chen")
    ours = signed_in("supervisor")

    def grow(count, first):
        with sessions.begin() as db:
            for number in range(first, first + count):
                talk = somebody(db, phone=f"138{number:08d}")
                a_matter(db, talk, phone=f"138{number:08d}")
                was_spoken_with(db, talk, User.named(db, "chen"), "答清楚了").rating = 1

    grow(3, 1)
    assert (figures(ours)["信访在办"], figures(ours)["本月接待"]) == ("不到 10 件", "不到 10 次")
    assert "不到 10 人评价" in ours.reads()
    grow(9, 100)
    assert (figures(ours)["信访在办"], figures(ours)["本月接待"]) == ("12 件", "12 次")
    assert "12 人评价，12 人满意" in ours.reads()
    assert "12 件在期限内" in ours.reads()
    assert [few_hidden(count) for count in (0, 9, 10, 1234)] == ["不到 10", "不到 10", "10", "1,234"]


EVERYTHING = ("volunteer", "staff", "editor", "approver", "bwriter", "bapprover")


@pytest.mark.parametrize(
    "roles", [("volunteer",), ("staff",), ("supervisor",), ("admin",), ("discipline",), EVERYTHING]
)
def test_as_many_statements_for_much_as_for_little(signed_in, sessions, engine, hire, roles):
    hire("小李", "volunteer", name="li")
    ours = signed_in(*roles, name="ours")

    def opened():
        with statements(engine) as sent:
            assert ours.opens("/console/").status_code == 200
        return len(sent)

    opened()
    few = opened()
    with sessions.begin() as db:
        me, other = User.named(db, "ours"), User.named(db, "li")
        for number in range(30):
            talk = somebody(db, phone=f"138{number:08d}")
            a_matter(db, talk, days_ago=number)
            was_spoken_with(db, talk, other, "答清楚了")
            ticket = waits(db, talk)
            if "volunteer" in roles and number % 2:
                ticket.take(db, by=me, now=ticket.opened_at)
    many = opened()
    assert many <= few + 2, "two for the talks in hand"
    assert many <= MOST + (8 if roles == EVERYTHING else 0)

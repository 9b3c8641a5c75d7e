"""战友: found by a whole number only, shown masked, within one's stations, and never what is restricted or withdrawn (X2, W3)."""

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import Interest
from models.people import Veteran
from models.petition.restricted import hand_over
from models.user import User
from tests.console.counting import statements
from tests.console.office_life import PHONE, a_matter, had_a_notice, somebody, veteran_of, waits, was_spoken_with
from tests.make import NOON

CANARIES = (PHONE, "13800006022", "周建国", "翁贡村三组", "八六年退伍")


@pytest.fixture
def zhou(sessions, hire):
    """老周 lives in 金华, filed two matters, was spoken with twice and had a notice."""
    hire("小陈", "volunteer", name="xiaochen")
    hire("何敏", "staff", name="hemin")
    with sessions.begin() as db:
        talk = somebody(db)
        a_matter(db, talk, days_ago=10)
        a_matter(db, talk, days_ago=1)
        chen = User.named(db, "xiaochen")
        was_spoken_with(db, talk, chen, "问优待证照片，电话 13800006022", days_ago=3)
        was_spoken_with(db, talk, chen, "心里难受，陪着说了会儿话", days_ago=2, urgent="despair")
        had_a_notice(db, talk, User.named(db, "hemin"), "八一慰问领取通知")
        return veteran_of(db, talk).uid


def person(db, uid):
    return db.scalars(select(Veteran).where(Veteran.uid == uid)).one()


def looks_for(ours, number):
    ours.opens("/console/people")
    return ours.sends("/console/people", number=number)


@pytest.mark.parametrize("typed", ["13800006021", "138 0000 6021", "１３８００００６０２１", "+86 138-0000-6021"])
def test_a_whole_phone_number_finds_its_person_however_it_is_typed(signed_in, zhou, typed):
    ours = signed_in("staff")
    assert looks_for(ours, typed).status_code == 200
    assert "周*国 138****6021 · 金华镇" in ours.reads()
    assert f"/console/people/{zhou}" in ours.page.text


def test_a_case_number_finds_its_person_and_its_matter(signed_in, zhou):
    ours = signed_in("staff")
    looks_for(ours, "261115 0001")
    assert "周*国" in ours.reads()
    assert "/console/petitions/2611150001" in ours.page.text


@pytest.mark.parametrize("typed", ["周建国", "1380000", "6021", "138*", "%", "", "' or 1=1 --", "2611", "翁贡村"])
def test_part_of_a_number_or_a_name_finds_nobody(signed_in, zhou, typed):
    ours = signed_in("staff")
    assert looks_for(ours, typed).status_code == 422
    assert zhou not in ours.page.text


def test_an_unknown_number_finds_nobody(signed_in, zhou):
    ours = signed_in("staff")
    for typed in ("13900000000", "2611150099"):
        looks_for(ours, typed)
        assert "没有找到" in ours.reads()


def test_an_officer_finds_those_of_the_own_station_and_below(signed_in, zhou):
    near = signed_in("officer", station="52011501", name="near")
    far = signed_in("officer", station="5201150101", name="far")
    looks_for(near, PHONE)
    assert zhou in near.page.text
    assert near.opens(f"/console/people/{zhou}").status_code == 200
    looks_for(far, PHONE)
    assert zhou in far.page.text, "both matters say 翁贡村"


def test_a_person_of_another_station_is_refused_and_one_who_is_not_there_is_not_found(signed_in, sessions):
    with sessions.begin() as db:
        elsewhere = veteran_of(db, somebody(db, "李四", phone="13900001111", station="520115")).uid
    ours = signed_in("officer", station="52011501", name="near")
    looks_for(ours, "13900001111")
    assert "没有找到" in ours.reads()
    assert ours.opens(f"/console/people/{elsewhere}").status_code == 403
    assert ours.opens("/console/people/AAAAAAAAAAAAAAAA").status_code == 404


def test_a_matter_in_the_own_station_opens_the_card_of_its_person(signed_in, sessions):
    """Nobody has said where the person lives; the matter says whose it is."""
    with sessions.begin() as db:
        talk = somebody(db, "李四", phone="13900001111", station="")
        a_matter(db, talk, phone="13900001111", where="金华镇翁贡村")
        uid = veteran_of(db, talk).uid
    ours = signed_in("officer", station="52011501", name="near")
    looks_for(ours, "13900001111")
    assert uid in ours.page.text
    assert ours.opens(f"/console/people/{uid}").status_code == 200


def test_the_card_shows_the_course_of_things_and_nothing_in_clear(signed_in, zhou):
    ours = signed_in("staff")
    assert ours.opens(f"/console/people/{zhou}").status_code == 200
    shown = ours.reads()
    for words in ("周*国", "金华镇", "138****6021", "261115 0001", "261124 0001", "收到，待告知", "答清楚了", "小陈",
                  "问优待证照片，电话 138****6022", "八一慰问领取通知", "微信里收到"):  # fmt: skip
        assert words in shown, words
    assert "心里难受" not in shown, "of a crisis only that there was a talk"
    for canary in CANARIES:
        assert canary not in ours.page.text, canary


def test_who_looked_is_told_on_the_card_and_in_the_audit(signed_in, sessions, zhou):
    wang, zhao = signed_in("staff", shown_as="王姐", name="wang"), signed_in("staff", shown_as="赵六", name="zhao")
    looks_for(wang, PHONE)
    wang.opens(f"/console/people/{zhou}")
    zhao.opens(f"/console/people/{zhou}")
    assert "王姐 战友情况：看了" in zhao.reads()
    assert "王姐 战友情况：查了一次" in zhao.reads()
    with sessions.begin() as db:
        acts = [(entry.act, entry.subject) for entry in db.scalars(select(AuditEntry)) if entry.subject == zhou]
        assert acts == [("veteran.search", zhou), ("veteran.card", zhou), ("veteran.card", zhou)]
        assert PHONE not in " ".join(entry.detail + entry.subject for entry in db.scalars(select(AuditEntry)))


def test_a_restricted_matter_is_on_no_card_and_found_by_no_number(signed_in, sessions, zhou):
    ours = signed_in("staff")
    with sessions.begin() as db:
        talk = somebody(db, "李四", phone="13900001111")
        matter = a_matter(db, talk, phone="13700002222", names=["李四"])
        hand_over(db, matter, by=User.named(db, "hemin"), now=NOON)
        number, uid = matter.number, veteran_of(db, talk).uid
    known = looks_for(ours, number).status_code
    unknown = looks_for(ours, "2611240099").status_code
    assert known == unknown == 200
    looks_for(ours, number)
    assert "没有找到" in ours.reads()
    assert uid not in ours.page.text
    looks_for(ours, "13700002222")
    assert "没有找到" in ours.reads(), "a number told for the restricted matter only leads nowhere"
    ours.opens(f"/console/people/{uid}")
    assert ours.page.status_code == 200
    assert f"{number[:6]} {number[6:]}" not in ours.reads()
    assert "没有信访办件" in ours.reads()


def test_whoever_keeps_away_from_a_matter_does_not_find_its_person(signed_in, sessions, zhou):
    """W3: not found, just as somebody who is not there."""
    ours = signed_in("staff", shown_as="王姐", name="wang")
    with sessions.begin() as db:
        talk = somebody(db, "李四", phone="13900001111")
        matter = a_matter(db, talk, phone="13900001111")
        uid, wang = veteran_of(db, talk).uid, User.named(db, "wang")
        Interest.declare(db, matter, "是我表哥", of=wang, now=NOON)
    looks_for(ours, "13900001111")
    assert "没有找到" in ours.reads()
    refused, unknown = ours.opens(f"/console/people/{uid}"), ours.opens("/console/people/AAAAAAAAAAAAAAAA")
    assert refused.status_code == unknown.status_code == 404
    assert ours.opens(f"/console/people/{zhou}").status_code == 200


def test_a_volunteer_sees_the_card_while_holding_the_talk_and_only_what_the_talk_needs(
    signed_in, sessions, clock, zhou
):
    ours = signed_in("volunteer", shown_as="小李", name="xiaoli")
    assert ours.opens(f"/console/people/{zhou}").status_code == 403
    with sessions.begin() as db:
        talk = somebody(db, "吴卫", phone="13700001111")
        closed = a_matter(db, talk, days_ago=30)
        closed.withdraw(db, now=clock())
        for days in range(2, 7):
            was_spoken_with(db, talk, User.named(db, "xiaochen"), f"第 {days} 天前说过话", days_ago=days)
        uid = veteran_of(db, talk).uid
        waits(db, talk).take(db, by=User.named(db, "xiaoli"), now=clock())
        had_a_notice(db, talk, User.named(db, "hemin"), "领取通知")
    assert ours.opens(f"/console/people/{uid}").status_code == 200
    shown = ours.reads()
    assert [days for days in range(2, 7) if f"第 {days} 天前说过话" in shown] == [2, 3, 4]
    assert "没有在办的信访" in shown
    assert "领取通知" not in shown
    assert "谁看过" not in shown
    assert ours.opens("/console/people").status_code == 403, "holding a talk opens no search"


def test_supervisor_admin_and_editor_have_no_way_in(signed_in, zhou):
    for role in ("supervisor", "admin", "editor", "bwriter", "discipline"):
        ours = signed_in(role, name=role)
        assert ours.opens("/console/people").status_code == 403
        assert ours.opens(f"/console/people/{zhou}").status_code == 403


def test_the_card_takes_as_many_statements_for_a_long_story_as_for_a_short_one(signed_in, sessions, engine, zhou):
    ours = signed_in("staff")

    def opened():
        with statements(engine) as sent:
            assert ours.opens(f"/console/people/{zhou}").status_code == 200
        return len(sent)

    opened()
    before = opened()
    with sessions.begin() as db:
        talk = somebody(db, contact="second", phone="13700003333")
        talk.veteran_id = person(db, zhou).id
        for days in range(20):
            a_matter(db, talk, days_ago=days)
            was_spoken_with(db, talk, User.named(db, "xiaochen"), "又说了一次", days_ago=days)
    assert opened() <= before + 2
    assert before < 30


def test_a_person_who_was_erased_has_an_empty_card(signed_in, sessions, zhou):
    with sessions.begin() as db:
        person(db, zhou).forget()
    ours = signed_in("staff")
    looks_for(ours, PHONE)
    ours.opens(f"/console/people/{zhou}")
    assert "老战友" in ours.reads()
    assert "6021" not in ours.reads().split("谁看过")[0].split("信访")[0]

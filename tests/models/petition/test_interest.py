"""回避: whoever is named in a matter, or says so, keeps away from it, with every account; a supervisor may lift it."""

from __future__ import annotations

import pytest

from models.case import Interest, MustWithdraw, NotNow
from models.reception import ReceptionTicket
from models.user import User
from models.user.accounts import give_role, open_account
from tests.make import NOON, make_petition, make_user
from tests.models.petitions import DAY, accepted, happened, staff, talk_of


@pytest.mark.parametrize(
    ("shown_as", "reason"),
    [
        ("王建国", "是提出这件事的人"),
        ("李国强", "是提出这件事的人"),
        ("何敏", "这件事里提到"),
        ("赵科长", "这件事里提到"),
    ],
)
def test_who_is_named_keeps_away_by_itself(db, shown_as, reason):
    named = make_user(db, "named", shown_as)
    petition = make_petition(
        db, talk_of(db), names=["王建国", "李国强"], story="找何敏办，一直没办", unit="赵科长那里", wish="重新算"
    )
    interest = Interest.find(db, named.person, petition)
    assert interest.reason == reason
    assert happened(db, petition) == ["received", "interest"]
    assert not petition.history(db)[-1].shown
    with pytest.raises(MustWithdraw, match="要回避"):
        petition.accept(db, by=named, now=NOON, words="受理了")


def test_who_files_from_the_phone_of_an_account_is_that_person(db):
    own = make_user(db, "13800006021", "小周")
    petition = make_petition(db, talk_of(db), names=["周某"])
    assert Interest.find(db, own.person, petition).reason == "是提出这件事的人"


def test_others_are_free(db):
    wangjie, _ = staff(db)
    short = make_user(db, "short", "年")  # one character stands in any story
    petition = make_petition(db, talk_of(db))
    assert [Interest.find(db, user.person, petition) for user in (wangjie, short)] == [None, None]


def test_an_account_made_later_is_looked_at_when_it_acts(db):
    _, like = staff(db)
    petition = make_petition(db, talk_of(db), story="何敏没给我办")
    new = make_user(db, "hemin", "何敏")
    with pytest.raises(MustWithdraw, match="何敏不能经手"):
        petition.assign(db, new, by=like, now=NOON)
    with pytest.raises(MustWithdraw, match="要回避"):
        petition.accept(db, by=new, now=NOON, words="受理了")
    petition.find_interest(db, new, now=NOON)
    assert Interest.find(db, new.person, petition) is not None


def test_declared_it_holds_at_once_and_for_every_account(db):
    wangjie, like = staff(db)
    second = User(name="wangjie2", shown_as="王姐（值班）", person=wangjie.person)
    db.add(second)
    petition = make_petition(db, talk_of(db))
    petition.assign(db, second, by=like, now=NOON)
    Interest.declare(db, petition, "是我表哥", of=wangjie, by=wangjie, now=NOON)
    assert petition.officer_id is None, "it waits for somebody else"
    for account in (wangjie, second):
        with pytest.raises(MustWithdraw, match="要回避"):
            petition.accept(db, by=account, now=NOON, words="受理了")
        with pytest.raises(MustWithdraw, match="不能经手"):
            petition.assign(db, account, by=like, now=NOON)
    petition.accept(db, by=like, now=NOON, words="受理了")


def test_declared_twice_is_once(db):
    wangjie, _ = staff(db)
    petition = make_petition(db, talk_of(db))
    one = Interest.declare(db, petition, "是我表哥", of=wangjie, by=wangjie, now=NOON)
    assert Interest.declare(db, petition, "再说一遍", of=wangjie, by=wangjie, now=NOON) is one
    assert happened(db, petition) == ["received", "interest"]


def test_another_matter_of_the_same_chat_is_kept_away_from_too(db):
    wangjie, _ = staff(db)
    talk = talk_of(db)
    Interest.declare(db, make_petition(db, talk), "是我表哥", of=wangjie, by=wangjie, now=NOON)
    assert make_petition(db, talk).keeps_away(db, wangjie)
    assert not make_petition(db, talk_of(db, "other")).keeps_away(db, wangjie)


def test_the_reason_is_sealed_and_not_in_the_history(db):
    wangjie, _ = staff(db)
    petition = make_petition(db, talk_of(db))
    interest = Interest.declare(db, petition, "是我表哥", of=wangjie, by=wangjie, now=NOON)
    assert "表哥".encode() not in interest.reason_sealed
    assert "表哥" not in petition.history(db)[-1].words


def test_a_talk_in_hand_goes_back_into_the_line(db):
    wangjie, _ = staff(db)
    talk = talk_of(db)
    ticket = ReceptionTicket.open(db, talk, reason="asked", now=NOON)
    ticket.take(db, by=wangjie, now=NOON)
    petition = make_petition(db, talk)
    Interest.declare(db, petition, "是我表哥", of=wangjie, by=wangjie, now=NOON)
    assert (ticket.state, ticket.taken_by_id, talk.mode) == ("waiting", None, "waiting")


# -- lifting it --------------------


def test_a_supervisor_lifts_it_with_a_reason(db):
    wangjie, like = staff(db)
    petition = make_petition(db, talk_of(db))
    interest = Interest.declare(db, petition, "同名", of=wangjie, by=wangjie, now=NOON)
    interest.lift(db, "只是同名，没有关系", by=like, now=NOON + DAY)
    assert (interest.lifted_by_id, interest.lifted_at) == (like.id, NOON + DAY)
    assert "只是同名" in petition.history(db)[-1].words
    petition.accept(db, by=wangjie, now=NOON + DAY, words="受理了")
    with pytest.raises(NotNow):
        interest.lift(db, "再来一次", by=like, now=NOON + DAY)


def test_what_was_lifted_is_not_found_again(db):
    _, like = staff(db)
    named = make_user(db, "hemin", "何敏")
    petition = make_petition(db, talk_of(db), story="何敏同志很热心，就是没结果")
    Interest.find(db, named.person, petition).lift(db, "说的是好话", by=like, now=NOON)
    petition.find_interest(db, named, now=NOON)
    petition.assign(db, named, by=like, now=NOON)
    assert petition.officer_id == named.id


def test_nobody_lifts_their_own_or_while_having_one(db):
    wangjie, like = staff(db)
    second = User(name="wangjie2", shown_as="王姐（值班）", person=wangjie.person)
    db.add(second)
    petition = accepted(db, like)
    hers = Interest.declare(db, petition, "是我表哥", of=wangjie, by=wangjie, now=NOON)
    for account in (wangjie, second):
        with pytest.raises(MustWithdraw, match="自己的回避"):
            hers.lift(db, "没关系了", by=account, now=NOON)
    Interest.declare(db, petition, "也认识", of=like, by=like, now=NOON)
    with pytest.raises(MustWithdraw, match="您也要回避"):
        hers.lift(db, "没关系", by=like, now=NOON)


def test_a_new_account_is_looked_at_on_the_day_it_gets_a_role(db):
    petition, other = make_petition(db, talk_of(db), story="何敏没给我办"), make_petition(db, talk_of(db, "other"))
    new = open_account(db, "hemin", shown_as="何敏")
    give_role(db, new, "staff", None, by="test", now=NOON)
    assert Interest.find(db, new.person, petition).reason == "这件事里提到"
    assert Interest.find(db, new.person, other) is None


def test_what_a_supervisor_found_nothing_in_is_not_found_again(db):
    _, like = staff(db)
    petition = make_petition(db, talk_of(db), story="何敏没给我办")
    new = open_account(db, "hemin", shown_as="何敏")
    give_role(db, new, "staff", None, by="test", now=NOON)
    Interest.find(db, new.person, petition).lift(db, "只是同名", by=like, now=NOON)
    give_role(db, new, "officer", None, by="test", now=NOON + DAY)
    assert Interest.find(db, new.person, petition) is None

"""My data: seen, erased, consent taken back (R51-R53)."""

from __future__ import annotations

from sqlalchemy import select

from models.erasure import Erasure
from models.media import Media
from models.people import Consent, Veteran
from models.reception import ReceptionTicket
from tests.handlers.stories import (
    ANSWERED,
    STORY,
    asked_about_private_matters,
    at_step,
    each,
    files,
    petitions,
    runs,
    ticket_of,
)
from tests.phone import Phone


def test_who_told_nothing_is_told_so(phone: Phone) -> None:
    phone.says("查我的资料")
    phone.hears("姓名：没有", "电话：没有", "登记的事：0 件", "删我的资料")


def test_what_is_kept_is_shown_masked(phone: Phone) -> None:
    files(phone)
    for words in ("查我的资料", "我的资料", "你们存了我什么"):
        phone.says(words)
        phone.hears("姓名：王*国", "电话：138****6021", "登记的事：1 件", "回复 8，当面核对身份")


def test_both_consents_are_shown_with_their_day(phone: Phone) -> None:
    handling, sensitive = "记您的话、姓名、电话：", "记病情、难处这些私事："
    phone.says("查我的资料")
    phone.hears(f"{handling}没有", f"{sensitive}没有")
    phone.waits(hours=13, minutes=50)  # 23:50 in Guiyang
    asked_about_private_matters(phone)
    phone.says("查我的资料")
    phone.hears(f"{handling}2026 年 11 月 25 日起", f"{sensitive}没有")
    phone.waits(minutes=15)
    phone.says("接着填", "1", "1", "查我的资料")
    phone.hears(f"{handling}2026 年 11 月 25 日起", f"{sensitive}2026 年 11 月 26 日起")
    phone.says("不同意了", "查我的资料")
    phone.hears(f"{handling}没有", f"{sensitive}没有")


def test_erasing_is_asked_first(phone: Phone) -> None:
    files(phone)
    phone.says("删我的资料")
    phone.hears("找不回来", "登记过的事按规定要留", "1 是，删掉", "2 不删")
    phone.says("2")
    phone.hears("没有删")
    phone.says("查我的资料")
    phone.hears("王*国")


def test_erased_words_are_gone_and_the_petition_stays_under_its_number(phone: Phone) -> None:
    number = files(phone)
    phone.sends("image", media_id="on record")
    phone.waits(minutes=5)
    at_step(phone, 2)
    phone.says("这句话还没交")
    phone.sends("image", media_id="of the draft")
    phone.says("删我的资料", "1")
    phone.hears("删掉了", "登记过的 1 件事，还在编号下面")
    with phone.sessions.begin() as db:
        assert [words for words in phone.transcript(db) if words] == [phone.last]
        assert not runs(phone, db, "open")
        assert not runs(phone, db, "parked")
        assert all(run.state_sealed is None for run in runs(phone, db, "closed"))
        veteran = db.scalars(select(Veteran)).one()
        assert (veteran.name, veteran.phone, veteran.phone_index) == ("", "", None)
        assert [consent.withdrawn_at for consent in db.scalars(select(Consent))] == [phone.now, phone.now]
        assert {media.external_id: media.state for media in db.scalars(select(Media))} == {
            "on record": "wanted",
            "of the draft": "erase",
        }
        [petition] = petitions(db)
        assert (petition.spoken_number, petition.story) == (number, STORY)
        assert db.scalars(select(Erasure)).one().contact_index != phone.openid
    phone.says("接着填")
    assert "上次填到" not in phone.last
    phone.says("4")
    phone.hears(number)


def test_after_erasing_everything_works_as_for_a_newcomer(phone: Phone) -> None:
    files(phone)
    phone.says("删我的资料", "1", ANSWERED)
    phone.hears("依据：")
    phone.waits(minutes=20)
    phone.says("2")
    phone.hears("1 同意")


def test_a_stray_1_much_later_erases_nothing(phone: Phone) -> None:
    files(phone)
    phone.says("删我的资料")
    phone.waits(minutes=20)
    phone.says("1")
    phone.hears("想问什么")
    with phone.sessions.begin() as db:
        assert not db.scalars(select(Erasure)).all()


def test_consent_is_taken_back_at_once(phone: Phone) -> None:
    files(phone)
    phone.waits(minutes=5)
    at_step(phone, 3)
    phone.says("不同意了")
    phone.hears("不再用您的姓名电话", "没填完的也删了", "还在编号下面", "问政策、找人，照样可以")
    with phone.sessions.begin() as db:
        assert not runs(phone, db, "open")
        assert not runs(phone, db, "parked")
        assert db.scalars(select(Veteran)).one().name == ""
        assert len(petitions(db)) == 1
        assert [consent.withdrawn_at for consent in db.scalars(select(Consent))] == [phone.now, phone.now]
    phone.says("2")
    phone.hears("1 同意")


def test_after_a_consent_taken_back_both_are_asked_anew(phone: Phone) -> None:
    files(phone)
    phone.says("不同意了", "2")
    phone.hears("1 同意")
    phone.says("1", "1")
    phone.hears("1 可以记")


def test_who_comes_back_after_a_restore_forgot_him_is_asked_both_anew(phone: Phone) -> None:
    """A replayed erasure knows nothing of purposes: the yes to private matters ends with the one it came after."""
    files(phone)
    with phone.sessions.begin() as db:
        Erasure.of(db, phone.conversation(db), now=phone.now)
    phone.says("2", "1", "1")
    phone.hears("1 可以记")


def test_a_consent_taken_back_at_the_question_is_a_no(phone: Phone) -> None:
    phone.says("2", "我不同意了")
    phone.hears("从现在起")
    with phone.sessions.begin() as db:
        assert not runs(phone, db, "open")


def test_no_data_is_asked_for_twice_by_a_new_consent(phone: Phone) -> None:
    files(phone)
    phone.says("不同意了")
    phone.waits(minutes=5)
    at_step(phone, 7)
    phone.hears("我们怎么找您")
    assert "138****6021" not in phone.last


def test_the_three_commands_work_while_waiting(phone: Phone) -> None:
    for person, words, answer in each(phone, ["删我的资料", "查我的资料", "不同意了"], ["8"]):
        person.says(answer, words)
        assert "听到了，记给" not in person.last
        with person.sessions.begin() as db:
            assert ticket_of(person, db) is not None


def test_who_asks_something_else_is_answered(phone: Phone) -> None:
    phone.says("删我的资料", ANSWERED)
    phone.hears("依据：")


def test_the_number_for_a_call_is_erased_too(phone: Phone) -> None:
    phone.says("8", "1", "13800006021", "删我的资料", "1")
    phone.hears("删掉了")
    with phone.sessions.begin() as db:
        assert [ticket.phone for ticket in db.scalars(select(ReceptionTicket))] == [""]

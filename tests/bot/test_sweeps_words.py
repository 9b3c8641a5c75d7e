"""What is forgotten, and when: the words of strangers and of old acquaintances, numbers, the files of closed matters."""

import dataclasses
import functools

import pytest
from sqlalchemy import func, select

from bot import sweeps
from bot.delivery import fetch_due
from bot.retention import Retention
from models.base import new_uid
from models.conversation import Arrival, Conversation
from models.dialogue_run import DialogueRun
from models.media import Media
from models.message import Message
from models.people import HANDLING, Consent, Veteran
from models.petition import Petition
from models.reception import ReceptionTicket
from tests.bot.test_delivery import hear, make_office
from tests.bot.test_sweeps import CANARY, DAY, MONTH, SECOND, begin_form, twice
from tests.make import NOON, make_petition, make_user

YEAR = 365 * DAY
TWO_YEARS = 2 * YEAR


@pytest.fixture
def sweep(sessions):
    return functools.partial(twice, sessions)


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path / "media")


# -- words --------------------


def speak(sessions, contact, *, now=NOON):
    with sessions.begin() as db:
        chat = hear(db, contact, now=now)
        chat.say(db, CANARY, now=now)
        return chat.id


def words_left(sessions, contact):
    with sessions.begin() as db:
        mine = select(func.count(Message.words_sealed)).join(Conversation, Conversation.id == Message.conversation_id)
        return db.scalar(mine.where(Conversation.contact == contact))


def test_questions_of_people_we_do_not_know_are_forgotten_after_thirty_days(sessions, sweep):
    speak(sessions, "生人")
    speak(sessions, "生人", now=NOON + DAY)
    assert sweep(sweeps.forget_questions, NOON + MONTH - SECOND) == 0
    assert sweep(sweeps.forget_questions, NOON + MONTH) == 2
    assert words_left(sessions, "生人") == 2, "what was said a day later stays a day longer"
    with sessions.begin() as db:
        assert db.scalar(select(func.count()).select_from(Message)) == 4, "that something was said remains"


def test_those_we_know_and_those_we_serve_are_not_forgotten(sessions, sweep):
    for contact in ("known", "filed", "waiting", "talked"):
        speak(sessions, contact)
    with sessions.begin() as db:
        agree(db, "known")
        make_petition(db, Conversation.of(db, "fake", "filed", now=NOON))
        ReceptionTicket.open(db, Conversation.of(db, "fake", "waiting", now=NOON), reason="asked", now=NOON)
        ticket = ReceptionTicket.open(db, Conversation.of(db, "fake", "talked", now=NOON), reason="asked", now=NOON)
        ticket.take(db, by=make_user(db), now=NOON)
        ticket.close(db, outcome="answered", now=NOON)
    assert sweep(sweeps.forget_questions, NOON + MONTH) == 2
    assert [words_left(sessions, contact) for contact in ("known", "filed", "waiting", "talked")] == [2, 2, 2, 0]


def test_who_took_the_consent_back_is_a_stranger_again(sessions, sweep):
    speak(sessions, "回头")
    with sessions.begin() as db:
        Consent.take_back(db, agree(db, "回头").id, now=NOON)
    assert sweep(sweeps.forget_questions, NOON + MONTH) == 2


def agree(db, contact, *, now=NOON):
    """Somebody we know: who agreed to be kept and told name and phone."""
    chat = Conversation.of(db, "fake", contact, now=now)
    veteran = Veteran(uid=new_uid(), created_at=now)
    db.add(veteran)
    db.flush()
    veteran.told(name="王建国", phone="13800006021")
    db.add(Consent(veteran_id=veteran.id, purpose=HANDLING, version="1", given_at=now))
    chat.veteran_id = veteran.id
    return veteran


@pytest.fixture
def acquaintance(sessions):
    """老周 agreed and spoke at noon, and so did we."""
    speak(sessions, "老周")
    with sessions.begin() as db:
        return agree(db, "老周").id


def test_chats_of_people_we_know_go_two_years_after_the_last_word(sessions, sweep, acquaintance):
    speak(sessions, "老周", now=NOON + DAY)
    assert sweep(sweeps.forget_chats, NOON + TWO_YEARS) == 0, "nothing of a chat goes before its end"
    assert sweep(sweeps.forget_profiles, NOON + TWO_YEARS) == 0
    assert sweep(sweeps.forget_chats, NOON + TWO_YEARS + DAY) == 4
    assert sweep(sweeps.forget_profiles, NOON + TWO_YEARS + DAY) == 1
    assert words_left(sessions, "老周") == 0
    with sessions.begin() as db:
        veteran = db.get_one(Veteran, acquaintance)
        assert (veteran.name, veteran.phone, veteran.phone_index) == ("", "", None)
        assert Consent.standing(db, acquaintance), "what was agreed to stays on record"


def test_a_word_of_ours_counts_as_well(sessions, sweep, acquaintance):
    with sessions.begin() as db:
        chat = db.scalars(select(Conversation).where(Conversation.contact == "老周")).one()
        chat.say(db, "您的事有眉目了。", now=NOON + DAY)
    assert sweep(sweeps.forget_chats, NOON + TWO_YEARS) == 0
    assert sweep(sweeps.forget_chats, NOON + TWO_YEARS + DAY) == 3


def test_no_chat_goes_while_a_matter_or_a_talk_is_open(sessions, sweep, acquaintance):
    with sessions.begin() as db:
        chat = Conversation.of(db, "fake", "老周", now=NOON)
        ticket = ReceptionTicket.open(db, chat, reason="asked", now=NOON)
        petition_id = make_petition(db, chat).id
    for end in ("a talk and a matter are open", "the matter is open", "it was closed a year ago"):
        assert sweep(sweeps.forget_chats, NOON + TWO_YEARS) == 0, end
        assert sweep(sweeps.forget_profiles, NOON + TWO_YEARS) == 0, end
        with sessions.begin() as db:
            if end.startswith("a talk"):
                db.get_one(ReceptionTicket, ticket.id).close(db, outcome="answered", now=NOON)
            elif end.startswith("the matter"):
                db.get_one(Petition, petition_id).withdraw(db, now=NOON + YEAR)
    assert sweep(sweeps.forget_chats, NOON + YEAR + TWO_YEARS) == 2
    assert sweep(sweeps.forget_profiles, NOON + YEAR + TWO_YEARS) == 1
    with sessions.begin() as db:
        petition = db.get_one(Petition, petition_id)
        assert (petition.names, petition.phone) == ("王建国", "13800006021"), "petitions stay (archives law)"


def test_a_person_with_a_matter_is_known_without_a_consent(sessions, sweep):
    speak(sessions, "filed")
    with sessions.begin() as db:
        make_petition(db, Conversation.of(db, "fake", "filed", now=NOON)).withdraw(db, now=NOON)
    assert sweep(sweeps.forget_questions, NOON + TWO_YEARS) == 0
    assert sweep(sweeps.forget_chats, NOON + TWO_YEARS) == 2


def test_one_lively_chat_keeps_the_name_but_not_the_words_of_another(sessions, sweep, acquaintance):
    speak(sessions, "老周的新手机", now=NOON + YEAR)
    with sessions.begin() as db:
        Conversation.of(db, "fake", "老周的新手机", now=NOON + YEAR).veteran_id = acquaintance
    assert sweep(sweeps.forget_chats, NOON + TWO_YEARS) == 2
    assert sweep(sweeps.forget_profiles, NOON + TWO_YEARS) == 0
    assert words_left(sessions, "老周的新手机") == 2


# -- numbers for a call-back --------------------


def test_the_number_of_a_closed_ticket_goes_after_ninety_days(sessions, sweep):
    with sessions.begin() as db:
        for contact in ("closed", "waiting"):
            ticket = ReceptionTicket.open(db, hear(db, contact), reason="asked", now=NOON)
            ticket.phone = "13800006021"
            if contact == "closed":
                ticket.close(db, outcome="answered", now=NOON)
    assert sweep(sweeps.forget_phones, NOON + 90 * DAY - SECOND) == 0
    assert sweep(sweeps.forget_phones, NOON + 90 * DAY) == 1
    with sessions.begin() as db:
        assert {ticket.state: ticket.phone for ticket in db.scalars(select(ReceptionTicket))} == {
            "closed": "",
            "waiting": "13800006021",
        }


# -- the office's own periods --------------------


def test_every_period_can_be_another(sessions, office, sweep, acquaintance):
    """A week for everything: what the defaults would keep for months is gone after seven days, not a second earlier."""
    week = 7 * DAY
    keep = Retention(**{field.name: week for field in dataclasses.fields(Retention)})
    speak(sessions, "生人")
    begin_form(sessions, "生人二")
    keep_file(office, "生人三", filed="closed")
    with sessions.begin() as db:
        ticket = ReceptionTicket.open(db, hear(db, "要电话"), reason="asked", now=NOON)
        ticket.phone = "13800006021"
        ticket.close(db, outcome="answered", now=NOON)
    sweeping = (sweeps.delete_drafts, sweeps.forget_questions, sweeps.forget_chats, sweeps.forget_profiles)
    for job in (*sweeping, sweeps.forget_phones, sweeps.forget_media):
        assert sweep(functools.partial(job, keep=keep), NOON + week - SECOND) == 0, job.__name__
        assert sweep(functools.partial(job, keep=keep), NOON + week) > 0, job.__name__


def test_words_are_forgotten_in_batches(sessions):
    with sessions.begin() as db:
        chat = hear(db, "生人")
        rows = [
            {
                "uid": new_uid(),
                "conversation_id": chat.id,
                "author": "bot",
                "status": "sent",
                "said_at": NOON,
                "words_sealed": b"x",
            }
            for _ in range(2 * sweeps.BATCH)
        ]
        db.execute(
            Message.__table__.insert(),
            [
                {"kind": "text", "masked": "", "routed": "", "trouble": "", "tries": 0, "priority": 0} | row
                for row in rows
            ],
        )
    counts = []
    while not counts or counts[-1]:
        with sessions.begin() as db:
            counts.append(sweeps.forget_questions(db, NOON + MONTH))
    assert counts == [sweeps.BATCH, sweeps.BATCH, 1, 0]


# -- files --------------------


def keep_file(office, contact, *, filed=None):
    """A file on the disk, belonging to a petition or to none; its row's id, and the petition's."""
    with office.sessions.begin() as db:
        chat = Conversation.of(db, "fake", contact, now=NOON)
        heard = chat.hear(db, Arrival(f"f:{contact}", "image", "", NOON), masked="", now=NOON)
        media = Media.want(db, chat, heard, "image", "M", now=NOON)
        office.media.keep(media.uid, CANARY.encode())
        media.kept(type="image/jpeg", size=1)
        if filed is not None:
            petition = make_petition(db, chat, media_uids=[media.uid])
            if filed == "closed":
                petition.withdraw(db, now=NOON)
        return media.id


def state_of(office, media_id):
    with office.sessions.begin() as db:
        return db.get_one(Media, media_id).state


def files(office):
    return sum(path.is_file() for path in office.settings.media_dir.rglob("*"))


def test_files_of_a_matter_go_ninety_days_after_it_was_closed(office, sweep):
    closed, still_open = keep_file(office, "a", filed="closed"), keep_file(office, "b", filed="open")
    assert sweep(sweeps.forget_media, NOON + 90 * DAY - SECOND) == 0
    assert sweep(sweeps.forget_media, NOON + 90 * DAY) == 1
    assert [state_of(office, each) for each in (closed, still_open)] == ["erase", "kept"]
    assert files(office) == 2
    fetch_due(office)
    assert state_of(office, closed) == "erased"
    assert files(office) == 1
    assert sweep(sweeps.forget_media, NOON + 999 * DAY) == 0


def test_files_of_no_matter_go_after_thirty_days(office, sweep):
    media_id = keep_file(office, "a")
    assert sweep(sweeps.forget_media, NOON + MONTH - SECOND) == 0
    assert sweep(sweeps.forget_media, NOON + MONTH) == 1
    assert state_of(office, media_id) == "erase"


def test_a_file_in_two_matters_stays_while_one_is_open(office, sweep):
    media_id = keep_file(office, "a", filed="closed")
    with office.sessions.begin() as db:
        uid = db.get_one(Media, media_id).uid
        make_petition(db, Conversation.of(db, "fake", "a", now=NOON), media_uids=[uid])
    assert sweep(sweeps.forget_media, NOON + 200 * DAY) == 0


def test_a_month_forward_nothing_of_a_stranger_is_left(office, sweep, sessions):
    """R50: the clock goes forward, and the canary is neither in the words nor in the files."""
    speak(sessions, "生人")
    begin_form(sessions, "生人二")
    keep_file(office, "生人三")
    later = NOON + MONTH + DAY
    for job in (sweeps.delete_drafts, sweeps.forget_questions, sweeps.forget_media):
        sweep(job, later)
    fetch_due(office)
    assert files(office) == 0
    with sessions.begin() as db:
        assert db.scalar(select(func.count(Message.words_sealed))) == 0
        assert db.scalar(select(func.count(DialogueRun.state_sealed))) == 0

"""What is forgotten, and when: the words of strangers, the files of closed matters."""

import functools

import pytest
from sqlalchemy import func, select

from bot import sweeps
from bot.delivery import fetch_due
from models.base import new_uid
from models.conversation import Arrival, Conversation
from models.dialogue_run import DialogueRun
from models.media import Media
from models.message import Message
from models.people import Veteran
from models.reception import ReceptionTicket
from tests.bot.test_delivery import hear, make_office
from tests.bot.test_sweeps import CANARY, DAY, MONTH, SECOND, begin_form, twice
from tests.make import NOON, make_petition, make_user


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
        veteran = Veteran(uid=new_uid(), created_at=NOON)
        db.add(veteran)
        db.flush()
        Conversation.of(db, "fake", "known", now=NOON).veteran_id = veteran.id
        make_petition(db, Conversation.of(db, "fake", "filed", now=NOON))
        ReceptionTicket.open(db, Conversation.of(db, "fake", "waiting", now=NOON), reason="asked", now=NOON)
        ticket = ReceptionTicket.open(db, Conversation.of(db, "fake", "talked", now=NOON), reason="asked", now=NOON)
        ticket.take(db, by=make_user(db), now=NOON)
        ticket.close(db, outcome="answered", now=NOON)
    assert sweep(sweeps.forget_questions, NOON + MONTH) == 2
    assert [words_left(sessions, contact) for contact in ("known", "filed", "waiting", "talked")] == [2, 2, 2, 0]


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

"""The worker: sends what is due, fetches what veterans sent. Claim (transaction), call (none), settle (transaction)."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.channels import MediaGone, SendFailed
from bot.media import LARGEST, BadMedia, clean_in_child
from bot.office import Office
from handlers.kit.phrase import worded
from handlers.told_later import SEND_AGAIN
from models.broadcast import Recipient, Way
from models.broadcast.spread import RECEIPT, note_outcome, way_now
from models.conversation import Conversation
from models.media import Media
from models.message import Message, Status
from models.reminder import ROUTE as REMINDER
from models.vault import Unreadable
from models.wording import Wording

logger = logging.getLogger(__name__)

NAMES = {"image": "照片", "voice": "录音", "video": "视频"}
IDLE = 0.5  # seconds between two looks when nothing was due
CHILD_MEMORY_MB = 768  # a 40-megapixel WebP needs as much


def deliver(office: Office, stop: threading.Event) -> None:
    """Work until told to stop; what is in hand is finished first. Any number of workers may run."""
    while not stop.is_set():
        try:
            busy = deliver_due(office, stop) + fetch_due(office, stop)
        except Exception:
            # The store is away for a while: the rows are the queue, nothing is lost by waiting.
            logger.exception("delivery_interrupted")
            busy = 0
        if not busy:
            stop.wait(IDLE)


def deliver_due(office: Office, stop: threading.Event | None = None) -> int:
    """Send what is due now; how many messages were settled."""
    now = office.clock()
    with office.sessions.begin() as db:
        claimed = [message.id for message in Message.claim_due(db, now=now)]
    for message_id in claimed:
        if stop is not None and stop.is_set():
            return len(claimed)  # the rest were never begun; their lease runs out and another worker takes them
        deliver_one(office, message_id)
    return len(claimed)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What leaves now, to whom and how."""

    channel: str
    contact: str
    words: str
    way: Way
    key: str
    from_bot: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a call, and the platform's name of it where there is one."""

    way: Way
    failure: SendFailed | None = None
    receipt: str = ""


def deliver_one(office: Office, message_id: int) -> None:
    """Send one claimed message. Whatever goes wrong with it stays with it."""
    now = office.clock()
    with office.sessions.begin() as db:
        message = db.get_one(Message, message_id)
        conversation = db.get_one(Conversation, message.conversation_id, with_for_update=True)
        db.refresh(message)  # again, behind the lock: a door or another worker may have had it meanwhile
        parcel = _parcel(db, office, message, conversation, now=now)
        if parcel is None:
            return
    outcome = _hand_in(office, parcel, message_id)
    with office.sessions.begin() as db:
        message = db.get_one(Message, message_id)
        conversation = db.get_one(Conversation, message.conversation_id, with_for_update=True)
        _settle(db, message, conversation, outcome, now=office.clock())


def _hand_in(office: Office, parcel: _Parcel, message_id: int) -> _Outcome:
    """The call itself; what went wrong is part of the outcome."""
    try:
        channel = office.channels[parcel.channel]
        if parcel.way == Way.TEMPLATE:
            return _Outcome(parcel.way, receipt=channel.notify(parcel.contact, parcel.words, key=parcel.key))
        channel.send(parcel.contact, parcel.words, from_bot=parcel.from_bot)
        return _Outcome(parcel.way)
    except SendFailed as problem:
        return _Outcome(parcel.way, problem)
    except Exception as problem:
        # Not the platform's word but a bug of ours: it is settled like a failure, so that it never stops the queue.
        logger.exception("send_raised", extra={"message_id": message_id})
        failure = SendFailed(type(problem).__name__, retry=True, alarm=True, our_fault=True)
        return _Outcome(parcel.way, failure)


def _parcel(
    db: Session, office: Office, message: Message, conversation: Conversation, *, now: dt.datetime
) -> _Parcel | None:
    """A message whose call begins now; None when it is not to be sent."""
    if message.status != Status.CLAIMED:
        return None
    notice = Recipient.of(db, message)
    if notice is not None:
        way = way_now(db, notice, message, conversation, template=_can_notify(office, conversation), now=now)
    else:
        way = Way.MESSAGE if conversation.follows else None
        if way is None:
            message.settle(Status.FAILED, now=now, trouble="no longer follows")
    words = _opened(message, now=now) if way else ""
    if way is None or not words:
        return None
    if notice is None and not conversation.may_send(message.author, now=now):
        if message.routed != REMINDER or not _can_notify(office, conversation):
            conversation.hold(db, message)
            return None
        way = Way.TEMPLATE
    if not message.begin_sending(db, now=now):
        return None
    from_bot = (
        message.author == "bot" and notice is None
    )  # a notice is a colleague's words: nothing in it becomes a link
    return _Parcel(conversation.channel, conversation.contact, words, way, message.uid, from_bot)


def _can_notify(office: Office, conversation: Conversation) -> bool:
    """Whether there is a way to somebody who has been silent for long."""
    channel = office.channels.get(conversation.channel)
    return channel is not None and channel.can_notify


def _opened(message: Message, *, now: dt.datetime) -> str:
    """The words of a message; empty, and the message settled, when there are none to send."""
    try:
        words = message.words
    except Unreadable as damage:
        # No later try would open it; raised here, it would take the rest of the batch with it for two minutes.
        message.settle(Status.PARKED, now=now, trouble=str(damage))
        _report(message, str(damage))
        return ""
    if not words:
        message.settle(Status.STOPPED, now=now, trouble="its words were erased")
    return words


def _settle(db: Session, message: Message, conversation: Conversation, outcome: _Outcome, *, now: dt.datetime) -> None:
    notice, failure = Recipient.of(db, message), outcome.failure
    if failure is None or failure.outcome_unknown:
        if outcome.way == Way.MESSAGE:
            conversation.spend(now=now)
        status = Status.UNKNOWN if failure else Status.SENT
        message.settle(status, now=now, trouble=failure.reason if failure else "")
        message.external_id = f"{RECEIPT}{outcome.receipt}" if outcome.receipt else message.external_id
    elif failure.window_closed:
        conversation.window_closed()
        if notice is not None or (message.routed == REMINDER and outcome.way == Way.MESSAGE):
            message.try_again(now=now, trouble=failure.reason, after=dt.timedelta(0))  # by another way
        else:
            conversation.hold(db, message)
    elif failure.retry:
        message.try_again(now=now, trouble=failure.reason, after=failure.retry_after, our_fault=failure.our_fault)
    else:
        message.settle(Status.FAILED, now=now, trouble=failure.reason)
        if failure.address_dead:
            conversation.follows = False
    if notice is not None:
        note_outcome(db, notice, message, outcome.way, outcome.receipt, now=now)
    if failure is not None and (failure.alarm or message.status == Status.PARKED):
        _report(message, failure.reason)


def _report(message: Message, why: str) -> None:
    logger.error("message_in_trouble", extra={"message_id": message.id, "why": why})


def fetch_due(office: Office, stop: threading.Event | None = None) -> int:
    """Fetch and clean the files that are due."""
    if stop is not None and stop.is_set():
        return 0
    with office.sessions.begin() as db:
        claimed = [media.id for media in Media.claim_due(db, now=office.clock())]
        erased = Media.to_erase(db)
    for media_id in claimed:
        if stop is not None and stop.is_set():
            break  # the rest fall due again when their lease is over
        _fetch_one(office, media_id)
    for media_id, uid in erased:
        office.media.erase(uid)
        with office.sessions.begin() as db:
            db.get_one(Media, media_id).state = "erased"
    return len(claimed) + len(erased)


def _fetch_one(office: Office, media_id: int) -> None:
    with office.sessions.begin() as db:
        media = db.get_one(Media, media_id)
        channel, kind, external_id, uid = media.channel, media.kind, media.external_id, media.uid
    try:
        raw = office.channels[channel].fetch(external_id, most=LARGEST[kind])
        cleaned = clean_in_child(kind, raw, memory_mb=CHILD_MEMORY_MB)
        office.media.keep(uid, cleaned.content)
    except Exception as problem:
        with office.sessions.begin() as db:
            _not_fetched(db, db.get_one(Media, media_id), problem, now=office.clock())
        return
    with office.sessions.begin() as db:
        media = db.get_one(Media, media_id, with_for_update=True)
        if media.state == "wanted":
            media.kept(type=cleaned.type, size=len(cleaned.content))
        else:
            office.media.erase(uid)  # its owner was forgotten while we fetched it; nobody would look for it again


def _not_fetched(db: Session, media: Media, problem: Exception, *, now: dt.datetime) -> None:
    if isinstance(problem, BadMedia | MediaGone):
        media.refuse(str(problem))
        conversation = db.get_one(Conversation, media.conversation_id, with_for_update=True)
        if conversation.follows:
            conversation.say(db, worded([SEND_AGAIN(what=NAMES[media.kind])], Wording.live(db)), now=now)
        return
    if not isinstance(problem, SendFailed):
        logger.error("fetch_raised", extra={"media_id": media.id, "why": type(problem).__name__})
    media.try_again(str(problem) if isinstance(problem, SendFailed) else type(problem).__name__, now=now)

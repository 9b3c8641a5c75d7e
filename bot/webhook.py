"""The door for channels: /channels/<name>. Verify, read, receive, reply. No network call happens in here."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import time

from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from sqlalchemy.orm import Session

from bot.channels import Channel, Push, Refused, StoreAway
from bot.conversation import Outcome, apologise, read, receive
from bot.living import InUse
from bot.metrics import ALARMS, ANSWERED, PUSHES, RECEIVED
from bot.office import Office, office_here
from console.page import needs
from handlers.kit.turn import Reading
from models.message import Answer, Message, Status

logger = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024  # R9
IN_TIME = 4.0  # seconds; WeChat drops the connection after 5
OLDEST = 6 * 24 * 3600  # seconds; keys of pushes are kept 7 days, so an older push cannot be told from a repeated one
# Not every fault the database reports: what breaks one of its rules is a bug of ours, and the words can still be kept.
AWAY = (OperationalError, InterfaceError, PoolIsEmpty, sqlite3.OperationalError)  # the last from the wait for the lock
# Words that need no database: it is not there. The number is the city's hotline.
APOLOGY = "系统出了点问题，不是您弄错了，刚才这句话没记上。请过几分钟再说一遍，或者打 12345。有危险，打 110、120。"


def webhook() -> Blueprint:
    door = Blueprint("channels", __name__)

    @door.get("/channels/<name>")
    @needs("webhook", "receive")
    def check(name: str) -> Response:
        try:
            return _plain(_channel(office_here(), name).greet(request.args.to_dict(flat=False)))
        except Refused as refusal:
            return _refuse(refusal)

    @door.post("/channels/<name>")
    @needs("webhook", "receive")
    def inbound(name: str) -> Response:
        started, office = time.monotonic(), office_here()
        channel = _channel(office, name)
        # Before anything touches request.form: a form content type would leave the body empty (C9).
        body = request.get_data(cache=False, parse_form_data=False)
        if len(body) >= LARGEST_BODY:  # a chunked body is cut there without a word
            abort(413)
        try:
            push = channel.open(request.args.to_dict(flat=False), body, now=office.clock())
        except Refused as refusal:
            return _refuse(refusal)
        except StoreAway as away:
            logger.exception("store_unavailable")
            return _not_kept(channel, away.push, office.clock())
        PUSHES.labels(push.inbound.kind if push.inbound.kind in KINDS else "other").inc()
        if push.inbound.kind == "unreadable":  # signed, so it is WeChat's: its console may have been set to JSON
            ALARMS.labels("unreadable").inc()
        response = _handle(office, channel, push, started)
        RECEIVED.observe(time.monotonic() - started)
        return response

    return door


KINDS = frozenset({"text", "image", "voice", "video", "location", "link", "subscribe", "unsubscribe", "click", "scan"})


def _handle(office: Office, channel: Channel, push: Push, started: float) -> Response:
    """Once the signature is good the answer is never a 5xx: WeChat would show an error (platform.md 2.2)."""
    now = office.clock()
    if (now - push.inbound.said_at).total_seconds() > OLDEST:
        logger.warning("push_too_old")
        return _plain(channel.acknowledge())
    try:
        return _receive(office, channel, push, started)
    except AWAY:
        logger.exception("store_unavailable")
    except Exception:
        logger.exception("push_not_kept")
    return _not_kept(channel, push, now)


def _receive(office: Office, channel: Channel, push: Push, started: float) -> Response:
    now, reading, in_use = office.clock(), Reading(), InUse(office.library)
    try:
        in_use = office.living.now()
        reading = read(push.inbound, in_use.library)
        with office.sessions.begin() as db:
            outcome = receive(
                db,
                channel.name,
                push.inbound,
                reading,
                in_use.library,
                wordings=in_use.wordings,
                public_url=office.settings.public_url,
                now=now,
                may_hand_over=lambda words: _in_time(started) and channel.fits(words),
            )
            reply = _hand_over(db, channel, push, outcome, started)
    except AWAY:
        raise
    except Exception:
        # A bug of ours must not cost a veteran's words: they are kept, and a person looks at them.
        logger.exception("dialogue_failed")
        with office.sessions.begin() as db:
            outcome = apologise(db, channel.name, push.inbound, now=now, wordings=in_use.wordings)
            reply = _hand_over(db, channel, push, outcome, started)
    if reading.crisis is not None and not outcome.repeated:
        ALARMS.labels("urgent").inc()
        logger.error("urgent_heard", extra={"kind": reading.crisis})
    ANSWERED.labels("repeated" if outcome.repeated else "answered" if outcome.reply else "silent").inc()
    return _respond(office, channel, push, reply)


def _hand_over(db: Session, channel: Channel, push: Push, outcome: Outcome, started: float) -> Answer | None:
    """What goes into the response while WeChat still listens; the rest stays in the outbox and the worker sends it.

    A retry finds its answer stored: handed over before, or still waiting and handed over now, unless a worker has it.
    """
    reply = outcome.reply
    if reply is None or not push.inbound.may_answer:
        return None
    if outcome.repeated and not reply.words:  # they were erased meanwhile
        return None
    handed_over = reply.status == Status.HANDED_OVER
    if not handed_over and reply.status == Status.QUEUED and _in_time(started) and channel.fits(reply.words):
        handed_over = Message.hand_over(db, reply.id, now=reply.said_at)
    return reply if handed_over else None


def _respond(office: Office, channel: Channel, push: Push, reply: Answer | None) -> Response:
    """Sealed when the transaction is over, so that nobody waits at a lock for it."""
    if reply is None:
        return _plain(channel.acknowledge())
    try:
        return Response(*_sealed(channel, push, reply.words, reply.said_at))
    except Exception:
        logger.exception("answer_not_sealed")
        with office.sessions.begin() as db:
            Message.take_back(db, reply.id)
        return _plain(channel.acknowledge())


def _in_time(started: float) -> bool:
    return time.monotonic() - started <= IN_TIME


def _not_kept(channel: Channel, push: Push, now: dt.datetime) -> Response:
    """Nothing was stored: say so to who spoke. An event nobody typed gets no words."""
    if not push.inbound.may_answer:
        return _plain(channel.acknowledge())
    return Response(*_sealed(channel, push, APOLOGY, now))


def _sealed(channel: Channel, push: Push, words: str, at: dt.datetime) -> tuple[str, int, dict[str, str]]:
    body, kind = channel.answer(push, words, at=at)
    return body, 200, {"Content-Type": kind}


def _channel(office: Office, name: str) -> Channel:
    channel = office.channels.get(name)
    if channel is None:
        abort(404)
    return channel


def _plain(words: str) -> Response:
    return Response(words, 200, {"Content-Type": "text/plain; charset=utf-8"})


def _refuse(refusal: Refused) -> Response:
    """One answer for every reason (R3); the reason goes to the log."""
    logger.warning("push_refused", extra={"why": str(refusal)})
    PUSHES.labels("refused").inc()
    return Response("", 403, {"Content-Type": "text/plain; charset=utf-8"})

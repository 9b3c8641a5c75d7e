"""The engine: one thing heard, one answer. Who may speak is decided here, what is said in handlers/."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels import SPOKEN, TEMPLATE_RESULT, Inbound
from handlers import BY_NAME, DIALOGUES
from handlers.kit.phrase import Phrase, Said, worded
from handlers.kit.turn import Dialogue, Reading, State, Step, Turn, Words
from handlers.notices import NOTICES
from handlers.petition.report import heard_unanswered
from handlers.policy import POLICY
from handlers.reception import asks_for_a_person
from handlers.urgent import URGENT
from knowledge_base.library import Library
from models.broadcast.spread import template_result
from models.conversation import Arrival, Conversation
from models.dialogue_run import DialogueRun
from models.erasure import Erasure
from models.media import Media
from models.message import Answer, Message
from models.reception import ReceptionTicket

TOO_FAST = Phrase("engine.too_fast", "您发得有点快，我们都收到了。急事打 12345；有危险，打 110、120。找人，回复 8。")
NUMBERS_MASKED = Phrase("engine.numbers_masked", "（您发的{what}我们替您遮住了。在微信里不用发这些号码。）")
SECRETS_REMOVED = Phrase(
    "engine.secrets_removed", "（部队番号、驻地、装备、任务不能在微信里说，这几个字我们替您去掉了，没有存。）"
)
TROUBLE = Phrase(
    "engine.trouble",
    "系统出了点问题，不是您弄错了。您的话都记下了，接待室的人会来看、来回您。急事打 12345；有危险，打 110、120。",
)
UNKNOWN_KIND = Phrase("engine.unknown_kind", "这种消息我们看不了。请打字、说话，或者发照片。\n8 找人")

LONGEST_BUBBLE = 200
MASKED_NAMES = {"id": "身份证号", "bank": "银行卡号", "phone": "电话号码"}
NO_WORDINGS: Mapping[str, str] = {}
ERASES = frozenset({"unsubscribe", "user_authorization_cancellation", "user_authorization_revoke"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a push: the answer for it, and whether the very same push had been kept before."""

    reply: Answer | None
    repeated: bool = False


def read(inbound: Inbound, library: Library) -> Reading:
    """What somebody says is read; what comes with an event, like the mark of a scanned code, nobody says."""
    said = inbound.kind in SPOKEN or inbound.kind == "click"  # a menu's key is a command: tapping is speaking
    return Reading.of(inbound.text, library) if said else Reading(Words.of(inbound.text))


def receive(
    db: Session,
    channel: str,
    inbound: Inbound,
    reading: Reading,
    library: Library,
    *,
    now: dt.datetime,
    wordings: Mapping[str, str] = NO_WORDINGS,
    may_hand_over: Callable[[str], bool] = lambda words: False,
    public_url: str = "",
) -> Outcome:
    """Keep what was heard and answer it, in the caller's transaction. A repeated push gets the stored answer.

    `wordings` are the office's own words for phrases. `may_hand_over` tells whether the caller can still hand such an
    answer over; else it stays in the outbox. `public_url` is where our pages can be opened, if they can.
    """
    if inbound.kind in ERASES and _kept_before(db, channel, inbound) is not None:
        return Outcome(None, repeated=True)  # asked first: hearing it again would make a conversation under the openid
    if inbound.kind == TEMPLATE_RESULT:  # the platform's word about a message of ours: nobody has been heard
        template_result(db, inbound.text, now=now)
        return Outcome(None)
    conversation, heard = keep(db, channel, inbound, reading.words, now=now)
    if heard is None:
        return Outcome(_stored_reply(db, channel, inbound), repeated=True)
    if inbound.kind in ERASES:
        Erasure.unlink(db, conversation, now=now)
        return Outcome(None)
    if not conversation.follows and inbound.refills != "nothing":  # an event of the platform's own proves nothing
        conversation.follows = True
    if not inbound.may_answer:
        return Outcome(None)
    media = _media(db, conversation, heard, inbound, now=now)
    turn = Turn(db, now, conversation, heard, inbound.kind, reading, library, media, public_url=public_url)
    if conversation.too_fast and reading.crisis is None and not asks_for_a_person(reading):
        heard_unanswered(turn)
        told = conversation.mode != "person" and conversation.tell_too_fast(now=now)
        lines: Sequence[Said] = [TOO_FAST()] if told else ()
    else:
        lines = answer(turn)
    return Outcome(_say(turn, lines, wordings, may_hand_over))


def keep(
    db: Session, channel: str, inbound: Inbound, words: Words, *, now: dt.datetime
) -> tuple[Conversation, int | None]:
    """Lock the conversation and store what was heard; None when it had been stored before."""
    conversation = Conversation.of(db, channel, inbound.contact, now=now, refills=inbound.refills)
    arrival = Arrival(inbound.external_id, inbound.kind, words.text, inbound.said_at)
    return conversation, conversation.hear(db, arrival, masked=",".join(sorted(words.masked)), now=now)


def apologise(
    db: Session, channel: str, inbound: Inbound, *, now: dt.datetime, wordings: Mapping[str, str] = NO_WORDINGS
) -> Outcome:
    """A dialogue raised and its transaction is gone: keep what was heard, say so, and let a person look at it."""
    conversation, heard = keep(db, channel, inbound, Words.of(inbound.text), now=now)
    if heard is None:
        return Outcome(_stored_reply(db, channel, inbound), repeated=True)
    ReceptionTicket.open(db, conversation, reason="trouble", now=now)
    if conversation.mode == "person":
        return Outcome(None)
    words = worded([TROUBLE()], wordings)
    return Outcome(conversation.answer(db, words, to=heard, now=now, routed="trouble", handed_over=True))


def answer(turn: Turn) -> Sequence[Said]:
    """What to say: urgent first, then whoever interrupts, then the open run, then the first that wants it."""
    if turn.conversation.mode == "person" and not URGENT.wants(turn):
        return NOTICES.beside(turn)  # a person holds the chat; the bot is silent but for a wish about notices
    if turn.kind not in SPOKEN and turn.kind not in ("subscribe", "scan", "click", "scancode_waitmsg"):
        turn.routed = "unknown"
        return [UNKNOWN_KIND()]
    turn.run = DialogueRun.open_in(turn.db, turn.conversation)
    in_crisis = turn.run is not None and turn.run.dialogue == URGENT.name
    for dialogue in (URGENT,) if in_crisis else DIALOGUES:
        if dialogue.interrupts and dialogue.wants(turn):
            return _interrupt(turn, dialogue)
    if turn.run is not None:
        step = _go_on(turn, turn.run)
        if not step.pass_on:
            return _carry_out(turn, step, turn.run.dialogue)
    return _begin(turn)


def _begin(turn: Turn) -> Sequence[Said]:
    """Nothing is open any more: dialogues see no run, and what they keep goes into the row of the one that passed."""
    if turn.run is not None and _keeps_place(turn.run):
        _leave(turn, close=True)
    passed, turn.run = turn.run, None
    dialogue = next(dialogue for dialogue in DIALOGUES if dialogue.wants(turn))
    step = dialogue.open(turn)
    turn.run = passed
    return _carry_out(turn, step, dialogue.name)


def _go_on(turn: Turn, run: DialogueRun) -> Step:
    """The open run hears it; after a long silence it asks first, unless something else is clearly meant."""
    dialogue = BY_NAME.get(run.dialogue)
    if dialogue is None:  # a deployment took the dialogue away
        return Step(pass_on=True)
    if turn.now - run.touched_at <= dialogue.fresh_for:
        return dialogue.hear(turn, run.state)
    found = turn.reading.found
    if dialogue.keeps_place and found.sure and not found.road and turn.choice is None:
        _leave(turn, close=False)
        return Step(pass_on=True)
    return dialogue.reopen(turn, run.state)


def _interrupt(turn: Turn, dialogue: Dialogue) -> Sequence[Said]:
    step = dialogue.open(turn)
    if step.stay and turn.run is not None:
        interrupted = BY_NAME.get(turn.run.dialogue)
        _note(turn, step)
        return [*step.say, *(interrupted.repeat(turn, turn.run.state) if interrupted else ())]
    return _carry_out(turn, step, dialogue.name)


def _carry_out(turn: Turn, step: Step, name: str) -> Sequence[Said]:
    """Keep the state the step asks for, and go on where it points."""
    _note(turn, step)
    if step.then:
        _leave(turn, close=True)
        following = BY_NAME.get(step.then, POLICY)  # a deployment may have taken it away
        return _carry_out(turn, following.open(turn), following.name)
    name = step.runs_as or name
    same = turn.run is not None and turn.run.status == "open" and turn.run.dialogue == name
    if step.keep is not None:
        _keep(turn, name, step.keep)
    elif not step.stay:
        _leave(turn, close=same)
    return step.say


def _keep(turn: Turn, name: str, state: State) -> None:
    """Keep a state in the open run's row, unless that run is a form whose place has to be kept."""
    run = turn.run
    if run is not None and run.dialogue != name and _keeps_place(run):
        _leave(turn, close=False)
    if turn.run is None:
        turn.run = DialogueRun.begin(turn.db, turn.conversation, name, state, now=turn.now)
    else:
        turn.run.become(turn.db, name, state, now=turn.now)


def _keeps_place(run: DialogueRun) -> bool:
    dialogue = BY_NAME.get(run.dialogue)
    return dialogue is not None and dialogue.keeps_place


def _leave(turn: Turn, *, close: bool) -> None:
    """Leave the open run: a form is parked, so that it can be taken up again; anything else is over."""
    run = turn.run
    if run is None or run.status != "open":
        return
    if _keeps_place(run) and not close:
        run.park()
    else:
        run.close()
    turn.db.flush()
    turn.run = None


def _note(turn: Turn, step: Step) -> None:
    if step.routed:
        turn.routed = step.routed
    if turn.kind in SPOKEN and not (step.understood and turn.conversation.misunderstood == 0):
        turn.conversation.misunderstood = 0 if step.understood else turn.conversation.misunderstood + 1


def _media(db: Session, conversation: Conversation, heard: int, inbound: Inbound, *, now: dt.datetime) -> Media | None:
    if not inbound.media_id or inbound.kind not in ("image", "voice", "video"):
        return None
    return Media.want(db, conversation, heard, inbound.kind, inbound.media_id, now=now)


def _say(
    turn: Turn, lines: Sequence[Said], wordings: Mapping[str, str], may_hand_over: Callable[[str], bool]
) -> Answer | None:
    """Put the answer in the outbox, and a word about what was masked with it, in a second bubble if need be."""
    if not lines:
        return None
    words, remark = worded(lines, wordings), worded(_remarks(turn.reading.words.masked), wordings)
    if remark and len(words) + len(remark) < LONGEST_BUBBLE:
        words, remark = f"{words}\n{remark}", ""
    reply = turn.conversation.answer(
        turn.db, words, to=turn.heard, now=turn.now, routed=turn.routed, handed_over=may_hand_over(words)
    )
    if remark:
        turn.conversation.say(turn.db, remark, now=turn.now)
    return reply


def _remarks(kinds: frozenset[str]) -> list[Said]:
    names = [name for kind, name in MASKED_NAMES.items() if kind in kinds]
    # A phone number is what the form itself may have asked for; only the other numbers are worth a word.
    remarks: list[Said] = [NUMBERS_MASKED(what="、".join(names))] if {"id", "bank"} & kinds else []
    return [*remarks, SECRETS_REMOVED()] if "secret" in kinds else remarks


def _stored_reply(db: Session, channel: str, inbound: Inbound) -> Answer | None:
    before = _kept_before(db, channel, inbound)
    return Message.reply_to(db, before.id) if before else None


def _kept_before(db: Session, channel: str, inbound: Inbound) -> Message | None:
    return db.scalars(select(Message).where(Message.external_id == f"{channel}:{inbound.external_id}")).first()

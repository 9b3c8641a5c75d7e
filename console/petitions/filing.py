"""A petition written down here: out of a talk in hand, with the veteran's own words, or for somebody at the counter."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, seen, user
from console.page import Page, back_to, render
from console.petitions.page import said
from handlers.petition import told as petition_told
from handlers.petition.questions import TOPICS
from models.base import new_uid
from models.conversation import Conversation
from models.masking import find_phone, mask, mask_secrets
from models.media import Media
from models.message import RESTRICTED, Message
from models.people import HANDLING, SENSITIVE, Consent, Veteran
from models.petition import MOST_REPRESENTATIVES, Petition
from models.petition.clock import in_words
from models.reception import ReceptionTicket
from models.shown import masked_name
from models.station import Station

PAGE = Page("petition_filing")
Answer = str | Response | tuple[str, int]

BEFORE = {"no": "没有反映过", "yes": "反映过"}
AGREED = {"chat": "微信里说的", "phone": "电话里说的", "face": "当面说的"}
SPOKEN = "spoken"  # the version of a consent that was given to a person, not to a text of ours
LONGEST_STORY, MOST_MESSAGES = 2_000, 60


@dataclass(frozen=True, slots=True)
class Source:
    """Where it is told: a talk with its conversation, or neither at the counter."""

    ticket: ReceptionTicket | None = None
    talk: Conversation | None = None

    @property
    def veteran(self) -> Veteran | None:
        known = self.talk.veteran_id if self.talk else None
        return db().get_one(Veteran, known) if known is not None else None

    @property
    def may_file(self) -> bool:
        """At the counter only who answers for the people of a station; everybody else out of a talk in hand."""
        scopes = {rule.scope for rule, _ in actor().rules("petition", "file")}
        return self.ticket is not None or "subtree" in scopes

    @property
    def contact(self) -> str:
        """What is on file already, masked."""
        veteran = self.veteran
        if veteran is None or not (veteran.name or veteran.phone):
            return ""
        return f"{masked_name(veteran.name)} {mask(veteran.phone).text}".strip()


@PAGE.get("/petitions/new", "petition", "file")
def form() -> Answer:
    source = _source(request.args.get("ticket", ""))
    return _form(source, Answers()) if source.may_file else _out_of_a_talk()


@PAGE.post("/petitions", "petition", "file")
def file() -> Answer:
    """With nothing but the talk: the form, filled in with what was said. With answers: the petition."""
    source, answers = _source(request.form.get("ticket", "")), Answers()
    if not source.may_file:
        return _out_of_a_talk()
    if "topic" not in request.form:
        return _form(source, answers)
    told = _told(answers, source)
    if not answers.ok:
        return _form(source, answers), 422
    petition = Petition.file(db(), source.talk, now=now(), by=user(), **told)  # type: ignore[arg-type]
    _place(petition, source)
    _note_consent(petition, source, AGREED[answers["agreed"]])
    petition.tell(db(), said(petition_told.filed_for_you(petition)), by=user(), now=now())
    note("petition.file", petition.uid)
    if source.ticket is not None:
        return back_to("reception.show", uid=source.ticket.uid)  # the receipt stands in the talk
    flash(f"登记好了，编号 {petition.spoken_number}。{in_words(petition.tell_by)}前要告诉本人是否受理")
    return back_to("petitions.listing")


def _source(uid: str) -> Source:
    """A talk this person has in hand. Without one only who may file for the people of a station goes on."""
    if not uid:
        return Source()
    ticket = seen(ReceptionTicket, uid, "petition", "file")
    return Source(ticket, db().get_one(Conversation, ticket.conversation_id))


def _out_of_a_talk() -> Response:
    flash("登记信访办件，要从手里的对话进来")
    return back_to("home.home")


def _form(source: Source, answers: Answers) -> str:
    veteran = source.veteran
    return render(
        "petitions/new.html",
        answers=answers,
        ticket=source.ticket.uid if source.ticket else "",
        story=_words_of(source),
        contact=source.contact,
        files=len(_files_of(source)),
        may_be_sensitive=veteran is not None and Consent.standing(db(), veteran.id, SENSITIVE) is not None,
        topics=[(topic, topic) for topic in TOPICS],
        before=[(key, shown, "") for key, shown in BEFORE.items()],
        agreed=[(key, shown, "") for key, shown in AGREED.items()],
        first=request.method == "GET" or "topic" not in request.form,
        at_the_counter=source.ticket is None,
    )


def _told(answers: Answers, source: Source) -> dict[str, object]:
    """What 条例 19 asks for, as told; numbers of people and military detail masked as in the chat (R48, R49)."""
    names, phone = _contact(answers, source)
    answers.choice("agreed", "本人怎么同意的", AGREED)
    return {
        "topic": answers.choice("topic", "哪方面的事", TOPICS),
        "story": _kept(answers.text("story", "什么事", most=LONGEST_STORY)),
        "where": _kept(answers.text("where", "在哪里", most=100)),
        "unit": _kept(answers.text("unit", "哪个单位", most=100, least=0)) or "不知道",
        "wish": _kept(answers.text("wish", "希望怎么解决", most=300)),
        "raised_before": answers.choice("before", "以前反映过没有", BEFORE) == "yes",
        "names": names,
        "phone": phone,
        "media_uids": _files_of(source) if answers.checked("with_files") else [],
    }


def _contact(answers: Answers, source: Source) -> tuple[list[str], str]:
    veteran = source.veteran
    if answers.checked("as_known") and veteran is not None:
        return ([veteran.name] if veteran.name else []), veteran.phone
    names = [name for name in answers.text("names", "姓名", most=60, least=0).replace("，", "、").split("、") if name]
    if len(names) > MOST_REPRESENTATIVES:
        answers.faults["names"] = f"代表最多 {MOST_REPRESENTATIVES} 人（《信访工作条例》第二十条）"
    given = answers.text("phone", "电话", most=30, least=0)
    phone = find_phone(given) or ""
    if given and not phone:
        answers.faults["phone"] = "这个电话好像不对，手机是 11 位"
    return names, phone


def _words_of(source: Source) -> str:
    """What the veteran said in this talk, to be cut down, not to be written anew (条例 19: as told)."""
    if source.ticket is None:
        return ""
    said_there = (
        Message.conversation_id == source.ticket.conversation_id,
        Message.author == "veteran",
        Message.said_at >= source.ticket.opened_at,
        Message.words_sealed.is_not(None),
        Message.routed != RESTRICTED,
    )
    messages = db().scalars(select(Message).where(*said_there).order_by(Message.id.desc()).limit(MOST_MESSAGES)).all()
    spoken = [message.words for message in reversed(messages) if len(message.words) > 1]
    return "\n".join(spoken)[:LONGEST_STORY]


def _files_of(source: Source) -> list[str]:
    if source.ticket is None:
        return []
    sent = select(Media.uid).join(Message, Message.id == Media.message_id)
    there = (
        Media.conversation_id == source.ticket.conversation_id,
        Message.said_at >= source.ticket.opened_at,
        Message.routed != RESTRICTED,
    )
    return list(db().scalars(sent.where(*there, Media.state.in_(("wanted", "kept"))).order_by(Media.id)))


def _kept(words: str) -> str:
    return mask(mask_secrets(words).text).text


def _place(petition: Petition, source: Source) -> None:
    """A place that names no station of ours: then the talk's, or the writer's own."""
    if petition.station_id is not None:
        return
    talk, ticket = source.talk, source.ticket
    petition.station_id = (
        (ticket.station_id if ticket else None) or (talk.station_id if talk else None) or _own_station()
    )


def _own_station() -> int | None:
    """The station of whoever writes it down at the counter: the uppermost of those the role covers."""
    for rule, grant in actor().rules("petition", "file"):
        if rule.scope == "subtree" and grant.stations is not None:
            mine = Station.id.in_(grant.stations)
            top = select(Station.id).where(mine, Station.parent_id.not_in(grant.stations)).order_by(Station.id)
            return db().scalars(top).first()
    return None


def _note_consent(petition: Petition, source: Source, how: str) -> None:
    """The veteran's agreement, which the table asks for (second: veteran)."""
    petition.note(db(), "agreed", now=now(), words=f"本人同意登记，{how}。", by=user(), shown=False)
    if source.talk is None:
        return
    veteran = source.veteran
    if veteran is None:
        veteran = Veteran(uid=new_uid(), created_at=now())
        db().add(veteran)
        db().flush()
        source.talk.veteran_id = petition.veteran_id = veteran.id
    if Consent.standing(db(), veteran.id) is None:
        db().add(Consent(veteran_id=veteran.id, purpose=HANDLING, version=SPOKEN, given_at=now()))

"""Everything WeChat pushes, turned into an Inbound (platform.md 3)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from bot.channels import TEMPLATE_RESULT, Inbound

ANSWERED_EVENTS = {"subscribe", "scan", "click", "scancode_waitmsg"}
REFILLS = dict.fromkeys(("subscribe", "scan", "click", "scancode_push", "scancode_waitmsg"), "act")
# Their FromUserName is the platform's; the person they are about stands in OpenID.
ABOUT_A_PERSON = {"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"}
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_inbound(fields: dict[str, str]) -> Inbound:
    """One push as the office hears it. Unknown kinds keep the platform's name."""
    return _event(fields) if fields["MsgType"] == "event" else _message(fields)


def unreadable(body: bytes, now: dt.datetime) -> Inbound:
    """A signed body nobody can read: kept under a contact of its own, never answered."""
    digest = hashlib.sha256(body).hexdigest()[:40]
    words = body[:4000].decode("utf-8", "replace")
    return Inbound("unreadable", f"unreadable:{digest}", "unreadable", now, words, refills="nothing", may_answer=False)


def _message(fields: dict[str, str]) -> Inbound:
    kind = {"shortvideo": "video"}.get(fields["MsgType"], fields["MsgType"])
    said_at = _moment(fields)
    # WeChat repeats a push under its MsgId; what has none is known by sender and second (platform.md 2.3).
    number = fields.get("MsgId")
    key = f"m:{number}" if number else f"f:{_digest(fields['FromUserName'], fields['CreateTime'])}"
    tapped = bool(fields.get("bizmsgmenuid"))
    return Inbound(
        contact=fields["FromUserName"],
        external_id=key,
        kind=kind,
        said_at=said_at,
        text=_words(kind, fields),
        media_id=fields.get("MediaId", ""),
        refills="act" if tapped else "message",  # a tapped link may count as a click only (platform.md 4.4)
        ours=fields["ToUserName"],
    )


def _words(kind: str, fields: dict[str, str]) -> str:
    if kind == "location":
        return fields.get("Label") or f"{fields.get('Location_X', '')},{fields.get('Location_Y', '')}"
    if kind == "link":
        return " ".join(filter(None, (fields.get("Title"), fields.get("Description"))))
    if kind == "file":
        return fields.get("Title", "")
    return fields.get("Recognition", "") if kind == "voice" else fields.get("Content", "")


def _event(fields: dict[str, str]) -> Inbound:
    event = (fields.get("Event") or "none").lower()
    key = fields.get("EventKey", "")
    about = fields.get("OpenID", "")
    parts = (fields["FromUserName"], fields["CreateTime"], event, key[:64], fields.get("MsgID", ""), about)
    contact = about if event in ABOUT_A_PERSON and _OPENID.fullmatch(about) else fields["FromUserName"]
    return Inbound(
        contact=contact,
        external_id=f"e:{_digest(*parts)}",
        kind=event,
        said_at=_moment(fields),
        text=_told_by(event, key, fields),
        refills=REFILLS.get(event, "nothing"),
        may_answer=event in ANSWERED_EVENTS,
        ours=fields["ToUserName"],
    )


def _told_by(event: str, key: str, fields: dict[str, str]) -> str:
    """What an event says beyond its kind."""
    if event == "click":
        return key  # a menu's key is the command itself, so tapping is speaking
    if event == TEMPLATE_RESULT:
        return f"{fields.get('MsgID', '')} {fields.get('Status', '')}"
    return key.removeprefix("qrscene_") if event in ("scan", "subscribe") else ""


def _digest(*parts: str) -> str:
    """A key without the openid in it: keys stay when a person has asked to be forgotten."""
    return hashlib.sha256(":".join(parts).encode()).hexdigest()[:40]


def _moment(fields: dict[str, str]) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(fields["CreateTime"]), dt.UTC)

"""Everything the platform pushes to an account: messages, events, and what each allows (platform.md 3)."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from simulator.markup import Fields, Value

# Events to which an answer is shown in the chat. LOCATION allows one as well, but it is never expected.
ANSWERABLE_EVENTS = frozenset({"subscribe", "SCAN", "LOCATION", "CLICK", "scancode_waitmsg"})
# Events the person made by hand; only for these does a failing account show the error text.
NOTICED_EVENTS = frozenset({"subscribe", "SCAN", "CLICK", "scancode_waitmsg"})
BROADCAST_SENDER = "mphelper"


@dataclass(frozen=True)
class Push:
    """One thing to deliver. `key` is what platform.md 2.3 calls the de-duplication key."""

    sender: str
    kind: str
    event: str
    key: str
    fields: tuple[tuple[str, Value], ...]

    @property
    def label(self) -> str:
        """The kind as people read it: `text`, `event:CLICK`."""
        return f"{self.kind}:{self.event}" if self.event else self.kind

    @property
    def may_be_answered(self) -> bool:
        return self.event in ANSWERABLE_EVENTS if self.kind == "event" else True

    @property
    def shows_trouble(self) -> bool:
        return self.event in NOTICED_EVENTS if self.kind == "event" else True

    def with_fields(self, fields: Fields) -> "Push":
        """The same push with other elements, for faults that bend the body."""
        return replace(self, fields=tuple(fields))


class PushFactory:
    """Builds pushes for one account. Message numbers are unique even across restarts, and beyond 2^53."""

    def __init__(self, original_id: str, now: Callable[[], float]) -> None:
        self.original_id = original_id
        self._now = now
        # A bot with a database from yesterday would drop yesterday's numbers as repeats, so they follow real time.
        self._numbers = itertools.count(time.time_ns() // 100)

    def _common(self, sender: str, kind: str, created: int | None) -> Fields:
        moment = int(self._now()) if created is None else created
        return [("ToUserName", self.original_id), ("FromUserName", sender), ("CreateTime", moment), ("MsgType", kind)]

    def message(self, sender: str, kind: str, own: Fields, created: int | None = None) -> Push:
        """A message from a person; `created` freezes CreateTime (seconds)."""
        number = next(self._numbers)
        fields = [*self._common(sender, kind, created), *own, ("MsgId", number)]
        return Push(sender, kind, "", str(number), tuple(fields))

    def event(self, sender: str, name: str, own: Fields, created: int | None = None) -> Push:
        """An event; its key is sender, second, name, event key and message number."""
        common = self._common(sender, "event", created)
        given = dict(own)
        event_key, number = given.get("EventKey", ""), given.get("MsgID", "")
        key = f"{sender}:{dict(common)['CreateTime']}:{name}:{str(event_key)[:64]}:{number}"
        return Push(sender, "event", name, key, (*common, ("Event", name), *own))

    def raw(self, sender: str, own: Fields) -> Push:
        """Any elements at all, placed after (or instead of) the common ones; for messages nobody foresaw."""
        given = {name: value for name, value in own if isinstance(value, str | int)}
        kind, event = str(given.get("MsgType", "text")), str(given.get("Event", ""))
        missing = [(name, value) for name, value in self._common(sender, kind, None) if name not in given]
        key = str(given.get("MsgId", f"{sender}:{int(self._now())}:{event}:{given.get('EventKey', '')}"))
        return Push(str(given.get("FromUserName", sender)), kind, event, key, (*missing, *own))


def text(words: str, menu_id: str = "") -> Fields:
    """`menu_id` is the number of a tapped option or link (platform.md 4.3); a typed text has none."""
    tapped: Fields = [("bizmsgmenuid", menu_id)] if menu_id else []
    return [("Content", words), *tapped]


def image(media_id: str, picture_url: str) -> Fields:
    return [("PicUrl", picture_url), ("MediaId", media_id)]


def voice(media_id: str, recognition: str | None, form: str = "amr") -> Fields:
    """`recognition`: None leaves the element out, an empty text sends it empty, as is reported (platform.md 3.2)."""
    heard: Fields = [] if recognition is None else [("Recognition", recognition)]
    return [("MediaId", media_id), ("Format", form), ("MediaId16K", media_id), *heard]


def video(media_id: str, thumb_media_id: str) -> Fields:
    return [("MediaId", media_id), ("ThumbMediaId", thumb_media_id)]


def place(latitude: float, longitude: float, label: str, scale: int = 15) -> Fields:
    """A position in GCJ-02 degrees."""
    return [("Location_X", latitude), ("Location_Y", longitude), ("Scale", scale), ("Label", label)]


def link(title: str, description: str, url: str) -> Fields:
    return [("Title", title), ("Description", description), ("Url", url)]


def file(title: str, size: int, digest: str) -> Fields:
    return [
        ("Title", title), ("Description", ""), ("FileKey", digest[::-1]), ("FileMd5", digest), ("FileTotalLen", size),
    ]  # fmt: skip


def mini_program_page(title: str, app_id: str, path: str, thumb_media_id: str) -> Fields:
    return [
        ("Title", title), ("AppId", app_id), ("PagePath", path), ("ThumbUrl", ""), ("ThumbMediaId", thumb_media_id),
    ]  # fmt: skip


def scene_key(scene: str, ticket: str, *, new_follower: bool) -> Fields:
    """The elements of `subscribe` after a scene code, or of `SCAN`."""
    return [("EventKey", f"qrscene_{scene}" if new_follower else scene), ("Ticket", ticket)]


def position(latitude: float, longitude: float, precision: float) -> Fields:
    return [("Latitude", latitude), ("Longitude", longitude), ("Precision", precision)]


def menu_key(key: str, menu_id: str = "") -> Fields:
    return [("EventKey", key), *([("MenuId", menu_id)] if menu_id else [])]


def scan_result(key: str, result: str, form: str = "qrcode") -> Fields:
    return [("EventKey", key), ("ScanCodeInfo", [("ScanType", form), ("ScanResult", result)])]


def chosen_pictures(key: str, digests: list[str]) -> Fields:
    items: Fields = [("item", [("PicMd5Sum", digest)]) for digest in digests]
    return [("EventKey", key), ("SendPicsInfo", [("Count", len(digests)), ("PicList", items)])]


def chosen_place(key: str, latitude: float, longitude: float, label: str) -> Fields:
    where: Fields = [*place(latitude, longitude, label), ("Poiname", "")]
    return [("EventKey", key), ("SendLocationInfo", where)]


def job_result(number: str, status: str) -> Fields:
    """TEMPLATESENDJOBFINISH: `success`, `failed:user block` or `failed: system failed` (the space is theirs)."""
    return [("MsgID", int(number)), ("Status", status)]


def broadcast_result(number: int, status: str, total: int, sent: int, failed: int, url: str = "") -> Fields:
    """MASSSENDJOBFINISH (platform.md 8.3); FilterCount is what was left after filters and the limit of four."""
    articles: Fields = [("item", [("ArticleIdx", 1), ("ArticleUrl", url)])] if url else []
    return [
        ("MsgID", number), ("Status", status), ("TotalCount", total), ("FilterCount", sent + failed),
        ("SentCount", sent), ("ErrorCount", failed),
        ("CopyrightCheckResult", [("Count", 0), ("ResultList", []), ("CheckState", 1)]),
        ("ArticleUrlResult", [("Count", len(articles)), ("ResultList", articles)]),
    ]  # fmt: skip


def publication_result(publish_id: str, status: int, article_id: str, url: str) -> Fields:
    """PUBLISHJOBFINISH (platform.md 8.5, layout from older pages)."""
    detail: Fields = [("count", 1), ("item", [("idx", 1), ("article_url", url)])]
    done: Fields = [("article_id", article_id), ("article_detail", detail)] if status == 0 else [("fail_idx", 1)]
    return [("PublishEventInfo", [("publish_id", int(publish_id)), ("publish_status", status), *done])]


def consent(container: str, answers: list[tuple[str, str]], scene: int = 1) -> Fields:
    """Pop-up or change event: one `List` for each (template, status); scene 1 is an H5 page, 2 an article."""
    rows: Fields = []
    for template_id, status in answers:
        row: Fields = [("TemplateId", template_id), ("SubscribeStatusString", status)]
        rows.append(("List", [*row, ("PopupScene", scene)] if container == "SubscribeMsgPopupEvent" else row))
    return [(container, rows)]


def consent_sent(template_id: str, number: str, code: int = 0, status: str = "success") -> Fields:
    row: Fields = [("TemplateId", template_id), ("MsgID", number), ("ErrorCode", code), ("ErrorStatus", status)]
    return [("SubscribeMsgSentEvent", [("List", row)])]


def agent(account: str) -> Fields:
    """kf_create_session and kf_close_session."""
    return [("KfAccount", account)]


def agent_switch(before: str, after: str) -> Fields:
    return [("FromKfAccount", before), ("ToKfAccount", after)]


def about_person(openid: str, app_id: str, revoked: str = "") -> Fields:
    """The three `user_…` events: the subject is `OpenID`, never the sender (platform.md 3.3)."""
    return [("OpenID", openid), ("AppID", app_id), *([("RevokeInfo", revoked)] if revoked else [])]


def verification(moment: int, reason: str = "") -> Fields:
    """qualification_verify_… and its kin: a reason makes it the failure form."""
    return [("FailTime", moment), ("FailReason", reason)] if reason else [("ExpiredTime", moment)]

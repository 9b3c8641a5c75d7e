"""Strict validation of what the account answers to a push (platform.md 1.5, 2.2, 4.1 and 12.1)."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from simulator.bubbles import trouble_with_links
from simulator.crypto import BadEnvelope, Envelope, signature
from simulator.markup import BadMarkup, Element, read
from simulator.push import Push
from simulator.world import World

MOST_BYTES = 2048
_COMMON = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType"})
_SEALED = frozenset({"Encrypt", "MsgSignature", "TimeStamp", "Nonce"})


@dataclass
class Reply:
    """One answer after validation. `kind`: empty, success, a MsgType, or bad when nothing can be shown."""

    kind: str
    size: int = 0
    root: Element | None = None
    complaints: list[str] = field(default_factory=list)
    words: str = ""

    @property
    def good(self) -> bool:
        return not self.complaints


class Refused(ValueError):
    """The answer cannot be read any further."""


def validate(status: int, body: bytes, push: Push, world: World, envelope: Envelope | None) -> Reply:
    """Judge an answer. `envelope` is the one the push was sealed with, None when it went in plain text."""
    reply = Reply("bad", len(body))
    if status != 200:
        reply.complaints.append(f"HTTP 状态 {status}，应该是 200")
        return reply
    if body in (b"", b"success"):
        reply.kind = "success" if body else "empty"
        return reply
    try:
        reply.words = _unseal(_decoded(body), world, envelope)
        root = _root(reply.words)
        _Check(push, world, reply.complaints).run(root)
    except (Refused, BadMarkup) as trouble:
        reply.complaints.append(str(trouble))
        return reply
    if reply.good:
        reply.kind, reply.root = root.words("MsgType"), root
    return reply


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as trouble:
        raise Refused("回话不是 UTF-8") from trouble


def _root(words: str) -> Element:
    if not words.startswith("<xml>"):
        raise Refused(f"回话既不是空、不是 success，也不是 <xml>：{words[:40]!r}")
    return read(words)


def _unseal(words: str, world: World, envelope: Envelope | None) -> str:
    """The inner XML. Safe mode demands an envelope, compatible mode allows it, plain mode forbids it."""
    root = _root(words)
    if root.child("Encrypt") is None:
        if world.account.mode == "safe" and envelope is not None:
            raise Refused("安全模式下回了明文")
        return words
    if envelope is None:
        raise Refused("推送是明文，却回了密文")
    names = [each.name for each in root.children]
    if set(names) != _SEALED or len(names) != len(_SEALED):
        raise Refused(f"密文信封里有 {', '.join(names)}")
    if not root.words("TimeStamp").isdigit() or not root.words("Nonce"):
        raise Refused("密文信封缺数字 TimeStamp 或 Nonce")
    parts = (root.words("TimeStamp"), root.words("Nonce"), root.words("Encrypt"))
    if signature(world.account.token, *parts) != root.words("MsgSignature"):
        raise Refused("MsgSignature 不对")
    try:
        return envelope.open(root.words("Encrypt"))
    except BadEnvelope as trouble:
        raise Refused(f"密文解不开：{trouble}") from trouble


class _Check:
    """Walks one reply and notes what is wrong."""

    def __init__(self, push: Push, world: World, complaints: list[str]) -> None:
        self.push, self.world, self.complaints = push, world, complaints

    def wrong(self, words: str) -> None:
        self.complaints.append(words)

    def run(self, root: Element) -> None:
        self._common(root)
        checks: dict[str, Callable[[Element], None]] = {
            "text": self._text, "news": self._news, "image": self._media, "voice": self._media,
            "video": self._media, "music": self._music, "transfer_customer_service": self._transfer,
        }  # fmt: skip
        kind = root.words("MsgType")
        if kind not in checks:
            self.wrong(f"MsgType {kind!r} 不能用来回话")
            return
        if not self.push.may_be_answered:
            self.wrong(f"{self.push.label} 不显示回话，只能回 success")
        checks[kind](root)

    def _common(self, root: Element) -> None:
        if root.words("ToUserName") != self.push.sender:
            self.wrong("ToUserName 不是来信的人")
        if root.words("FromUserName") != self.world.account.original_id:
            self.wrong("FromUserName 不是本公众号")
        if not root.words("CreateTime").isdecimal():
            self.wrong("CreateTime 不是整数")
        self._plain_tree(root)

    def _plain_tree(self, element: Element) -> None:
        """No attribute and no repeated element anywhere, save the items of a list."""
        if element.attributes:
            self.wrong(f"<{element.name}> 带了属性")
        if element.name != "Articles" and element.repeated():
            self.wrong(f"<{element.name}> 里重复了 {', '.join(element.repeated())}")
        for child in element.children:
            self._plain_tree(child)

    def _only(self, element: Element, needed: AbstractSet[str], optional: AbstractSet[str] = frozenset()) -> None:
        names = {each.name for each in element.children}
        for name in sorted(needed - names):
            self.wrong(f"<{element.name}> 缺 {name}")
        for name in sorted(names - needed - optional):
            self.wrong(f"<{element.name}> 里多了 {name}")

    def _text(self, root: Element) -> None:
        self._only(root, {*_COMMON, "Content"})
        words = root.words("Content")
        if not words.strip():
            self.wrong("Content 是空的")
        if len(words.encode()) > MOST_BYTES:
            self.wrong(f"Content 有 {len(words.encode())} 字节，上限 {MOST_BYTES}")
        for trouble in trouble_with_links(words):
            self.wrong(trouble)

    def _news(self, root: Element) -> None:
        self._only(root, {*_COMMON, "ArticleCount", "Articles"})
        articles = root.child("Articles")
        items = articles.children if articles else []
        if root.words("ArticleCount") != "1" or len(items) != 1:
            self.wrong(f"图文回话只能有 1 篇，这里有 {len(items)} 篇")
            return
        self._only(items[0], {"Title", "Description", "PicUrl", "Url"})
        if not items[0].words("Title") or not items[0].words("Url").startswith(("http://", "https://")):
            self.wrong("图文要有标题和网址")

    def _media(self, root: Element) -> None:
        kind = root.words("MsgType")
        holder = root.child(kind.capitalize())
        self._only(root, {*_COMMON, kind.capitalize()})
        if holder is not None:
            self._only(holder, {"MediaId"}, {"Title", "Description"} if kind == "video" else set())
            self._known_media(holder.words("MediaId"), kind)

    def _music(self, root: Element) -> None:
        holder = root.child("Music")
        self._only(root, {*_COMMON, "Music"})
        if holder is not None:
            self._only(holder, {"ThumbMediaId"}, {"Title", "Description", "MusicUrl", "HQMusicUrl"})
            self._known_media(holder.words("ThumbMediaId"), "thumb")

    def _known_media(self, media_id: str, kind: str) -> None:
        with self.world.news:
            known = self.world.state.media.get(media_id, self.world.now(), kind)
        if known is None or self.world.faults.media_expired:
            self.wrong(f"素材 {media_id[:16]!r} 不存在、过期了或不是 {kind}")

    def _transfer(self, root: Element) -> None:
        self._only(root, set(_COMMON), {"TransInfo"})
        if self.push.kind == "event":
            self.wrong("事件不能转给人工客服")
        holder = root.child("TransInfo")
        if holder is not None:
            self._only(holder, {"KfAccount"})
            if holder.words("KfAccount") not in self.world.state.agents:
                self.wrong(f"没有客服账号 {holder.words('KfAccount')!r}")

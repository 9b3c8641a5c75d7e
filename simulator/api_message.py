"""Custom messages and the typing sign (platform.md 6.1 to 6.4)."""

from collections.abc import Callable

from simulator.api_call import OK, Answer, Asked, post
from simulator.bubbles import from_custom, trouble_with_links
from simulator.errors import Refusal
from simulator.state import Json, Sent

MOST_BYTES = 2048
# The bounds of a menu message are not published; these are the safe ones of platform.md 4.4.
MOST_OPTIONS, LONGEST_OPTION, LONGEST_ID = 6, 20, 64
TYPING_SECONDS, EXCHANGE_SECONDS = 15.0, 30.0


def send(asked: Asked) -> Answer:
    """Checks in the order of platform.md 12.3, then one bubble."""
    person = asked.person(asked.body.get("touser"))
    kind = asked.body.get("msgtype")
    if not isinstance(kind, str) or kind not in CHECKS:
        raise Refusal(40008)
    CHECKS[kind](asked, asked.inner(kind))
    agent = _agent(asked)
    if person.blacklisted:
        raise Refusal(43019)
    if not person.follows or not person.window_open(asked.now):
        raise Refusal(45015)
    if not person.spend(asked.now):
        raise Refusal(45047)
    asked.state.sent.append(Sent(asked.now, "custom", person.openid, kind, asked.body))
    asked.world.show(person.openid, from_custom(asked.body, asked.now, agent))
    return OK


def _agent(asked: Asked) -> str:
    """The nickname a message is shown under, if it names an agent."""
    if "customservice" not in asked.body:
        return ""
    account = asked.inner("customservice").get("kf_account")
    if account not in asked.state.agents:
        raise Refusal(65401)
    return asked.state.agents[str(account)].nickname


def _text(asked: Asked, inner: Json) -> None:
    words = inner.get("content")
    if not isinstance(words, str) or not words:
        raise Refusal(44004)
    if len(words.encode()) > MOST_BYTES:
        raise Refusal(45002)
    for trouble in trouble_with_links(words):
        asked.world.complain(f"客服消息：{trouble}")


def _menu(_asked: Asked, inner: Json) -> None:
    options = inner.get("list")
    if not isinstance(options, list) or not 1 <= len(options) <= MOST_OPTIONS:
        raise Refusal(45098)
    for option in options:
        if not isinstance(option, dict) or not isinstance(option.get("id"), str):
            raise Refusal(47001)
        words = option.get("content")
        if not isinstance(words, str) or not 1 <= len(words) <= LONGEST_OPTION or len(option["id"]) > LONGEST_ID:
            raise Refusal(45099)


def _news(_asked: Asked, inner: Json) -> None:
    articles = inner.get("articles")
    if not isinstance(articles, list) or len(articles) != 1 or not isinstance(articles[0], dict):
        raise Refusal(45008)


def _media(kind: str, *names: str) -> Callable[[Asked, Json], None]:
    """A check that every named media id may be used; thumbs may be pictures as well."""

    def check(asked: Asked, inner: Json) -> None:
        for name in names:
            kinds = ("thumb", "image") if name == "thumb_media_id" else (kind,)
            if not asked.media_exists(inner.get(name), *kinds):
                raise Refusal(40007)

    return check


def _draft(asked: Asked, inner: Json) -> None:
    if inner.get("media_id") not in asked.state.drafts:
        raise Refusal(40007)


def _article(asked: Asked, inner: Json) -> None:
    if not any(each.article_id == inner.get("article_id") for each in asked.state.publications.values()):
        raise Refusal(53600)


def _anything(_asked: Asked, _inner: Json) -> None:
    """Cards and mini-programs are not modelled further."""


CHECKS: dict[str, Callable[[Asked, Json], None]] = {
    "text": _text,
    "image": _media("image", "media_id"),
    "voice": _media("voice", "media_id"),
    "video": _media("video", "media_id", "thumb_media_id"),
    "music": _media("thumb", "thumb_media_id"),
    "news": _news,
    "mpnews": _draft,
    "mpnewsarticle": _article,
    "msgmenu": _menu,
    "miniprogrampage": _media("thumb", "thumb_media_id"),
    "wxcard": _anything,
}


def typing(asked: Asked) -> Answer:
    """45072 bad command, 45080 no exchange in the last 30 s, 45081 already showing."""
    person = asked.person(asked.body.get("touser"))
    command = asked.body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    if not person.follows or not person.window_open(asked.now):
        raise Refusal(45015)
    if command == "CancelTyping":
        person.typing_until = float("-inf")
        return OK
    if asked.now - person.last_exchange > EXCHANGE_SECONDS:
        raise Refusal(45080)
    if asked.now < person.typing_until:
        raise Refusal(45081)
    person.typing_until = asked.now + TYPING_SECONDS
    return OK


CALLS = {
    "/cgi-bin/message/custom/send": post(send, fault="send_error", sends=True),
    "/cgi-bin/message/custom/typing": post(typing),
}

"""From what the account says to what the phone shows: plain text with links to tap (platform.md 4.2 to 4.4)."""

import re
from typing import Any
from urllib.parse import unquote

from simulator.markup import Element
from simulator.people import Bubble, Link
from simulator.state import Json, Template

TROUBLE_TEXT = "该公众号提供的服务出现故障，请稍后再试"
TAP_SCHEME = "weixin://bizmsgmenu?"
_ANCHOR = re.compile(r"<a\s([^<>]*)>(.*?)</a>", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_RESERVED = frozenset("#+\"'<> ")


def tap_parts(href: str) -> dict[str, str]:
    """The two parameters of a tap link as a phone reads them: raw text, cut at a `#`."""
    query = href.removeprefix(TAP_SCHEME).partition("#")[0]
    return {name: value for name, _, value in (part.partition("=") for part in query.split("&"))}


def _link(attributes: dict[str, str], label: str) -> Link:
    href = attributes.get("href", "")
    if href.startswith(TAP_SCHEME):
        parts = tap_parts(href)
        return Link(label, "tap", href, parts.get("msgmenucontent", ""), parts.get("msgmenuid", ""))
    if "data-miniprogram-appid" in attributes:
        return Link(label, "mini", href or attributes.get("data-miniprogram-path", ""))
    return Link(label, "web", href)


def split_links(words: str) -> tuple[str, tuple[Link, ...]]:
    """The text without its anchors, and the links they were; each label stays in its place in the text."""
    links = tuple(_link(dict(_ATTRIBUTE.findall(found[1])), found[2]) for found in _ANCHOR.finditer(words))
    return _ANCHOR.sub(lambda found: found[2], words), links


def trouble_with_links(words: str) -> list[str]:
    """What a phone would not show as the sender meant it."""
    found = []
    rest = _ANCHOR.sub("", words)
    if re.search(r"</?a[\s>]", rest):
        found.append("有一个链接没有开头或没有结尾")
    for link in split_links(words)[1]:
        if not link.href:
            found.append(f"链接“{link.label}”没有用双引号写 href")
        elif link.kind == "tap":
            found.extend(_trouble_with_tap(link))
        elif link.kind == "web" and not re.match(r"(https?://|tel:)", link.href):
            found.append(f"链接“{link.label}”打不开：{link.href[:60]}")
    return found


def _trouble_with_tap(link: Link) -> list[str]:
    raw = link.href.removeprefix(TAP_SCHEME)
    if not link.says or not link.menu_id:
        return [f"蓝字“{link.label}”缺 msgmenucontent 或 msgmenuid"]
    if _RESERVED & set(raw) or _PERCENT.search(link.says):
        return [f"蓝字“{link.label}”里有不能用的字符"]
    return []


def said_on_tap(link: Link, *, keeps_percent: bool) -> str:
    """What the phone sends when a tap link or a menu option is tapped."""
    return link.says if keeps_percent or "%" not in link.says else unquote(link.says)


def from_reply(root: Element, at: float) -> Bubble | None:
    """The bubble of a passive reply; None for a transfer, which shows nothing."""
    kind = root.words("MsgType")
    if kind == "text":
        words, links = split_links(root.words("Content"))
        return Bubble("account", "text", words, links, at)
    if kind == "news":
        articles = root.child("Articles")
        return _article(articles.children[0], at) if articles else None
    holder = root.child({"image": "Image", "voice": "Voice", "video": "Video", "music": "Music"}.get(kind, ""))
    if holder is None:
        return None
    words = "\n".join(part for part in (holder.words("Title"), holder.words("Description")) if part)
    return Bubble("account", kind, words, (), at, media_id=holder.words("MediaId"))


def _article(item: Element, at: float) -> Bubble:
    title = item.words("Title")
    words = "\n".join(part for part in (title, item.words("Description")) if part)
    return Bubble("account", "news", words, (Link(title, "web", item.words("Url")),), at)


def from_custom(body: Json, at: float, agent_name: str = "") -> Bubble:
    """The bubble of a custom message (platform.md 6.2); the body has been checked before."""
    kind = str(body["msgtype"])
    inner: Json = body.get(kind, {})
    who = "agent" if agent_name else "account"
    if kind == "text":
        words, links = split_links(str(inner["content"]))
        return Bubble(who, kind, words, links, at, agent_name)
    if kind == "msgmenu":
        return _menu(inner, at, agent_name)
    if kind == "news":
        article: Json = inner["articles"][0]
        link = Link(str(article.get("title", "")), "web", str(article.get("url", "")))
        words = "\n".join(str(article[part]) for part in ("title", "description") if article.get(part))
        return Bubble(who, kind, words, (link,), at, agent_name)
    words = "\n".join(str(inner[part]) for part in ("title", "description") if inner.get(part))
    return Bubble(who, kind, words, (), at, agent_name, str(inner.get("media_id", "")))


def _menu(inner: Json, at: float, agent_name: str) -> Bubble:
    options: list[dict[str, Any]] = inner["list"]
    links = tuple(Link(str(each["content"]), "tap", "", str(each["content"]), str(each["id"])) for each in options)
    lines = [str(inner.get("head_content", "")), *(link.label for link in links), str(inner.get("tail_content", ""))]
    words = "\n".join(line for line in lines if line)
    return Bubble("agent" if agent_name else "account", "msgmenu", words, links, at, agent_name)


def from_template(template: Template, data: Json, url: str, at: float, kind: str) -> Bubble:
    """A service notice: title, the fields in the template's order, and where it leads."""
    lines = [template.title, *(str(data[name]["value"]) for name in template.fields if name in data)]
    links = (Link("查看详情", "web", url),) if url else ()
    return Bubble("account", kind, "\n".join([*lines, *(link.label for link in links)]), links, at, "服务通知")

"""What the phone page shows, in Chinese words: lines of a bubble, times, quotas, pushes, switches."""

import time
from dataclasses import dataclass

from simulator.people import Bubble, Link, Person, beijing
from simulator.state import CallRecord
from simulator.world import Delivery, World

FRIENDS = ("老周", "陈姐", "老吴", "小马", "刘叔", "赵阿姨")
QUIET_GAP = 300.0  # seconds between two bubbles after which the time is shown again

KINDS = {
    "text": "文字", "image": "照片", "voice": "语音", "video": "视频", "shortvideo": "小视频", "location": "位置",
    "link": "链接", "file": "文件", "miniprogrampage": "小程序", "event:CLICK": "点菜单", "event:VIEW": "菜单开网页",
    "event:subscribe": "关注", "event:unsubscribe": "取消关注", "event:SCAN": "扫码", "event:LOCATION": "上报位置",
    "event:TEMPLATESENDJOBFINISH": "模板消息结果", "event:MASSSENDJOBFINISH": "群发结果",
    "event:PUBLISHJOBFINISH": "发布结果", "event:subscribe_msg_popup_event": "订阅通知弹窗",
    "event:subscribe_msg_sent_event": "订阅通知结果", "event:subscribe_msg_change_event": "退订通知",
}  # fmt: skip
OUTCOMES = {"answered": "被动回复", "silent": "收到，没有回话", "refused": "已拒收", "failed": "出错"}
REPLIES = {
    "text": "文字", "news": "图文", "image": "图片", "voice": "语音", "video": "视频", "music": "音乐",
    "transfer_customer_service": "转人工客服", "success": "success", "empty": "空", "bad": "不合规定",
}  # fmt: skip
MODES = {"safe": "安全模式", "compatible": "兼容模式", "plain": "明文模式"}

# The main faults as switches: field, words, and the value that stands for "on".
SWITCHES: tuple[tuple[str, str, object], ...] = (
    ("api_down", "接口断线", True),
    ("api_slow", "接口慢 3 秒", 3.0),
    ("html_answers", "接口只回网页", True),
    ("token_always_invalid", "令牌总是无效（40001）", True),
    ("token_error", "取令牌报 IP 不在名单（40164）", 40164),
    ("busy_calls", "接口忙两次（-1）", 2),
    ("send_error", "客服消息：过了 48 小时（45015）", 45015),
    ("send_error", "客服消息：条数用完（45047）", 45047),
    ("send_error", "客服消息：今天上限（45009）", 45009),
    ("accepted_then_silent", "收下了但不回音（一次）", 1),
    ("template_error", "模板消息被拒收（43101）", 43101),
    ("media_expired", "素材过期（40007）", True),
    ("lost_answers", "丢掉第一次回话（逼出重发）", 1),
    ("parallel_copies", "同一条同时推三次", 3),
    ("late_retry", "回过话还重推一次", 0.2),
    ("clock_skew", "时钟差 20 分钟", 1200.0),
    ("reordered_elements", "字段倒着排", True),
    ("wrong_signature", "签名错", True),
    ("tampered_encrypt", "密文被改", True),
    ("plain_while_safe", "安全模式下推明文", True),
    ("json_push", "推 JSON", True),
    ("dead_tap_links", "旧手机：蓝字点不动", True),
)


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: plain words, or a link and its number within the bubble."""

    words: str
    link: Link | None = None
    number: int = 0


def lines_of(bubble: Bubble) -> list[list[Piece]]:
    """The text cut into lines and the lines into pieces, each link in its place."""
    pieces: list[Piece] = []
    rest = bubble.text
    for number, link in enumerate(bubble.links):
        before, found, after = rest.partition(link.label)
        if found:
            pieces += [Piece(before), Piece(link.label, link, number)]
            rest = after
    pieces.append(Piece(rest))
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        parts = [piece.words] if piece.link else piece.words.split("\n")
        for place, part in enumerate(parts):
            if place:
                lines.append([])
            if part:
                lines[-1].append(Piece(part, piece.link, piece.number))
    return lines


def clock_words(moment: float) -> str:
    """`上午 9:05`, as the chat shows it."""
    there = beijing(moment)
    part = next(word for until, word in ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
                if there.tm_hour < until)  # fmt: skip
    hour = there.tm_hour if there.tm_hour <= 12 else there.tm_hour - 12
    return f"{part} {hour}:{there.tm_min:02}"


def moment_words(moment: float) -> str:
    return time.strftime("%m-%d %H:%M:%S", beijing(moment))


def initial(name: str) -> str:
    """The letter on the avatar: the family name, without 老, 小 or 阿."""
    return next((letter for letter in name if letter not in "老小阿"), "人")


def quota_words(person: Person, now: float) -> str:
    """What custom messages are left, as platform.md 6.1 counts them."""
    parts = []
    if person.messages.alive(now):
        until = time.strftime("%d 日 %H:%M", beijing(person.messages.until))
        parts.append(f"说话给的 {person.messages.left}/5（到 {until}）")
    if person.actions.alive(now):
        parts.append(f"点菜单或关注给的 {person.actions.left}/3（还有 {int(person.actions.until - now)} 秒）")
    if not person.follows:
        return "没有关注，什么也发不了"
    return "；".join(parts) or "没有，要等他先说话"


def delivery_words(delivery: Delivery, limit: float) -> str:
    """One push in one sentence."""
    reply = REPLIES.get(delivery.reply_kind, delivery.reply_kind)
    told = f"{OUTCOMES.get(delivery.outcome, '正在推送')}"
    if delivery.outcome == "answered":
        told += f"（{reply}，{delivery.reply_bytes} 字节）"
    tries = f"，推了 {delivery.attempts} 次" if delivery.attempts > 1 else ""
    return f"{told}，{delivery.seconds:.2f} 秒（上限 {limit:g} 秒）{tries}，HTTP {delivery.status}"


def kind_words(delivery: Delivery) -> str:
    return KINDS.get(delivery.kind, delivery.kind.removeprefix("event:"))


def recent_calls(calls: list[CallRecord], most: int = 10) -> list[CallRecord]:
    return list(reversed(calls[-most:]))


def switched_on(world: World) -> set[int]:
    """Positions in `SWITCHES` that are on."""
    return {place for place, (name, _, value) in enumerate(SWITCHES) if getattr(world.faults, name) == value}

"""The doctor's look at the WeChat side: each refusal of the platform in plain Chinese, with what to do about it.

It asks for itself instead of through the channel: the channel knows codes only, and the doctor needs the platform's
own words (which IP was refused) and its clock. It talks to the platform of the settings and to PUBLIC_URL, nobody else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import json
import re
import secrets
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.channels.wechat_errors import BUSY, MEANING
from bot.db_check import Finding
from bot.settings import Settings, WeChatSettings

TIMEOUTS = (3, 10)
SKEW = dt.timedelta(minutes=10)
CUSTOM_SEND = "/cgi-bin/message/custom/send"
NEARLY_USED = 0.9
LONGEST_ECHO = 1000  # bytes of somebody's answer that are looked at
NO_ANSWER, NOT_JSON = -1001, -1002

WHITELIST = "公众平台“设置与开发 → 基本配置 → IP 白名单”"
ADVICE = {
    NO_ANSWER: "连不上 {base}，请检查这台机器的网络、DNS 和防火墙。",
    NOT_JSON: "{base} 回的不是微信的内容，多半是中间的代理或网关出了问题。",
    40001: "AppSecret 不对（40001），请到公众平台“基本配置”核对 FRONTDOOR_WECHAT_APP_SECRET。",
    40013: "AppID 不对（40013），请到公众平台“基本配置”核对 FRONTDOOR_WECHAT_APP_ID。",
    40125: "AppSecret 不对（40125），请到公众平台“基本配置”核对或重置，再改 FRONTDOOR_WECHAT_APP_SECRET。",
    40164: f"这台机器的 IP {{ip}}不在白名单里（40164），请到{WHITELIST}加上它，几分钟后生效。",
    40243: "AppSecret 被冻结了（40243），请管理员到公众平台“基本配置”解冻。",
    45009: "今天的调用次数用完了（45009），北京时间零点后恢复。",
    45011: "这一分钟调用太多（45011），过一分钟再试。",
    61004: f"这台机器的 IP {{ip}}没有登记（61004），请到{WHITELIST}加上它。",
    89503: "这台机器的 IP 要管理员在微信里点一次确认（89503）。",
}
# What each permission is for, and a harmless question that shows whether the account has it.
FEATURES = (
    ("get_current_selfmenu_info", "自定义菜单", "聊天窗口下面的菜单用不了，老兵只能打字"),
    ("user/get", "用户管理", "看不到关注人数，也不能按人群通知"),
)


class Platform:
    """The platform's API, asked once for each question."""

    def __init__(self, settings: WeChatSettings) -> None:
        self._settings = settings
        self._token = ""
        self.date = ""  # of its last answer

    def fetch_token(self) -> dict[str, Any]:
        """The same token the service uses: `stable_token` repeats it, so nobody's is taken away (sheet 5.1)."""
        body = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret,
            "force_refresh": False,
        }
        answer = self._ask("stable_token", body, {})
        self._token = str(answer.get("access_token") or "")
        return answer

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._ask(path, body, {"access_token": self._token})

    def _ask(self, path: str, body: dict[str, Any] | None, query: dict[str, str]) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            with _session() as http:
                response = http.request(
                    method,
                    f"{self._settings.api_base}/cgi-bin/{path}",
                    params=query,
                    data=content,
                    timeout=TIMEOUTS,
                    allow_redirects=False,
                )
        except requests.RequestException:  # its text would hold the token
            return {"errcode": NO_ANSWER}
        self.date = response.headers.get("Date", "")
        try:
            answer = response.json()
        except ValueError:
            return {"errcode": NOT_JSON}
        return answer if isinstance(answer, dict) else {"errcode": NOT_JSON}


def examine(settings: Settings, *, now: dt.datetime) -> Iterator[Finding]:
    """Everything that can be asked without sending anybody a message."""
    platform = Platform(settings.wechat)
    answer = platform.fetch_token()
    yield from _clock(platform.date, now)
    if not answer.get("access_token"):
        yield Finding("✗", f"取不到 access_token：{explain(answer, settings.wechat)}")
    else:
        yield Finding("✓", "AppID、AppSecret 和 IP 白名单都对，取到了 access_token。")
        yield from _features(platform, settings.wechat)
        yield _quota(platform, settings.wechat)
        yield _self_test(platform, settings.wechat)
    yield _callback(settings)


def explain(answer: dict[str, Any], settings: WeChatSettings) -> str:
    """What went wrong and what to do, in one sentence."""
    code = _code(answer)
    if code in ADVICE:
        ip = _refused_ip(answer)
        return ADVICE[code].format(base=urlsplit(settings.api_base).netloc, ip=f"{ip} " if ip else "")
    if code in BUSY:
        return f"微信说系统忙（{code}），过一会儿再试。"
    return f"微信说不行（{code}）：{MEANING.get(code, '请到微信文档查这个错误码')}。"


def _code(answer: dict[str, Any]) -> int:
    code = answer.get("errcode") or 0
    return code if isinstance(code, int) else NOT_JSON


def _refused_ip(answer: dict[str, Any]) -> str:
    """The address as the platform saw it, which the machine itself cannot know; empty when it is not told."""
    found = re.search(r"invalid ip ([0-9A-Fa-f.:]+)", str(answer.get("errmsg", "")))
    try:
        return str(ipaddress.ip_address(found[1])) if found else ""
    except ValueError:
        return ""


def _clock(date: str, now: dt.datetime) -> Iterator[Finding]:
    try:
        skew = abs(parsedate_to_datetime(date) - now)
    except (ValueError, TypeError):
        return
    if skew > SKEW:
        minutes = int(skew.total_seconds() // 60)
        yield Finding("!", f"这台机器的钟和微信差 {minutes} 分钟，请打开自动对时（timedatectl set-ntp true）。")
    else:
        yield Finding("✓", "这台机器的钟是准的。")


def _features(platform: Platform, settings: WeChatSettings) -> Iterator[Finding]:
    for path, name, loss in FEATURES:
        answer = platform.call(path)
        if _code(answer) == 48001:
            yield Finding("!", f"公众号没有“{name}”的权限（48001）：{loss}。认证过的服务号才有，请核对账号类型和认证。")
        elif _code(answer):
            yield Finding("✗", f"“{name}”查不了：{explain(answer, settings)}")
        else:
            yield Finding("✓", f"公众号有“{name}”的权限。")


def _quota(platform: Platform, settings: WeChatSettings) -> Finding:
    answer = platform.call("openapi/quota/get", {"cgi_path": CUSTOM_SEND})
    code = _code(answer)
    if code == 48001 or (not code and not _limit(answer)):
        return Finding("✗", "公众号没有“客服消息”的权限：工作人员的回复发不出去。要用认证过的服务号。")
    if code:
        return Finding("!", f"客服消息的用量查不了：{explain(answer, settings)}")
    used, limit = int(answer["quota"].get("used") or 0), _limit(answer)
    mark = "!" if used >= limit * NEARLY_USED else "✓"
    return Finding(mark, f"客服消息今天用了 {used} 次，一共 {limit} 次{'，快用完了' if mark == '!' else ''}。")


def _limit(answer: dict[str, Any]) -> int:
    quota = answer.get("quota")
    return int(quota.get("daily_limit") or 0) if isinstance(quota, dict) else 0


def _self_test(platform: Platform, settings: WeChatSettings) -> Finding:
    """The platform looks at its own way to us; it answers for all of its networks."""
    answer = platform.call("callback/check", {"action": "all", "check_operator": "DEFAULT"})
    if _code(answer):
        return Finding("!", f"微信的网络检测没有做成：{explain(answer, settings)}")
    pings = [ping for ping in answer.get("ping") or () if isinstance(ping, dict)]
    lossy = [str(ping.get("ip", "")) for ping in pings if str(ping.get("package_loss", "0%")) not in ("0%", "0")]
    if not answer.get("dns") or not pings:
        return Finding("!", "微信的网络检测没有解析到我们的地址，请核对公众平台上的服务器地址和域名解析。")
    if lossy:
        return Finding("!", f"微信到我们的网络有丢包（{'、'.join(lossy)}），回调可能变慢。")
    return Finding("✓", "微信的网络检测通过。")


# -- our own address, as the platform would ask for it --------------------


def _callback(settings: Settings) -> Finding:
    address = f"{settings.public_url}/channels/wechat_oa"
    echo = secrets.token_hex(8)
    query = _signed(settings.wechat.token) | {"echostr": echo}
    try:
        with (
            _session() as http,
            http.get(address, params=query, timeout=TIMEOUTS, allow_redirects=False, stream=True) as response,
        ):
            status, body = response.status_code, next(response.iter_content(LONGEST_ECHO), b"")
    except requests.exceptions.SSLError:
        return Finding("✗", f"{address} 的证书不对或过期了，微信不会连。请换上有效的证书，中间证书也要装。")
    except requests.Timeout:
        return Finding("✗", f"{address} 太久没有回应，微信只等 5 秒。请看服务和代理是不是卡住了。")
    except requests.RequestException:
        return Finding("✗", f"连不上 {address}。请检查域名解析、防火墙、反向代理，以及 frontdoor serve 有没有在运行。")
    return _judged(address, status, echoed=body == echo.encode())


def _judged(address: str, status: int, *, echoed: bool) -> Finding:
    if status == 200 and echoed:
        return Finding("✓", f"回调地址 {address} 通，Token 对得上。")
    if status == 200:
        return Finding("✗", f"{address} 回的不是我们的服务，请检查域名和反向代理指到哪里。")
    if status == 403:
        return Finding("✗", f"{address} 不认签名（403）：那边运行的服务用的 Token 不一样，或者代理改了地址里的参数。")
    if 300 <= status < 400:
        return Finding("✗", f"{address} 跳转到了别处（{status}），微信不跟着跳。请让 PUBLIC_URL 直接是最后的地址。")
    return Finding("✗", f"{address} 回了 {status}，请检查反向代理有没有把 /channels/ 转给 frontdoor serve。")


def _signed(token: str) -> dict[str, str]:
    timestamp, nonce = str(int(dt.datetime.now(dt.UTC).timestamp())), secrets.token_hex(5)
    signing = "".join(sorted([token, timestamp, nonce])).encode()
    return {"signature": hashlib.sha1(signing).hexdigest(), "timestamp": timestamp, "nonce": nonce}  # noqa: S324


def _session() -> requests.Session:
    http = requests.Session()
    http.trust_env = False  # no proxy of the environment: what is looked at is the way the service takes
    return http

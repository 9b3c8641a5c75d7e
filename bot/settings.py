"""Settings: read once from the environment, checked at the start, one clear sentence for each fault."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.helper_settings import HelperSettings, helper_faults
from models.age_file import a_recipient
from models.vault import decode_key

PREFIX = "FRONTDOOR_"
PLATFORM = "https://api.weixin.qq.com"
SECURITIES = ("safe", "compatible", "plain")

# Values that stand in documentation or tests: whoever copies them has no secret at all (R5).
PUBLISHED = frozenset(
    {
        "dev",
        "secret",
        "changeme",
        # Tokens
        "AAAAA",
        "abcdefghijklmnop",
        "doctorTokenDoctor2026",
        "sim_token_2026",
        "tripTokenTripToken26",
        # AES keys
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        "OldKeyOldKeyOldKeyOldKeyOldKeyOldKeyOldKeyA",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "anotherkeyanotherkeyanotherkeyanotherkey01A",
        "oldkeyoldkeyoldkeyoldkeyoldkeyoldkeyoldkeyA",
        "tripkeytripkeytripkeytripkeytripkeytripkeyA",
        # AppIDs
        "wx0000000000000000",
        "wx00aa11bb22cc33dd",
        "wx5823bf96d3bd56c7",
    }
)
FEWEST = 5  # different characters of a secret; a random one of 16 has more


class BadSettings(Exception):
    """The service must not start. `faults` says in Chinese what to mend, one sentence each; values are never shown."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, repr=False)
class WeChatSettings:
    """One Official Account. Without a repr, as below: it would show the secrets in whatever prints an office."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    aes_key_previous: str
    original_id: str
    security: str
    api_base: str
    template_notice: str = ""  # of notices to those who have been silent for long; empty: there is none


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """All that the environment says."""

    mode: str
    database_url: str
    secret_key: str
    data_keys: tuple[bytes, ...]
    index_key: bytes
    audit_key: bytes
    metrics_token: str
    public_url: str
    media_dir: Path
    backup_recipient: str
    timezone: str
    wechat: WeChatSettings
    restricted_keys: tuple[bytes, ...] = ()  # of what only the discipline contact may read (R40); a trial derives them
    helper: HelperSettings = field(default_factory=HelperSettings)

    @property
    def trial(self) -> bool:
        return self.mode == "trial"

    @property
    def keys(self) -> tuple[bytes, ...]:
        """All keys of the vault; no two may be the same."""
        return (*self.data_keys, *self.restricted_keys, self.index_key, self.audit_key)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings, or BadSettings with every fault at once."""
    get = _Reader(environ)
    mode = get.one_of("MODE", ("production", "trial"), default="production")
    settings = Settings(
        mode=mode,
        database_url=_database(get("DATABASE_URL", default="sqlite:///var/frontdoor.db")),
        secret_key=get("SECRET_KEY", needed="登录和防伪造要用它"),
        data_keys=get.keys("DATA_KEYS"),
        restricted_keys=get.keys("RESTRICTED_KEYS", optional=mode == "trial"),
        index_key=next(iter(get.keys("INDEX_KEY")), b""),
        audit_key=next(iter(get.keys("AUDIT_KEY")), b""),
        metrics_token=get("METRICS_TOKEN"),
        public_url=get("PUBLIC_URL", needed="发给老兵的链接要用它").rstrip("/"),
        media_dir=Path(get("MEDIA_DIR", default="var/media")),
        backup_recipient=get("BACKUP_RECIPIENT"),
        timezone=get("TIMEZONE", default="Asia/Shanghai"),
        wechat=_wechat(get),
        helper=HelperSettings(url=get("HELPER_URL"), model=get("HELPER_MODEL"), key=get("HELPER_KEY")),
    )
    faults = get.faults or _faults(settings)
    if faults:
        raise BadSettings(faults)
    return settings


def _wechat(get: _Reader) -> WeChatSettings:
    return WeChatSettings(
        app_id=get("WECHAT_APP_ID", needed="公众平台“基本配置”里的 AppID"),
        app_secret=get("WECHAT_APP_SECRET", needed="公众平台“基本配置”里的 AppSecret"),
        token=get("WECHAT_TOKEN", needed="公众平台“服务器配置”里的 Token"),
        aes_key=get("WECHAT_AES_KEY", needed="公众平台“服务器配置”里的 EncodingAESKey"),
        aes_key_previous=get("WECHAT_AES_KEY_PREVIOUS"),
        original_id=get("WECHAT_ORIGINAL_ID"),
        security=get.one_of("WECHAT_SECURITY", SECURITIES, default="safe"),
        api_base=get("WECHAT_API_BASE", needed=f"正式使用写 {PLATFORM}").rstrip("/"),
        template_notice=get("WECHAT_TEMPLATE_NOTICE"),
    )


class _Reader:
    """Reads one variable after another and remembers what was wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def __call__(self, name: str, *, default: str = "", needed: str = "") -> str:
        value = self._environ.get(PREFIX + name, "").strip() or default
        if needed and not value:
            self.faults.append(f"没有设置 {PREFIX}{name}：{needed}。")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...], *, default: str) -> str:
        value = self(name, default=default)
        if value not in allowed:
            self.faults.append(f"{PREFIX}{name} 只能是 {'、'.join(allowed)}。")
        return value

    def keys(self, name: str, *, optional: bool = False) -> tuple[bytes, ...]:
        text = self(name, needed="" if optional else "32 字节的密钥，用 frontdoor keys new 生成")
        try:
            keys = tuple(decode_key(part.strip()) for part in text.split(",") if part.strip())
        except ValueError:
            keys = ()
        if text and not keys:
            self.faults.append(f"{PREFIX}{name} 要是 32 字节的密钥（URL 安全的 base64），用 frontdoor keys new 生成。")
        return keys


def _database(url: str) -> str:
    """The address with the driver we use: people write postgresql:// or postgres://."""
    return re.sub(r"^postgres(?:ql)?://", "postgresql+psycopg://", url)


def _faults(settings: Settings) -> list[str]:
    wechat, found = settings.wechat, []
    if not re.fullmatch(r"[A-Za-z0-9]{16,32}", wechat.token):
        found.append("FRONTDOOR_WECHAT_TOKEN 要 16 到 32 位字母或数字，和公众平台上写的一样。")
    for name, key in (("", wechat.aes_key), ("_PREVIOUS", wechat.aes_key_previous)):
        if key and not re.fullmatch(r"[A-Za-z0-9]{43}", key):
            found.append(f"FRONTDOOR_WECHAT_AES_KEY{name} 要正好 43 位字母或数字，和公众平台上写的一样。")
    if not re.fullmatch(r"wx[0-9a-f]{16}", wechat.app_id):
        found.append("FRONTDOOR_WECHAT_APP_ID 要是 wx 开头的 18 位 AppID。")
    found += _key_faults(settings)
    if not re.fullmatch(r"(sqlite:///|postgresql\+psycopg://).+", settings.database_url):
        found.append("FRONTDOOR_DATABASE_URL 要以 sqlite:/// 或 postgresql:// 开头。")
    if not _is_zone(settings.timezone):
        found.append("FRONTDOOR_TIMEZONE 要写成 Asia/Shanghai 这样的时区名。")
    if settings.backup_recipient and not a_recipient(settings.backup_recipient):
        found.append("FRONTDOOR_BACKUP_RECIPIENT 要是 age1 开头的公钥。")
    found += helper_faults(settings.helper)
    return found + (_trial_faults(settings) if settings.trial else _production_faults(settings))


def _key_faults(settings: Settings) -> list[str]:
    found = []
    if len(settings.secret_key) < 32:
        found.append("FRONTDOOR_SECRET_KEY 太短，至少 32 个字符，用 frontdoor keys new 生成。")
    if len(set(settings.keys)) < len(settings.keys):
        found.append("DATA_KEYS、RESTRICTED_KEYS、INDEX_KEY、AUDIT_KEY 里有相同的密钥，每一个都要不一样。")
    if not set(settings.keys).isdisjoint(_readings(settings.secret_key)):
        found.append(
            "FRONTDOOR_SECRET_KEY 和 DATA_KEYS、RESTRICTED_KEYS、INDEX_KEY、AUDIT_KEY 里的一把相同，每一个都要不一样。"
        )
    return found


def _readings(secret: str) -> Iterator[bytes]:
    """The bytes a text may stand for. A key is no other key for being written in another alphabet (R67)."""
    yield secret.encode(errors="replace")
    with suppress(ValueError):
        yield bytes.fromhex(secret)
    with suppress(ValueError):  # base64 of either alphabet, with or without its padding
        yield base64.b64decode(secret.rstrip("=").translate(str.maketrans("-_", "+/")) + "==")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def _trial_faults(settings: Settings) -> list[str]:
    if settings.wechat.api_base != PLATFORM and not _on_this_machine(settings.wechat.api_base):
        return ["试用时 FRONTDOOR_WECHAT_API_BASE 只能是本机的模拟器，或者微信的正式地址。"]
    return []


def _on_this_machine(address: str) -> bool:
    """Whether an address is on loopback; 127.example.com is not."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _production_faults(settings: Settings) -> list[str]:
    wechat, found = settings.wechat, []
    if wechat.security != "safe":
        found.append("正式使用时 FRONTDOOR_WECHAT_SECURITY 只能是 safe（安全模式）。")
    if wechat.api_base != PLATFORM:
        found.append(f"正式使用时 FRONTDOOR_WECHAT_API_BASE 只能是 {PLATFORM}。")
    if not settings.public_url.startswith("https://"):
        found.append("正式使用时 FRONTDOOR_PUBLIC_URL 要以 https:// 开头。")
    account = (wechat.token, wechat.aes_key, wechat.aes_key_previous)
    if {*account, wechat.app_id, settings.secret_key} & PUBLISHED:
        found.append("微信的 Token、AES 密钥、AppID 里有文档或测试里的示例值，请换成自己的。")
    if any(0 < len(set(each)) < FEWEST for each in (*settings.keys, settings.secret_key, *account)):
        found.append("密钥或者 Token 里有来回只用几个字符的，太容易猜，请换成随机生成的。")
    if settings.metrics_token and len(settings.metrics_token) < 16:
        found.append("FRONTDOOR_METRICS_TOKEN 太短，至少 16 个字符；不用就留空。")
    return found

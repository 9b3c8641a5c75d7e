"""The settings: every fault alone gives its sentence, no value is ever shown, and a command ends with 2."""

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import PLATFORM, PUBLISHED, BadSettings, read_settings
from models.vault import decode_key, new_key
from tests.bot.conftest import run_here
from tests.bot.test_logs import quiet_logs  # noqa: F401  the commands below set logging up

ROOT = Path(__file__).parents[2]


def made_key(purpose):
    """The same in every process, as the names of parametrized tests have to be."""
    return base64.urlsafe_b64encode(hashlib.sha256(purpose.encode()).digest()).decode().rstrip("=")


def made_word(purpose, letters):
    """So many letters and digits that stand in no file: what does would not start production (R5)."""
    return hashlib.sha256(purpose.encode()).hexdigest()[:letters]


KEYS = {
    "DATA_KEYS": made_key("d"), "RESTRICTED_KEYS": made_key("r"), "INDEX_KEY": made_key("i"), "AUDIT_KEY": made_key("a"),
}  # fmt: skip
PRODUCTION = KEYS | {
    "MODE": "production",
    "DATABASE_URL": "sqlite:///var/never-opened.db",
    "SECRET_KEY": made_word("secret", 32),
    "METRICS_TOKEN": made_word("metrics", 16),
    "PUBLIC_URL": "https://laobing.example.gov.cn",
    "WECHAT_APP_ID": f"wx{made_word('app', 16)}",
    "WECHAT_APP_SECRET": made_word("app secret", 32),
    "WECHAT_TOKEN": made_word("token", 20),
    "WECHAT_AES_KEY": f"{made_word('aes', 42)}A",
    "WECHAT_API_BASE": PLATFORM,
}
TRIAL = PRODUCTION | {
    "MODE": "trial",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "WECHAT_API_BASE": "http://127.0.0.1:8099",
    "WECHAT_SECURITY": "plain",
    "METRICS_TOKEN": "short",
    "WECHAT_TOKEN": "abcdefghijklmnop",
}


def environ(values):
    return {f"FRONTDOOR_{name}": value for name, value in values.items()}


def faults(base, **changes):
    with pytest.raises(BadSettings) as refused:
        read_settings(environ(base | changes))
    return refused.value.faults


def test_a_complete_environment_is_taken():
    settings = read_settings(environ(PRODUCTION))
    assert not settings.trial
    assert settings.data_keys == (decode_key(KEYS["DATA_KEYS"]),)
    assert (settings.wechat.security, settings.timezone) == ("safe", "Asia/Shanghai")


def test_what_is_not_said_has_its_default():
    bare = {name: value for name, value in PRODUCTION.items() if name not in ("MODE", "DATABASE_URL", "METRICS_TOKEN")}
    settings = read_settings(environ(bare))
    assert (settings.mode, settings.database_url) == ("production", "sqlite:///var/frontdoor.db")
    assert (settings.metrics_token, str(settings.media_dir)) == ("", "var/media")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_database_address_may_be_written_as_people_write_it(scheme):
    settings = read_settings(environ(PRODUCTION | {"DATABASE_URL": f"{scheme}://u:p@h/d"}))
    assert settings.database_url == "postgresql+psycopg://u:p@h/d"


def test_several_data_keys_stand_newest_first():
    new, old = new_key(), new_key()
    settings = read_settings(environ(PRODUCTION | {"DATA_KEYS": f" {new} , {old} "}))
    assert settings.data_keys == (decode_key(new), decode_key(old))


def test_a_trial_needs_no_restricted_keys():
    """The ring derives keys of their own from the data keys (R40)."""
    bare = {name: value for name, value in TRIAL.items() if name != "RESTRICTED_KEYS"}
    assert read_settings(environ(bare)).restricted_keys == ()
    assert faults(TRIAL, RESTRICTED_KEYS="half-a-key") == [KEY_FAULT.format("RESTRICTED_KEYS")]


def test_the_previous_aes_key_may_stand_beside_the_new_one():
    previous = f"{made_word('aes before', 42)}A"
    assert (
        read_settings(environ(PRODUCTION | {"WECHAT_AES_KEY_PREVIOUS": previous})).wechat.aes_key_previous == previous
    )


NEEDED = {
    "SECRET_KEY": "登录和防伪造要用它",
    "DATA_KEYS": "32 字节的密钥，用 frontdoor keys new 生成",
    "RESTRICTED_KEYS": "32 字节的密钥，用 frontdoor keys new 生成",
    "INDEX_KEY": "32 字节的密钥，用 frontdoor keys new 生成",
    "AUDIT_KEY": "32 字节的密钥，用 frontdoor keys new 生成",
    "PUBLIC_URL": "发给老兵的链接要用它",
    "WECHAT_APP_ID": "公众平台“基本配置”里的 AppID",
    "WECHAT_APP_SECRET": "公众平台“基本配置”里的 AppSecret",
    "WECHAT_TOKEN": "公众平台“服务器配置”里的 Token",
    "WECHAT_AES_KEY": "公众平台“服务器配置”里的 EncodingAESKey",
    "WECHAT_API_BASE": f"正式使用写 {PLATFORM}",
}


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("base", [PRODUCTION, TRIAL], ids=["production", "trial"])
def test_what_is_missing_is_named_with_its_purpose(base, name):
    if base is TRIAL and name == "RESTRICTED_KEYS":
        return  # test_a_trial_needs_no_restricted_keys
    without = {key: value for key, value in base.items() if key != name}
    assert faults(without) == [f"没有设置 FRONTDOOR_{name}：{NEEDED[name]}。"]
    assert faults(base, **{name: "   "}) == [f"没有设置 FRONTDOOR_{name}：{NEEDED[name]}。"]


def test_all_that_is_missing_is_said_at_once():
    assert faults({}) == [f"没有设置 FRONTDOOR_{name}：{NEEDED[name]}。" for name in NEEDED]


KEY_FAULT = "FRONTDOOR_{} 要是 32 字节的密钥（URL 安全的 base64），用 frontdoor keys new 生成。"
TOKEN_FAULT = "FRONTDOOR_WECHAT_TOKEN 要 16 到 32 位字母或数字，和公众平台上写的一样。"
APP_FAULT = "FRONTDOOR_WECHAT_APP_ID 要是 wx 开头的 18 位 AppID。"
SAME_FAULT = "DATA_KEYS、RESTRICTED_KEYS、INDEX_KEY、AUDIT_KEY 里有相同的密钥，每一个都要不一样。"
DATABASE_FAULT = "FRONTDOOR_DATABASE_URL 要以 sqlite:/// 或 postgresql:// 开头。"
AES_FAULT = "FRONTDOOR_WECHAT_AES_KEY{} 要正好 43 位字母或数字，和公众平台上写的一样。"
BASE_FAULT = f"正式使用时 FRONTDOOR_WECHAT_API_BASE 只能是 {PLATFORM}。"
TRIAL_FAULT = "试用时 FRONTDOOR_WECHAT_API_BASE 只能是本机的模拟器，或者微信的正式地址。"
EXAMPLE_FAULT = "微信的 Token、AES 密钥、AppID 里有文档或测试里的示例值，请换成自己的。"
ZONE_FAULT = "FRONTDOOR_TIMEZONE 要写成 Asia/Shanghai 这样的时区名。"

BOTH = [
    ("MODE", "testing-it", "FRONTDOOR_MODE 只能是 production、trial。"),
    ("WECHAT_SECURITY", "none-at-all", "FRONTDOOR_WECHAT_SECURITY 只能是 safe、compatible、plain。"),
    ("DATA_KEYS", "not-a-key-at-all", KEY_FAULT.format("DATA_KEYS")),
    ("DATA_KEYS", f"{made_key('n')},half-a-key", KEY_FAULT.format("DATA_KEYS")),
    ("DATA_KEYS", ",", KEY_FAULT.format("DATA_KEYS")),
    ("INDEX_KEY", "A" * 44, KEY_FAULT.format("INDEX_KEY")),
    ("AUDIT_KEY", "short-audit", KEY_FAULT.format("AUDIT_KEY")),
    ("INDEX_KEY", KEYS["DATA_KEYS"], SAME_FAULT),
    ("RESTRICTED_KEYS", KEYS["DATA_KEYS"], SAME_FAULT),
    ("AUDIT_KEY", KEYS["INDEX_KEY"], SAME_FAULT),
    ("DATA_KEYS", f"{KEYS['DATA_KEYS']},{KEYS['DATA_KEYS']}", SAME_FAULT),
    ("SECRET_KEY", made_word("short", 31), "FRONTDOOR_SECRET_KEY 太短，至少 32 个字符，用 frontdoor keys new 生成。"),
    ("WECHAT_TOKEN", "fifteen_letters", TOKEN_FAULT),
    ("WECHAT_TOKEN", made_word("long", 33), TOKEN_FAULT),
    ("WECHAT_AES_KEY", made_word("short", 42), AES_FAULT.format("")),
    ("WECHAT_AES_KEY", made_word("short", 42) + "=", AES_FAULT.format("")),
    ("WECHAT_AES_KEY_PREVIOUS", made_word("long", 44), AES_FAULT.format("_PREVIOUS")),
    ("WECHAT_APP_ID", "wx00AA11BB22CC33DD", APP_FAULT),
    ("WECHAT_APP_ID", "gh_0123456789abcd", APP_FAULT),
    ("DATABASE_URL", "mysql://someone:password@host/base", DATABASE_FAULT),
    ("DATABASE_URL", "frontdoor-file.db", DATABASE_FAULT),
    ("BACKUP_RECIPIENT", "AGE-SECRET-KEY-1QQQ", "FRONTDOOR_BACKUP_RECIPIENT 要是 age1 开头的公钥。"),
    ("TIMEZONE", "Mars/Phobos", ZONE_FAULT),
    ("TIMEZONE", "../../etc/passwd", ZONE_FAULT),
    ("TIMEZONE", "Beijing time", ZONE_FAULT),
]
IN_PRODUCTION = [
    ("WECHAT_SECURITY", "plain", "正式使用时 FRONTDOOR_WECHAT_SECURITY 只能是 safe（安全模式）。"),
    ("WECHAT_SECURITY", "compatible", "正式使用时 FRONTDOOR_WECHAT_SECURITY 只能是 safe（安全模式）。"),
    ("WECHAT_API_BASE", "http://127.0.0.1:8099", BASE_FAULT),
    ("WECHAT_API_BASE", "https://api.weixin.qq.com.example.com", BASE_FAULT),
    ("WECHAT_API_BASE", "http://api.weixin.qq.com", BASE_FAULT),
    ("PUBLIC_URL", "http://laobing.example.gov.cn", "正式使用时 FRONTDOOR_PUBLIC_URL 要以 https:// 开头。"),
    ("METRICS_TOKEN", "fifteen-letters", "FRONTDOOR_METRICS_TOKEN 太短，至少 16 个字符；不用就留空。"),
    ("WECHAT_AES_KEY", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", EXAMPLE_FAULT),
    ("WECHAT_AES_KEY_PREVIOUS", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", EXAMPLE_FAULT),
    ("WECHAT_APP_ID", "wx5823bf96d3bd56c7", EXAMPLE_FAULT),
]
IN_TRIAL = [
    ("WECHAT_API_BASE", "http://10.0.0.7:8099", TRIAL_FAULT),
    ("WECHAT_API_BASE", "http://127.0.0.1.example.com", TRIAL_FAULT),
    ("WECHAT_API_BASE", "http://localhost.example.com:8099", TRIAL_FAULT),
    ("WECHAT_API_BASE", "http://127.0.0.1@example.com", TRIAL_FAULT),
    ("WECHAT_API_BASE", "http://[::1", TRIAL_FAULT),
    ("WECHAT_API_BASE", "just some words", TRIAL_FAULT),
]
CASES = [
    *((PRODUCTION, *case) for case in BOTH + IN_PRODUCTION),
    *((TRIAL, *case) for case in BOTH if case[0] != "MODE"),
    *((TRIAL, *case) for case in IN_TRIAL),
]


@pytest.mark.parametrize(("base", "name", "value", "sentence"), CASES)
def test_each_fault_alone_gives_its_sentence_and_shows_no_value(base, name, value, sentence):
    found = faults(base, **{name: value})
    assert found == [sentence]
    assert value not in sentence


def test_all_faults_are_said_at_once():
    assert faults(PRODUCTION, WECHAT_TOKEN="too_short", WECHAT_APP_ID="x", PUBLIC_URL="http://x") == [
        TOKEN_FAULT,
        APP_FAULT,
        "正式使用时 FRONTDOOR_PUBLIC_URL 要以 https:// 开头。",
    ]


def test_a_trial_may_do_what_production_may_not():
    settings = read_settings(environ(TRIAL))
    assert settings.trial
    for address in ("http://localhost:8099", "http://127.0.0.2:1", "http://[::1]:8099", PLATFORM):
        assert read_settings(environ(TRIAL | {"WECHAT_API_BASE": address})).wechat.api_base == address


@pytest.mark.parametrize("value", sorted(PUBLISHED))
@pytest.mark.parametrize("name", ["WECHAT_TOKEN", "WECHAT_AES_KEY", "WECHAT_APP_ID", "SECRET_KEY"])
def test_a_published_value_never_starts_production(name, value):
    assert faults(PRODUCTION, **{name: value})


@given(
    st.sampled_from(sorted({*PRODUCTION, "TIMEZONE", "WECHAT_AES_KEY_PREVIOUS", "MEDIA_DIR"})),
    st.text(max_size=50),
    st.booleans(),
)
def test_whatever_is_set_is_taken_or_refused_and_nothing_worse(name, value, trial):
    try:
        read_settings(environ((TRIAL if trial else PRODUCTION) | {name: value}))
    except BadSettings as refused:
        assert refused.faults  # noqa: PT017


def test_settings_do_not_show_themselves():
    settings = read_settings(environ(PRODUCTION))
    for secret in (PRODUCTION["SECRET_KEY"], PRODUCTION["WECHAT_APP_SECRET"], PRODUCTION["WECHAT_TOKEN"]):
        assert secret not in repr(settings)
        assert secret not in repr(settings.wechat)
    assert repr(settings.index_key)[2:-1] not in repr(settings)


# -- as an operator meets them --------------------


@pytest.mark.parametrize("command", [["serve"], ["serve", "--all"], ["deliver"], ["jobs"]])
@pytest.mark.usefixtures("quiet_logs")
def test_a_command_with_bad_settings_says_so_and_ends_with_two(command):
    values = environ(PRODUCTION | {"WECHAT_TOKEN": "my-secret-token", "SECRET_KEY": ""})
    done = run_here(*command, environ=values)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "设置有问题，没有启动：",
        "· 没有设置 FRONTDOOR_SECRET_KEY：登录和防伪造要用它。",
    ]
    assert "my-secret-token" not in done.output


@pytest.mark.parametrize("flags", [[], ["-O"]])
def test_optimised_python_is_as_strict(flags):
    """R5: no check may be an assert, which -O takes out."""
    values = environ(
        PRODUCTION | {"WECHAT_SECURITY": "plain", "WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"}
    )
    done = subprocess.run(
        [sys.executable, *flags, "-m", "bot.cli", "serve"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | values,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "设置有问题，没有启动：",
        "· 正式使用时 FRONTDOOR_WECHAT_SECURITY 只能是 safe（安全模式）。",
        f"· {EXAMPLE_FAULT}",
    ]

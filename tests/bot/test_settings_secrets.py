"""Secrets that are none: used twice, published in these files, or made of a few letters (R5, R67)."""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from bot.settings import read_settings
from models.vault import decode_key
from tests.bot.test_settings import EXAMPLE_FAULT, KEYS, PRODUCTION, ROOT, TRIAL, environ, faults, made_key

REUSED_FAULT = (
    "FRONTDOOR_SECRET_KEY 和 DATA_KEYS、RESTRICTED_KEYS、INDEX_KEY、AUDIT_KEY 里的一把相同，每一个都要不一样。"
)
PLAIN_FAULT = "密钥或者 Token 里有来回只用几个字符的，太容易猜，请换成随机生成的。"
SPELLINGS = {
    "as it is": lambda text: text,
    "padded": lambda text: f"{text}=",
    "standard base64": lambda text: base64.b64encode(decode_key(text)).decode(),
    "hex": lambda text: decode_key(text).hex(),
    "HEX": lambda text: decode_key(text).hex().upper(),
}


@pytest.mark.parametrize("base", [PRODUCTION, TRIAL], ids=["production", "trial"])
@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_secret_key_is_no_other_key_in_another_spelling(base, name, spelling):
    written = SPELLINGS[spelling](KEYS[name])
    found = faults(base, SECRET_KEY=written)
    assert found == [REUSED_FAULT]
    assert written not in found[0]


def test_neither_is_it_the_bytes_of_one():
    letters = "thirty-two letters of plain text"
    written = base64.urlsafe_b64encode(letters.encode()).decode().rstrip("=")
    assert faults(PRODUCTION, SECRET_KEY=letters, INDEX_KEY=written) == [REUSED_FAULT]


def test_nor_an_older_one_of_several_data_keys():
    older = made_key("older")
    assert faults(PRODUCTION, DATA_KEYS=f"{KEYS['DATA_KEYS']},{older}", SECRET_KEY=older) == [REUSED_FAULT]


@pytest.mark.parametrize("secret", [made_key("another"), "0" * 31 + "中文 and more", "\udcff" + "abcdefg" * 5])
def test_any_other_secret_key_is_taken(secret):
    assert read_settings(environ(TRIAL | {"SECRET_KEY": secret})).secret_key == secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "sososo" * 6),
        ("DATA_KEYS", base64.urlsafe_b64encode(bytes(32)).decode()),
        ("INDEX_KEY", base64.urlsafe_b64encode(b"abcd" * 8).decode()),
        ("AUDIT_KEY", base64.urlsafe_b64encode(b"a" * 32).decode()),
        ("WECHAT_TOKEN", "1212121212121212"),
        ("WECHAT_AES_KEY", "A" * 43),
        ("WECHAT_AES_KEY_PREVIOUS", "x" * 42 + "A"),
    ],
)
def test_a_few_letters_over_and_over_are_no_secret(name, value):
    assert faults(PRODUCTION, **{name: value}) == [PLAIN_FAULT]
    assert read_settings(environ(TRIAL | {name: value}))


# -- what stands in our own files --------------------


CODE = [path for room in ("tests", "simulator", "benchmarks") for path in sorted((ROOT / room).rglob("*.py"))]
PAPERS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / ".env.example"]
AES_KEY, APP_ID, TOKEN = r"[A-Za-z0-9]{43}", r"wx[0-9a-f]{16}", r"[A-Za-z0-9]{16,32}"


def constants(code: CodeType) -> Iterator[str]:
    """All that a file spells out, as Python sees it: "b" * 42 + "A" is one text, and so is each of a list."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from constants(each)
        elif isinstance(each, (tuple, frozenset)):
            yield from (text for text in each if isinstance(text, str))
        elif isinstance(each, str):
            yield each


def tokens(tree: ast.AST) -> Iterator[str]:
    """What is called a token by a name, a key or a parameter; its form alone could be any word's."""
    for node in ast.walk(tree):
        named = []
        if isinstance(node, ast.keyword):
            named = [(node.arg, node.value)]
        elif isinstance(node, ast.Dict):
            named = [(getattr(key, "value", ""), value) for key, value in zip(node.keys, node.values, strict=True)]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            named = [(getattr(name, "id", ""), value) for name, value in _pairs(node.targets[0], node.value)]
        elif isinstance(node, ast.Assign):
            named = [(getattr(node.targets[0], "id", ""), node.value)]
        for name, value in named:
            if re.fullmatch(r"(?i)(.*wechat_)?token", str(name)) and isinstance(value, ast.Constant):
                yield str(value.value)


def _pairs(names: ast.Tuple, values: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    return zip(names.elts, getattr(values, "elts", ()), strict=False)


def of_form(form: str, texts: Iterator[str]) -> Iterator[str]:
    return (text for text in texts if re.fullmatch(form, text))


def spelled_out(path: Path) -> set[tuple[str, str]]:
    """Setting and value, for each value in a file that has the form of a secret of the account."""
    text = path.read_text("utf-8")
    words = re.findall(r"\w+", text, re.ASCII)
    found = set()
    if path.suffix == ".py":
        words += constants(compile(text, path, "exec"))
        found = {("WECHAT_TOKEN", token) for token in of_form(TOKEN, tokens(ast.parse(text)))}
    found |= {("WECHAT_AES_KEY", word) for word in of_form(AES_KEY, words)}
    return found | {("WECHAT_APP_ID", word) for word in of_form(APP_ID, words)}


def test_no_account_of_a_test_or_a_paper_starts_production():
    found = {pair for path in (*CODE, *PAPERS) for pair in spelled_out(path)}
    assert {name for name, _ in found} == {"WECHAT_TOKEN", "WECHAT_AES_KEY", "WECHAT_APP_ID"}
    for name, value in sorted(found):
        assert faults(PRODUCTION, **{name: value}) in ([EXAMPLE_FAULT], [PLAIN_FAULT]), (name, value)

"""What is stored shows what was typed; what is matched has one spelling; a choice is a choice in any form."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.normal import LONGEST_READ, choice, plain, tidy

ANY_TEXT = st.text(st.characters(exclude_categories=()))
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("付款\u202e元001", "付款元001"),
        ("  你好\r\n老战友\r再见\t了 ", "你好\n老战友\n再见 了"),
        ("a\x00b\x07c\x1b[31md\x9be", "abc[31mde"),
        ("坏\ud800字", "坏字"),
        ("好\u200b\u200b\u200d\u200b的", "好\u200b的"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("Ａ１，優待證！", "Ａ１，優待證！"),
    ],
)
def test_stored_words_steer_nothing_and_keep_the_rest(typed, stored):
    assert tidy(typed) == stored


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("转\u200b人\u2060工", "转人工"),
        ("ＡＢＣ１２", "abc12"),
        ("自 杀", "自杀"),
        ("自.杀！！！", "自杀"),
        ("60  岁,补助", "60 岁补助"),
        ("a,,b", "a b"),
        ("你好[微笑][微笑]", "你好"),
        ("收到/::)谢谢/:rose", "收到谢谢"),
        ("[我不想活了]", "我不想活了"),
        ("好的👌🏻👨\u200d👩\u200d👧😊", "好的"),
        ("1️⃣", "1"),
        ("優待證怎麼辦", "优待证怎么办"),
        ("%E6%9F%A5%E6%94%BF%E7%AD%96", "查政策"),
        ("1%20%E6%9F%A5", "1 查"),
        ("打8%20折", "打8 20折"),
        ("%E6%9F", "e6 9f"),
        ("换\n行", "换行"),
        ("坏\ud800字", "坏字"),
        ("", ""),
    ],
)
def test_matching_sees_one_spelling(typed, read):
    assert plain(typed) == read


CHOICES = """
1: 1 １ ① ⒈ ㈠ 一 壹 1. 1、 （1） 选1 选一 选择1 第一个 第1个 第一 头一个 1吧 就1 就1吧 嗯1 嗯，1 幺 1号 回1 按1 1️⃣ 1谢谢 那就1吧
2: 2 二 两 贰 我选2 按2 回复2 回复：2 号2 2号 二号 我要2 我要选2 请按2 麻烦选2 2。 我选第二个 第2项 好的，2 按2键 发2 貳
3: 要第三个 第三条 3 三 叁 我想要第三个 3吧谢谢 输入3
7: 7 七 拐 柒
8: 8 八 捌 8！ ８
9: 9 九 勾
0: 0 零 洞 〇 ０ 按0
"""
NOT_CHOICES = """
1号线 2023年 一年 三等功 12 第一次 一个人 二等功能不能加钱 10 1.5 一二 选一个 一个 要一个 不要1 不选1 一下 第一书记 1号楼 头三个 3天 三楼
八一 七一 两个 1978 五保户 四级伤残 2点 2元 一等功 查政策 你好 选 第 号 我 十 1对 百 1234567 13800138000 零下 一月 1月 2岁 二线 三线
一胎 一次性补助 洞口县 老二 ABC 1a a1 - ? 。。。 二流子 第一连 两口子 1-2 1或2 一直 万一 统一 一般 九龙坡 五一放假吗 六安 三期士官
"""


def choices() -> Iterator[tuple[str, int]]:
    for line in CHOICES.split("\n"):
        digit, _, ways = line.partition(":")
        yield from ((way, int(digit)) for way in ways.split())


@pytest.mark.parametrize(("typed", "digit"), list(choices()))
def test_a_choice_in_any_form(typed, digit):
    assert choice(typed) == digit


@pytest.mark.parametrize("typed", ["", " ", *NOT_CHOICES.split()])
def test_what_is_no_choice(typed):
    assert choice(typed) is None


def test_a_choice_beyond_the_list_is_none():
    assert (choice("选4", most=3), choice("选3", most=3)) == (None, 3)


@given(ANY_TEXT)
def test_tidy_is_done_once(text):
    stored = tidy(text)
    assert tidy(stored) == stored
    assert not set(stored) & set(BIDI + "\x00\x1b\t\r")
    stored.encode("utf-8")


@given(ANY_TEXT | st.text("汉字aZ1 ，.\u200b\u0301[微笑]/:%E6é優ﷺ㍿①", max_size=60))
def test_plain_is_done_once(text):
    read = plain(text)
    assert plain(read) == read
    assert read == read.strip()
    assert "  " not in read
    read.encode("utf-8")


@given(ANY_TEXT)
def test_a_choice_is_one_digit_or_none(text):
    assert choice(text) in (None, *range(10))


@pytest.mark.parametrize("letter", ["1", "a", "啊", "<", "我要", "%E5", "ﷺ", "[微", "\u200b"])
def test_a_flood_is_cut(letter):
    assert len(plain(letter * 20_000)) <= LONGEST_READ
    assert choice(letter * 20_000) is None


def test_what_lies_behind_the_cut_is_not_read():
    assert "尾" not in plain("啊" * LONGEST_READ + "尾")
    assert plain("啊" * (LONGEST_READ - 1) + "尾").endswith("尾")

"""Danger is heard in what people really type, and idioms, policy and old stories stay quiet (domain.md 10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import crisis
from handlers.crisis import Crisis, crisis_in, rules, teaching
from knowledge_base.library import read_ways

CASES = Path(__file__).with_name("crisis_cases.txt").read_text("utf-8").split("# --- ")[1:]
PARTS = {part.partition("\n")[0].strip(): part for part in CASES}
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def told(part: str) -> Iterator[tuple[str, str]]:
    for line in PARTS[part].splitlines():
        kind, tab, text = line.partition("\t")
        if tab:
            yield kind, text


def dangers(part: str) -> list[tuple[str, str]]:
    return [(kind, text) for kind, text in told(part) if kind != "NONE"]


def look_alikes(part: str) -> list[str]:
    return [text for kind, text in told(part) if kind == "NONE"]


def test_the_table_is_large_and_says_everything_once():
    everything = [text for part in PARTS for _, text in told(part)]
    assert len(everything) == len(set(everything))
    assert sum(len(dangers(part)) for part in PARTS) >= 300
    assert sum(len(look_alikes(part)) for part in PARTS) >= 300
    assert {kind for part in PARTS for kind, _ in dangers(part)} == {kind.name for kind in Crisis}


@pytest.mark.parametrize(("part", "least"), [("first half", 0.995), ("second half", 0.995), ("later", 0.98)])
def test_danger_is_heard(part, least):
    missed = [text for _, text in dangers(part) if crisis_in(text) is None]
    assert len(missed) <= (1 - least) * len(dangers(part)), missed


@pytest.mark.parametrize(("part", "least"), [("first half", 0.97), ("second half", 0.97), ("later", 0.93)])
def test_the_kind_of_danger_is_told_apart(part, least):
    mistaken = [(kind, text) for kind, text in dangers(part) if crisis_in(text) not in (None, Crisis[kind])]
    assert len(mistaken) <= (1 - least) * len(dangers(part)), mistaken


@pytest.mark.parametrize(("part", "most"), [("first half", 0.01), ("second half", 0.01), ("later", 0.06)])
def test_look_alikes_stay_quiet(part, most):
    alarms = [(crisis_in(text), text) for text in look_alikes(part) if crisis_in(text)]
    assert len(alarms) <= most * len(look_alikes(part)), alarms


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("不想活求了", Crisis.SELF_HARM),
        ("活起没得意思", Crisis.SELF_HARM),
        ("自 杀", Crisis.SELF_HARM),
        ("自\u200b杀", Crisis.SELF_HARM),
        ("我想自沙", Crisis.SELF_HARM),
        ("想4", Crisis.SELF_HARM),
        ("不想hua了", Crisis.SELF_HARM),
        ("我爸要跳樓", Crisis.SELF_HARM),
        ("战友把自己锁屋里割腕", Crisis.SELF_HARM),
        ("%E6%88%91%E4%B8%8D%E6%83%B3%E6%B4%BB%E4%BA%86", Crisis.SELF_HARM),
        ("评残没批 我不想活了 补助也不要了", Crisis.SELF_HARM),
        ("跟他同归于尽", Crisis.THREAT),
        ("儿媳妇不给饭吃", Crisis.ABUSE),
        ("没人管我死活", Crisis.DISTRESS),
        ("我被骗了两万块", Crisis.FRAUD),
    ],
)
def test_what_must_always_be_heard(text, kind):
    assert crisis_in(text) is kind


QUIET = """
累死了 气死我了 卡死了 饿死了 想死我了 死活办不下来 打死也不去 我爸死了有补助吗 自杀的军人算不算烈士 农药补贴 汽油涨价 我要去北京上访 欺人太甚
120救护车收费吗 1 人工 我爸喝农药死的丧葬费给不给 当年受伤流了好多血现在能评残吗 手机卡死了 该死的系统 不给说法不罢休 打我电话
"""


@pytest.mark.parametrize("text", ["", *QUIET.split()])
def test_what_must_always_stay_quiet(text):
    assert crisis_in(text) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("我不想活了 我爸昏迷了喊不醒", Crisis.MEDICAL),
        ("我要砍死他 然后我也不想活了", Crisis.SELF_HARM),
        ("他打我 我要杀了他", Crisis.THREAT),
        ("儿子打我 我撑不下去了", Crisis.ABUSE),
        ("被骗了十万 我撑不下去了", Crisis.DISTRESS),
    ],
)
def test_the_most_urgent_danger_comes_first(text, first):
    assert crisis_in(text) is first


@pytest.mark.parametrize(
    ("quiet", "urgent"),
    [("我爸昏迷过 有没有补贴", "我爸刚才昏迷了 有没有人"), ("中风能报销吗", "我爸突然中风 能报销吗")],
)
def test_words_of_this_minute_outweigh_a_question(quiet, urgent):
    assert (crisis_in(quiet), crisis_in(urgent)) == (None, Crisis.MEDICAL)


@given(ANY_TEXT)
def test_no_text_breaks_it(text):
    assert crisis_in(text) in (None, *Crisis)


@given(ANY_TEXT)
def test_a_cry_is_heard_whatever_surrounds_it(text):
    assert crisis_in(f"[流泪] 我 不 想 活 了 /::~ {text}") is not None


@pytest.mark.parametrize("letter", ["1", "a", "啊", "<", "我", "要", "把"])
def test_a_flood_is_read_no_further_than_the_cut(letter):
    assert crisis_in("不想活了" + letter * 20_000) is Crisis.SELF_HARM
    assert crisis_in(letter * 20_000 + "不想活了") is crisis_in(letter * 20_000)


def test_no_pattern_can_run_away():
    """Only bounded gaps: an unbounded one is quadratic on 4,000 characters made for it."""
    patterns = [rules._CERTAIN, rules._SAYING, *(pattern for _, pattern in rules._RULES)]
    assert not [gap for pattern in patterns for gap in (".*", ".+", ")*", ")+", "]*", "]+") if gap in pattern.pattern]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("给你们添最后一次麻烦了", Crisis.SELF_HARM),
        ("军功章分给孙子了，狗也送人了，我没得牵挂了", Crisis.SELF_HARM),
        ("明天要是联系不上我，就喊人来开门", Crisis.SELF_HARM),
        ("家伙我都备好了，今晚去他屋头算总账", Crisis.THREAT),
        ("他天天几点出门我都摸清楚了，叫他等着", Crisis.THREAT),
        ("儿子把门锁了，一天丢两个馒头进来", Crisis.ABUSE),
        ("老伴喊不应，嘴角往一边歪", Crisis.MEDICAL),
        ("三天没得米下锅了，走不动", Crisis.DISTRESS),
        ("睡桥洞，冷得整夜打抖", Crisis.DISTRESS),
    ],
)
def test_danger_is_heard_without_any_word_of_a_list(text, kind):
    assert crisis_in(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "最后麻烦您一次，刚才那条再发我一遍",
        "我先走了，去接孙子",
        "军装捐给学校要办什么手续",
        "老班长走了三年了，丧葬费哪里领",
        "补助少发了两个月，问了几回没人管",
        "食堂几点开饭，饿死了",
    ],
)
def test_what_only_sounds_like_danger_stays_quiet(text):
    assert crisis_in(text) is None


def test_a_cry_in_the_middle_of_a_long_letter_is_heard():
    letter = "我是七九年的兵，在云南待过三年，回来种地，养了两头牛，老伴身体还好，娃在广东打工，年年寄钱回来，"
    cry = "药我已经攒够一瓶了，今晚吃了就不醒了，"
    rest = "优待证去年办的，公交车能刷，医院也认，村里的路修好了，今年苞谷收成不错"
    assert crisis_in(letter + rest) is None
    assert crisis_in(letter + cry + rest) is Crisis.SELF_HARM


def test_it_can_say_why():
    assert crisis.why("军功章分给孙子了，狗也送人了，我没得牵挂了")
    assert crisis.why("优待证怎么办") == []


def test_what_was_learned_is_of_the_ways_as_they_are_now():
    """After a change in ways/, themes, rules or message.py: `frontdoor policy learn`."""
    assert crisis.opinion().mark == teaching.mark()


def test_the_later_cases_were_never_learned_from():
    taught = {text for name in (*Crisis, "calm") for text in read_ways(teaching.HERE / "ways" / f"{name}.txt")}
    assert not taught & {text for _, text in told("later")}

"""Numbers and secrets leave a text however they are spelled, and nothing else does (security.md R48, R49, C17)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import masking
from models.masking import Masked, find_phone, mask, mask_secrets

ANY_TEXT = st.text(st.characters(exclude_categories=()))
NUMBERS = st.text("0123456789一三八零幺Xx *-+ .，年号\u200b１８", max_size=60)
PARTS = "第 三十八 14 集团军 军 40 师 团 某 87321 部队 代号 驻扎在 云南 县 东风 - 21 导弹 雷达 171 舰 演习 的 ，"
SECRET_WORDS = st.lists(st.sampled_from(PARTS.split()), max_size=20).map("".join)


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ("电话13800136021。", "电话138****6021。", "phone"),
        ("１３８００１３６０２１", "138****6021", "phone"),
        ("138 0013 6021", "138****6021", "phone"),
        ("138-0013-6021", "138****6021", "phone"),
        ("138\u200b0013\u200b6021", "138****6021", "phone"),
        ("1 3 8 0 0 1 3 6 0 2 1", "138****6021", "phone"),
        ("我是一三八零零一三六零二一", "我是138****6021", "phone"),
        ("幺三八洞洞幺三六洞两幺", "138****6021", "phone"),
        ("+86138 0013 6021找我", "138****6021找我", "phone"),
        ("＋８６１３８００１３６０２１", "138****6021", "phone"),
        ("0086-13800136021", "138****6021", "phone"),
        ("我有一13800136021", "我有一138****6021", "phone"),
        ("*13800136021*", "*138****6021*", "phone"),
        ("13800136021 记住*", "138****6021 记住*", "phone"),
        ("13800136021x2", "138****6021x2", "phone"),
        ("邮编550081 0851-88881234", "邮编550081 0851****1234", "phone"),
        ("010 62281234", "010****1234", "phone"),
        ("085188881234", "0851****1234", "phone"),
        ("身份证520103195001011217", "身份证5201**********17", "id"),
        ("52010319500101121X", "5201**********1X", "id"),
        ("52010319500101121ｘ，男", "5201**********1X，男", "id"),
        ("5201031950０1０11217", "5201**********17", "id"),
        ("520103 19500101 1217", "5201**********17", "id"),
        ("五二零一零三一九五零零一零一一二一七", "5201**********17", "id"),
        ("520103500101121", "5201**********21", "id"),
        ("卡号6222 0212 3456 7890 128", "卡号****0128", "bank"),
        ("4111111111111111", "****1111", "bank"),
        ("6222-0212-3456-7890-128", "****0128", "bank"),
        ("６２２２０２１２３４５６７８９０１２８", "****0128", "bank"),
    ],
)
def test_a_number_in_any_spelling(typed, stored, kind):
    assert mask(typed) == Masked(stored, frozenset({kind}))


@pytest.mark.parametrize(
    "text",
    [
        "1979年2月17日参战，1983年退伍",
        "编号261102 0037",
        "邮编550081",
        "金额12345678901元",
        "6222021234567890129",
        "520103195013011217",
        "打12345、12356或者96110",
        "400-820-8820",
        "一九七九年上前线，一九八三年退伍",
        "3.1415926535 8979",
        "138****6021",
        "139****1380 0138000",
        "二零二六年十一月二十五日",
        "02 2023 0506",
        "60 3 100 25 7 12 30 8",
        "11111111111",
        "",
    ],
)
def test_ordinary_numbers_stay(text):
    assert mask(text) == Masked(text, frozenset())


def test_several_numbers_in_one_text():
    stored = mask("我13800136021，老伴13900139000，证520103195001011217，卡4111111111111111")
    assert stored.text == "我138****6021，老伴139****9000，证5201**********17，卡****1111"
    assert stored.kinds == {"phone", "id", "bank"}


def test_two_phones_side_by_side_are_two():
    assert mask("13800136021 13900139000").text == "138****6021 139****9000"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("我的电话是138 0013 6021", "13800136021"),
        ("+86 13800136021", "13800136021"),
        ("一三八零零一三六零二一", "13800136021"),
        ("0851-88881234", "085188881234"),
        ("座机0851 8888 1234，手机13800136021", "13800136021"),
        ("没有电话", None),
        ("520103195001011217", None),
        ("123", None),
    ],
)
def test_the_phone_to_call(text, phone):
    assert find_phone(text) == phone


SECRETS = """
第三十八集团军某团|三十八集团军|陆军第14集团军31师|38集团军某部当兵|我在14军40师118团|14军当兵|第四十军|十三军37师|第40师|一一八团
第二师五团三营|原149师|空军第44师|海军某部22支队|火箭军第61基地|二炮52基地|武警8740部队|武警第2支队|87321部队|８７３２１部队
八七三二一部队|54321部队退伍|7421部队|部队代号87321|番号是87321|部队番号35103|昆明54信箱12分队|部队驻扎在麻栗坡县|我们部队驻在云南省文山州
营区位于清镇市|驻地在安顺市镇宁县|雷达站设在乌蒙山|部队驻守在西沙永兴岛|操作东风-21D导弹|东风5号导弹|红旗-2|歼-10|轰6|HQ-9导弹|346雷达
YLC-8B雷达|导弹型号HQ12|052D型驱逐舰|171舰|舷号171|094型核潜艇|执行任务代号“利剑”|参加代号为长空的行动|“跨越-2014”演习|使命行动-2013
"""
LOOK_ALIKES = """
部队|当兵|参战|对越自卫反击战|1979年上前线|二等功|集团军转业|参加过核试验|8023部队退役人员|新四军|八路军|三军仪仗队|军龄12年|20军龄|八一军旗
红军|军人家属|2军人|3师兄弟|老师|第一师范|第三军医大学|团购|20团员|一团和气|旅游|第一旅行社|营业执照|连续3年|第一连锁店|邮编550081
电话0851-88881234|1979部队|2001年部队裁军|补助20000元|部队12345热线|部队驻地随军|驻村干部|驻地在哪里|随军家属安置在驻地|部队医院位于贵阳市
东风5号小区|红旗5路公交|东风小区|导弹兵|雷达兵3年|当了3年雷达兵|坦克手|56式冲锋枪|舰艇兵|任务完成了|代号是多少|部队代号怎么查|代号是什么任务
消防演习|“暖心”行动|军分区|军转干部|2020军转|十大元帅|5人|三级军士长|四级伤残|贵阳市观山湖区|一九八五年|运20吨货|一直10年|歼敌3人|1军烈属
"""


def table(words: str) -> list[str]:
    return [case for line in words.split() for case in line.split("|")]


def test_the_tables_are_long_enough():
    assert len(set(table(SECRETS))) >= 40
    assert len(set(table(LOOK_ALIKES))) >= 40


@pytest.mark.parametrize("text", table(SECRETS))
def test_military_detail_is_taken_out(text):
    stored = mask_secrets(text)
    assert masking.TAKEN_OUT in stored.text
    assert stored.kinds == {"secret"}


@pytest.mark.parametrize("text", table(LOOK_ALIKES))
def test_ordinary_army_talk_stays(text):
    assert mask_secrets(text) == Masked(text, frozenset())


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("我原来在第三十八集团军某团，82年退伍", "我原来在〔可能涉密〕，82年退伍"),
        ("14军40师118团3营7连老兵", "〔可能涉密〕老兵"),
        ("在８７３２１\u200b部队服役，问优待证", "在〔可能涉密〕服役，问优待证"),
        ("87321部队和54321部队", "〔可能涉密〕和〔可能涉密〕"),
    ],
)
def test_only_the_secret_is_taken_out(typed, stored):
    assert mask_secrets(typed).text == stored


@given(ANY_TEXT | NUMBERS)
def test_masking_is_done_once(text):
    stored = mask(text)
    assert mask(stored.text) == Masked(stored.text, frozenset())
    assert stored.kinds <= {"id", "phone", "bank"}
    assert bool(stored.kinds) == (stored.text != text)


@given(ANY_TEXT | SECRET_WORDS)
def test_secrets_are_taken_out_once(text):
    stored = mask_secrets(text)
    assert stored.kinds <= {"secret"}
    assert bool(stored.kinds) == (stored.text != text)
    assert mask_secrets(stored.text).text == stored.text


@given(st.text("汉字好，。"), st.text("汉字好，。"))
def test_the_words_around_a_number_stay(before, after):
    assert mask(f"{before}13800136021{after}").text == f"{before}138****6021{after}"
    assert find_phone(f"{before}13800136021{after}") == "13800136021"


@pytest.mark.parametrize("letter", ["1", "1 ", "a", "啊", "<", "一", "部队", "138****", "第"])
def test_a_flood_is_read_in_bounded_pieces(letter, monkeypatch):
    """Every pattern sees at most a number, or the 4,000 characters of a window; what stands behind is still found."""
    read: list[int] = []

    class Counted:
        def finditer(self, words):
            read.append(len(words))
            return whole.finditer(words)

    whole = masking._SECRET
    monkeypatch.setattr(masking, "_SECRET", Counted())
    flood = letter * 20_000
    assert mask(flood).text == flood
    assert mask(flood + "。13800136021").text.endswith("138****6021")
    assert mask_secrets(flood + "。87321部队").text.endswith(masking.TAKEN_OUT)
    assert max(read) <= masking.LONGEST_READ
    assert sum(read) <= 3 * (len(flood) + 10)

"""What must not be stored as typed: numbers that name a person or open an account, and words that may be a secret.

Numbers (security.md R48) are replaced by the masks of authz-matrix.md: 138****6021, 5201**********17, ****1234.
Military detail (R49) becomes 〔可能涉密〕 and its original is kept nowhere. Both read what a person reads: full-width
digits, "一三八", "幺三八", spaces, dashes and zero-width characters inside a number, +86.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

TAKEN_OUT = "〔可能涉密〕"
LONGEST_READ = 4_000


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that may be stored, and what was taken out of it: "id", "phone", "bank" or "secret"."""

    text: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Number:
    kind: str
    digits: str
    start: int
    end: int


@dataclass(slots=True)
class _Group:
    """Digits typed in one go, all in 汉字 or all in figures, and where they stand in the text."""

    hanzi: bool
    start: int
    digits: str = ""
    end: int = 0


# Groups with nothing but spaces, dashes and the like between them: perhaps one number, perhaps several.
_Run = list[_Group]


def mask(text: str) -> Masked:
    """The text with ID numbers, phones and bank cards masked; every other character as it was."""
    pieces, done, kinds = [], 0, set()
    for number in _numbers(text):
        pieces += [text[done : number.start], _MASKS[number.kind](number.digits)]
        done = number.end
        kinds.add(number.kind)
    return Masked("".join([*pieces, text[done:]]), frozenset(kinds))


def find_phone(text: str) -> str | None:
    """The first mobile in the text as 11 digits, or else the first landline with its area code, digits only."""
    phones = [number.digits for number in _numbers(text) if number.kind == "phone"]
    return next((phone for phone in phones if phone.startswith("1")), phones[0] if phones else None)


def mask_secrets(text: str) -> Masked:
    """The text with 番号, 代号, 驻地, 装备型号 and 行动代号 replaced by 〔可能涉密〕."""
    stored = _without_secrets(text)
    if stored == text:
        return Masked(text, frozenset())
    # Once more: digits before a secret, gone now, may have hidden the next one.
    return Masked(_without_secrets(stored), frozenset({"secret"}))


# ---- numbers -------------------------------------------------------------------------------------------------------

# 拐 7, 勾 9 and 洞 0 are how the army reads numbers aloud.
_HANZI_DIGITS = dict(
    zip("零〇洞一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九勾玖", "0001112223344556677788999", strict=True)
)
_SEPARATORS = frozenset(" \u3000\t-‐‑‒–—―−－_.·•,，、/()（）~")
_MOST_SEPARATORS = 3
_LONGEST_NUMBER = 22  # 00 86 and a card of 19 leave nothing longer to look for

_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID = re.compile(rf"{_REGION}(?:(?:18|19|20)\d\d{_MONTH_AND_DAY}\d\d\d[\dX]|\d\d{_MONTH_AND_DAY}\d\d\d)")
_MOBILE = re.compile(r"(?:(?:00)?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"(?:(?:00)?86)?((0(?:10|2\d|[3-9]\d\d))[2-9]\d{6,7})")
_CARD = re.compile(r"[2-9]\d{12,18}")

_MASKS: dict[str, Callable[[str], str]] = {
    "id": lambda digits: f"{digits[:4]}**********{digits[-2:]}",
    "phone": lambda digits: f"{digits[: 3 if digits[0] == '1' or digits[1] in '12' else 4]}****{digits[-4:]}",
    "bank": lambda digits: f"****{digits[-4:]}",
}


def _numbers(text: str) -> list[_Number]:
    found = [number for run in _runs(text) for number in _numbers_in(run)]
    return sorted((_with_plus(text, number) for number in found), key=lambda number: number.start)


def _runs(text: str) -> Iterator[_Run]:
    """Read by hand, not by pattern: any text, however long, in one pass."""
    run: _Run = []
    separators = 0
    for at, character in enumerate(text):
        digits = _read(character)
        if digits is None:
            continue
        if digits and (digits != "X" or _may_end_an_id(run, separators)):
            _append(run, digits, at, hanzi=character in _HANZI_DIGITS, fresh=separators > 0)
            separators = 0
        elif character in _SEPARATORS and run and separators < _MOST_SEPARATORS:
            separators += 1
        else:
            yield _without_masked(text, run)
            run, separators = [], 0
    yield _without_masked(text, run)


def _read(character: str) -> str | None:
    """The digits a character stands for, "X" for a last X, "" for any other; None when nobody sees it."""
    if character in _HANZI_DIGITS:
        return _HANZI_DIGITS[character]
    if unicodedata.category(character) in ("Cf", "Me") or "\ufe00" <= character <= "\ufe0f":
        return None
    if (value := unicodedata.digit(character, None)) is not None:
        return str(value)
    return "X" if character in "xX×ｘＸ" else ""


def _may_end_an_id(run: _Run, separators: int) -> bool:
    """An X is a digit only as the 18th of an ID: in 13800138000x2 it is none."""
    sizes = [len(group.digits) for group in reversed(run[-17:])]
    return separators <= 1 and 17 in accumulate(sizes)


def _append(run: _Run, digits: str, at: int, *, hanzi: bool, fresh: bool) -> None:
    # 我有一13800138000: where 汉字 meet figures a number may begin, so a group ends there.
    split = not run or fresh or (digits != "X" and run[-1].hanzi != hanzi)
    if split or run[-1].digits.endswith("X"):
        run.append(_Group(hanzi, at))
    run[-1].digits += digits
    run[-1].end = at + 1


def _without_masked(text: str, run: _Run) -> _Run:
    """Without the digits of a mask already there: 6021 of 138****6021 must not join the number that follows."""
    first = 1 if run and run[0].start >= 4 and text.startswith("****", run[0].start - 4) else 0
    last = len(run) - 1 if run and text.startswith("****", run[-1].end) else len(run)
    return run[first:last]


def _numbers_in(groups: _Run) -> Iterator[_Number]:
    """The whole run as one number; else each group by itself; else neighbouring groups joined."""
    if not groups:
        return
    if number := _as_number(groups):
        yield number
        return
    left: _Run = []
    for group in groups:
        if number := _as_number([group]):
            yield number
            yield from _joined(left)
            left = []
        else:
            left.append(group)
    yield from _joined(left)


def _joined(groups: _Run) -> Iterator[_Number]:
    """Numbers typed in parts. Single digits in a row are a number only when the run is nothing else: 1 1 1 1 …"""
    at = 0
    while at < len(groups):
        parts = (groups[at:end] for end in range(min(len(groups), at + _LONGEST_NUMBER), at + 1, -1))
        parts = (part for part in parts if any(len(group.digits) > 1 for group in part))
        found = next(((len(part), number) for part in parts if (number := _as_number(part))), None)
        if found:
            yield found[1]
        at += found[0] if found else 1


def _as_number(groups: _Run) -> _Number | None:
    digits = "".join(group.digits for group in groups)
    if not 10 <= len(digits) <= _LONGEST_NUMBER:
        return None
    sizes = [len(group.digits) for group in groups]
    start, end = groups[0].start, groups[-1].end
    if _ID.fullmatch(digits):
        return _Number("id", digits, start, end)
    if mobile := _MOBILE.fullmatch(digits):
        return _Number("phone", mobile[1], start, end)
    landline = _LANDLINE.fullmatch(digits)
    if landline and _parted_after(digits.index(landline[2]) + len(landline[2]), sizes):
        return _Number("phone", landline[1], start, end)
    if _CARD.fullmatch(digits) and _luhn(digits) and _grouped_like_a_card(sizes):
        return _Number("bank", digits, start, end)
    return None


def _parted_after(position: int, sizes: list[int]) -> bool:
    """Whether a landline typed in parts is parted behind its area code: "02 2023 0506" is no phone."""
    return len(sizes) == 1 or position in [sum(sizes[:count]) for count in range(1, len(sizes))]


def _grouped_like_a_card(sizes: list[int]) -> bool:
    """Cards are typed whole, by threes or more, or digit by digit; "60 3 100 25 …" only happens to pass Luhn."""
    return len(sizes) == 1 or min(sizes[:-1]) >= 3 or max(sizes) == 1


def _luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def _with_plus(text: str, number: _Number) -> _Number:
    """The + of +86 belongs to the phone."""
    plus = number.kind == "phone" and number.start > 0 and text[number.start - 1] in "+＋"
    return _Number(number.kind, number.digits, number.start - plus, number.end)


# ---- secrets -------------------------------------------------------------------------------------------------------

_NUMERALS = "一二三四五六七八九十百〇零"
_ORDINAL = rf"(?:第[0-9{_NUMERALS}]{{1,5}}|[0-9]{{1,4}}|(?!八一)[{_NUMERALS}]{{2,5}})"
# 军龄, 师范, 旅游, 团购 … : what follows a number is then no unit.
_NO_UNIT = "(?![龄人转属民官装衔嫂休医校训功烈费傅范生父兄资游客行馆途购员体结圆聚夜级接续年糟伙旗歌魂供分支徒])"
_BELOW = rf"(?:(?:某|第?[0-9{_NUMERALS}]{{1,4}})(?:师|旅|团|营|连|排|班|大队|支队|中队|分队))"
_OURS = r"(?:部队|连队|团里|营区|营房|阵地|基地|哨所|雷达站|师部|团部|军部|旅部|我部)(?!医院|干休所|疗养院|大院)"
_STANDS = r"(?:驻扎|驻守|驻防|驻在|驻于|驻地[在是]|驻(?![地军村扎守防在于])|位于|设在)(?![时过的期哪什啥何])[在于]?"
_PLACE = r"(?![哪什啥何])[^，。；,.;!?！？\s哪]{1,12}?[省市县州区镇乡村山岛沟旗港]"
_NO_MEASURE = r"(?![0-9年月日号点元块万人名个岁余多座%路村组街社栋楼院中小斤吨公里天次])"
_NO_BRANCH = r"(?!兵|部队|营|团|旅|站|连)"
_SHIP = r"(?:核潜艇|潜艇|驱逐舰|护卫舰|登陆舰|补给舰|扫雷舰|猎潜艇|导弹艇|航母)"
_MISSILE = r"(?:东风|红旗|鹰击|巨浪|长剑|霹雳|红箭|海红旗|(?<![A-Z])(?:DF|HQ|YJ|JL))"
_MODEL = r"(?:[A-Z]{1,4}-?[0-9]{1,4}|[0-9]{2,4})[A-Z]?"
_SAYS = r"(?:是|为|叫|:)?"
_PUBLIC_LINES = "12345|12348|12356|12338|12385|12388|96110|10086|10010|10000"

_SECRETS = {
    "番号：集团军": rf"(?:陆军)?{_ORDINAL}集团军(?:某部|某(?![师旅团营连]))?{_BELOW}{{0,5}}",
    # 14军 is a historic corps; 三军, 新四军 and 八路军 are not, so one bare 汉字 does not count.
    "番号：军师旅团": rf"(?<![0-9第{_NUMERALS}])(?:陆军|步兵|空降兵)?{_ORDINAL}[军师旅团]{_NO_UNIT}{_BELOW}{{0,5}}",
    "番号：军兵种": r"(?:火箭军|第?二炮兵?|海军|空军|舰队|武警)[^，。,.\s]{0,6}?"
    rf"第?[0-9{_NUMERALS}]{{1,4}}(?:基地|支队|大队|旅|师|团){_NO_UNIT}",
    # 8023 is the name of a policy (涉核人员), and a year is no code.
    "代号：部队": r"(?<![0-9])(?!8023|(?:19|20)[0-9][0-9](?![0-9]))[0-9]{4,5} ?(?:部队|分队)",
    "代号：汉字": r"(?<![零〇一二三四五六七八九幺两])[零〇一二三四五六七八九幺两]{5}部队",
    "代号：信箱": r"[0-9]{1,5} ?信箱 ?[0-9]{1,3} ?分队",
    "代号：说出": rf"(?:部队|番号|我部|单位)的?(?:代号|番号|代码)?{_SAYS} ?(?!{_PUBLIC_LINES})[0-9]{{5}}{_NO_MEASURE}",
    "驻地": rf"{_OURS}[^，。,.\s]{{0,6}}?{_STANDS}{_PLACE}",
    "驻地：驻在": rf"(?:驻扎|驻防|驻地)[在于是:]{_PLACE}",
    "装备：导弹": rf"{_MISSILE}[-—]? ?[0-9]{{1,3}}(?:号?(?:导弹|型)|[A-Z甲乙丙]?{_NO_MEASURE})",
    "装备：飞机": rf"(?:歼轰|歼|轰|空警)[-—]?[0-9]{{1,4}}[A-Z甲乙丙]?{_NO_MEASURE}|[运直强苏][-—][0-9]{{1,3}}",
    "装备：型号在前": rf"{_MODEL}型? ?(?:导弹|雷达|{_SHIP}){_NO_BRANCH}",
    "装备：型号在后": rf"(?:导弹|雷达|{_SHIP})(?:的?型号|舷号)?{_SAYS} ?{_MODEL}{_NO_MEASURE}",
    "装备：舷号": rf"舷号{_SAYS} ?[0-9]{{2,4}}|(?<![0-9])[0-9]{{3}}[舰艇](?!员)",
    "行动：代号": rf"(?:任务|行动|演习|演练|工程)的?代号(?!{_SAYS}[什啥多哪怎]){_SAYS}[“\"「]?[^，。,.!?\s]{{2,9}}",
    "行动：代号在前": rf"代号(?!{_SAYS}[什啥多哪怎]){_SAYS}[“\"「]?[^，。,.!?\s的]{{2,9}}的?(?:行动|任务|演习|工程)",
    "行动：演习": r"[“\"「]?[一-龥]{2,4}[-—·](?:19|20)?[0-9]{2}[A-Z]?[”\"」]?(?:联合|实兵|对抗)?(?:军演|演习)"
    r"|[“\"「][^，。,.!?\s”\"」]{2,10}[”\"」](?:联合|实兵|对抗|军事)?(?:军演|演习)|[一-龥]{2,6}行动[-—](?:19|20)[0-9]{2}",
}
_SECRET = re.compile("|".join(f"(?:{pattern})" for pattern in _SECRETS.values()), re.IGNORECASE)


def _without_secrets(text: str) -> str:
    pieces, done = [], 0
    for start, end in _secrets(text):
        pieces += [text[done:start], TAKEN_OUT]
        done = end
    return "".join([*pieces, text[done:]])


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand in the text as typed, read in its NFKC form without what nobody sees."""
    shown = [(letter, at) for at, character in enumerate(text) for letter in _seen(character)]
    at = 0
    while at < len(shown):
        window = shown[at : at + LONGEST_READ]
        end = len(window) if at + LONGEST_READ >= len(shown) else _last_pause(window)
        words = "".join(letter for letter, _ in window[:end])
        for found in _SECRET.finditer(words):
            yield window[found.start()][1], window[found.end() - 1][1] + 1
        at += end


def _seen(character: str) -> str:
    return "" if unicodedata.category(character) == "Cf" else unicodedata.normalize("NFKC", character)


def _last_pause(window: list[tuple[str, int]]) -> int:
    """Where to cut a long text: behind the last comma, space or line, so that no name is cut in two."""
    pauses = (at for at in range(len(window), LONGEST_READ // 2, -1) if window[at - 1][0] in "，。；,;.!?！？ \n")
    return next(pauses, len(window))

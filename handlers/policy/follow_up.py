"""A question that leaves out what it is about ("要带什么", "好久到账"): read with the article told last.

People ask on as they do across a table. Alone such words fit a dozen matters; with what was just spoken of, one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.kit.phrase import Phrase, Said
from handlers.kit.turn import Turn, searched
from handlers.policy.answer import fitting, sentences_of, spelled_out
from knowledge_base.article import Article
from knowledge_base.normal import plain

TAKEN_FOR = Phrase("policy.taken_for", "您接着问的是“{title}”：")
NOT_WRITTEN = Phrase("policy.not_written", "{aspect}，这一条里没有写。问{decides}，或者回复 8。")

LONGEST = 24  # characters; whoever writes more says what it is about
LONGEST_TOLD = 110


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of any matter: how it is asked for, what it is called, and what in a sentence speaks of it."""

    name: str
    asked: re.Pattern[str]
    told: re.Pattern[str]


def _aspect(name: str, asked: str, told: str) -> Aspect:
    return Aspect(name, re.compile(asked), re.compile(told))


ASPECTS = (
    _aspect(
        "能不能代办",
        "代办|代替|替他|替她|替老|帮他|帮她|帮老|别人去|不能来|不在家|在外地|来不了|走不动|委托",
        "代|委托|监护|本人|上门",
    ),
    _aspect("丢了怎么办", "丢|掉了|搞落|遗失|不见了|找不到了|坏了|烂了", "丢|遗失|补办|补发|挂失|换"),
    _aspect("晚了怎么办", "过期|过了|晚了|超过|逾期|来得及|错过|迟了", "逾期|超过|日内|天内|年内|过了|期"),
    _aspect(
        "不给办怎么办",
        "不给|不办|不收|不批|不认|拒|退回|推来推去|卡着|不理",
        "不收|不批|不服|复议|信访|反映|12345|说清",
    ),
    _aspect("要带什么", "带|材料|手续|证件|身份证|户口本|照片|填什么|哪些东西", "带|材料|证"),
    _aspect(
        "去哪里办", "去哪|到哪|哪里|哪点|哪儿|地址|找哪|找谁|哪个部门|哪个单位|网上|手机上", "站|局|窗口|部门|单位|网上"
    ),
    _aspect("要多久", "多久|好久|几天|几个月|什么时候|啥时候|哪天|到账|下得来", "日|天|月|年内|按月|每月"),
    _aspect("有多少", "多少钱|好多钱|几多|几块|标准|每个月", "标准|倍|元|公布|比例|%"),
    _aspect("依据哪一条", "依据|哪条|哪一条|第几条|文件|凭什么|凭哪样|原文|条例", "条"),
    _aspect("别的细节", "说细|细点|再讲|讲细|详细|具体|然后呢|还有呢|还要", "."),
)
_FILLERS = re.compile(
    "那|这个|这|我|你|您|他|她|它|们|的|了|吗|嘛|呢|哦|喃|噻|哈|啊|呀|吧|不|得|行|要|去|来|是|有|没|能|可以|办|"
    "请问|问|就|还|只|都|也|在|到|用|个|一|又|咋|怎么|样|申请|老人家|老人|家里|爸|妈|爹|娘|老汉|战友|屋头|需|该|会|给|才"
)


def aspect_of(words: str) -> Aspect | None:
    """The side that is asked for, where next to nothing else is said."""
    if len(words) > LONGEST:
        return None
    for aspect in ASPECTS:
        if aspect.asked.search(words) and len(_FILLERS.sub("", aspect.asked.sub("", words))) <= 2:
            return aspect
    return None


def follow_up(turn: Turn, shown: Article) -> tuple[Article, list[Said]] | None:
    """What is meant, with the article told last in mind, and what to say to it; None where it stands by itself.

    Together the words may be about a neighbour: after 优待证, "丢了咋办" is the article on lost ones.
    """
    aspect = aspect_of(turn.plain)
    if aspect is None:
        return None
    together = turn.library.search(searched(f"{plain(shown.title)} {turn.plain}")).sure
    meant = turn.library.get(together.id) if together else None
    if meant is not None and meant.id != shown.id and meant.id in shown.related:
        return meant, [TAKEN_FOR(title=meant.title), fitting(meant.answer.splitlines(keepends=True), LONGEST_TOLD)]
    return shown, [TAKEN_FOR(title=shown.title), *_told(turn, shown, aspect)]


def _told(turn: Turn, article: Article, aspect: Aspect) -> list[Said]:
    """What the article says of one side. Nothing is made up: where it is silent, that is said."""
    own = {"要带什么": article.bring, "去哪里办": article.where, "依据哪一条": article.citation}.get(aspect.name)
    amount = article.amount_on(turn.today) if aspect.name == "有多少" else None
    if amount is not None:
        return [str(amount)]
    sentences = sentences_of(own) if own else _speaking_of(aspect, article)
    told = fitting([spelled_out(each, turn.library) for each in sentences], LONGEST_TOLD)
    return [told] if told else [NOT_WRITTEN(aspect=aspect.name, decides=_short(article.decides))]


def _speaking_of(aspect: Aspect, article: Article) -> list[str]:
    everything = sentences_of("\n".join((article.details, article.bring, article.where)))
    return [sentence for sentence in everything if aspect.told.search(sentence)]


def _short(decides: str) -> str:
    return re.split("[；。，]", decides)[0][:30]

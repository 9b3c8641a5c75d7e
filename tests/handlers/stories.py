"""Short ways to where a story begins: a place in the petition form, the line of the reception, a talk, the past."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.dialogue_run import DialogueRun
from models.message import Message
from models.petition import Petition
from models.reception import ReceptionTicket
from models.user import User
from tests.make import make_district, make_user
from tests.phone import Phone

STORY = "我八六年退伍，补助只给我算了两年，档案上是四年"
PLACE, UNIT, WISH = "金华镇翁贡村", "镇退役军人服务站", "重新算，补发差的钱"
CONTACT, NUMBER = "王建国 138 0000 6021", "13800006021"
ANSWERED = "残疾军人坐火车有什么优惠"  # a question with one clear answer
WHICH = "伤残"  # a question with three possible answers
NOT_OURS = "今天天气怎么样"
COMPLAINT = "我交了三回材料，没人管"
CRY = "活起没得意思了，不想麻烦哪个了"

# What is said at each step of the petition until the next one is asked.
STEPS = (["2"], [STORY, "1"], [PLACE], [UNIT], [WISH], ["2"], [CONTACT])


_people = itertools.count(1)


def somebody(phone: Phone) -> Phone:
    """Another phone of the same town, at the same time."""
    return Phone(phone.sessions, phone.library, now=phone.now, openid=f"oTEST-{next(_people)}")


def each(phone: Phone, *choices: Iterable[str]) -> Iterator[Any]:
    """A new person for every combination; which one it was is printed, so that a failure names it."""
    for combination in itertools.product(*choices):
        print("with", *combination)
        yield somebody(phone), *combination


def at_step(phone: Phone, step: int) -> None:
    """老周 has asked for a petition, agreed, and answered what comes before this step."""
    phone.says("2")
    if "同意" in phone.last:
        phone.says("1")
    for said in STEPS[: step - 1]:
        phone.says(*said)
        if "1 可以记" in phone.last:
            phone.says("1")
    phone.hears(f"【第{step}步/共7步】")


def asked_about_private_matters(phone: Phone) -> None:
    """老周 has said what kind of matter it is; before he tells it, he is asked once more, on its own."""
    at_step(phone, 1)
    phone.says("2")
    phone.hears("1 可以记")


def at_the_card(phone: Phone) -> None:
    at_step(phone, 7)
    phone.says(CONTACT)
    phone.hears("请您核对", "1 没错，提交")


def files(phone: Phone) -> str:
    """A petition from the first word to the receipt; its number."""
    at_the_card(phone)
    phone.says("1")
    phone.hears("登记编号：")
    return phone.last.split("登记编号：")[1].split("\n")[0]


def open_district(phone: Phone) -> None:
    with phone.sessions.begin() as db:
        make_district(db)


def ticket_of(phone: Phone, db: Session) -> ReceptionTicket | None:
    return ReceptionTicket.of(db, phone.conversation(db))


def mode_of(phone: Phone) -> str:
    with phone.sessions.begin() as db:
        return phone.conversation(db).mode


def petitions(db: Session) -> list[Petition]:
    return list(db.scalars(select(Petition).order_by(Petition.id)))


def rated(phone: Phone, db: Session) -> list[bool]:
    mine = select(Message.useful).where(Message.conversation_id == phone.conversation(db).id)
    return list(db.scalars(mine.where(Message.useful.is_not(None))))


def a_volunteer_takes(phone: Phone) -> None:
    with phone.sessions.begin() as db:
        volunteer = db.scalars(select(User)).first() or make_user(db)
        ticket_of(phone, db).take(db, by=volunteer, now=phone.now)


def the_volunteer_closes(phone: Phone) -> None:
    with phone.sessions.begin() as db:
        ticket_of(phone, db).close(db, outcome="answered", now=phone.now)


def runs(phone: Phone, db: Session, status: str) -> list[DialogueRun]:
    mine = select(DialogueRun).where(
        DialogueRun.conversation_id == phone.conversation(db).id, DialogueRun.status == status
    )
    return list(db.scalars(mine))


def _saying(*texts: str) -> Callable[[Phone], object]:
    return lambda phone: phone.says(*texts)


def _step(number: int) -> Callable[[Phone], object]:
    return lambda phone: at_step(phone, number)


def _nothing(_phone: Phone) -> None:
    """Nothing has been said yet."""


# Wherever somebody may stand when the next word comes.
PLACES: dict[str, Callable[[Phone], object]] = {
    "nothing open": _nothing,
    "after an answer": _saying(ANSWERED),
    "choosing": _saying(WHICH),
    "consent": _saying("2"),
    "sensitive": asked_about_private_matters,
    **{f"step {number}": _step(number) for number in range(1, 8)},
    "in the middle of the story": lambda phone: (at_step(phone, 2), phone.says(STORY)),
    "check card": at_the_card,
    "what to change": lambda phone: (at_the_card(phone), phone.says("2")),
    "waiting": _saying("8"),
    "urgent": _saying(CRY),
    "sure to erase": _saying("删我的资料"),
    "one matter": lambda phone: (files(phone), phone.says("4")),
}
IN_THE_FORM = [name for name in PLACES if name.startswith(("sensitive", "step", "check", "what to", "in the middle"))]
ELSEWHERE = ["nothing open", "after an answer", "choosing", "one matter"]

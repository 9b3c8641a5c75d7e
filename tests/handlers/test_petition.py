"""The petition, as a veteran walks it."""

from __future__ import annotations

from sqlalchemy import select

from models.petition import Petition
from tests.phone import Phone


def test_the_whole_trip(phone: Phone) -> None:
    phone.says("2")
    phone.hears("同意")
    phone.says("1")
    phone.hears("【第1步/共7步】", "2 安置就业")
    phone.says("2")
    phone.hears("【第2步/共7步】", "请说说是什么事")
    phone.says("我八六年退伍，补助只给我算了两年", "档案上是四年")
    phone.hears("一共 2 条")
    phone.says("1")
    phone.hears("【第3步/共7步】")
    phone.says("金华镇翁贡村")
    phone.hears("【第4步/共7步】", "和哪个单位有关")
    phone.says("1")
    phone.hears("【第5步/共7步】")
    phone.says("重新算，补发差的钱")
    phone.hears("【第6步/共7步】", "1 没有")
    phone.says("2")
    phone.hears("【第7步/共7步】")
    phone.says("王建国 138 0000 6021")
    phone.hears("请您核对", "安置就业", "138****6021", "1 没错，提交")
    phone.says("1")
    phone.hears("收到了，王老战友", "261125 0001", "12 月 10 日前告诉您是否受理")
    with phone.sessions.begin() as db:
        petition = db.scalars(select(Petition)).one()
        assert petition.story == "我八六年退伍，补助只给我算了两年\n档案上是四年"
        assert petition.phone == "13800006021"
        assert petition.names == "王建国"
        assert petition.raised_before

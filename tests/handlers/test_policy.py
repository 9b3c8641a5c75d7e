"""Policy questions, as they are typed."""

from __future__ import annotations

from tests.phone import Phone


def test_a_clear_question_gets_one_answer_with_its_source(phone: Phone) -> None:
    phone.says("优待证丢了咋办")
    phone.hears("依据：《优待证管理办法（试行）》", "8 找人问")
    phone.says("1")
    phone.hears("谢谢您")

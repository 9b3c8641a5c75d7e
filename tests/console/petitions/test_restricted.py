"""专办: what was handed over is worked on by the discipline contact, and by nobody else."""

from __future__ import annotations

import pytest

from models.audit import AuditEntry
from tests.console.petitions.stories import PHONE, filed, happened, noted, petition, told

LIST = "/console/restricted"
ANSWER = {"request": "查一查", "facts": "查了", "words": "已经处理", "basis": "条例第三十条"}


@pytest.fixture
def wangjie(signed_in):
    return signed_in("staff", shown_as="王姐", name="wangjie")


@pytest.fixture
def wu(signed_in):
    """老吴, the discipline contact."""
    return signed_in("discipline", shown_as="老吴", name="wu")


@pytest.fixture
def number(wangjie, sessions):
    """Handed over by 王姐 with the button on the page."""
    number = filed(sessions, officer="wangjie", story="站长把补助扣下来自己用")
    wangjie.opens(f"/console/petitions/{number}")
    assert "转专人" in wangjie.reads()
    answer = wangjie.sends(f"/console/petitions/{number}/hand-over-restricted")
    assert answer.headers["Location"] == "/console/petitions"
    return number


def test_it_is_gone_at_once_for_whoever_handed_it_over(wangjie, number):
    wangjie.opens("/console/petitions?show=all")
    assert "转给专人了" in wangjie.reads()
    assert number not in wangjie.page.text
    assert wangjie.opens(f"/console/petitions/{number}").status_code == 404
    assert wangjie.opens(f"{LIST}/{number}").status_code == 403


def test_the_discipline_contact_finds_it_and_nothing_else(wu, wangjie, number, sessions):
    other = filed(sessions, who="other")
    wu.opens(LIST)
    assert number in wu.page.text
    assert other not in wu.page.text
    wu.opens(f"{LIST}/{number}")
    assert "站长把补助扣下来自己用" in wu.reads()
    assert wu.opens(f"{LIST}/{other}").status_code == 404 or wu.page.status_code == 403
    assert wu.opens(f"/console/petitions/{number}").status_code == 403


def test_it_is_worked_on_and_answered_there(wu, number, sessions):
    wu.opens(f"{LIST}/{number}")
    assert wu.sends(f"{LIST}/{number}/progress", words="在查，本月底前有结果。").status_code == 303
    wu.opens(f"{LIST}/{number}")
    assert wu.sends(f"{LIST}/{number}/answer", **ANSWER | {"facts": ""}).status_code == 422
    wu.opens(f"{LIST}/{number}")
    assert wu.sends(f"{LIST}/{number}/answer", **ANSWER).status_code == 303
    wu.opens(f"{LIST}/{number}")
    assert "处理意见：" in wu.page.text
    assert wu.sends(f"{LIST}/{number}/closure").status_code == 303
    assert happened(sessions, number)[-3:] == ["progress", "answered", "closed"]
    assert "在查，本月底前有结果" in told(sessions, number)[0]


def test_the_number_is_seen_with_a_reason(wu, number):
    wu.opens(f"{LIST}/{number}")
    assert PHONE not in wu.page.text
    assert wu.sends(f"{LIST}/{number}/reveals", reason="短").status_code == 422
    wu.opens(f"{LIST}/{number}")
    assert PHONE in wu.sends(f"{LIST}/{number}/reveals", reason="约本人当面谈").text


def test_the_audit_never_names_it(wu, number, sessions):
    wu.opens(LIST)
    wu.opens(f"{LIST}/{number}")
    wu.sends(f"{LIST}/{number}/progress", words="在查。")
    wu.opens(f"{LIST}/{number}")
    wu.sends(f"{LIST}/{number}/reveals", reason="约本人当面谈")
    with sessions.begin() as db:
        uid = petition(db, number).uid
        since = db.query(AuditEntry).filter_by(act="restricted.hand_over").one().id
        entries = db.query(AuditEntry).filter(AuditEntry.id >= since).all()
        assert len(entries) >= 4
        assert not [entry for entry in entries if uid in entry.subject or number in entry.subject + entry.detail]
    assert len({entry.subject for entry in noted(sessions, "restricted.read")}) == len(
        noted(sessions, "restricted.read")
    )


def test_files_of_other_petitions_are_not_served_there(wu, number):
    assert wu.opens(f"{LIST}/media/{'a' * 16}").status_code == 404

"""The office's own wordings in the console: written by one, looked at on a phone, agreed to by another person."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from console.policies.phrase_names import BLANKS, DIALOGUES
from handlers.kit.phrase import PHRASES
from handlers.policy.answer import CLEAR_NOW
from models.audit import AuditEntry
from models.user import User
from models.wording import Wording
from tests.bot.channels.door import Clock, Door, make_office
from tests.make import NOON

ROOT = Path(__file__).parents[3]
PAGE = "/console/wordings/policy.clear_now"
OURS = "1 答清楚了\n2 没答清楚\n3 细看"


@pytest.fixture
def editor(signed_in):
    return signed_in("editor", name="chen", shown_as="小陈")


@pytest.fixture
def approver(signed_in):
    return signed_in("approver", name="like", shown_as="李科")


def propose(editor, words=OURS, *, page=PAGE):
    editor.opens(page)
    return editor.sends(page, words=words)


def decide(approver, decision="approve", *, page=PAGE, of="decision", **fields):
    approver.opens(page)
    digest = re.search(r'name="digest" value="(\w+)"', approver.page.text)[1]
    return approver.sends(f"{page}/{of}", decision=decision, digest=digest, **fields)


def live(sessions):
    with sessions.begin() as db:
        return Wording.live(db)


def keep(sessions, *, key=CLEAR_NOW.key, words=OURS, default_then=CLEAR_NOW.default):
    """Own words in force, written when the program's were these."""
    with sessions.begin() as db:
        by = User.named(db, "chen").id
        row = Wording(key=key, words=words, default_then=default_then, state="live", written_by_id=by, written_at=NOON)
        row.approved_at = NOON
        db.add(row)


# -- the list --------------------


def test_every_phrase_is_listed_under_its_dialogue(editor):
    editor.opens("/console/wordings")
    assert f"共 {len(PHRASES)} 句，本单位改过 0 句" in editor.reads()
    for key in PHRASES:
        assert f"/console/wordings/{key}" in editor.page.text


def test_every_dialogue_and_every_blank_has_a_name_for_staff():
    assert {key.split(".", maxsplit=1)[0] for key in PHRASES} <= DIALOGUES.keys()
    assert {blank for phrase in PHRASES.values() for blank in phrase.blanks} <= BLANKS.keys()


def test_the_web_process_knows_the_phrases_of_all_the_others():
    """A phrase is known once its file has been read; what deliver and jobs say can be reworded all the same."""
    rooms = [path for room in ("handlers", "bot") for path in (ROOT / room).rglob("*.py")]
    written = {key for path in rooms for key in re.findall(r'Phrase\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))}
    code = "import bot.app; from handlers.kit.phrase import PHRASES; print(*PHRASES)"
    known = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert len(written) > 150
    assert written - set(known.split()) == set()


def test_one_is_found_by_what_it_says_and_by_its_state(editor, sessions):
    editor.opens("/console/wordings?q=有用")
    assert PAGE in editor.page.text
    assert "reception.closed_by" not in editor.page.text
    keep(sessions)
    editor.opens("/console/wordings?state=own")
    assert "找到 1 句" in editor.reads()
    assert "1 答清楚了" in editor.reads()
    editor.opens("/console/wordings?group=查政策")
    assert PAGE in editor.page.text


def test_a_phrase_that_is_not_there_is_404(editor):
    assert editor.opens("/console/wordings/policy.nothing").status_code == 404


# -- writing --------------------


def test_two_people_change_a_phrase_and_the_next_message_says_it(editor, approver, engine, sessions, library):
    assert propose(editor).status_code == 303
    assert live(sessions) == {}
    assert decide(approver).status_code == 303
    assert live(sessions) == {CLEAR_NOW.key: OURS}
    clock = Clock()
    assert "1 答清楚了" in Door(make_office(engine, sessions, library, clock=clock), clock).says("优待证怎么办")
    editor.opens(PAGE)
    assert "李科同意了" in editor.reads()
    with sessions.begin() as db:
        noted = [(entry.act, entry.detail) for entry in db.scalars(select(AuditEntry)) if "wording" in entry.act]
        assert noted == [("wording.draft", ""), ("wording.approve", "approve")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("1 有用\n2 没用", "行首的数字要和原话一样：1、2、3"),
        ("{p.__init__.__globals__[SECRET]}\n1 有用\n2 没用\n3 看细说", "别的地方不要写花括号"),
        ("", "请写要说的话"),
        (CLEAR_NOW.default, "没有改动"),
    ],
)
def test_words_that_cannot_be_said_are_refused_and_not_lost(editor, sessions, words, sentence):
    assert propose(editor, words).status_code == 422
    assert sentence in editor.reads()
    assert " ".join(words.split()) in editor.reads()
    assert live(sessions) == {}


def test_windows_line_ends_are_the_same_words(editor, approver, sessions):
    propose(editor, OURS.replace("\n", "\r\n"))
    decide(approver)
    assert live(sessions) == {CLEAR_NOW.key: OURS}


def test_the_same_words_again_are_no_change(editor, sessions):
    keep(sessions)
    assert propose(editor).status_code == 422
    assert "和现在说的一样" in editor.reads()


def test_it_can_be_looked_at_before_anybody_is_asked(editor, approver, sessions):
    page = "/console/wordings/petition_told.closed"
    editor.opens(page)
    answer = editor.sends(f"{page}/trial", words="编号 {number} 的事办完了。还有话说，回复 4 或者 8。")
    assert answer.status_code == 200
    assert "编号 261125 0001 的事办完了" in editor.reads()
    assert "还没有提交" in editor.reads()
    approver.opens(page)
    assert "等人定" not in approver.reads()
    editor.opens(page)
    assert "编号 {number} 的事办完了" in editor.reads()  # what was typed is still there


def test_the_program_names_what_belongs_into_a_blank(editor):
    editor.opens("/console/wordings/petition_told.closed")
    assert "{number} 登记编号" in editor.reads()


def test_what_was_typed_when_the_sign_in_ended_is_still_there(editor, clock):
    editor.opens(PAGE)
    clock.passes(dt.timedelta(minutes=31))
    answer = editor.sends(PAGE, words=OURS, draft_at="wording policy.clear_now")
    assert "/console/sign-in" in answer.headers["Location"]
    editor.signs_in("chen")
    editor.opens(PAGE)
    assert "1 答清楚了" in editor.reads()


# -- deciding --------------------


def test_the_writer_does_not_decide(signed_in, sessions):
    both = signed_in("editor", "approver", name="both")
    propose(both)
    both.opens(PAGE)
    assert "要请另一位同事定" in both.reads()
    assert 'name="digest"' not in both.page.text
    assert both.sends(f"{PAGE}/decision", decision="approve", digest="x").status_code == 409
    assert live(sessions) == {}


def test_sent_back_with_a_reason(editor, approver, sessions):
    propose(editor)
    assert decide(approver, "refuse", why="原来的更清楚些").status_code == 303
    editor.opens(PAGE)
    assert "李科退回：原来的更清楚些" in editor.reads()
    assert live(sessions) == {}


def test_what_is_agreed_to_is_what_was_read(editor, approver, sessions):
    propose(editor)
    approver.opens(PAGE)
    digest = re.search(r'name="digest" value="(\w+)"', approver.page.text)[1]
    propose(editor, "1 好\n2 不好\n3 细看")
    assert approver.sends(f"{PAGE}/decision", decision="approve", digest=digest).status_code == 409
    assert live(sessions) == {}


def test_back_to_the_programs_words(editor, approver, sessions):
    propose(editor)
    decide(approver)
    editor.opens(PAGE)
    assert editor.sends(f"{PAGE}/default", reason="还是原来的好").status_code == 303
    assert decide(approver, of="default/decision").status_code == 303
    assert live(sessions) == {}
    approver.opens(PAGE)
    assert "说的是原话" in approver.reads()


def test_what_waits_is_shown_to_those_who_work_on_it_only(editor, approver, signed_in):
    propose(editor)
    approver.opens("/console/wordings")
    assert "等人定 1 件" in approver.reads()
    ours = signed_in("volunteer", name="somebody")
    ours.opens("/console/wordings")
    assert "等人定" not in re.sub(r"<select.*?</select>", "", ours.page.text, flags=re.S)
    ours.opens(PAGE)
    assert "答清楚了" not in ours.reads()


def test_a_volunteer_writes_nothing(signed_in):
    assert propose(signed_in("volunteer")).status_code == 403


# -- when the program moves on --------------------


def test_a_moved_default_is_flagged_beside_the_one_it_was_written_for(editor, sessions):
    keep(sessions, default_then="1 有帮助\n2 没帮助\n8 找人")
    editor.opens("/console/wordings?state=moved")
    assert "原话改过" in editor.reads()
    editor.opens(PAGE)
    assert "这一句的原话改过" in editor.reads()
    assert "1 有帮助" in editor.reads()
    assert "本单位改过" in editor.reads()


def test_words_that_no_longer_fit_are_said_to_be_out_of_use(editor, sessions):
    keep(sessions, words="1 有帮助\n2 没帮助\n4 不知道", default_then="1 有用\n2 没用\n4 不知道")
    editor.opens(PAGE)
    assert "用不上了" in editor.reads()
    assert "说的是原话" in editor.reads()

"""One talk at the console: what is shown, answering, notes, drafts, the number in full, and whose it is."""

# ruff: noqa: F811  fixtures are named again where they are asked for

import datetime as dt
import re

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.conversation import Arrival
from models.draft import Draft
from models.media import Media
from models.message import Message, Status
from models.reception.note import CannedReply, TicketNote
from tests.console.desk_stories import chen, desk, statements_of, takes, wang  # noqa: F401
from tests.make import NOON, make_petition
from tests.models.room import a_talk, everything_left, notes

MINUTE = dt.timedelta(minutes=1)
PHONE = "13800006021"


@pytest.fixture
def talk(desk, chen):
    """小陈 speaks with 王建国, and has the page open."""
    uid = desk.somebody_waits("优待证三个月没下来嘛", name="王建国")
    takes(chen, uid)
    chen.opens(f"/console/reception/{uid}")
    return uid


def address(uid, *more):
    return "/".join(["/console/reception", uid, *more])


def draft_of(sessions, desk, uid):
    user = desk.person("小陈").id
    with sessions.begin() as db:
        return Draft.of(db, user, f"talk:{uid}")


# -- what is shown --------------------


def test_the_page_shows_who_said_what_and_nothing_in_full(desk, chen, talk):
    shown, page = chen.reads(), chen.page.text
    assert "王*国" in shown
    assert "优待证三个月没下来嘛" in shown
    assert "机器・10:00" in shown
    assert "10:00 您接待了王*国（等了 0 秒）" in shown
    assert "138****6021" in shown
    assert "还可发 4 条，到 27 日 10:00。对方再说话就恢复 5 条。" in shown
    assert 'role="log"' in page
    assert PHONE not in page
    assert "王建国" not in page


def test_the_card_shows_own_matters_and_past_receptions(desk, chen, talk, sessions):
    with sessions.begin() as db:
        make_petition(db, desk.conversation(db, talk))
        secret = make_petition(db, desk.conversation(db, talk))
        secret.restricted = True
    chen.opens(address(talk))
    assert "261125 0001" in chen.reads()
    assert "收到，待告知" in chen.reads()
    assert "261125 0002" not in chen.reads()
    assert f"/console/petitions/new?ticket={talk}" in chen.page.text


def test_photos_are_shown_and_voice_can_be_heard(desk, chen, talk, sessions):
    with sessions.begin() as db:
        conversation = desk.conversation(db, talk)
        for kind, words in (("image", ""), ("voice", "那个证咋个办")):
            heard = conversation.hear(db, Arrival(f"m:{kind}", kind, words, NOON), masked="", now=NOON)
            Media.want(db, conversation, heard, kind, kind, now=NOON).kept(type="x", size=1)
        heard = conversation.hear(db, Arrival("m:late", "image", "", NOON), masked="", now=NOON)
        Media.want(db, conversation, heard, "image", "late", now=NOON)
    page = chen.opens(address(talk)).text
    assert re.search(r'<img src="/console/media/[\w-]{16}" alt="对方发来的照片', page)
    assert re.search(r'<audio controls preload="none" src="/console/media/[\w-]{16}"', page)
    assert "机器转的字，可能不准" in page
    assert "照片：正在取，过一会儿就能看" in page


def test_words_of_people_are_never_markup(desk, chen, talk):
    desk.says(talk, "<script>alert(1)</script><img src=x onerror=alert(2)>\"'")
    page = chen.opens(address(talk)).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


# -- answering --------------------


def test_an_answer_goes_out_once_however_often_the_button_is_tapped(desk, chen, talk, sessions):
    once = chen.page.text.split('name="once" value="')[1].split('"')[0]
    first = chen.sends(address(talk, "replies"), once=once, words="我来查一下")
    again = chen.sends(address(talk, "replies"), once=once, words="我来查一下")
    assert first.headers["Location"] == address(talk) + "#last"
    assert again.headers["Location"] == address(talk)
    assert desk.told(talk).count("我来查一下") == 1
    chen.opens(address(talk))
    assert "我来查一下 等着发" in chen.reads()
    assert draft_of(sessions, desk, talk) == ""


@pytest.mark.parametrize(
    ("status", "trouble", "words"),
    [
        (Status.SENT, "", "已送出"),
        (Status.HELD, "", "对方再说话后发"),
        (Status.UNKNOWN, "ReadTimeout", "不知道送到没有"),
        (Status.FAILED, "45002 内容太长", "没送到：45002 内容太长"),
        (Status.FAILED, "no longer follows", "没送到：对方取消了关注"),
        (Status.PARKED, "KeyError", "没送到：系统出了点问题，请打电话"),
    ],
)
def test_what_became_of_it_stands_below_in_words(desk, chen, talk, sessions, status, trouble, words):
    chen.sends(address(talk, "replies"), words="我来查一下")
    with sessions.begin() as db:
        message = db.scalars(select(Message).where(Message.author == "staff")).one()
        message.status, message.trouble = status, trouble
    chen.opens(address(talk))
    assert f"我来查一下 {words}" in chen.reads()


def test_the_sixth_is_refused_kept_in_the_box_and_goes_out_when_the_veteran_has_spoken(desk, chen, talk, clock):
    for number in range(4):
        chen.sends(address(talk, "replies"), words=f"第 {number} 句")
    desk.everything_left(talk)
    answer = chen.sends(address(talk, "replies"), words="照片要重照，带身份证去")
    assert answer.status_code == 409
    assert "要等对方再说话" in chen.reads()
    assert "照片要重照，带身份证去</textarea>" in answer.text
    assert "现在不能发" in chen.reads()
    assert "照片要重照，带身份证去" not in desk.told(talk)
    clock.passes(MINUTE)
    desk.says(talk, "在听")
    chen.opens(address(talk))
    assert "照片要重照，带身份证去</textarea>" in chen.page.text
    assert chen.sends(address(talk, "replies"), words="照片要重照，带身份证去").status_code == 303
    assert desk.told(talk)[-1] == "照片要重照，带身份证去"


def test_nothing_is_not_sent(desk, chen, talk):
    assert chen.sends(address(talk, "replies"), words="  ").status_code == 409
    assert "要写 1 到 600 个字" in chen.reads()


def test_a_note_reaches_colleagues_and_never_the_veteran(desk, chen, talk, sessions):
    before = desk.told(talk)
    assert chen.sends(address(talk, "notes"), words=f"台账有，电话 {PHONE}").status_code == 303
    chen.opens(address(talk))
    assert "内部备注・您・10:00・对方看不到 台账有，电话 138****6021" in chen.reads()
    assert desk.told(talk) == before
    with sessions.begin() as db:
        assert notes(db, desk.ticket(db, talk)) == ["台账有，电话 138****6021"]
    assert chen.sends(address(talk, "notes"), words="").status_code == 409
    assert re.search(r'value="note" checked', chen.page.text)


# -- what is typed --------------------


def test_what_is_typed_is_kept_on_the_server(desk, chen, talk, sessions):
    assert chen.sends(address(talk, "draft"), words="王老哥，").status_code == 303
    assert "王老哥，</textarea>" in chen.opens(address(talk)).text
    chen.sends(address(talk, "draft"), words="")
    assert draft_of(sessions, desk, talk) == ""


def test_typing_goes_on_when_the_sign_in_is_over(desk, chen, talk, sessions, clock):
    clock.passes(dt.timedelta(hours=13))
    answer = chen.sends(address(talk, "replies"), words="写到一半的话", draft_at=f"talk:{talk}")
    assert "/console/sign-in" in answer.headers["Location"]
    assert draft_of(sessions, desk, talk) == "写到一半的话"


def test_an_approved_answer_is_put_behind_what_is_typed_and_not_sent(desk, chen, talk):
    desk.says(talk, "残疾军人坐火车有什么优惠")
    page = chen.opens(address(talk)).text
    put = re.search(r'name="put" value="(policy:\w+)"', page)[1]
    assert "依据：《军人抚恤优待条例》" in chen.reads()
    before = desk.told(talk)
    assert chen.sends(address(talk, "draft"), words="王老哥，", put=put).status_code == 303
    box = re.search(r"<textarea[^>]*>(.*?)</textarea>", chen.opens(address(talk)).text, re.S)[1]
    assert box.startswith("王老哥，\n")
    assert "依据：《军人抚恤优待条例》" in box
    assert desk.told(talk) == before


def test_a_sentence_of_ours_too(desk, chen, talk, sessions):
    with sessions.begin() as db:
        db.add(CannedReply(words="请带身份证来。", place=1))
    page = chen.opens(address(talk)).text
    put = re.search(r'name="put" value="(canned:\d+)"', page)[1]
    chen.sends(address(talk, "draft"), words="", put=put)
    assert "请带身份证来。</textarea>" in chen.opens(address(talk)).text
    for wrong in ("canned:999999", "canned:x", "policy:NONE", "other:1", "saying:9"):
        assert chen.sends(address(talk, "draft"), words="", put=wrong).status_code == 303


# -- the number in full --------------------


def test_the_number_is_shown_once_for_a_reason_and_written_down(desk, chen, talk, sessions):
    assert chen.sends(address(talk, "reveals"), reason="看看").status_code == 422
    assert PHONE not in chen.page.text
    answer = chen.sends(address(talk, "reveals"), reason="微信发不出去，打电话说")
    assert PHONE in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert PHONE not in chen.opens(address(talk)).text
    with sessions.begin() as db:
        entries = db.scalars(select(AuditEntry).where(AuditEntry.act == "veteran.reveal_phone")).all()
        assert len(entries) == 1
        assert "微信发不出去" in notes(db, desk.ticket(db, talk))[-1]


def test_the_number_does_not_leave_when_the_audit_does_not_take_it(desk, chen, talk, sessions):
    with sessions.begin() as db:
        conversation = desk.conversation(db, talk)
        conversation.veteran_id = None
    assert PHONE not in chen.sends(address(talk, "reveals"), reason="微信发不出去，打电话说").text


def test_in_danger_one_word_is_enough(desk, chen):
    uid = desk.somebody_waits(urgent="self_harm")
    takes(chen, uid)
    chen.opens(address(uid))
    assert "危机：马上看电话" in chen.reads()
    assert PHONE in chen.sends(address(uid, "reveals"), reason="危机").text


# -- whose it is --------------------


def test_a_colleague_sees_who_holds_it_and_no_box(desk, chen, wang, talk):
    assert wang.opens(address(talk)).status_code == 403
    assert "小陈正在回这位老战友（10:00 接的）" in wang.reads()
    assert "优待证三个月没下来" not in wang.page.text
    assert "<textarea" not in wang.page.text


@pytest.mark.parametrize("act", ["replies", "notes"])
def test_what_was_typed_for_a_talk_that_went_to_others_is_not_lost(desk, chen, wang, talk, sessions, act):
    with sessions.begin() as db:
        desk.ticket(db, talk).put_back(db, why="没有回话", now=NOON)
    takes(wang, talk)
    answer = chen.sends(address(talk, act), words="我查到了，是照片的事")
    assert answer.status_code == 409
    assert "王姐正在回这位老战友" in chen.reads()
    assert "我查到了，是照片的事</textarea>" in answer.text
    assert "我查到了，是照片的事" not in desk.told(talk)


@pytest.mark.parametrize("act", ["replies", "notes", "draft", "reveals", "hand-over", "closing", "summary"])
def test_nobody_acts_in_a_talk_of_others(desk, chen, wang, talk, act):
    wang.opens("/console/reception")
    fields = {"words": "我来说一句", "reason": "就是想看看电话", "to": "line", "outcome": "answered", "summary": "完了"}
    assert wang.sends(address(talk, act), **fields).status_code in (403, 409)
    assert desk.state(talk) == "taken"
    assert "我来说一句" not in desk.told(talk)


def test_a_talk_nobody_knows_is_not_there(chen):
    for more in ((), ("messages",), ("closing",), ("hand-over",), ("summary",)):
        assert chen.opens(address("AAAAAAAAAAAAAAAA", *more)).status_code == 404


# -- the fragment --------------------


def tail_of(page):
    return re.search(r'id="last"[^>]*hx-get="([^"]+)"', page)[1].replace("&amp;", "&")


def test_the_fragment_brings_what_is_new_and_what_became_of_answers(desk, chen, talk, sessions):
    chen.sends(address(talk, "replies"), words="我来查一下")
    asks = tail_of(chen.opens(address(talk)).text)
    quiet = chen.opens(asks).text
    assert "我来查一下" not in quiet
    assert "state-" not in quiet
    desk.everything_left(talk)
    desk.says(talk, "要得，我等起")
    fresh = chen.opens(asks).text
    assert "<html" not in fresh
    assert "要得，我等起" in fresh
    assert "优待证三个月没下来" not in fresh
    assert re.search(r'id="state-\d+" hx-swap-oob="true">已送出', fresh)
    assert "还可发 5 条" in fresh
    assert tail_of(fresh) != asks
    assert "要得" not in chen.opens(tail_of(fresh)).text


def test_an_answer_on_its_way_is_asked_about_soon(desk, chen, talk):
    assert "every 30s" in chen.page.text
    chen.sends(address(talk, "replies"), words="我来查一下")
    asks = tail_of(chen.opens(address(talk)).text)
    assert "every 5s" in chen.opens(asks).text


def test_the_fragment_of_a_talk_that_went_to_others_reloads_the_page(desk, chen, wang, talk, sessions):
    with sessions.begin() as db:
        desk.ticket(db, talk).put_back(db, why="没有回话", now=NOON)
    takes(wang, talk)
    answer = chen.opens(address(talk, "messages"))
    assert (answer.status_code, answer.headers["HX-Refresh"], answer.text) == (403, "true", "")


def test_looking_by_itself_keeps_no_sign_in_open_and_writes_no_audit(desk, chen, talk, sessions, clock):
    for _ in range(4):
        clock.passes(10 * MINUTE)
        answer = chen.opens(address(talk, "messages"), **{"HX-Request": "true"})
    assert "/console/sign-in" in answer.headers.get("HX-Redirect", "")
    with sessions.begin() as db:
        assert len(db.scalars(select(AuditEntry).where(AuditEntry.act == "chat.read")).all()) == 1


def test_a_long_talk_takes_no_more_statements_than_a_short_one(desk, chen, talk, sessions):
    with statements_of(sessions) as short:
        chen.opens(address(talk))
    with sessions.begin() as db:
        ticket = desk.ticket(db, talk)
        for number in range(40):
            conversation = desk.conversation(db, talk)
            heard = conversation.hear(db, Arrival(f"m:{number}", "image", "", NOON), masked="", now=NOON)
            Media.want(db, conversation, heard, "image", str(number), now=NOON)
            TicketNote.add(db, ticket, f"记 {number}", now=NOON)
            a_talk(db, "优待证三个月没下来嘛")
        everything_left(db, ticket, now=NOON)
    with statements_of(sessions) as long:
        chen.opens(address(talk))
    assert len(long) - len(short) <= 2, long  # the files, and the words of those who wait
    assert len(long) < 35

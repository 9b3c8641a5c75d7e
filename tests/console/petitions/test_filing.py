"""A petition written down by somebody here: out of a talk, with the veteran's agreement, or at the counter."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.media import Media
from models.people import SENSITIVE, Consent, Veteran
from models.petition import Petition
from models.station import Station
from tests.console.desk_stories import Desk, takes
from tests.console.petitions.stories import DAY, noted, told
from tests.make import NOON
from tests.models.room import says

FORM = "/console/petitions/new"
TOLD = {
    "topic": "安置就业", "story": "八六年退伍，补助只算了两年", "where": "金华镇翁贡村", "unit": "", "wish": "重新算",
    "before": "no", "names": "王建国", "phone": "13800006021", "agreed": "chat",
}  # fmt: skip


@pytest.fixture
def desk(sessions, clock):
    return Desk(sessions, clock)


@pytest.fixture
def chen(app, signed_in):
    return signed_in("volunteer", shown_as="小陈", name="chen")


@pytest.fixture
def talk(desk, chen):
    """A talk that 小陈 has in hand."""
    uid = desk.somebody_waits("八六年退伍，补助只算了两年", "档案上是四年")
    takes(chen, uid)
    return uid


def only(sessions):
    """The number of the one petition there is."""
    with sessions.begin() as db:
        return db.scalars(select(Petition)).one().number


def test_the_form_begins_with_what_was_said(chen, talk):
    chen.opens(f"{FORM}?ticket={talk}")
    assert "八六年退伍，补助只算了两年\n档案上是四年</textarea>" in chen.page.text
    assert "王*国 138****6021" in chen.reads(), "what is on file, masked"
    assert "13800006021" not in chen.page.text


def test_posting_the_talk_alone_gives_the_same_form(chen, talk):
    assert chen.sends("/console/petitions", ticket=talk).status_code == 200
    assert "档案上是四年</textarea>" in chen.page.text


def test_filed_it_is_a_petition_like_any_other_and_the_veteran_has_the_number(chen, talk, sessions):
    """Journey 14."""
    chen.opens(f"{FORM}?ticket={talk}")
    answer = chen.sends("/console/petitions", ticket=talk, **TOLD)
    assert answer.headers["Location"] == f"/console/reception/{talk}"
    number = only(sessions)
    with sessions.begin() as db:
        filed = db.scalars(select(Petition)).one()
        assert (filed.story, filed.unit, filed.names) == ("八六年退伍，补助只算了两年", "不知道", "王建国")
        assert filed.due_on == NOON.date() + 15 * DAY
        received, agreed = filed.history(db)[:2]
        assert received.user_id is not None
        assert (agreed.what, agreed.words, agreed.shown) == ("agreed", "本人同意登记，微信里说的。", False)
    assert f"登记编号：{number[:6]} {number[6:]}" in told(sessions, number)[-1]
    assert "12 月 10 日前告诉您是否受理" in told(sessions, number)[-1]
    assert noted(sessions, "petition.file")
    chen.opens(f"/console/reception/{talk}")
    assert "登记编号" in chen.reads(), "the receipt stands in the talk"


def test_then_the_talk_can_be_closed_with_it(chen, talk, sessions):
    chen.opens(f"/console/reception/{talk}/closing")
    assert chen.sends(f"/console/reception/{talk}/closing", outcome="petition", summary="年限算错").status_code == 422
    assert f"{FORM}?ticket={talk}" in chen.page.text
    chen.opens(f"{FORM}?ticket={talk}")
    chen.sends("/console/petitions", ticket=talk, **TOLD)
    chen.opens(f"/console/reception/{talk}/closing")
    assert chen.sends(f"/console/reception/{talk}/closing", outcome="petition", summary="年限算错").status_code == 303


@pytest.mark.parametrize("missing", ["topic", "story", "where", "wish", "before", "agreed"])
def test_what_is_missing_is_asked_for_and_nothing_is_lost(chen, talk, sessions, missing):
    chen.opens(f"{FORM}?ticket={talk}")
    assert chen.sends("/console/petitions", ticket=talk, **(TOLD | {missing: ""})).status_code == 422
    assert "有 1 处要改" in chen.reads()
    if missing != "wish":
        assert "重新算" in chen.page.text
    with sessions.begin() as db:
        assert db.scalars(select(Petition)).all() == []


def test_without_the_veterans_agreement_nothing_is_filed(chen, talk, sessions):
    chen.opens(f"{FORM}?ticket={talk}")
    given = {name: value for name, value in TOLD.items() if name != "agreed"}
    assert chen.sends("/console/petitions", ticket=talk, **given).status_code == 422
    assert "请选本人怎么同意的" in chen.reads()


def test_five_representatives_at_most_and_a_phone_that_is_one(chen, talk):
    chen.opens(f"{FORM}?ticket={talk}")
    chen.sends("/console/petitions", ticket=talk, **(TOLD | {"names": "甲某、乙某、丙某、丁某、戊某、己某"}))
    assert "代表最多 5 人" in chen.reads()
    chen.sends("/console/petitions", ticket=talk, **(TOLD | {"phone": "12345"}))
    assert "手机是 11 位" in chen.reads()


def test_numbers_and_secrets_in_the_story_are_masked(chen, talk, sessions):
    chen.opens(f"{FORM}?ticket={talk}")
    story = "我的身份证 520102196501011234，电话 13912345678"
    chen.sends("/console/petitions", ticket=talk, **(TOLD | {"story": story}))
    with sessions.begin() as db:
        kept = db.scalars(select(Petition)).one().story
    assert "520102196501011234" not in kept
    assert "13912345678" not in kept


def test_what_is_on_file_is_taken_without_being_shown(chen, talk, sessions):
    chen.opens(f"{FORM}?ticket={talk}")
    chen.sends("/console/petitions", ticket=talk, **(TOLD | {"as_known": "1", "names": "", "phone": ""}))
    with sessions.begin() as db:
        filed = db.scalars(select(Petition)).one()
        assert (filed.names, filed.phone) == ("王建国", "13800006021")


def test_files_of_the_talk_come_along_when_it_is_said(chen, talk, desk, sessions, clock):
    with sessions.begin() as db:
        conversation = desk.conversation(db, talk)
        heard = says(db, conversation, "", now=clock(), kind="image")
        photo = Media.want(db, conversation, heard, "image", "m1", now=clock()).uid
    chen.opens(f"{FORM}?ticket={talk}")
    assert "1 份照片、录音" in chen.reads()
    chen.sends("/console/petitions", ticket=talk, **(TOLD | {"with_files": "1"}))
    with sessions.begin() as db:
        assert photo in [event.media_uid for event in db.scalars(select(Petition)).one().history(db)]


def test_illness_is_warned_of_unless_it_was_agreed_to(chen, talk, desk, sessions):
    chen.opens(f"{FORM}?ticket={talk}")
    assert "本人没有单独同意记的，不要写" in chen.reads()
    with sessions.begin() as db:
        veteran = desk.conversation(db, talk).veteran_id
        for purpose in ("handling", SENSITIVE):
            db.add(Consent(veteran_id=veteran, purpose=purpose, version="x", given_at=NOON))
            db.flush()
    chen.opens(f"{FORM}?ticket={talk}")
    assert "本人没有单独同意记的" not in chen.reads()


def test_what_was_agreed_to_in_words_is_kept_as_a_consent(chen, talk, sessions):
    chen.opens(f"{FORM}?ticket={talk}")
    chen.sends("/console/petitions", ticket=talk, **TOLD)
    with sessions.begin() as db:
        assert db.scalars(select(Consent)).one().version == "spoken"
        assert db.scalars(select(Veteran)).one()


# -- who may --------------------


def test_a_talk_in_other_hands_is_not_filed_from(talk, signed_in):
    other = signed_in("volunteer", shown_as="老李", name="laoli")
    assert other.opens(f"{FORM}?ticket={talk}").status_code == 403
    assert other.sends("/console/petitions", ticket=talk, **TOLD).status_code == 403
    assert other.opens(f"{FORM}?ticket=nothing").status_code == 404


def test_without_a_talk_a_volunteer_files_nothing(chen, sessions):
    chen.opens(FORM)
    assert chen.sends("/console/petitions", **TOLD).status_code == 303
    with sessions.begin() as db:
        assert db.scalars(select(Petition)).all() == []


def test_at_the_counter_an_officer_files_for_the_own_station(signed_in, sessions):
    huang = signed_in("officer", shown_as="老黄", station="52011501", name="huang")
    huang.opens(FORM)
    answer = huang.sends("/console/petitions", **(TOLD | {"where": "在县城", "agreed": "face"}))
    assert answer.headers["Location"] == "/console/petitions"
    with sessions.begin() as db:
        filed = db.scalars(select(Petition)).one()
        assert filed.conversation_id is None
        assert db.get_one(Station, filed.station_id).code == "52011501"
        assert [event.what for event in filed.history(db)] == ["received", "agreed", "untold"]

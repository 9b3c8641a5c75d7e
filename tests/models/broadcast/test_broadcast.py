"""A notice before it leaves: written, frozen, looked at by another person who types for how many people it is (R63)."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from models.approval import Approval, NeedsAnother, TooLate
from models.broadcast import Broadcast, NobodyToTell, NotADraft, Notice, Recipient, TooManyToday, Way, WrongCount
from models.broadcast.audience import Audience, count_audience
from models.broadcast.rules import BadNotice, NotAtThisHour
from models.conversation import SHANGHAI, Conversation
from models.station import Station
from tests.make import NOON, make_district
from tests.notices import (
    OWN,
    WORDS,
    approve,
    make_approved,
    make_draft,
    make_followers,
    make_proposed,
    rows_of,
    somebody,
)

DAY = dt.timedelta(days=1)
EVENING = dt.datetime(2026, 11, 25, 20, 1, tzinfo=SHANGHAI)


def writer(db):
    return somebody(db, "写的人")


def checker(db):
    return somebody(db, "审的人")


def station(db, code):
    return db.scalars(select(Station.id).where(Station.code == code)).one()


# -- for whom --------------------


def test_a_notice_is_for_who_follows_and_wants_notices(db):
    people = make_followers(db, ["老周", "老王"])
    make_followers(db, ["走了"], follows=False)
    make_followers(db, ["退订了"], no_notices_at=NOON)
    make_followers(db, ["unreadable"])
    notice = make_proposed(db)
    assert [row.conversation_id for row in rows_of(db, notice)] == people
    assert notice.counted == 2


def test_a_branch_is_a_station_and_all_below_it(db):
    make_district(db)
    town, village = make_followers(db, ["镇上"], station="52011501"), make_followers(db, ["村里"], station="5201150101")
    make_followers(db, ["区里"], station="520115")
    make_followers(db, ["没说住哪"])
    notice = make_proposed(db, station_id=station(db, "52011501"))
    assert [row.conversation_id for row in rows_of(db, notice)] == [*town, *village]
    assert make_proposed(db).counted == 4


def test_the_audience_is_counted_by_the_way_it_would_be_reached(db):
    make_followers(db, ["a", "b", "c"])
    make_followers(db, ["silent", "never"], spoke_at=None)
    make_followers(db, ["long ago"], spoke_at=NOON - 2 * DAY)
    make_followers(db, ["the last one is a person's"], message_quota=1)
    make_followers(db, ["just tapped"], spoke_at=None, act_quota=1, act_quota_until=NOON + dt.timedelta(seconds=9))
    make_followers(db, ["wants none"], no_notices_at=NOON)
    assert count_audience(db, None, now=NOON, template=False) == Audience(4, 0, 4, 1)
    counted = count_audience(db, None, now=NOON, template=True)
    assert (counted, counted.everybody) == (Audience(4, 4, 0, 1), 8)


def test_an_empty_audience_counts_nothing(db):
    assert count_audience(db, None, now=NOON, template=True) == Audience()
    with pytest.raises(NobodyToTell):
        make_proposed(db)


# -- writing and proposing --------------------


def test_a_draft_may_be_unfinished_and_changed(db):
    notice = make_draft(db, title="", words="")
    notice.edit(db, Notice("接访", WORDS, "event", None, None), by=writer(db), now=NOON)
    assert (notice.words, notice.state) == (WORDS, "draft")
    assert notice.text.endswith("不想再收通知，回复“退订通知”。")


def test_words_and_time_are_checked_when_it_is_handed_over(db):
    make_followers(db, ["老周"])
    for wrong, why in (
        ({"words": "看 www.baidu.com"}, BadNotice),
        ({"title": ""}, BadNotice),
        ({"send_at": EVENING}, NotAtThisHour),
        ({"send_at": NOON - dt.timedelta(hours=1)}, NotAtThisHour),
    ):
        notice = make_draft(db, **wrong)
        with pytest.raises(why):
            notice.propose(db, by=writer(db), own_hosts=OWN, now=NOON)
        assert (notice.state, rows_of(db, notice)) == ("draft", [])


def test_what_is_proposed_is_not_proposed_again(db):
    make_followers(db, ["老周"])
    notice = make_proposed(db)
    with pytest.raises(NotADraft):
        notice.propose(db, by=writer(db), own_hosts=OWN, now=NOON)


def test_who_follows_later_is_not_among_those_it_was_approved_for(db):
    make_followers(db, ["老周"])
    notice = make_proposed(db)
    make_followers(db, ["新来的"])
    approve(db, notice, "1", now=NOON)
    assert (len(rows_of(db, notice)), notice.state) == (1, "approved")


# -- the second person --------------------


def test_another_person_approves_by_typing_the_number(db):
    make_followers(db, map(str, range(1059)))
    notice = make_proposed(db)
    for wrong in ("1058", "", "所有人", "-1059", "1059.0"):
        with pytest.raises(WrongCount):
            approve(db, notice, wrong, now=NOON)
        assert notice.state == "proposed"
    approve(db, notice, " １,０５９人 ", now=NOON)
    assert (notice.state, notice.send_at, notice.approved_by_id) == ("approved", NOON, checker(db).id)
    assert {row.way for row in rows_of(db, notice)} == {Way.PLANNED}


def test_the_writer_does_not_approve_nor_from_a_second_account(db):
    make_followers(db, ["老周"])
    notice = make_proposed(db)
    second = somebody(db, "写的人二号", person=writer(db).person)
    for same in (writer(db), second):
        with pytest.raises(NeedsAnother):
            approve(db, notice, "1", by=same.name)
    assert notice.state == "proposed"


def test_the_writer_does_not_approve_what_a_colleague_handed_over_for_him(db):
    make_followers(db, ["老周"])
    notice = make_draft(db)
    notice.propose(db, by=somebody(db, "帮忙的"), own_hosts=OWN, now=NOON)
    for one_of_them in (writer(db), somebody(db, "帮忙的")):
        with pytest.raises(NeedsAnother):
            approve(db, notice, "1", by=one_of_them.name)
    approve(db, notice, "1", now=NOON)


@pytest.mark.parametrize("stage", [make_proposed, make_approved])
def test_any_edit_voids_what_was_proposed_or_approved(db, stage):
    make_followers(db, ["老周"])
    notice = stage(db)
    notice.edit(db, Notice("接访", WORDS + "请早到。", "event", None, None), by=writer(db), now=NOON)
    assert (notice.state, notice.approved_by_id, notice.counted, rows_of(db, notice)) == ("draft", None, 0, [])
    with pytest.raises(TooLate):
        approve(db, notice, "1", now=NOON)
    notice.propose(db, by=writer(db), own_hosts=OWN, now=NOON)
    approve(db, notice, "1", now=NOON)


@pytest.mark.parametrize("change", ["words", "people"])
def test_an_approval_is_bound_to_every_word_and_every_person(db, change):
    """Somebody changes the rows behind the office's back."""
    one, _ = make_followers(db, ["老周", "老王"])
    notice = make_proposed(db)
    if change == "words":
        db.execute(update(Broadcast).values(words="别的话"))
    else:
        stranger = make_followers(db, ["不在里面的"])[0]
        db.execute(update(Recipient).where(Recipient.conversation_id == one).values(conversation_id=stranger))
    with pytest.raises(TooLate, match="改过"):
        approve(db, notice, "2", now=NOON)


def test_what_was_not_read_is_not_agreed_to(db):
    """The writer changes it and hands it over again while the colleague has the page open."""
    make_followers(db, ["老周"])
    notice = make_proposed(db)
    read = notice.proposal(db, now=NOON).digest
    notice.edit(db, Notice("接访", "请都来，有礼品。", "event", None, None), by=writer(db), now=NOON)
    notice.propose(db, by=writer(db), own_hosts=OWN, now=NOON)
    with pytest.raises(TooLate, match="改过"):
        notice.approve(db, "1", seen=read, by=checker(db), now=NOON)
    assert notice.state == "proposed"


def test_a_proposal_lives_a_day(db):
    make_followers(db, ["老周"])
    notice = make_proposed(db)
    with pytest.raises(TooLate):
        approve(db, notice, "1", now=NOON + DAY)
    notice.edit(db, Notice(notice.title, notice.words, "event", None, None), by=writer(db), now=NOON + DAY)
    notice.propose(db, by=writer(db), own_hosts=OWN, now=NOON + DAY)
    approve(db, notice, "1", now=NOON + DAY)


def test_it_is_sent_back_with_a_reason_the_writer_reads(db):
    make_followers(db, ["老周"])
    notice = make_proposed(db)
    with pytest.raises(BadNotice):
        notice.reject(db, "  ", by=checker(db), now=NOON)
    with pytest.raises(NeedsAnother):
        notice.reject(db, "自己不能退", by=writer(db), now=NOON)
    notice.reject(db, "时间写错了，是 4 日", by=checker(db), now=NOON)
    assert (notice.state, notice.sent_back(db), rows_of(db, notice)) == ("draft", "时间写错了，是 4 日", [])
    notice.propose(db, by=writer(db), own_hosts=OWN, now=NOON)
    assert notice.sent_back(db) == ""
    assert db.scalars(select(Approval.state).order_by(Approval.id)).all() == ["refused", "proposed"]


# -- when --------------------


def test_it_leaves_at_once_at_its_time_or_in_the_morning(db):
    make_followers(db, ["老周"])
    tomorrow = dt.datetime(2026, 11, 26, 9, 0, tzinfo=SHANGHAI)
    assert make_approved(db).send_at == NOON
    assert make_approved(db, send_at=tomorrow).send_at == tomorrow
    in_the_evening = make_proposed(db)
    approve(db, in_the_evening, "1", now=EVENING)
    assert in_the_evening.send_at == dt.datetime(2026, 11, 26, 8, 0, tzinfo=SHANGHAI)


def test_three_a_day_are_enough(db):
    make_followers(db, ["老周"])
    for _ in range(3):
        make_approved(db)
    fourth = make_proposed(db)
    with pytest.raises(TooManyToday, match="11 月 25 日"):
        approve(db, fourth, "1", now=NOON)
    assert fourth.state == "proposed"
    assert make_approved(db, send_at=NOON + DAY).state == "approved", "the next day has room"


def test_one_that_was_stopped_before_anybody_had_it_leaves_room(db):
    make_followers(db, ["老周"])
    first, *_ = [make_approved(db) for _ in range(3)]
    first.stop(db, by=checker(db), now=NOON)
    assert make_approved(db).state == "approved"


def test_only_what_is_under_way_is_stopped_and_it_is_never_edited_again(db):
    make_followers(db, ["老周"])
    with pytest.raises(NotADraft):
        make_draft(db).stop(db, by=checker(db), now=NOON)
    notice = make_approved(db)
    assert notice.stop(db, by=checker(db), now=NOON) == 1
    for again in (
        lambda: notice.stop(db, by=checker(db), now=NOON),
        lambda: notice.edit(db, Notice("x", "y"), by=writer(db), now=NOON),
    ):
        with pytest.raises(NotADraft):
            again()


def test_a_conversation_gone_from_the_audience_keeps_its_row(db):
    """Whoever unsubscribes after the proposal is still counted, and is left out when it leaves."""
    (one,) = make_followers(db, ["老周"])
    notice = make_proposed(db)
    db.get_one(Conversation, one).no_notices_at = NOON
    approve(db, notice, "1", now=NOON)
    assert len(rows_of(db, notice)) == 1


def test_what_was_changed_and_handed_over_in_one_breath_is_what_is_read(db):
    """A second verb in the same transaction locks the row anew, and forgets nothing that the first one wrote."""
    make_followers(db, ["老周"])
    notice, by = make_proposed(db), writer(db)
    changed = Notice("改到下午", "改到下午 3 点，地点不变。", "event")
    notice.edit(db, changed, by=by, now=NOON)
    approval = notice.propose(db, by=by, own_hosts=OWN, now=NOON)
    db.flush()
    db.expire_all()
    assert (notice.title, notice.words, notice.state) == (changed.title, changed.words, "proposed")
    assert approval.content["words"] == changed.words

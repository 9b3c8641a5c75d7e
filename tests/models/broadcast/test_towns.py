"""One town taken out of a notice on its way: nobody there gets it any more, each one's line says why, the rest go on."""

import pytest
from sqlalchemy import select

from models.broadcast import NobodyToTell, NotADraft, Way
from models.broadcast.inbox import notices_for
from models.broadcast.result import Standing, mark_called, people, progress
from models.broadcast.spread import finish, note_outcome, send_again, spread, way_now
from models.broadcast.towns import CannotDrop, Untold, drop_town, dropped_towns, untold_towns
from models.conversation import Conversation
from models.message import Status
from models.station import Station
from tests.make import NOON, make_district
from tests.notices import make_approved, make_followers, make_proposed, messages_of, rows_of, somebody

TOWN, DISTRICT = "52011501", "520115"
WHY = "那边改到 12 月 10 日"
REASON = f"金华镇停发：{WHY}"


@pytest.fixture
def notice(db):
    """Two in the town, one in its village, one of the district, one nobody knows where; approved."""
    make_district(db)
    make_followers(db, ["镇一", "镇二"], station=TOWN)
    make_followers(db, ["村里"], station="5201150101")
    make_followers(db, ["区里"], station=DISTRICT)
    make_followers(db, ["没说住哪"])
    return make_approved(db)


def drop(db, notice, code=TOWN, why=WHY):
    count = drop_town(db, notice, code, why, now=NOON)
    db.expire_all()
    return count


def standings(db, notice):
    return [person.standing for person in people(db, notice, tuple(Standing))]


def test_before_it_is_out_a_town_with_its_villages_is_left_out(db, notice):
    assert drop(db, notice) == 3
    assert spread(db, NOON, template=False) == 2, "what was approved for the others is approved still"
    assert len(messages_of(db, notice)) == 2
    found = progress(db, notice)
    assert found.counts == {Standing.STOPPED: 3, Standing.WAITING: 2}
    assert found.everybody == notice.counted


def test_each_persons_line_says_why(db, notice):
    drop(db, notice)
    assert {person.reason for person in people(db, notice, [Standing.STOPPED])} == {REASON}
    assert dropped_towns(db, notice) == [(REASON, 3)]


def test_under_way_it_stops_what_has_not_left_and_only_there(db, notice):
    spread(db, NOON, template=False)
    first, *_ = messages_of(db, notice)
    first.settle(Status.SENT, now=NOON)
    db.flush()
    assert drop(db, notice) == 2
    stopped = [message.status for message in messages_of(db, notice)]
    assert stopped == [Status.SENT, Status.STOPPED, Status.STOPPED, Status.QUEUED, Status.QUEUED]
    assert progress(db, notice).counts == {Standing.SENT: 1, Standing.STOPPED: 2, Standing.WAITING: 2}
    for message in messages_of(db, notice)[3:]:
        message.settle(Status.SENT, now=NOON)
    db.flush()
    assert finish(db, NOON) == 1


def test_nobody_of_that_town_is_telephoned_or_tried_again(db):
    make_district(db)
    make_followers(db, ["说过话"], station=TOWN)
    make_followers(db, ["两天没说话", "打过了"], station=TOWN, spoke_at=None)
    make_followers(db, ["区里"], station=DISTRICT, spoke_at=None)
    notice = make_approved(db)
    spread(db, NOON, template=False)
    messages_of(db, notice)[0].settle(Status.FAILED, now=NOON, trouble="45009 今天的调用次数用完了")
    called = [row.id for row in rows_of(db, notice) if row.way == Way.CALL][1]
    mark_called(db, notice, called, now=NOON)
    db.flush()
    assert drop(db, notice) == 2
    assert Standing.FAILED not in standings(db, notice)
    assert progress(db, notice).counts == {Standing.STOPPED: 2, Standing.CALLED: 1, Standing.CALL: 1}
    assert send_again(db, notice, by=somebody(db, "写的人"), now=NOON) == 0


@pytest.mark.parametrize(
    ("outcome", "way", "standing", "reason"),
    [
        (Status.SENT, Way.MESSAGE, Standing.SENT, ""),
        (Status.QUEUED, Way.DROPPED, Standing.STOPPED, REASON),
        (Status.FAILED, Way.DROPPED, Standing.STOPPED, REASON),
    ],
)
def test_what_is_being_sent_that_moment_ends_as_it_ends(db, notice, outcome, way, standing, reason):
    spread(db, NOON, template=False)
    message = messages_of(db, notice)[0]
    message.status = Status.SENDING
    db.flush()
    drop(db, notice)
    message, recipient = messages_of(db, notice)[0], rows_of(db, notice)[0]
    assert message.status == Status.SENDING
    message.status = outcome
    note_outcome(db, recipient, message, Way.MESSAGE, "", now=NOON)
    db.flush()
    (first, *_) = people(db, notice, tuple(Standing), only=[recipient.id])
    assert (recipient.way, first.standing, first.reason) == (way, standing, reason)
    assert message.status != Status.QUEUED, "it is not tried again"


def test_what_a_worker_has_in_hand_does_not_leave(db, notice):
    spread(db, NOON, template=False)
    messages_of(db, notice)[0].status = Status.SENDING
    db.flush()
    drop(db, notice)
    message, recipient = messages_of(db, notice)[0], rows_of(db, notice)[0]
    message.status = Status.CLAIMED
    conversation = db.get_one(Conversation, recipient.conversation_id)
    assert way_now(db, recipient, message, conversation, template=False, now=NOON) is None
    assert message.status == Status.STOPPED


def test_it_is_counted_where_somebody_waits_for_it_still(db, notice):
    town, district = "金华镇退役军人服务站", "观山湖区退役军人服务中心"
    assert untold_towns(db, notice) == [Untold(DISTRICT, district, 1), Untold(TOWN, town, 3)]
    drop(db, notice)
    assert untold_towns(db, notice) == [Untold(DISTRICT, district, 1)]
    assert drop(db, notice, DISTRICT, "区里另行通知") == 1, "the district's centre is itself, not all below it"
    assert [why for why, _ in dropped_towns(db, notice)] == [REASON, "观山湖区停发：区里另行通知"]


def test_who_was_left_out_reads_nothing_of_it(db, notice):
    drop(db, notice)
    spread(db, NOON, template=False)
    there = db.scalars(select(Conversation).join(Station).where(Station.code == TOWN)).first()
    other = db.scalars(select(Conversation).where(Conversation.contact == "区里")).one()
    assert notices_for(db, there, now=NOON) == []
    assert len(notices_for(db, other, now=NOON)) == 1


def test_it_is_said_why(db, notice):
    for nothing in ("", "  ", "改期"):
        with pytest.raises(CannotDrop, match="至少 4 个字"):
            drop_town(db, notice, TOWN, nothing, now=NOON)
    drop_town(db, notice, TOWN, "王建国 13800006021 说改期", now=NOON)
    ((why, _),) = dropped_towns(db, notice)
    assert "13800006021" not in why, "it stands beside everybody, so numbers are masked"


def test_where_nobody_waits_there_is_nothing_to_stop(db, notice):
    drop(db, notice)
    for code in (TOWN, "nowhere"):
        with pytest.raises(CannotDrop, match="没有还没收到的人"):
            drop_town(db, notice, code, WHY, now=NOON)


def test_the_last_town_is_not_dropped_but_the_notice_stopped(db):
    make_district(db)
    make_followers(db, ["镇上"], station=TOWN)
    notice = make_approved(db)
    with pytest.raises(NobodyToTell):
        drop_town(db, notice, TOWN, WHY, now=NOON)
    assert [row.way for row in rows_of(db, notice)] == [Way.PLANNED]


def test_before_the_approval_and_after_the_end_nothing_is_dropped(db, notice):
    proposed = make_proposed(db)
    notice.stop(db, by=somebody(db, "审的人"), now=NOON)
    for other in (proposed, notice):
        with pytest.raises(NotADraft):
            drop_town(db, other, TOWN, WHY, now=NOON)

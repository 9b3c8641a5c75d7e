"""What became of a notice: every person in exactly one place, so the numbers add up; and why, in plain words."""

import datetime as dt

import pytest

from models.broadcast import Way
from models.broadcast.result import NotOnTheSheet, Standing, mark_called, people, progress, reason_of, sample
from models.broadcast.spread import spread
from models.conversation import Conversation
from models.message import Status
from tests.make import NOON, make_district
from tests.notices import make_approved, make_followers, make_known, make_proposed, messages_of, rows_of, somebody

HOUR = dt.timedelta(hours=1)


def a_notice_with_everything(db):
    """One person of each kind; the statuses by the order of the contacts."""
    make_followers(db, ["sent", "template", "failed", "parked", "unknown", "waiting", "erased"])
    make_followers(db, ["silent", "silent too"], spoke_at=None)
    (tired,) = make_followers(db, ["tired"])
    notice = make_approved(db)
    db.get_one(Conversation, tired).no_notices_at = NOON
    spread(db, NOON, template=False)
    sent, template, failed, parked, unknown, _, erased = messages_of(db, notice)
    sent.settle(Status.SENT, now=NOON)
    template.settle(Status.SENT, now=NOON)
    rows_of(db, notice)[1].way = Way.TEMPLATE
    failed.settle(Status.FAILED, now=NOON, trouble="43101 对方不收模板消息")
    parked.settle(Status.PARKED, now=NOON, trouble="KeyError")
    unknown.settle(Status.UNKNOWN, now=NOON, trouble="ReadTimeout")
    erased.settle(Status.STOPPED, now=NOON, trouble="its words were erased")
    db.flush()
    return notice


def test_the_numbers_add_up(db):
    notice = a_notice_with_everything(db)
    mark_called(db, notice, people(db, notice, [Standing.CALL])[0].id, now=NOON)
    found = progress(db, notice)
    assert found.counts == {
        Standing.SENT: 1,
        Standing.TEMPLATE: 1,
        Standing.FAILED: 2,
        Standing.UNKNOWN: 1,
        Standing.WAITING: 1,
        Standing.STOPPED: 1,
        Standing.CALL: 1,
        Standing.CALLED: 1,
        Standing.LEFT_OUT: 1,
    }
    assert (found.everybody, found.settled, found.to_call) == (notice.counted, notice.counted - 1, 4)


def test_before_it_is_spread_everybody_waits_and_after_a_stop_nobody(db):
    make_followers(db, ["a", "b"])
    notice = make_approved(db)
    assert progress(db, notice).counts == {Standing.WAITING: 2}
    notice.stop(db, by=somebody(db, "审的人"), now=NOON)
    assert progress(db, notice).counts == {Standing.STOPPED: 2}


def test_numbers_by_town(db):
    make_district(db)
    make_followers(db, ["区"], station="520115")
    make_followers(db, ["镇"], station="52011501", spoke_at=None)
    make_followers(db, ["村"], station="5201150101")
    make_followers(db, ["哪"])
    notice = make_approved(db)
    spread(db, NOON, template=False)
    assert progress(db, notice).towns == {
        "观山湖区退役军人服务中心": {Standing.WAITING: 1},
        "金华镇退役军人服务站": {Standing.CALL: 1, Standing.WAITING: 1},
        "没登记住哪里": {Standing.WAITING: 1},
    }


def test_each_person_is_shown_masked_with_the_reason(db):
    make_district(db)
    (known,) = make_followers(db, ["老周"], station="5201150101", spoke_at=None)
    make_known(db, known, name="周建国", phone="13800006021")
    make_followers(db, ["生人"], spoke_at=None)
    notice = make_approved(db)
    spread(db, NOON, template=False)
    first, second = people(db, notice, [Standing.CALL])
    assert (first.name, first.town, first.place) == ("周*国", "金华镇退役军人服务站", "翁贡村退役军人服务站")
    assert (first.reason, first.phone) == ("超过 48 小时没和公众号说话，微信不让发", "138****6021")
    assert (second.name, second.town, second.phone) == ("老战友", "没登记住哪里", "")
    assert "周建国" not in repr(first)
    assert "13800006021" not in repr(first)


def test_people_come_in_pages(db):
    make_followers(db, map(str, range(7)))
    notice = make_approved(db)
    pages = [people(db, notice, [Standing.WAITING], most=3, after=after) for after in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({person.id for page in pages for person in page}) == 7


def test_a_sample_shows_some_of_those_it_is_for(db):
    make_followers(db, map(str, range(20)))
    notice = make_proposed(db)
    assert {person.id for person in sample(db, notice)} <= {row.id for row in rows_of(db, notice)}
    assert len(sample(db, notice)) == 5


def test_a_call_is_marked_once(db):
    notice = a_notice_with_everything(db)
    person = people(db, notice, [Standing.CALL])[0]
    mark_called(db, notice, person.id, now=NOON)
    mark_called(db, notice, person.id, now=NOON + HOUR)
    assert [row.called_at for row in rows_of(db, notice) if row.id == person.id] == [NOON]


def test_who_has_had_it_is_not_on_the_sheet(db):
    notice = a_notice_with_everything(db)
    other = make_approved(db)
    for person in people(db, notice, [Standing.SENT, Standing.WAITING, Standing.LEFT_OUT]):
        with pytest.raises(NotOnTheSheet):
            mark_called(db, notice, person.id, now=NOON)
    with pytest.raises(NotOnTheSheet):
        mark_called(db, other, people(db, notice, [Standing.CALL])[0].id, now=NOON)


@pytest.mark.parametrize(
    ("of_person", "of_message", "status", "shown"),
    [
        ("交审以后退订了通知", "", "", "交审以后退订了通知"),
        ("", "43101 对方不收模板消息", Status.FAILED, "对方不收模板消息"),
        ("", "45062", Status.FAILED, "微信没有收，编号 45062"),
        ("", "KeyError", Status.PARKED, "我们的程序出了错，没发出去"),
        ("", "ReadTimeout", Status.UNKNOWN, "发的时候断了，不知道对方收到没有"),
        ("", "the notice was stopped", Status.STOPPED, "停发的时候还没轮到"),
        ("", "restored from a backup", Status.STOPPED, "恢复备份的时候还没轮到"),
        ("", "-1", Status.QUEUED, ""),
        ("", "", Status.SENT, ""),
    ],
)
def test_reasons_are_plain_words(of_person, of_message, status, shown):
    assert reason_of(of_person, of_message, status) == shown

"""What one process at a time may have: the platform's token while it is renewed, and the lease on all sweeps."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import text

from models.channel_token import RENEWING_TAKES, ChannelToken
from models.job_lease import LASTS, JobLease
from tests.make import NOON

SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)
CHANNEL = "wechat_oa:wx0000"


def at_once(count, act):
    """What `count` threads get that begin together."""
    together = Barrier(count)

    def one(number):
        together.wait(10)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


# -- the token --------------------


def test_a_token_is_usable_until_its_end(sessions):
    with sessions.begin() as db:
        token = ChannelToken.of(db, CHANNEL)
        assert token.usable(now=NOON) == ""
        token.renewed("T1", expires_at=NOON + HOUR)
    with sessions.begin() as db:
        token = ChannelToken.of(db, CHANNEL)
        assert token.usable(now=NOON + HOUR - SECOND) == "T1"
        assert token.usable(now=NOON + HOUR) == ""


def test_a_token_is_stored_sealed(sessions):
    with sessions.begin() as db:
        ChannelToken.of(db, CHANNEL).renewed("canary-token", expires_at=NOON + HOUR)
    with sessions.begin() as db:
        assert b"canary-token" not in bytes(db.scalar(text("select token_sealed from channel_tokens")))


def test_one_of_eight_renews(sessions):
    def claim(_):
        with sessions.begin() as db:
            return ChannelToken.of(db, CHANNEL).claim_renewal(db, now=NOON)

    assert sorted(at_once(8, claim)) == [False] * 7 + [True]
    with sessions.begin() as db:
        token = ChannelToken.of(db, CHANNEL)
        assert not token.claim_renewal(db, now=NOON + RENEWING_TAKES - SECOND)
        assert token.claim_renewal(db, now=NOON + RENEWING_TAKES), "whoever had it has died"


def test_after_a_renewal_the_next_may_claim_at_once(sessions):
    with sessions.begin() as db:
        ChannelToken.of(db, CHANNEL).claim_renewal(db, now=NOON)
    with sessions.begin() as db:
        ChannelToken.of(db, CHANNEL).renewed("T1", expires_at=NOON + HOUR)
    with sessions.begin() as db:
        assert ChannelToken.of(db, CHANNEL).claim_renewal(db, now=NOON + SECOND)


def test_a_failure_says_until_when_nobody_tries(sessions):
    with sessions.begin() as db:
        ChannelToken.of(db, CHANNEL).claim_renewal(db, now=NOON)
    with sessions.begin() as db:
        ChannelToken.of(db, CHANNEL).failed("40164 " + "x" * 200, stopped_until=NOON + HOUR)
    with sessions.begin() as db:
        token = ChannelToken.of(db, CHANNEL)
        assert (token.stopped_until, len(token.trouble)) == (NOON + HOUR, 120)
        assert token.claim_renewal(db, now=NOON + HOUR), "the claim is free again"
    with sessions.begin() as db:
        token = ChannelToken.of(db, CHANNEL)
        token.renewed("T2", expires_at=NOON + 2 * HOUR)
        assert (token.stopped_until, token.trouble) == (None, "")


def test_only_the_token_that_was_refused_is_dropped(sessions):
    with sessions.begin() as db:
        ChannelToken.of(db, CHANNEL).renewed("T2", expires_at=NOON + HOUR)
    with sessions.begin() as db:
        token = ChannelToken.of(db, CHANNEL)
        token.drop("T1")
        assert token.usable(now=NOON) == "T2", "another process has renewed it meanwhile"
        token.drop("T2")
        assert token.usable(now=NOON) == ""


def test_channels_have_tokens_of_their_own(db):
    ChannelToken.of(db, CHANNEL).renewed("T1", expires_at=NOON + HOUR)
    assert ChannelToken.of(db, "other").usable(now=NOON) == ""


# -- the lease on the sweeps --------------------


def hold(sessions, holder, *, now=NOON, name="sweeps"):
    with sessions.begin() as db:
        return JobLease.hold(db, name, holder, now=now)


def let_go(sessions, holder, *, now=NOON):
    with sessions.begin() as db:
        JobLease.let_go(db, "sweeps", holder, now=now)


def test_one_of_three_holds(sessions):
    assert sorted(at_once(3, lambda number: hold(sessions, f"p{number}"))) == [False, False, True]


def test_whoever_holds_it_keeps_it_by_renewing(sessions):
    for seconds in range(0, 60, 4):
        now = NOON + seconds * SECOND
        assert hold(sessions, "a", now=now)
        assert not hold(sessions, "b", now=now + 3 * SECOND)


def test_when_its_holder_dies_the_next_one_has_it_in_fifteen_seconds(sessions):
    assert hold(sessions, "a")
    assert not hold(sessions, "b", now=NOON + LASTS - SECOND)
    assert hold(sessions, "b", now=NOON + LASTS)
    assert not hold(sessions, "a", now=NOON + LASTS + SECOND), "the one that came back has lost it"


def test_let_go_it_is_free_at_once(sessions):
    hold(sessions, "a")
    let_go(sessions, "b")
    assert not hold(sessions, "b"), "only its holder can let go"
    let_go(sessions, "a")
    assert hold(sessions, "b")
    let_go(sessions, "nobody")


def test_leases_have_names(sessions):
    assert hold(sessions, "a")
    assert hold(sessions, "b", name="other")

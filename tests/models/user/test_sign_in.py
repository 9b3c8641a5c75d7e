"""Sign-ins end by themselves, and tries of a password have bounds by account and by network (R29, R33)."""

from __future__ import annotations

import datetime as dt

import pytest

from models.user.sign_in import TRIES, TRIES_A_DAY, TRIES_A_NETWORK, SignIn, SignInTry
from tests.make import NOON, make_user

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def tried(db, times: int, *, account: str = "chen", network: str = "10.0.0.{}", now: dt.datetime = NOON) -> None:
    for number in range(times):
        SignInTry.note(db, account=account.format(number), network=network.format(number), now=now)
    db.flush()


def locked(db, *, account: str = "chen", network: str = "10.9.9.9", now: dt.datetime = NOON) -> bool:
    return SignInTry.locked(db, account=account, network=network, now=now)


def test_one_account_is_tried_from_one_network_so_often_and_no_more(db):
    tried(db, TRIES - 1, network="10.0.0.1")
    assert not locked(db, network="10.0.0.1")
    tried(db, 1, network="10.0.0.1")
    assert locked(db, network="10.0.0.1")
    assert not locked(db, network="10.0.0.2"), "who sits elsewhere gets in"
    assert not locked(db, network="10.0.0.1", now=NOON + 11 * MINUTE)


def test_one_account_is_tried_from_everywhere_so_often_a_day(db):
    tried(db, TRIES_A_DAY - 1)
    assert not locked(db)
    tried(db, 1, network="10.1.1.1")
    assert locked(db)
    assert not locked(db, account="liu")
    assert not locked(db, now=NOON + 25 * HOUR)


def test_one_network_tries_all_accounts_so_often(db):
    tried(db, TRIES_A_NETWORK, account="somebody{}", network="10.0.0.1")
    assert locked(db, account="liu", network="10.0.0.1")
    assert not locked(db, account="liu", network="10.0.0.2")
    assert not locked(db, account="liu", network="10.0.0.1", now=NOON + 16 * MINUTE)


def test_the_right_password_forgives_the_account_and_not_the_network(db):
    tried(db, TRIES_A_NETWORK, network="10.0.0.1")
    SignInTry.forgive(db, account="chen")
    assert locked(db, network="10.0.0.1"), "the network has tried too much"
    assert not locked(db, network="10.0.0.2")


@pytest.mark.parametrize(
    ("own_device", "lasts", "is_idle"), [(False, 12 * HOUR, 30 * MINUTE), (True, 14 * 24 * HOUR, None)]
)
def test_a_sign_in_ends_by_itself(db, own_device, lasts, is_idle):
    chen = make_user(db)
    row, _token = SignIn.begin(db, chen, own_device=own_device, now=NOON)
    row.seen_at = NOON + lasts - MINUTE
    assert row.lives(chen, now=NOON + lasts - MINUTE)
    assert not row.lives(chen, now=NOON + lasts)
    row.seen_at = NOON
    assert row.lives(chen, now=NOON + 29 * MINUTE)
    assert row.lives(chen, now=NOON + 31 * MINUTE) is (is_idle is None)

"""Who writes a notice, who checks it, and who gets it."""

import pytest

from tests.notices import make_followers, make_known


@pytest.fixture
def writer(signed_in):
    return signed_in("bwriter", shown_as="何敏")


@pytest.fixture
def checker(signed_in):
    return signed_in("bapprover", shown_as="张平")


@pytest.fixture
def followers(app, sessions):
    """Twelve who spoke lately, in town and village; three who have been silent, one of them known."""
    with sessions.begin() as db:
        make_followers(db, map(str, range(8)), station="52011501")
        make_followers(db, "abcd", station="5201150101")
        silent = make_followers(db, ["x", "y", "z"], spoke_at=None, station="520115")
        make_known(db, silent[0], name="王建国", phone="13800006021")

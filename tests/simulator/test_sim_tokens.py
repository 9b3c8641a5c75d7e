"""Tokens: rotation, overlap, and the two separate lines (platform.md 5.1)."""

import pytest

CALL = "/cgi-bin/get_api_domain_ip"


def code(caller, token):
    return caller.session.get(caller.base + CALL, params={"access_token": token}, timeout=5).json().get("errcode", 0)


def test_a_stable_token_stays_the_same_and_tells_what_remains(caller, clock):
    first = caller.stable()
    clock.jump(seconds=1000)
    again = caller.stable()
    assert first["access_token"] == again["access_token"]
    assert (first["expires_in"], again["expires_in"]) == (7200, 6200)
    assert len(first["access_token"]) == 512


def test_in_the_last_five_minutes_both_stable_tokens_work(caller, clock):
    old = caller.stable()["access_token"]
    clock.jump(seconds=7200 - 299)
    new = caller.stable()
    assert new["access_token"] != old
    assert new["expires_in"] == 7200
    assert code(caller, old) == code(caller, new["access_token"]) == 0
    clock.jump(seconds=299)
    assert code(caller, old) == 0
    clock.jump(seconds=2)
    assert code(caller, old) == 40001


def test_every_plain_call_makes_a_new_token_and_the_old_one_lives_five_minutes(caller, clock):
    first, second = caller.plain()["access_token"], caller.plain()["access_token"]
    assert first != second
    assert code(caller, first) == code(caller, second) == 0
    clock.jump(seconds=301)
    assert code(caller, first) == 40001
    assert code(caller, second) == 0


def test_a_third_plain_token_ends_the_first_at_once(caller):
    first = caller.plain()["access_token"]
    caller.plain()
    caller.plain()
    assert code(caller, first) == 40001


def test_the_two_lines_never_touch_each_other(caller, clock):
    stable = caller.stable()["access_token"]
    for _ in range(3):
        caller.plain()
    clock.jump(seconds=600)
    assert code(caller, stable) == 0


def test_an_expired_token_is_42001_and_nonsense_40014(caller, clock):
    token = caller.stable()["access_token"]
    clock.jump(seconds=7200)
    assert code(caller, token) == 42001
    assert code(caller, "rubbish") == 40014
    assert code(caller, "") == 41001
    assert code(caller, "88_" + "a" * 509) == 40001


def test_forcing_kills_the_old_token_and_is_rationed(caller, clock):
    old = caller.stable()["access_token"]
    clock.jump(seconds=60)
    new = caller.stable(force_refresh=True)["access_token"]
    assert code(caller, old) == 40001
    clock.jump(seconds=29)
    assert caller.stable(force_refresh=True)["access_token"] == new
    for _ in range(25):
        clock.jump(seconds=31)
        last = caller.stable(force_refresh=True)["access_token"]
    clock.jump(seconds=31)
    assert caller.stable(force_refresh=True)["access_token"] == last


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [({"appid": ""}, 41002), ({"secret": ""}, 41004), ({"grant_type": "password"}, 40002), ({"appid": "wx0"}, 40013),
     ({"secret": "no"}, 40125)],
)  # fmt: skip
def test_wrong_credentials_have_their_codes_at_both_endpoints(caller, changes, errcode):
    assert caller.stable(**changes)["errcode"] == caller.plain(**changes)["errcode"] == errcode


def test_the_plain_endpoint_is_rationed_by_the_beijing_day(caller, platform, clock):
    platform.state.counters.daily["/cgi-bin/token"] = 2
    assert [caller.plain().get("errcode", 0) for _ in range(3)] == [0, 0, 45009]
    clock.jump(days=1)
    assert "access_token" in caller.plain()


def test_revoked_tokens_answer_40001(caller, platform):
    token = caller.token
    platform.revoke_tokens()
    assert code(caller, token) == 40001
    assert caller.stable()["access_token"] != token

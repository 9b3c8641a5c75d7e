"""One simulator and one tiny bot for each test, on loopback, with a clock that stands still."""

import pytest

from simulator import Platform
from tests.simulator.sim_bot import AES_KEY, APP_ID, ORIGINAL_ID, SECRET, TOKEN, Bot, Caller, Clock


def make_platform(mode="safe", clock=None, **changes):
    account = {"app_id": APP_ID, "app_secret": SECRET, "token": TOKEN, "aes_key": AES_KEY, "original_id": ORIGINAL_ID}
    return Platform(**account, mode=mode, clock=clock, **{"reply_limit": 2.0, **changes})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make():
    return make_platform


@pytest.fixture
def bot():
    return Bot()


@pytest.fixture
def platform(bot, clock):
    platform = make_platform(clock=clock)
    with bot.serve() as platform.webhook, platform.serve():
        yield platform


@pytest.fixture
def phone(platform):
    return platform.phone("老周")


@pytest.fixture
def caller(platform):
    caller = Caller(platform.world.base_url)
    yield caller
    caller.session.close()

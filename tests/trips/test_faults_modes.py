"""The three modes of the account, and an AES key that is being changed (docs/platform.md 1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.settings import PREFIX
from simulator.crypto import Envelope
from tests.trips.desk import heard_messages, words
from tests.trips.service import Service, running

LOST_CARD = "优待证丢了咋办"
OLD_KEY = "oldkeyoldkeyoldkeyoldkeyoldkeyoldkeyoldkeyA"


@contextmanager
def web_only(folder: Path, mode: str, **settings: str) -> Iterator[Service]:
    named = {PREFIX + name: value for name, value in settings.items()}
    with running(f"sqlite:///{folder}/trip.db", folder, mode=mode, workers=("serve",), settings=named) as service:
        yield service
        assert not service.platform.complaints, service.platform.complaints


@pytest.mark.parametrize("mode", ["plain", "compatible"])
def test_a_short_trip_in_that_mode(tmp_path: Path, mode: str) -> None:
    """The account's own number is learned from the first push here."""
    with web_only(tmp_path, mode, WECHAT_ORIGINAL_ID="") as service:
        assert service.platform.verify()
        phone = service.platform.phone("老周", follows=False)
        assert "1 查政策" in words(phone.follow())
        service.platform.faults.parallel_copies = 3
        assert "依据" in words(phone.says(LOST_CARD))
        service.platform.faults.parallel_copies = 0
        assert "谢谢您" in words(phone.taps_link("1 有用"))
        service.platform.faults.wrong_signature = True
        assert phone.says("冒充的") == []
        assert service.platform.deliveries[-1].status == 403
        service.platform.faults.clear()
        service.platform.faults.json_push = True
        assert phone.says("JSON") == []
        assert service.platform.deliveries[-1].reply_kind == "success"
        service.platform.faults.clear()
        known = service.platform.world.pushes.original_id
        service.platform.world.pushes.original_id = "gh_foreign00000"
        assert phone.says("给别人的") != []
        assert service.platform.deliveries[-1].status == 403
        service.platform.complaints.clear()
        service.platform.world.pushes.original_id = known
        phone.unfollow()
        assert len(heard_messages(service, phone)) == 0


def test_while_a_key_is_changed_both_are_good_and_each_is_answered_in_kind(tmp_path: Path) -> None:
    with web_only(tmp_path, "safe", WECHAT_AES_KEY_PREVIOUS=OLD_KEY) as service:
        assert service.platform.verify()
        phone = service.platform.phone("老周")
        service.platform.faults.old_aes_key = OLD_KEY
        assert "依据" in words(phone.says(LOST_CARD))
        service.platform.faults.clear()
        assert "依据" in words(phone.says(LOST_CARD))
        service.platform.world.envelope = Envelope("x" * 42 + "A", service.platform.world.account.app_id)
        assert phone.says("第三把钥匙") != []
        assert service.platform.deliveries[-1].status == 403
        service.platform.complaints.clear()
        assert len(heard_messages(service, phone)) == 2

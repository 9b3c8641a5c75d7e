"""Who was forgotten stays forgotten, also after an older backup was restored (R51)."""

from __future__ import annotations

import datetime as dt
import re
import shutil

from sqlalchemy import select

from bot.erase_list import EraseList
from bot.jobs import jobs_of
from bot.office import Office
from models.conversation import Conversation
from models.erasure import Erasure
from models.media import Media
from models.message import Message
from tests.bot.lived_in import CANARY, LATER, back_up, hear, keep_photo, restore_into


def _erase(office: Office, contact: str, *, unlink: bool = False) -> None:
    with office.sessions.begin() as db:
        erase = Erasure.unlink if unlink else Erasure.of
        erase(db, Conversation.of(db, "wechat_oa", contact, now=LATER), now=LATER)


def _list(office: Office, now: dt.datetime = LATER) -> int:
    with office.sessions.begin() as db:
        return EraseList(office.settings.media_dir).list_erasures(db, now)


def _words(office: Office, contact: str) -> list[str]:
    with office.sessions.begin() as db:
        said = select(Message).join(Conversation, Conversation.id == Message.conversation_id)
        return [message.words for message in db.scalars(said.where(Conversation.contact == contact))]


def test_who_was_erased_stays_erased_after_an_older_backup(office, open_at, tmp_path):
    with office.sessions.begin() as db:
        hear(db, "li", "我叫李建设")
        keep_photo(db, office, hear(db, "chen", "我叫陈卫国"))
    archive = back_up(office, tmp_path)
    _erase(office, "li")
    _erase(office, "chen", unlink=True)
    assert _list(office) == 2
    assert _list(office) == 0
    again = open_at()
    _move_list(office, again)
    assert restore_into(again, archive).erased == 2
    assert _words(again, "li") == [""]
    assert _words(again, "chen") == []  # nobody is reached by that openid any more
    assert CANARY in _words(again, "zhou")
    with again.sessions.begin() as db:
        assert len(Media.to_erase(db)) == 1
        assert {row.at for row in db.scalars(select(Erasure))} == {LATER}


def test_who_came_back_after_an_erasure_is_not_erased_by_it_again(office, open_at, tmp_path):
    archive = back_up(office, tmp_path)
    _erase(office, "zhou")
    _list(office)
    again = open_at()
    _move_list(office, again)
    restore_into(again, archive)
    with again.sessions.begin() as db:
        hear(db, "zhou", "我又来了", now=LATER)
    third = open_at()
    _move_list(again, third)
    newer = back_up(again, tmp_path, now=LATER + dt.timedelta(minutes=1))
    assert restore_into(third, newer).erased == 0
    assert "我又来了" in _words(third, "zhou")


def test_the_scheduler_keeps_the_list(office):
    _erase(office, "zhou")
    for job in jobs_of(office):
        with office.sessions.begin() as db:
            job.sweep(db, LATER)
    assert len(list(EraseList(office.settings.media_dir).entries())) == 1
    assert len({job.sweep.__name__ for job in jobs_of(office)}) == len(jobs_of(office))


# -- 退订通知 --------------------


def _wants(office: Office, contact: str, *, notices: bool, now: dt.datetime = LATER) -> None:
    """Somebody says 退订通知, or 订阅通知."""
    with office.sessions.begin() as db:
        talk = Conversation.of(db, "wechat_oa", contact, now=now)
        talk.no_notices_at = None if notices else now


def _write_down(office: Office, now: dt.datetime = LATER) -> int:
    with office.sessions.begin() as db:
        return EraseList(office.settings.media_dir).list_wishes(db, now)


def _is_told(office: Office, contact: str) -> bool:
    """Whether a notice would be for this person when they are heard again."""
    with office.sessions.begin() as db:
        return Conversation.of(db, "wechat_oa", contact, now=LATER).no_notices_at is None


def _restored(office: Office, open_at, archive) -> Office:
    again = open_at()
    _move_list(office, again)
    restore_into(again, archive)
    return again


def test_who_wanted_no_notices_gets_none_after_an_older_backup(office, open_at, tmp_path):
    with office.sessions.begin() as db:
        hear(db, "li", "你好")
    archive = back_up(office, tmp_path)
    _wants(office, "li", notices=False)
    _wants(office, "new", notices=False)  # has followed since
    assert _write_down(office) == 2
    assert _write_down(office) == 0, "each is written down once"
    again = _restored(office, open_at, archive)
    assert not _is_told(again, "li")
    assert not _is_told(again, "new")
    assert _is_told(again, "zhou")


def test_who_wanted_them_again_gets_them_again(office, open_at, tmp_path):
    _wants(office, "li", notices=False)
    _write_down(office)
    archive = back_up(office, tmp_path)
    _wants(office, "li", notices=True)
    assert _write_down(office) == 1
    assert _is_told(_restored(office, open_at, archive), "li")


def test_who_left_after_that_and_comes_back_gets_none_either(office, open_at, tmp_path):
    with office.sessions.begin() as db:
        hear(db, "li", "你好")
    archive = back_up(office, tmp_path)
    _wants(office, "li", notices=False)
    _erase(office, "li", unlink=True)  # before the sweep came round
    _list(office)
    assert _write_down(office) == 1
    again = _restored(office, open_at, archive)
    assert not _is_told(again, "li")


def test_who_came_back_and_wanted_them_again_is_told_again(office, open_at, tmp_path):
    with office.sessions.begin() as db:
        hear(db, "li", "你好")
    archive = back_up(office, tmp_path)
    _wants(office, "li", notices=False)
    _erase(office, "li", unlink=True)
    _list(office)
    _write_down(office)
    assert not _is_told(office, "li")
    _wants(office, "li", notices=True)
    assert _write_down(office) == 1
    assert _is_told(_restored(office, open_at, archive), "li")


def test_an_old_line_changes_nothing_that_was_wished_for_before_the_backup(office, open_at, tmp_path):
    """The list is older than the backup: what the backup knows is newer."""
    _wants(office, "li", notices=False)
    _write_down(office)
    _wants(office, "li", notices=True)
    archive = back_up(office, tmp_path, now=LATER + dt.timedelta(days=2))
    assert _is_told(_restored(office, open_at, archive), "li")


def test_on_a_new_machine_the_list_begins_anew(office, open_at, tmp_path):
    _wants(office, "li", notices=False)
    _write_down(office)
    again = open_at()
    restore_into(again, back_up(office, tmp_path))
    assert _write_down(again) == 1


def test_the_list_names_nobody(office):
    _wants(office, "li", notices=False)
    _write_down(office)
    line = (office.settings.media_dir / "erased.log").read_text()
    assert re.fullmatch(r"[0-9a-f]{40} \S+ no-notices\n", line)


def test_half_a_line_in_the_erase_list_harms_nobody(office):
    media_dir = office.settings.media_dir
    (media_dir / "erased.log").write_text("0123")
    _erase(office, "zhou")
    _list(office)
    assert [entry.at for entry in EraseList(media_dir).entries()] == [LATER]
    assert (media_dir / "erased.log").read_text().startswith("0123\n")


def _move_list(before: Office, after: Office) -> None:
    after.settings.media_dir.mkdir()
    shutil.copy(before.settings.media_dir / "erased.log", after.settings.media_dir)

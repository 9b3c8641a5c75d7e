"""A notice that was under way when the backup was taken: after the restore nobody is told a second time."""

from sqlalchemy import select

from models.broadcast import Broadcast
from models.broadcast.result import Standing, progress
from models.broadcast.spread import spread
from tests.bot.lived_in import LATER, back_up, restore_into
from tests.make import NOON
from tests.notices import make_approved, make_followers


def test_what_was_under_way_is_stopped(office, open_at, tmp_path):
    with office.sessions.begin() as db:
        make_followers(db, ["老王", "老李"])
        make_approved(db)
        make_approved(db, send_at=LATER)
    with office.sessions.begin() as db:
        spread(db, NOON, template=False)
    again = open_at()
    restore_into(again, back_up(office, tmp_path))
    with again.sessions.begin() as db:
        sending, scheduled = db.scalars(select(Broadcast).order_by(Broadcast.id))
        assert (sending.state, scheduled.state) == ("stopped", "stopped")
        assert spread(db, LATER, template=False) == 0
        assert set(progress(db, sending).counts) <= {Standing.STOPPED, Standing.CALL}

"""Changing the data key: everything moves under the new one, and a run that was cut off goes on (R46)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.key_rotation import rotate, sealed_columns
from bot.office import Office, open_office
from bot.settings import Settings
from models.base import Base, keys_of
from models.media import Media
from models.petition import Petition
from models.petition.restricted import hand_over
from models.vault import KeyRing, Unreadable, decode_key, new_key
from tests.bot.lived_in import CANARY
from tests.make import make_user


def with_keys(office: Office, *keys: bytes) -> Office:
    """The same office, opened with other data keys."""
    changed: Settings = office.settings.__class__(
        **{
            name: getattr(office.settings, name) for name in office.settings.__dataclass_fields__ if name != "data_keys"
        },
        data_keys=keys,
    )
    return open_office(changed, clock=office.clock, library=office.library)


def story(office: Office) -> str:
    with office.sessions.begin() as db:
        return db.scalars(select(Petition)).one().story


def key_ids(office: Office) -> set[bytes]:
    ring = KeyRing(office.settings.data_keys, office.settings.index_key)
    with office.engine.connect() as connection:
        return {
            ring.key_id(value)
            for table, column in sealed_columns()
            for value in connection.scalars(select(getattr(table, column)))
            if value is not None
        }


def test_every_sealed_column_is_found() -> None:
    named = {f"{table.__tablename__}.{column}" for table, column in sealed_columns()}
    tables = Base.metadata.tables.values()
    assert named == {
        f"{table.name}.{column.name}" for table in tables for column in table.c if "_sealed" in column.name
    }


def test_after_a_rotation_the_old_key_is_not_needed(office: Office) -> None:
    old, new = office.settings.data_keys[0], decode_key(new_key())
    both = with_keys(office, new, old)
    done = dict(rotate(both))
    assert done["petitions.story_sealed"] == 1
    assert done["files"] == 1
    assert len(key_ids(both)) == 1
    alone = with_keys(office, new)
    assert CANARY in story(alone)
    with alone.sessions.begin() as db:
        assert alone.media.read(db.scalars(select(Media.uid)).one()) == CANARY.encode()
    with pytest.raises(Unreadable):
        story(office)
    for each in (both, alone):
        each.engine.dispose()


def test_a_restricted_petition_moves_to_the_key_of_its_own(office: Office) -> None:
    """An office that had none puts one in; what was sealed under a derived key moves with the rest (R40)."""
    with office.sessions.begin() as db:
        hand_over(db, db.scalars(select(Petition)).one(), by=make_user(db), now=office.clock())
    own = replace(office.settings, restricted_keys=(decode_key(new_key()),))
    with_own = open_office(own, clock=office.clock, library=office.library)
    done = dict(rotate(with_own))
    assert done["petitions.story_sealed"] == 1
    with with_own.sessions.begin() as db:
        ring, petition = keys_of(db), db.scalars(select(Petition)).one()
        assert ring.key_id(petition.story_sealed) == ring.restricted_key_id
        assert CANARY in petition.story
    with pytest.raises(Unreadable):
        story(office)
    assert set(dict(rotate(with_own)).values()) == {0}
    with_own.engine.dispose()


def test_a_run_cut_off_leaves_all_readable_and_goes_on(office: Office) -> None:
    old, new = office.settings.data_keys[0], decode_key(new_key())
    both = with_keys(office, new, old)
    cut_off = list(itertools.islice(rotate(both), 3))
    assert len(cut_off) == 3
    assert CANARY in story(both)
    again = dict(rotate(both))
    assert [again[where] for where, _ in cut_off] == [0, 0, 0], "what is done is not done twice"
    assert set(dict(rotate(both)).values()) == {0}
    both.engine.dispose()

"""The migrations make exactly what the models say, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

import models  # every table, not only those some test imports
from bot.schema import current_revision, newest_revision
from models.base import Base


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    """`engine` is a fresh database that the migrations have brought to the newest shape."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert current_revision(engine) == newest_revision() is not None


def test_every_table_is_known(engine: Engine) -> None:
    assert models.__doc__
    assert set(inspect(engine).get_table_names()) == set(Base.metadata.tables) | {"alembic_version"}

"""The database's shape: brought to the newest by Alembic, never older than the code."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent.parent / "migrations"


class SchemaIsNewer(Exception):
    """The database was made by a newer version of this program; going on could lose what it knows (R72)."""


def upgrade(engine: Engine) -> None:
    """Bring an empty or older database to the newest shape. Raises SchemaIsNewer."""
    with engine.begin() as connection:
        if is_newer(engine, connection):
            raise SchemaIsNewer("数据库比程序新，请换上新版程序。")
        upgrade_within(connection)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same inside a transaction that is already open, also to an older shape: a restore loads old rows into it."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_newer(engine: Engine, connection: object | None = None) -> bool:
    current = current_revision(engine) if connection is None else _revision(connection)
    return current is not None and not is_known(current)


def is_known(revision: str) -> bool:
    """Whether this program knows a shape; one it does not know was made by a newer program."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def current_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision(connection)


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: object) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()  # type: ignore[arg-type]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config

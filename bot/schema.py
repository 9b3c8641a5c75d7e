"""The database's shape: brought to the newest by Alembic, never older than the code."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).parent.parent / "migrations"


class SchemaIsNewer(Exception):
    """The database was made by a newer version of this program; going on could lose what it knows (R72)."""


def upgrade(engine: Engine) -> None:
    """Bring an empty or older database to the newest shape. Raises SchemaIsNewer."""
    config = _config()
    with engine.begin() as connection:
        if is_newer(engine, connection):
            raise SchemaIsNewer("数据库比程序新，请换上新版程序。")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_newer(engine: Engine, connection: object | None = None) -> bool:
    current = current_revision(engine) if connection is None else _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return current is not None and current not in known


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

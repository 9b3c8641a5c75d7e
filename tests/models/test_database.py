"""The write lock of SQLite: the threads and the processes of one machine take turns at it."""

import sqlite3
import subprocess
import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from models.database import open_engine

ADDING = """
import sys
from sqlalchemy import text
from models.database import open_engine
engine = open_engine(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with engine.begin() as db:
        value = db.scalar(text("select value from counter"))
        db.execute(text("update counter set value = :value"), {"value": value + 1})
"""
HOLDING = """
import sys, time
from models.database import open_engine
with open_engine(sys.argv[1]).begin() as db:
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def address(tmp_path):
    address = f"sqlite:///{tmp_path}/front.db"
    with open_engine(address).begin() as db:
        db.execute(text("create table counter (value integer)"))
        db.execute(text("insert into counter values (0)"))
    return address


def beside(program, *arguments):
    return subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)], stdout=subprocess.PIPE)


@contextmanager
def held(address):
    """Another process has the lock, until it is killed."""
    with beside(HOLDING, address) as holder:
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.kill()


def counted(engine):
    with engine.begin() as db:
        return db.scalar(text("select value from counter"))


def test_three_processes_that_write_at_once_lose_nothing(address):
    with (
        beside(ADDING, address, 200) as one,
        beside(ADDING, address, 200) as two,
        beside(ADDING, address, 200) as three,
    ):
        assert [process.wait(60) for process in (one, two, three)] == [0, 0, 0]
    assert counted(open_engine(address)) == 600


def test_a_process_that_is_killed_lets_go(address):
    with held(address):
        pass
    assert counted(open_engine(address)) == 0


def test_who_waits_in_vain_is_told_and_may_try_again(address):
    engine = open_engine(address, patience=0.1)
    with held(address), pytest.raises(sqlite3.OperationalError, match="locked"), engine.begin():
        pass
    assert counted(engine) == 0

"""The commands, as an operator types them."""

import csv
import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.demo_data import fill
from bot.schema import upgrade
from bot.settings import read_settings
from models.database import open_engine
from tests.bot.conftest import run_here
from tests.bot.test_logs import quiet_logs  # noqa: F401  some commands set logging up
from tests.bot.test_settings import PRODUCTION, ROOT, TRIAL, environ

CONTRACT = {
    "hit1",
    "hit3",
    "mrr",
    "out_false_answers",
    "crisis_recall",
    "crisis_false_alarms",
    "petition_recall",
    "human_recall",
    "ms_per_question",
}


@pytest.fixture
def frontdoor_says(tmp_path):
    """Runs a command with settings of a trial on a database of its own."""

    def run(*command, base=TRIAL, said="", **changes):
        place = {"DATABASE_URL": f"sqlite:///{tmp_path}/office.db", "MEDIA_DIR": str(tmp_path / "media")}
        return run_here(*command, environ=environ(base | place | changes), said=said)

    return run


def questions(tmp_path, *rows, head=("question", "topic_id")):
    path = tmp_path / "questions.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return str(path)


def test_new_keys_are_settings_that_start(frontdoor_says):
    done = frontdoor_says("keys", "new")
    assert done.exit_code == 0
    made = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert set(made) == {
        f"FRONTDOOR_{name}"
        for name in ("DATA_KEYS", "RESTRICTED_KEYS", "INDEX_KEY", "AUDIT_KEY", "SECRET_KEY", "METRICS_TOKEN")
    }
    assert read_settings(environ(PRODUCTION) | made).metrics_token
    assert frontdoor_says("keys", "new").stdout != done.stdout


@pytest.mark.usefixtures("quiet_logs")
def test_a_database_of_a_newer_program_is_not_touched(frontdoor_says, tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    done = frontdoor_says("serve")
    assert done.exit_code == 2
    assert done.stderr.strip() == "数据库比程序新，请换上新版程序。"


def test_the_library_that_ships_passes_its_check(frontdoor_says):
    done = frontdoor_says("policy", "check")
    assert done.exit_code == 0
    assert done.stdout == "153 条，都可以用。\n"


def test_a_question_is_answered_with_what_else_was_near(frontdoor_says):
    done = frontdoor_says("policy", "ask", "哪些人算退役军人")
    assert done.exit_code == 0
    assert "依据：" in done.stdout
    assert "A01" in done.stdout
    assert "先给急救电话" in frontdoor_says("policy", "ask", "我不想活了").stdout


def test_why_an_answer_was_found_is_told_and_what_came_second(frontdoor_says):
    done = frontdoor_says("policy", "ask", "--why", "伤残军人坐火车半价不")
    assert done.stdout.count("最近的问法：") == 2
    assert "起作用的：" in done.stdout
    assert "火车 +" in done.stdout


def test_where_one_thing_decides_it_is_named(frontdoor_says):
    assert "会先问一句：去世的人生前是哪一种？ 残疾军人 / " in frontdoor_says("policy", "ask", "去世补助").stdout


def test_an_evaluation_is_one_object_with_the_figures_of_the_contract(frontdoor_says, tmp_path):
    path = questions(tmp_path, ["哪些人算退役军人", "A01"], ["我不想活了", "CRISIS"], ["8", "HUMAN"])
    done = frontdoor_says("policy", "eval", path, "--json")
    assert done.exit_code == 0
    figures = json.loads(done.stdout)
    assert set(figures) == CONTRACT
    assert (figures["hit1"], figures["crisis_recall"], figures["human_recall"]) == (1.0, 1.0, 1.0)
    assert figures["petition_recall"] is None
    assert "hit1" in frontdoor_says("policy", "eval", path).stdout


def test_a_talk_in_the_terminal_is_recorded(frontdoor_says, tmp_path):
    record = tmp_path / "talk.txt"
    done = frontdoor_says("chat", "--record", str(record), said="哪些人算退役军人\n\n")
    assert done.exit_code == 0, done.output
    lines = record.read_text("utf-8").splitlines()
    assert lines[0] == "> 哪些人算退役军人"
    assert any(line.startswith("  ") for line in lines[1:])


def invented(tmp_path):
    """A database as a demonstration leaves it."""
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    upgrade(engine)
    with Session(engine) as db, db.begin():
        fill(db)
    engine.dispose()
    return tmp_path / "office.db"


@pytest.mark.parametrize("command", ["serve", "deliver", "jobs"])
@pytest.mark.usefixtures("quiet_logs")
def test_production_does_not_start_on_invented_data(frontdoor_says, tmp_path, command):
    invented(tmp_path)
    done = frontdoor_says(command, base=PRODUCTION)
    assert done.exit_code == 2
    assert done.stderr.strip() == "这个数据库是演示用的，里面的站点都是编的。正式使用请换一个空的数据库。"


def test_a_worker_waits_for_its_database_and_looks_at_it_then(tmp_path):
    away = tmp_path / "away.db"
    away.write_bytes(b"not a database at all" * 100)
    place = {"DATABASE_URL": f"sqlite:///{away}", "MEDIA_DIR": str(tmp_path / "media")}
    values = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environ(PRODUCTION | place)
    command = [sys.executable, "-m", "bot.cli", "deliver"]
    with subprocess.Popen(command, cwd=tmp_path, env=values, stderr=subprocess.PIPE, text=True) as worker:
        assert "store_unavailable" in worker.stderr.readline()
        invented(tmp_path).replace(away)
        said = worker.stderr.read()
        assert worker.wait(20) == 2
    assert "演示用的" in said


@pytest.mark.parametrize("command", ["serve", "deliver", "jobs"])
@pytest.mark.usefixtures("quiet_logs")
def test_production_does_not_start_beside_secrets_that_others_can_read(frontdoor_says, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    secrets = tmp_path / ".env"
    secrets.write_text("FRONTDOOR_SECRET_KEY=canary")
    invented(tmp_path)
    for mode in (0o644, 0o640, 0o604):
        secrets.chmod(mode)
        done = frontdoor_says(command, base=PRODUCTION)
        assert done.exit_code == 2
        assert done.stderr.strip() == f"没有启动：{secrets} 里有密钥，别的用户也能读：运行 chmod 600 {secrets}"
    secrets.chmod(0o600)
    assert "演示用的" in frontdoor_says(command, base=PRODUCTION).stderr, "it came as far as the database"


def test_production_is_not_tried_out(frontdoor_says, tmp_path):
    done = frontdoor_says("trial", questions(tmp_path, ["问", "A01"]), base=PRODUCTION)
    assert done.exit_code == 2
    assert "正式使用的服务不能试跑" in done.stderr


def test_a_trial_needs_the_two_columns(frontdoor_says, tmp_path):
    done = frontdoor_says("trial", questions(tmp_path, ["问", "A01"], head=("q", "t")))
    assert done.exit_code == 2
    assert "question 和 topic_id" in done.stderr


@pytest.mark.parametrize("command", ["serve", "deliver", "jobs", "demo", "policy", "db", "keys", "chat", "trial"])
def test_every_command_explains_itself_in_chinese(frontdoor_says, command):
    done = frontdoor_says(command, "--help")
    assert done.exit_code == 0
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stdout)

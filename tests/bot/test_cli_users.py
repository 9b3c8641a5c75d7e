"""frontdoor user and stations: accounts and places from the machine itself, each act in the audit by the OS user (R70)."""

import re
import stat

import pytest
from sqlalchemy import select

from bot.cli.audited import actor
from bot.demo import LETTERS, demo_password
from bot.demo_data import STAFF, fill, give_replies, hire, is_demo
from bot.office import open_office
from bot.settings import read_settings
from console.passwords import fault_in, hashed, matches
from console.sheets import Sheet, write_book
from knowledge_base.library import Library
from models.audit import AuditEntry
from models.reception.note import CannedReply
from models.station import Station
from models.station.register import CALLED
from models.user import User
from models.user.authority import ROLES, WITH_FACTOR, Actor
from models.user.sign_in import hash_of
from tests.bot.conftest import run_here
from tests.bot.test_settings import PRODUCTION, TRIAL, environ
from tests.console.test_stations import ZHUCHANG
from tests.make import NOON, make_district

GOOD = "ein guter Satz für Tests"


@pytest.fixture
def settings(tmp_path):
    place = {"DATABASE_URL": f"sqlite:///{tmp_path}/office.db", "MEDIA_DIR": str(tmp_path / "media")}
    return environ(TRIAL | place)


@pytest.fixture
def says(settings):
    """Runs a command with settings of a trial on a database of its own."""

    def run(*command, said=""):
        return run_here(*command, environ=settings, said=said)

    return run


@pytest.fixture
def sessions(settings):
    """The same database, seen from here."""
    office = open_office(read_settings(settings), library=Library([]))
    yield office.sessions
    office.engine.dispose()


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.write_text(f"{GOOD}\n", "utf-8")
    return str(path)


def refused(done, words):
    assert done.exit_code == 2, done.output
    assert words in done.stderr
    assert done.stderr.count("\n") == 1, "one sentence"
    assert "Traceback" not in done.stderr
    return True


def entries(sessions):
    with sessions.begin() as db:
        assert list(AuditEntry.broken(db)) == []
        return [(entry.actor, entry.act, entry.detail) for entry in db.scalars(select(AuditEntry))]


def test_the_first_admin_is_made_on_an_empty_database_with_a_link(says, sessions):
    done = says("user", "add", "like", "--role", "admin", "--shown-as", "李科")
    assert done.exit_code == 0, done.output
    token = re.search(r"/console/setup/([\w-]{20,})", done.stdout)[1]
    with sessions.begin() as db:
        like = User.named(db, "like")
        assert (like.shown_as, like.setup_hash) == ("李科", hash_of(token))
        assert [grant.role for grant in like.grants(db, now=like.setup_until)] == ["admin"]
    assert entries(sessions) == [(actor(), "user_added", "admin")]
    assert "第二道认证" in done.stdout


def test_a_password_comes_from_a_file_and_then_no_link_is_made(says, sessions, password_file):
    done = says("user", "add", "wang", "--role", "staff", "--password-file", password_file)
    assert done.exit_code == 0, done.output
    assert "setup" not in done.stdout
    assert GOOD not in done.output
    with sessions.begin() as db:
        assert matches(User.named(db, "wang"), GOOD)


def test_a_second_role_by_calling_it_again(says, sessions, password_file):
    says("user", "add", "liu", "--role", "editor", "--password-file", password_file)
    done = says("user", "add", "liu", "--role", "approver")
    assert done.exit_code == 0, done.output
    assert "setup" not in done.stdout, "the password stays as it is"
    with sessions.begin() as db:
        liu = User.named(db, "liu")
        assert matches(liu, GOOD)
        assert {grant.role for grant in liu.grants(db, now=NOON.replace(year=2100))} == set()
    assert [entry[1] for entry in entries(sessions)] == ["user_added", "user_added"]


def test_a_role_for_a_station_reaches_what_lies_below_it(says, sessions):
    assert says("user", "list").exit_code == 0  # makes the empty database ready
    with sessions.begin() as db:
        make_district(db)
    done = says("user", "add", "li", "--role", "officer", "--station", "52011501")
    assert "管金华镇退役军人服务站" in done.stdout
    with sessions.begin() as db:
        user = User.named(db, "li")
        granted = Actor.of(db, user, now=user.setup_until).grants[0]
        names = db.scalars(select(Station.name).where(Station.id.in_(granted.stations)))
        assert sorted(names) == ["翁贡村退役军人服务站", "金华镇退役军人服务站"]


def test_what_cannot_be_is_refused_in_one_sentence_and_nothing_is_made(says, sessions, tmp_path):
    says("user", "add", "like", "--role", "admin")
    bad = tmp_path / "bad"
    bad.write_text("1234567890")
    assert refused(says("user", "add", "new", "--role", "boss"), "没有“boss”这个岗位，可以是：rep 老兵代表")
    assert refused(says("user", "add", "new"), "没有“”这个岗位")
    assert refused(says("user", "add", "new", "--role", "staff", "--station", "777"), "没有编码是 777 的站点")
    assert refused(says("user", "add", "like", "--role", "staff"), "like是管理员，不能同时是工作人员")
    assert refused(says("user", "add", "second", "--role", "admin"), "已经有管理员了")
    assert refused(says("user", "add", "like", "--role", "admin"), "已经有管理员了")
    assert refused(says("user", "add", "a b", "--role", "staff"), "中间不空格")
    assert refused(says("user", "add", "new", "--role", "staff", "--password-file", str(bad)), "太容易猜")
    assert refused(says("user", "add", "new", "--role", "staff", "--password-file", "/nowhere"), "没有这个文件")
    assert refused(says("user", "disable", "nobody"), "没有登录名是“nobody”的账号")
    with sessions.begin() as db:
        assert [user.name for user in db.scalars(select(User))] == ["like"]
    assert len(entries(sessions)) == 1


def test_an_account_is_closed_and_stays_closed(says, sessions):
    says("user", "add", "chen", "--role", "volunteer")
    assert says("user", "disable", "chen").exit_code == 0
    with sessions.begin() as db:
        assert User.named(db, "chen").disabled_at is not None
    assert refused(says("user", "disable", "chen"), "已经停用")
    assert refused(says("user", "add", "chen", "--role", "volunteer"), "已经停用")
    assert [entry[:2] for entry in entries(sessions)] == [(actor(), "user_added"), (actor(), "user_disabled")]


def test_the_last_admin_leaves_with_a_successor_in_the_same_act(says, sessions):
    says("user", "add", "like", "--role", "admin")
    says("user", "add", "xu", "--role", "editor")
    says("user", "add", "wang", "--role", "staff")
    assert refused(says("user", "disable", "like"), "请写明谁接手：--successor")
    assert refused(says("user", "disable", "like", "--successor", "wang"), "不能同时是管理员")
    assert refused(says("user", "disable", "like", "--successor", "like"), "接手的要是另一个人")
    done = says("user", "disable", "like", "--successor", "xu")
    assert done.exit_code == 0, done.output
    assert "xu\txu\teditor 政策编辑" in says("user", "list").stdout
    with sessions.begin() as db:
        xu = User.named(db, "xu")
        assert {grant.role for grant in xu.grants(db, now=User.named(db, "like").disabled_at)} == {"editor", "admin"}


def test_the_list_says_who_and_until_when(says, password_file):
    says("user", "add", "wang", "--role", "staff", "--shown-as", "王姐", "--password-file", password_file)
    says("user", "add", "chen", "--role", "volunteer", "--shown-as", "小陈")
    lines = says("user", "list").stdout.splitlines()
    assert any(re.fullmatch(r"wang\t王姐\tstaff 工作人员，全区，到 20\d\d 年.*", line) for line in lines)
    assert any(line.endswith("\t还没设密码") for line in lines if line.startswith("chen"))
    assert lines[-1] == "共 2 个账号。"


def test_every_command_explains_itself_in_chinese(says):
    for command in (("user",), ("user", "add"), ("user", "disable"), ("user", "list"), ("stations", "import")):
        done = says(*command, "--help")
        assert done.exit_code == 0
        assert re.search("[\u4e00-\u9fff]", done.stdout)


# -- stations --------------------


@pytest.fixture
def table(tmp_path, says, sessions):
    says("user", "list")
    with sessions.begin() as db:
        make_district(db)

    def write(*rows):
        path = tmp_path / "stations.xlsx"
        path.write_bytes(write_book([Sheet("站点", [12] * 9, [list(CALLED.values()), *rows])]))
        return str(path)

    return write


def test_stations_come_in_when_the_operator_has_seen_what_changes(says, sessions, table):
    done = says("stations", "import", table(ZHUCHANG), said="n\n")
    assert "新增 52011502 朱昌镇退役军人服务站" in done.stdout
    assert "没有导入" in done.stdout
    with sessions.begin() as db:
        assert len(db.scalars(select(Station)).all()) == 3
    assert says("stations", "import", table(ZHUCHANG), "--yes").exit_code == 0
    with sessions.begin() as db:
        assert len(db.scalars(select(Station)).all()) == 4
    assert entries(sessions) == [(actor(), "stations_imported", "added 1, changed 0, closed 0")]
    done = says("stations", "import", table(ZHUCHANG))
    assert (done.exit_code, done.stdout) == (0, "新增 0 个，改动 0 个，停用 0 个，不变 1 个。\n")


def test_one_bad_row_and_none_comes_in(says, sessions, table, tmp_path):
    done = says("stations", "import", table(ZHUCHANG, ["9", "某站", "省", "", "", "", "", "", ""]), "--yes")
    assert done.exit_code == 2
    assert "一个也没有导入" in done.stderr
    assert "第 3 行：级别填 区、镇 或 村，现在是“省”" in done.stderr
    assert refused(says("stations", "import", "/nowhere.xlsx"), "没有这个文件")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert refused(says("stations", "import", str(tmp_path / "old.xls")), "不是 .xlsx 文件")
    with sessions.begin() as db:
        assert len(db.scalars(select(Station)).all()) == 3
    assert entries(sessions) == []


# -- the demonstration --------------------


def test_the_demonstration_has_somebody_for_every_role(says, sessions):
    says("user", "list")
    stored = hashed(GOOD)
    for _ in range(2):  # a second start hires nobody twice
        with sessions.begin() as db:
            fill(db)
            hire(db, stored, now=NOON)
            give_replies(db)
    with sessions.begin() as db:
        assert set(STAFF) == set(ROLES)
        for role in ROLES:
            user = User.named(db, f"demo-{role}")
            assert [grant.role for grant in user.grants(db, now=NOON)] == [role]
            assert bool(user.totp) == (role in WITH_FACTOR)
            assert matches(user, GOOD) if role == "admin" else user.password_hash == stored
        assert len(db.scalars(select(User)).all()) == len(ROLES)
        assert len({user.shown_as for user in db.scalars(select(User))}) == len(ROLES)
        assert len(CannedReply.all(db)) == 5
        assert is_demo(db), "and production refuses the whole of it"


def test_its_password_is_made_once_for_its_owner_alone(tmp_path):
    first = demo_password(tmp_path / "demo")
    assert demo_password(tmp_path / "demo") == first
    assert demo_password(tmp_path / "other") != first
    assert stat.S_IMODE((tmp_path / "demo" / "password").stat().st_mode) == 0o600
    assert fault_in(first, name="demo-staff") == ""
    assert set(first) <= {*LETTERS, "-"}


def test_production_takes_no_part_in_it(says, settings, sessions):
    says("user", "list")
    with sessions.begin() as db:
        fill(db)
        hire(db, hashed(GOOD), now=NOON)
    place = {"DATABASE_URL": settings["FRONTDOOR_DATABASE_URL"]}
    settings.clear()
    settings.update(environ(PRODUCTION | place))
    done = says("deliver")
    assert done.exit_code == 2
    assert "演示用的" in done.stderr

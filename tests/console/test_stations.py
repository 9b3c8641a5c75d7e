"""The register of stations: one by one, or as a table that is looked through, agreed to, and brought in whole or not at all."""

import io
import re
import secrets
import threading

import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from console.scan_code import drawn
from console.sheets import read_sheet
from models.audit import AuditEntry
from models.base import open_sessions
from models.database import open_engine
from models.station import Station
from models.station.list import carry_out, plan_of
from models.station.register import CALLED, COLUMNS, LEVELS, Entry, below_of, cells_of, faults_of, register
from models.vault import KeyRing
from tests.console.counting import statements
from tests.console.test_sheets import ATTACKS, book
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY, make_district

HEAD = list(CALLED.values())
ZHUCHANG = [
    "52011502",
    "朱昌镇退役军人服务站",
    "镇",
    "520115",
    "周一至周五 9:00-12:00",
    "0851-84000001",
    "朱昌镇 1 号",
    "何敏",
    "",
]
VILLAGE = ["5201150201", "茶饭村退役军人服务站", "村", "52011502", "", "", "", "", ""]


@pytest.fixture
def admin(signed_in):
    return signed_in("admin", shown_as="李科", name="like")


def table(*rows, head=HEAD):
    return book(head, *rows)


def brings(admin, data):
    """Choose a file and look at what it would do."""
    admin.opens("/console/station-list")
    return admin.sends("/console/station-list", file=(io.BytesIO(data), "stations.xlsx"))


def confirms(admin):
    page = admin.opens("/console/station-list").text
    digest = page.split('name="digest" value="')[1].split('"')[0]
    return admin.sends("/console/station-list/confirmation", digest=digest)


def codes(sessions):
    with sessions.begin() as db:
        return sorted(db.scalars(select(Station.code)))


def station(sessions, code):
    with sessions.begin() as db:
        return db.scalars(select(Station).where(Station.code == code)).one()


BEFORE = ["520115", "52011501", "5201150101"]


# -- one by one --------------------


def test_hours_and_phone_are_changed_and_shown(admin, sessions):
    admin.opens("/console/stations/52011501")
    answer = admin.sends(
        "/console/stations/52011501", name="金华镇退役军人服务站", level="town", above="520115",
        hours="周一至周五 9:00-12:00", phone="0851-84000001 转 8001", duty="何敏",
    )  # fmt: skip
    assert answer.status_code == 303
    changed = station(sessions, "52011501")
    assert (changed.hours, changed.phone, changed.duty) == ("周一至周五 9:00-12:00", "0851-84000001 转 8001", "何敏")
    admin.opens("/console/stations")
    assert "0851-84000001 转 8001" in admin.reads()
    with sessions.begin() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.act == "station.edit")).one()
        assert (entry.subject, entry.detail) == ("station 52011501", "hours, phone, duty")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hours", "每天都在", "要写成“周一至周五 9:00-12:00 13:30-17:00”"),
        ("hours", "周一 12:00-9:00", "开始要早于结束"),
        ("phone", "打给何敏", "只能有数字"),
        ("name", "", "请写名称"),
        ("level", "village", "下面还有 翁贡村退役军人服务站，级别不能这样改"),
        ("above", "5201150101", "不能做它的上级"),
        ("above", "", "请写上级编码"),
        ("closed", "1", "下面还有在用的站点"),
        ("duty", "何" * 41, "最多 40 个字"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(admin, sessions, field, value, said):
    given = {
        "name": "金华镇退役军人服务站",
        "level": "town",
        "above": "520115",
        "hours": "",
        "phone": "",
        "duty": "何敏",
    }
    admin.opens("/console/stations/52011501")
    answer = admin.sends("/console/stations/52011501", **(given | {field: value}))
    assert answer.status_code == 422
    assert said in admin.reads()
    assert field == "duty" or "何敏" in answer.text
    assert station(sessions, "52011501").duty == ""


def test_a_new_station_needs_a_code_of_its_own(admin, sessions):
    given = {"name": "茶饭村退役军人服务站", "level": "village", "above": "52011501"}
    for code, status in (("52011501", 422), ("x", 422), ("5201150102", 303)):
        admin.opens("/console/station-entry")
        assert admin.sends("/console/stations", code=code, **given).status_code == status
    assert codes(sessions) == [*BEFORE[:2], "5201150101", "5201150102"]
    assert station(sessions, "5201150102").parent_id == station(sessions, "52011501").id


def test_there_is_one_district_and_it_stays(admin, sessions):
    admin.opens("/console/station-entry")
    answer = admin.sends("/console/stations", code="990000", name="第二个中心", level="district", above="")
    assert answer.status_code == 422
    admin.opens("/console/stations/520115")
    answer = admin.sends("/console/stations/520115", name="观山湖区退役军人服务中心", level="district", closed="1")
    assert answer.status_code == 422
    assert "区级的站点不能停用" in admin.reads()
    assert not station(sessions, "520115").closed


# -- a table --------------------


def test_a_table_is_looked_through_first_and_counts_when_it_is_agreed_to(admin, sessions):
    changed = ["52011501", "金华镇退役军人服务站", "镇", "520115", "周一至周五 9:00-12:00", "", "", "", ""]
    closed = ["5201150101", "翁贡村退役军人服务站", "村", "52011501", "", "", "", "", "是"]
    assert brings(admin, table(changed, closed, ZHUCHANG, VILLAGE)).status_code == 303
    admin.opens("/console/station-list")
    assert "新增 2 个，改动 1 个，停用 1 个，不变 0 个" in admin.reads()
    assert "接待时间： 空 → 周一至周五 9:00-12:00" in admin.reads()
    assert codes(sessions) == BEFORE, "nothing is changed yet"
    assert confirms(admin).status_code == 303
    assert codes(sessions) == sorted([*BEFORE, "52011502", "5201150201"])
    assert station(sessions, "5201150101").closed
    assert station(sessions, "5201150201").parent_id == station(sessions, "52011502").id
    assert station(sessions, "52011501").hours == "周一至周五 9:00-12:00"
    with sessions.begin() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.act == "station.import")).one()
        assert entry.detail == "added 2, changed 1, closed 1"


def test_what_was_brought_in_once_is_not_brought_in_again(admin, sessions):
    brings(admin, table(ZHUCHANG))
    digest = admin.opens("/console/station-list").text.split('name="digest" value="')[1].split('"')[0]
    admin.sends("/console/station-list/confirmation", digest=digest)
    admin.opens("/console/stations")
    answer = admin.sends("/console/station-list/confirmation", digest=digest)
    assert answer.headers["Location"] == "/console/stations"
    brings(admin, table(ZHUCHANG))
    admin.opens("/console/station-list")
    assert "不变 1 个" in admin.reads()
    assert 'name="digest"' not in admin.page.text


def test_a_list_is_shown_again_when_the_register_changed_meanwhile(admin, sessions):
    brings(admin, table(ZHUCHANG))
    digest = admin.opens("/console/station-list").text.split('name="digest" value="')[1].split('"')[0]
    with sessions.begin() as db:
        db.add(Station(code="52011502", name="朱昌", level="town", parent_id=1, phone="1"))
    answer = admin.sends("/console/station-list/confirmation", digest=digest)
    assert answer.headers["Location"] == "/console/station-list"
    assert station(sessions, "52011502").name == "朱昌"
    assert "再看一遍" in admin.opens("/console/station-list").text


BAD = [
    (["", "没有编码", "村", "52011501", "", "", "", "", ""], "请写编码"),
    (["52011503", "", "镇", "520115", "", "", "", "", ""], "请写名称"),
    (["52011504", "某站", "省", "520115", "", "", "", "", ""], "级别填 区、镇 或 村，现在是“省”"),
    (["52011505", "某站", "镇", "777777", "", "", "", "", ""], "没有编码是“777777”的上级站点"),
    (["52011506", "某站", "镇", "520115", "九点到五点", "", "", "", ""], "接待时间：“九点到五点”要写成"),
    (["52011507", "某站", "镇", "520115", "", "电话", "", "", ""], "电话“电话”里只能有数字"),
    (["52011508", "某站", "镇", "520115", "", "", "", "", "也许"], "“停用”填 是 或者空着，现在是“也许”"),
    (["52011509", "某" * 41, "镇", "520115", "", "", "", "", ""], "名称最多 40 个字"),
    (["52011502", "又一个朱昌", "镇", "520115", "", "", "", "", ""], "编码 52011502 和第 2 行一样"),
    (["52011510", "某站", "区", "520115", "", "", "", "", ""], "区级的上级编码要空着"),
    (["x", "某站", "镇", "520115", "", "", "", "", ""], "编码要 4 到 12 位数字或字母"),
]


def test_every_bad_row_is_named_with_its_number_and_its_reason_and_none_is_taken(admin, sessions):
    answer = brings(admin, table(ZHUCHANG, *(row for row, _ in BAD)))
    assert answer.status_code == 422
    assert "有 11 处要改，一个也没有导入" in admin.reads()
    for number, (_, why) in enumerate(BAD, start=3):
        assert f"第 {number} 行 {why}" in admin.reads()
    assert codes(sessions) == BEFORE
    assert 'name="digest"' not in admin.page.text
    assert "核对一遍" not in admin.opens("/console/station-list").text, "nothing waits to be agreed to"


def test_a_town_is_not_closed_over_the_heads_of_its_villages(admin, sessions):
    closed = ["52011501", "金华镇退役军人服务站", "镇", "520115", "", "", "", "", "是"]
    assert brings(admin, table(closed)).status_code == 422
    assert "下面还有在用的站点（翁贡村退役军人服务站等 1 个）" in admin.reads()
    with_village = table(closed, ["5201150101", "翁贡村退役军人服务站", "村", "52011501", "", "", "", "", "是"])
    assert brings(admin, with_village).status_code == 303


def test_columns_may_stand_in_any_order_and_what_has_none_stays(admin, sessions):
    brings(
        admin,
        table(
            ["0851-84000001", "52011501", "镇", "金华镇退役军人服务站", "520115"],
            head=["电话", "编码", "级别", "名称", "上级编码"],
        ),
    )
    with sessions.begin() as db:
        db.query(Station).filter_by(code="52011501").one().duty = "何敏"
    confirms(admin)
    assert (station(sessions, "52011501").phone, station(sessions, "52011501").duty) == ("0851-84000001", "何敏")


@pytest.mark.parametrize(
    ("head", "said"),
    [(["编码", "名称"], "第一行少了这几栏：级别"), ([*HEAD, "电话"], "“电话”有两栏"), (["x"], "编码、名称、级别")],
)
def test_a_table_without_its_columns_is_told_which(admin, head, said):
    brings(admin, table(head=head))
    assert said in admin.reads()


def test_the_sample_is_the_register_itself_and_brings_no_change(admin):
    answer = admin.opens("/console/station-list/sheet")
    assert answer.headers["Content-Disposition"] == "attachment; filename=stations.xlsx"
    assert "no-store" in answer.headers["Cache-Control"]
    rows = read_sheet(answer.data)
    assert rows[0] == HEAD
    assert [row[0] for row in rows[1:]] == BEFORE
    brings(admin, answer.data)
    admin.opens("/console/station-list")
    assert "新增 0 个，改动 0 个，停用 0 个，不变 3 个" in admin.reads()


@pytest.mark.parametrize(
    "attack",
    [
        "two million rows",
        "one huge cell",
        "the last cell of the last row",
        "an external entity",
        "an old xls",
        "nothing",
    ],
)
def test_what_is_built_to_harm_is_refused_with_a_sentence_and_the_web_goes_on(admin, signed_in, attack):
    """C21. Another browser is answered while the file is being looked at."""
    other = signed_in("volunteer", name="chen")
    data, answers = ATTACKS[attack](), []
    upload = threading.Thread(target=lambda: answers.append(brings(admin, data)))
    upload.start()
    assert other.opens("/console/account").status_code == 200
    other.sends("/console/text-size", size="l", next="/console/account")
    upload.join(30)
    assert answers[0].status_code == 422
    assert "这张表没有读进来" in admin.reads()


def test_a_formula_is_refused_with_its_place(admin):
    assert brings(admin, book(HEAD, ["=1+1"])).status_code == 422
    assert "A2 是公式" in admin.reads()


def test_a_form_over_the_limit_is_refused_before_it_is_read(admin):
    admin.opens("/console/station-list")
    assert admin.sends("/console/station-list", file="x" * 2_200_000).status_code == 413


def test_a_table_may_be_larger_than_a_message(admin):
    """256 KB are enough for everything else that is sent here."""
    rows = [
        [f"77{n:06d}", secrets.token_hex(20), "镇", "520115", "", "", secrets.token_hex(55), "", ""]
        for n in range(2_900)
    ]
    data = table(*rows)
    assert 256_000 < len(data) < 500_000
    assert brings(admin, data).status_code == 303


def test_other_forms_are_no_longer_than_before(admin):
    admin.opens("/console/stations/520115")
    assert admin.sends("/console/stations/520115", name="长" * 200_000).status_code == 413


def test_who_is_no_admin_brings_nothing_in(signed_in, sessions):
    for role in ("supervisor", "staff", "officer", "volunteer"):
        ours = signed_in(role, name=role)
        assert brings(ours, table(ZHUCHANG)).status_code == 403
        assert ours.opens("/console/stations").status_code == 403
    assert codes(sessions) == BEFORE


def test_five_thousand_stations_come_in_without_keeping_the_database(engine, db):
    """SQLite has one writer, and veterans' words wait for it."""
    make_district(db)
    rows = [
        HEAD,
        *([f"88{n:06d}", f"第{n}村退役军人服务站", "村", "52011501", "", "", "", "", ""] for n in range(4_990)),
    ]
    with statements(engine) as sent:
        plan = plan_of(db, rows)
        carry_out(db, plan)
    assert len(plan.added) == len(db.scalars(select(Station)).all()) - 3 == 4_990
    assert len(sent) < 40


# -- any table --------------------

CELL = st.one_of(
    st.sampled_from(["", "520115", "52011501", "52011502", "镇", "村", "区", "是", "周一 9:00-12:00", "0851-8400"]),
    st.text(max_size=14),
)
TABLES = st.lists(st.lists(CELL, min_size=9, max_size=9), max_size=8)


@pytest.fixture(scope="module")
def register_of_its_own(tmp_path_factory):
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('register')}/office.db")
    Station.__table__.create(engine)
    yield open_sessions(engine, KeyRing([DATA_KEY], INDEX_KEY), audit_key=AUDIT_KEY)
    engine.dispose()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(TABLES)
def test_of_any_table_every_row_is_taken_unchanged_or_named(register_of_its_own, rows):
    with register_of_its_own() as db:
        make_district(db)
        before = register(db)
        plan = plan_of(db, [HEAD, *rows])
        said = {row for row, _ in plan.faults}
        done = {change.row for change in (*plan.added, *plan.changed, *plan.closed)}
        told = [number for number, row in enumerate(rows, start=2) if any(" ".join(cell.split()) for cell in row)]
        assert len(said | done) + plan.same >= len(told)
        if not plan.faults:
            carry_out(db, plan)
            assert plan_of(db, [HEAD, *(cells_of(entry) for entry in register(db).values())]).does_something is False
        assert set(before) <= set(register(db)), "no station is ever lost"
        after = register(db)
        for entry in after.values():
            assert not faults_of(entry, after, below_of(after.values())[entry.code])
        db.rollback()


def test_every_column_is_explained():
    assert all(hint for *_, hint in COLUMNS)
    assert set(LEVELS) == {"district", "town", "village"}
    assert cells_of(Entry("1", "甲", "village", closed=True))[2:] == ["村", "", "", "", "", "", "是"]


# -- scan codes --------------------

ADDRESS = "http://weixin.qq.com/q/02aBcDeFgHiJkLmN"


@pytest.fixture
def with_a_code(admin, sessions):
    """The town's code has been made, the others' have not."""
    with sessions.begin() as db:
        db.query(Station).filter_by(code="52011501").one().scan_address = ADDRESS


def dots(page):
    """What is drawn on the page: the dark dots of its codes."""
    pieces = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", page)
    return {(x, int(y)) for start, y, length in pieces for x in range(int(start), int(start) + int(length))}


def dots_of(text):
    rows = segno.make(text, micro=False).matrix
    return {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


@pytest.mark.usefixtures("with_a_code")
def test_the_code_of_a_station_is_drawn_to_be_put_on_its_wall(admin):
    page = admin.opens("/console/stations/52011501/scan-code").text
    assert dots(page) == dots_of(ADDRESS)
    assert "金华镇退役军人服务站" in admin.reads()
    assert "微信扫一扫" in admin.reads()


@pytest.mark.usefixtures("with_a_code")
def test_all_codes_are_on_one_page_and_those_that_are_missing_are_said(admin):
    admin.opens("/console/station-codes")
    assert dots(admin.page.text) == dots_of(ADDRESS)
    assert "有 2 个站点还没有二维码" in admin.reads()
    assert "frontdoor stations codes" in admin.reads()


def test_a_station_without_a_code_says_how_to_get_one(admin):
    assert dots(admin.opens("/console/stations/520115/scan-code").text) == set()
    assert "这个站点还没有二维码" in admin.reads()
    assert admin.opens("/console/stations/000000/scan-code").status_code == 404


@given(text=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_any_address_is_drawn_as_it_is(text):
    drawing = drawn(text)
    assert dots(drawing["path"]) == dots_of(text)
    assert all(max(dot) < drawing["size"] for dot in dots_of(text))

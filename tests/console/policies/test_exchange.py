"""Articles out as Excel or Markdown and back in: told row by row first, then drafts; never over one that is open."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from console.policies.article_table import CALLED, KINDS, LARGEST_LIBRARY, Entry, as_file, entries_in, kind_of
from console.policies.incoming import CHANGED, FAULTY, HELD, NEW, SAME, plan_of
from console.sheets import BadSheet, read_sheet
from knowledge_base.article import parse
from knowledge_base.article_form import FIELDS, as_text, fields_of
from models.audit import AuditEntry
from models.policy import PolicyVersion
from models.user import User
from tests.console.test_sheets import book
from tests.make import NOON

PAGE = "/console/policies/exchange"
TODAY = NOON.date()


@pytest.fixture
def editor(signed_in):
    return signed_in("editor", name="chen", shown_as="小陈")


def table(*rows):
    return book(*rows)


def chooses(editor, data, name="policies.xlsx"):
    editor.opens(PAGE)
    answer = editor.sends(PAGE, file=(io.BytesIO(data), name))
    if answer.status_code == 303:
        editor.opens(PAGE)
    return answer


def agrees(editor):
    digest = re.search(r'name="digest" value="(\w+)"', editor.page.text)[1]
    editor.sends(f"{PAGE}/confirmation", digest=digest)
    return editor.opens(editor.page.headers["Location"])


def drafts(sessions):
    with sessions() as db:
        return {draft.article_id: parse(draft.text) for draft in PolicyVersion.drafts(db)}


@pytest.fixture
def shorter(library):
    return replace(library.get("K01"), answer="坐车有优惠。\n· 凭证减一半。")


# -- out, and back unchanged --------------------


def test_every_field_has_a_column_of_its_own():
    assert list(CALLED) == sorted(FIELDS, key=list(CALLED).index)
    assert len(set(CALLED.values())) == len(FIELDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_library_goes_out_and_comes_back_the_same(db, library, kind):
    everything = library.everything
    data = as_file(everything.values(), kind)
    plan = plan_of(db, entries_in(data, kind), everything, today=TODAY)
    assert len(plan.told) == len(everything)
    assert {each.what for each in plan.told} == {SAME}


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_a_category_or_some_by_number_are_brought_out(editor, kind):
    editor.opens(f"{PAGE}/file?kind={kind}&group=A 身份与档案")
    assert len(entries_in(editor.page.data, kind)) == 7
    assert editor.page.headers["Content-Disposition"] == f"attachment; filename=policies{kind}"
    editor.opens(f"{PAGE}/file?kind={kind}&ids=b01、K01，b01")
    assert len(entries_in(editor.page.data, kind)) == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [("kind=.exe", "请选哪种文件"), ("kind=.md&ids=Z99", "没有 Z99 这一条"), ("kind=.md&group=没有", "没有条目")],
)
def test_what_cannot_be_brought_out_is_said(editor, query, said):
    assert editor.opens(f"{PAGE}/file?{query}").status_code == 422
    assert said in editor.reads()


def test_people_read_words_and_no_cell_is_a_formula(library):
    article = replace(library.get("K01"), who='=HYPERLINK("http://x")', decides="+1", region="@贵阳市")
    sheet = openpyxl.load_workbook(io.BytesIO(as_file([article], ".xlsx"))).active
    head = [cell.value for cell in sheet[1]]
    assert head == list(CALLED.values())
    assert "f" not in {cell.data_type for cell in sheet[2]}
    row = dict(zip(head, (cell.value for cell in sheet[2]), strict=True))
    assert (row["核对到哪一步"], row["说给谁听"]) == ("核对过原文", '=HYPERLINK("http://x")')
    assert row["期限：是最早"] is None
    with pytest.raises(BadSheet, match="太长"):
        as_file([replace(article, details="长" * 40_000)], ".xlsx")


# -- in --------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_article_becomes_a_draft_after_a_yes_and_nothing_in_use_changes(editor, sessions, shorter, kind):
    chooses(editor, as_file([shorter], kind), f"我的{kind}")
    assert "有改动 1 条" in editor.reads()
    assert "改了：答复" in editor.reads()
    assert drafts(sessions) == {}
    agrees(editor)
    assert "开好了 1 份草稿" in editor.reads()
    assert drafts(sessions) == {"K01": shorter}
    with sessions() as db:
        assert PolicyVersion.live(db) == {}
        assert PolicyVersion.draft_of(db, "K01").what_changed == "从文件导入：答复"
        assert db.scalars(select(AuditEntry.detail).where(AuditEntry.act == "policy.draft")).all() == ["imported 1"]


def test_a_new_article_comes_in_and_what_has_no_column_stays(editor, sessions, library, shorter):
    new = replace(shorter, id="K99", title="坐轮渡要钱吗？")
    cells = [fields_of(new).get(name, "") for name in CALLED]
    chooses(editor, table(list(CALLED.values()), cells))
    assert "新的 1 条" in editor.reads()
    agrees(editor)
    chooses(editor, table(["答复", "编号"], ["减一半。", "K02"]))
    agrees(editor)
    assert drafts(sessions) == {"K99": new, "K02": replace(library.get("K02"), answer="减一半。")}


def test_one_faulty_row_and_nothing_comes_in(editor, sessions):
    rows = (
        ["编号", "答复", "相近的条目", "核对日"],
        ["K01", "减一半。", "K02", "2026-11-25"],
        ["K02", "很长" * 80, "K01", "2026-11-25"],
        ["B01", "减一半。", "Z99", "昨天"],
        ["B02", "减一半。", "Z99", "2026-11-25"],
        ["x", "减一半。", "", ""],
    )
    assert chooses(editor, table(*rows)).status_code == 422
    told = editor.reads()
    assert "有 4 条要改，一条也没有导入" in told
    assert re.search(r"第 3 行 K02 .*?答复 160 字，要在 1 到 110 字之间", told)
    assert re.search(r"第 4 行 B01 .*?checked）要写日期", told)
    assert re.search(r"第 5 行 B02 .*?没有 Z99 这一条", told)
    assert "第 6 行 X" in told
    editor.opens(PAGE)
    assert "没错，开" not in editor.reads()
    assert drafts(sessions) == {}


def test_the_same_number_twice_is_a_fault(db, library):
    entries = [Entry(2, {"id": "K01", "answer": "甲。"}), Entry(3, {"id": "k01", "answer": "乙。"})]
    plan = plan_of(db, entries, library.everything, today=TODAY)
    assert [(each.what, each.more) for each in plan.told] == [(FAULTY, ("编号 K01 在文件里有两条",))] * 2


def test_a_draft_that_is_open_is_not_overwritten_and_that_is_told(editor, sessions, library, shorter):
    with sessions.begin() as db:
        by = User.named(db, "chen")
        PolicyVersion.save(db, "K01", "写到一半", saved=0, what_changed="", by=by, now=NOON)
    other = replace(library.get("K02"), answer="减一半。")
    chooses(editor, as_file([shorter, other], ".xlsx"))
    assert "有改动 1 条，有草稿，不动 1 条" in editor.reads()
    assert "这里不覆盖" in editor.reads()
    agrees(editor)
    with sessions() as db:
        assert {draft.article_id: draft.text for draft in PolicyVersion.drafts(db)} == {
            "K01": "写到一半",
            "K02": as_text(other),
        }


def test_what_changed_meanwhile_is_shown_again(editor, sessions, shorter):
    chooses(editor, as_file([shorter], ".md"), "a.md")
    with sessions.begin() as db:
        PolicyVersion.save(db, "K01", "写到一半", saved=0, what_changed="", by=User.named(db, "chen"), now=NOON)
    agrees(editor)
    assert "请再看一遍" in editor.reads()
    assert "有草稿，不动 1 条" in editor.reads()


def test_what_was_brought_in_once_is_not_brought_in_again(editor, sessions, shorter):
    chooses(editor, as_file([shorter], ".md"), "a.md")
    digest = re.search(r'name="digest" value="(\w+)"', editor.page.text)[1]
    agrees(editor)
    editor.sends(f"{PAGE}/confirmation", digest=digest)
    assert "已经导入过了" in editor.opens(editor.page.headers["Location"]).text
    chooses(editor, as_file([shorter], ".md"), "a.md")
    assert "没有变 1 条" in editor.reads(), "the draft says the same"


def test_an_import_may_be_given_up(editor, sessions, shorter):
    chooses(editor, as_file([shorter], ".md"), "a.md")
    editor.sends(f"{PAGE}/dismissal")
    editor.opens(PAGE)
    assert "核对一遍" not in editor.reads()
    assert drafts(sessions) == {}


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "", "请先选一个文件"),
        (b"x", "a.docx", "只收 .xlsx 和 .md 文件"),
        (b"x", "a.xlsx", "不是 .xlsx 文件"),
        ("没有说明".encode(), "a.md", "开头要是一条政策"),
        ("政策".encode("gbk"), "a.md", "不是 UTF-8"),
        (b"", "a.md", "开头要是一条政策"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(editor, data, name, said):
    assert chooses(editor, data, name).status_code == 422
    assert said in editor.reads()


@pytest.mark.parametrize(
    ("head", "said"),
    [(["标准问法"], "要有“编号”"), (["编号", "价钱"], "“价钱”不认识"), (["编号", "答复", "答复"], "“答复”有两栏")],
)
def test_a_table_with_a_wrong_head_says_which(head, said):
    with pytest.raises(BadSheet, match=said):
        entries_in(table(head, ["K01"] * len(head)), ".xlsx")


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(BadSheet, match="超过 8 MB"):
        entries_in(b"x" * (LARGEST_LIBRARY + 1), ".md")


def test_who_may_not_write_brings_nothing_in_or_out(signed_in):
    ours = signed_in("approver", name="boss")
    assert ours.opens(PAGE).status_code == 403
    assert ours.opens(f"{PAGE}/file?kind=.md").status_code == 403
    assert ours.sends(PAGE, file=(io.BytesIO(b"x"), "a.md")).status_code == 403


def test_a_file_is_known_by_the_end_of_its_name():
    assert (kind_of("政策.XLSX"), kind_of("a.b.md")) == (".xlsx", ".md")


# -- any words --------------------

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
FILES = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(["---\n", "id: K01\n", "id: B\n", "## 怎么问\n", "- 甲\n", "checked: 2026-11-25\n"])).map(
        "".join
    ),
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=FILES)
def test_of_any_text_every_article_is_told_or_the_file_is_refused(db, library, text):
    try:
        entries = entries_in(text.encode(), ".md")
    except BadSheet:
        return
    plan = plan_of(db, entries, library.everything, today=TODAY)
    assert [each.place for each in plan.told] == list(range(1, len(entries) + 1))
    assert {each.what for each in plan.told} <= {NEW, CHANGED, SAME, HELD, FAULTY}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    row=st.dictionaries(st.sampled_from([name for name in FIELDS if name != "id"]), WORDS),
    id_=st.sampled_from(["K01", "K99", "", "?"]),
)
def test_of_any_row_what_becomes_of_it_is_told(db, library, row, id_):
    (told,) = plan_of(db, [Entry(2, {**row, "id": id_})], library.everything, today=TODAY).told
    assert told.what in (NEW, CHANGED, SAME, FAULTY)
    assert bool(told.more) or told.what in (NEW, SAME)


def test_cells_come_through_as_they_were_typed(library):
    article = replace(library.get("K01"), details="第一行\n第二行", ways=(*library.get("K01").ways, "一", "二"))
    (entry,) = entries_in(as_file([article], ".xlsx"), ".xlsx")
    assert {name: value for name, value in entry.fields.items() if value} == {
        name: value for name, value in fields_of(article).items() if value
    }


def test_a_day_that_excel_has_made_of_it_is_a_day(db, library):
    workbook = openpyxl.Workbook()
    workbook.active.append(["编号", "用到哪一天"])
    workbook.active.append(["K01", dt.datetime(2027, 12, 31)])
    stream = io.BytesIO()
    workbook.save(stream)
    (told,) = plan_of(db, entries_in(stream.getvalue(), ".xlsx"), library.everything, today=TODAY).told
    assert (told.what, told.more) == (CHANGED, ("用到哪一天",))
    assert read_sheet(stream.getvalue())[1] == ["K01", "2027-12-31"]

"""frontdoor policy export and import: the library as one file, and back as drafts for another person to agree to."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from console.policies.article_table import as_file, entries_in
from knowledge_base.article import parse
from knowledge_base.library import shipped_articles
from models.audit import AuditEntry
from models.policy import PolicyVersion
from tests.bot.test_cli_users import says, sessions, settings  # noqa: F401  fixtures


@pytest.fixture
def editor(says):  # noqa: F811
    assert says("user", "add", "chen", "--role", "editor").exit_code == 0


@pytest.fixture
def shorter():
    article = next(article for article in shipped_articles() if article.id == "K01")
    return replace(article, answer="坐车有优惠。\n· 凭证减一半。")


def drafts(sessions):  # noqa: F811
    with sessions.begin() as db:
        return {draft.article_id: parse(draft.text) for draft in PolicyVersion.drafts(db)}


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize("name", ["all.xlsx", "all.md"])
def test_what_went_out_comes_back_without_a_change(says, sessions, tmp_path, name):  # noqa: F811
    path = tmp_path / name
    done = says("policy", "export", str(path))
    assert done.exit_code == 0, done.stderr
    assert "153 条，写进" in done.stdout
    done = says("policy", "import", str(path))
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "没有变 153 条。\n"
    assert drafts(sessions) == {}


@pytest.mark.usefixtures("editor")
def test_a_changed_article_becomes_a_draft_of_whoever_is_named(says, sessions, tmp_path, shorter):  # noqa: F811
    path = tmp_path / "some.md"
    path.write_bytes(as_file([shorter], ".md"))
    done = says("policy", "import", str(path), "--dry-run")
    assert done.exit_code == 0, done.stderr
    assert f"第 1 条 K01 {shorter.title}：有改动（答复）" in done.stdout
    assert drafts(sessions) == {}
    done = says("policy", "import", str(path), said="chen\n")
    assert done.exit_code == 0, done.stderr
    assert "开好了 1 份草稿" in done.stdout
    assert drafts(sessions) == {"K01": shorter}
    with sessions.begin() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.act == "policies_imported")).one()
    assert entry.actor.startswith("os:")
    assert entry.detail == "imported 1 chen"


@pytest.mark.usefixtures("editor")
def test_one_faulty_article_and_nothing_comes_in(says, sessions, tmp_path, shorter):  # noqa: F811
    path = tmp_path / "some.xlsx"
    path.write_bytes(as_file([shorter, replace(shorter, id="K02", answer="很长" * 80)], ".xlsx"))
    done = says("policy", "import", str(path), "--by", "chen")
    assert done.exit_code == 2
    assert "第 3 行 K02" in done.stderr
    assert "答复 160 字" in done.stderr
    assert "有 1 条要改，一条也没有导入。" in done.stderr
    assert drafts(sessions) == {}


def test_some_are_brought_out_by_their_numbers(says, tmp_path):  # noqa: F811
    path = tmp_path / "two.md"
    assert says("policy", "export", str(path), "--only", "b01，K01").exit_code == 0
    assert len(entries_in(path.read_bytes(), ".md")) == 2


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("export", "a.csv"), "只收 .xlsx 和 .md 文件"),
        (("export", "a.md", "--only", "Z99"), "没有 Z99 这一条"),
        (("export", "nowhere/a.md"), "写不进"),
        (("import", "nowhere.md"), "没有这个文件"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(says, tmp_path, monkeypatch, command, said):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    done = says("policy", *command)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_who_is_no_editor_brings_nothing_in(says, sessions, tmp_path, shorter):  # noqa: F811
    says("user", "add", "he", "--role", "volunteer")
    path = tmp_path / "some.md"
    path.write_bytes(as_file([shorter], ".md"))
    done = says("policy", "import", str(path), "--by", "he")
    assert done.exit_code == 2
    assert "不能写政策草稿" in done.stderr
    assert drafts(sessions) == {}

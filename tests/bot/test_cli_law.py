"""Laws from the machine itself, and the library held against a folder of texts."""

import pytest
from sqlalchemy import select

from knowledge_base.article import read
from knowledge_base.library import FOLDER
from models.audit import AuditEntry
from models.law import LawText
from tests.bot.test_cli_users import says, sessions, settings  # noqa: F401  fixtures
from tests.laws import law_text, word_file


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "law.md"
    path.write_text(law_text(), "utf-8")
    return path


@pytest.fixture
def editor(says):  # noqa: F811
    assert says("user", "add", "chen", "--role", "editor").exit_code == 0


def laws(sessions):  # noqa: F811
    with sessions.begin() as db:
        return [(law.title, law.state, len(law.articles)) for law in db.scalars(select(LawText))]


@pytest.mark.usefixtures("editor")
def test_a_law_is_proposed_and_another_person_decides_in_the_console(says, sessions, file):  # noqa: F811
    done = says("law", "import", str(file), "--by", "chen")
    assert done.exit_code == 0, done.stderr
    assert "找到 5 条，第一条到第五条。" in done.stdout
    assert "等另一位同事" in done.stdout
    assert laws(sessions) == [("星河县老兵接待办法", "draft", 5)]
    with sessions.begin() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.act == "law_proposed")).one()
    assert entry.actor.startswith("os:")
    assert entry.detail == "law.approve chen"


@pytest.mark.usefixtures("editor")
def test_a_word_file_and_the_account_that_is_asked_for(says, sessions, tmp_path):  # noqa: F811
    path = tmp_path / "law.docx"
    path.write_bytes(word_file(law_text()))
    assert says("law", "import", str(path), said="chen\n").exit_code == 0
    assert laws(sessions) == [("星河县老兵接待办法", "draft", 5)]


def test_a_dry_run_says_what_was_found_and_needs_no_database(says, file, tmp_path):  # noqa: F811
    file.write_text(law_text("第一条　甲。\n第四条　丁。"), "utf-8")
    done = says("law", "import", str(file), "--dry-run")
    assert done.exit_code == 0
    assert "标题：星河县老兵接待办法" in done.stdout
    assert "请留意：第一条后面是第四条，中间少了 2 条。" in done.stdout
    assert not (tmp_path / "office.db").exists()


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (law_text("第一条　甲。\n第一条　乙。"), "第 10 行：第一条前面第 9 行已经有了"),
        (law_text(发布机关=""), "请写发布机关：在文件开头写一行“发布机关：……”"),
        ("没有条文", "没有找到条文"),
        ("", "请先选一个文件"),
    ],
)
def test_a_broken_file_brings_nothing_in(says, sessions, file, text, said):  # noqa: F811
    file.write_text(text, "utf-8")
    done = says("law", "import", str(file), "--by", "chen")
    assert done.exit_code == 2
    assert said in done.stderr
    assert laws(sessions) == []


def test_who_is_no_editor_proposes_nothing(says, sessions, file):  # noqa: F811
    says("user", "add", "he", "--role", "volunteer")
    for name in ("he", "nobody"):
        done = says("law", "import", str(file), "--by", name)
        assert done.exit_code == 2
        assert "政策编辑" in done.stderr
    assert laws(sessions) == []


def test_a_file_that_is_not_there_is_told(says, tmp_path):  # noqa: F811
    assert "没有这个文件" in says("law", "import", str(tmp_path / "none.md")).stderr


# -- policy check --against --------------------


@pytest.fixture
def texts(tmp_path):
    """A folder with a text for every citation of the library: as many articles as are cited, and one more file."""
    folder = tmp_path / "texts"
    folder.mkdir()
    articles = [read(path) for path in sorted((FOLDER / "policies").glob("*.md"))]
    numbers = "一二三四五六七八九"
    tens = [f"{tens}十" if tens else "" for tens in ("", "", *numbers[1:])]
    labels = [f"{ten}{one}" for ten in ("", "十", *tens[2:]) for one in ("", *numbers) if ten or one]
    lines = "\n".join(f"第{label}条　有这一条。\n这是第二款。" for label in labels)
    for article in articles:
        if article.verified == "law":
            head = {"标题": article.source, "发布机关": "某机关", "施行日期": article.effective}
            (folder / f"{article.source}.md").write_text(law_text(lines, **head), "utf-8")
    (folder / "readme.md").write_text("随便写的。", "utf-8")
    return folder


def test_a_library_that_agrees_with_the_texts(says, texts):  # noqa: F811
    done = says("policy", "check", "--against", str(texts))
    assert done.exit_code == 0, done.stdout
    assert "都对得上。" in done.stdout
    assert "readme.md：没有条文，没有用来对照" in done.stdout
    assert "没有原文可对的" in done.stdout


def test_a_wrong_citation_is_named_and_fails(says, texts):  # noqa: F811
    cited = read(FOLDER / "policies" / "A01.md")
    path = texts / f"{cited.source}.md"
    path.write_text(path.read_text("utf-8").split("第三条")[0], "utf-8")
    done = says("policy", "check", "--against", str(texts))
    assert done.exit_code == 1
    assert "A01 依据：原文没有第八十一条" in done.stdout
    assert "条的依据要改。" in done.stdout


def test_without_a_folder_nothing_is_compared(says):  # noqa: F811
    assert "对照" not in says("policy", "check").stdout
    assert says("policy", "check", "--against", "/no/such/folder").exit_code == 2

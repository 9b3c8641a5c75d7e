"""What was learned is kept in a file: learned once, whoever needs it."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path

from knowledge_base.kept_table import KEPT, learned, mark_of
from knowledge_base.table import Column, learn
from tests.knowledge_base.test_table import NEIGHBOURS, scores


def the_file(folder: Path) -> Path:
    (only,) = folder.glob("*.npz")
    return only


def more_of(ways: list[str]) -> list[Column]:
    name, texts = NEIGHBOURS[0]
    return [(name, [*texts, *ways]), *NEIGHBOURS[1:]]


def test_what_was_learned_is_read_from_its_file(tmp_path: Path):
    first = learned(NEIGHBOURS, tmp_path)
    written = the_file(tmp_path).stat().st_mtime_ns
    again = learned(NEIGHBOURS, tmp_path)
    assert the_file(tmp_path).stat().st_mtime_ns == written, "nothing was learned a second time"
    assert scores(again, "优待证丢了") == scores(first, "优待证丢了")
    assert list(again.rows) == list(first.rows)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".lock"}, "no half-written file stays"


def test_a_changed_way_of_asking_is_learned_anew(tmp_path: Path):
    more = learned(more_of(["证证遭搞落了，遭搞落了咋整"]), tmp_path)
    assert "搞落" not in learned(NEIGHBOURS, tmp_path).rows
    assert "搞落" not in more.rows, "what stands in one text only is left out"
    assert "搞落" in learned(more_of(["证遭搞落了", "搞落了咋整"]), tmp_path).rows


def test_what_was_in_use_lately_stays_and_older_files_go(tmp_path: Path):
    changes = [more_of([f"证遭搞落了{number}回"]) for number in range(KEPT + 2)]
    for columns in changes:
        learned(columns, tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == KEPT
    names = {path.stem.removeprefix("learned-") for path in tmp_path.glob("*.npz")}
    assert mark_of(changes[-1])[:16] in names
    assert mark_of(changes[0])[:16] not in names


def test_a_broken_file_costs_time_and_no_answers(tmp_path: Path):
    whole = learned(NEIGHBOURS, tmp_path)
    file = the_file(tmp_path)
    for broken in (b"", b"PK\x03\x04 half", file.read_bytes()[:2000]):
        file.write_bytes(broken)
        assert scores(learned(NEIGHBOURS, tmp_path), "补办") == scores(whole, "补办")


def test_a_place_that_cannot_be_written_to_costs_no_answers(tmp_path: Path):
    nowhere = tmp_path / "gone"
    assert scores(learned(NEIGHBOURS, nowhere), "补办") == scores(learn(NEIGHBOURS), "补办")
    assert not nowhere.exists()


def test_several_processes_that_begin_at_once_learn_once(tmp_path: Path):
    with get_context("spawn").Pool(3) as pool:
        stamps = pool.map(_learn_and_look, [tmp_path] * 3)
    assert len(set(stamps)) == 1


def _learn_and_look(folder: Path) -> int:
    learned(NEIGHBOURS, folder)
    return the_file(folder).stat().st_mtime_ns

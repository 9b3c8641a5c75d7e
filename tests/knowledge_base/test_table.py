"""What is learned from the ways of asking: neighbours are told apart, and what was learned is kept in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge_base.table import CLEARANCE, Column, Table, learn, learned

NEIGHBOURS: list[Column] = [
    ("K01", ["优待证丢了怎么补", "优待证掉了补一个", "补办优待证", "证件遗失补办优待证", "我的优待证不见了"]),
    ("K02", ["优待证怎么申请", "优待证怎么办下来", "申请优待证", "头回办优待证", "办优待证要带什么"]),
    ("P01", ["服务站几点开门", "星期天开不开门", "几点上班"]),
]


def scores(table: Table, words: str) -> list[float]:
    counted, found = table.counted(words), np.zeros(len(NEIGHBOURS))
    for feature, often in counted.items():
        start, end = table.span_of(feature)
        found[table.places[start:end]] += table.weights[start:end] * often
    return (found / table.length_of(counted)).tolist()


def test_neighbours_are_told_apart():
    table = learn(NEIGHBOURS)
    for place, (_, texts) in enumerate(NEIGHBOURS):
        for text in texts:
            found = scores(table, text)
            own = found.pop(place)
            assert own - max(found) > CLEARANCE / 2, text


def test_what_was_learned_is_read_from_its_file(tmp_path: Path):
    kept = tmp_path / "learned.npz"
    first = learned(NEIGHBOURS, kept)
    written = kept.stat().st_mtime_ns
    again = learned(NEIGHBOURS, kept)
    assert kept.stat().st_mtime_ns == written, "nothing was learned a second time"
    assert scores(again, "优待证丢了") == scores(first, "优待证丢了")
    assert list(again.rows) == list(first.rows)
    assert list(tmp_path.iterdir()) == [kept], "no half-written file stays"


def test_a_changed_way_of_asking_is_learned_anew(tmp_path: Path):
    kept = tmp_path / "learned.npz"
    learned(NEIGHBOURS, kept)
    name, texts = NEIGHBOURS[0]
    more = learned([(name, [*texts, "证证遭搞落了，遭搞落了咋整"]), *NEIGHBOURS[1:]], kept)
    assert "搞落" not in learned(NEIGHBOURS, kept).rows
    assert "搞落" not in more.rows, "what stands in one text only is left out"
    twice = [(name, [*texts, "证遭搞落了", "搞落了咋整"]), *NEIGHBOURS[1:]]
    assert "搞落" in learned(twice, kept).rows


def test_a_broken_file_costs_time_and_no_answers(tmp_path: Path):
    kept = tmp_path / "learned.npz"
    whole = learned(NEIGHBOURS, kept)
    for broken in (b"", b"PK\x03\x04 half", kept.read_bytes()[:2000]):
        kept.write_bytes(broken)
        assert scores(learned(NEIGHBOURS, kept), "补办") == scores(whole, "补办")


def test_a_place_that_cannot_be_written_to_costs_no_answers(tmp_path: Path):
    nowhere = tmp_path / "gone" / "learned.npz"
    assert scores(learned(NEIGHBOURS, nowhere), "补办") == scores(learn(NEIGHBOURS), "补办")
    assert not nowhere.exists()

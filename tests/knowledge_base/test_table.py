"""What is learned from the ways of asking: neighbours are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.table import CLEARANCE, Column, Table, learn

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
    return (found / (table.length_of(counted) or 1.0)).tolist()


@pytest.mark.parametrize("words", ["优待证丢了怎么补", "补补补办优待证优待证", "星期天 几点", "火星", "", "x"])
def test_all_rows_at_once_add_up_to_what_they_do_one_by_one(words):
    table = learn(NEIGHBOURS)
    assert table.scores(words, len(NEIGHBOURS)).tolist() == pytest.approx(scores(table, words))


def test_neighbours_are_told_apart():
    table = learn(NEIGHBOURS)
    for place, (_, texts) in enumerate(NEIGHBOURS):
        for text in texts:
            found = scores(table, text)
            own = found.pop(place)
            assert own - max(found) > CLEARANCE / 2, text

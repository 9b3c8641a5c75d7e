"""A learned opinion: it takes the side its examples took, says why, and is the same whenever it is learned or read."""

import pytest

from knowledge_base.learning import Example, learn
from knowledge_base.opinion import BIAS, Opinion

SAID = {
    "茶": ("喝口茶", "泡壶茶", "茶叶好香", "这茶真香", "毛尖茶一壶"),
    "酒": ("喝口酒", "倒杯酒", "酒瓶空了", "这酒真辣", "茅台酒一瓶"),
}


@pytest.fixture(scope="module")
def taught():
    examples = [Example(frozenset(text), label) for label, texts in SAID.items() for text in texts]
    return learn(examples, {"茶": 0.5, "酒": 0.5}, most=100, mark="茶酒")


def likeliest(opinion, text):
    shares = opinion.shares(frozenset(text))
    return max(shares, key=shares.get)


def test_it_takes_the_side_its_examples_took(taught):
    assert likeliest(taught, "再来一壶茶") == "茶"
    assert likeliest(taught, "酒好辣") == "酒"


def test_the_likelihoods_are_one_together_even_of_nothing_known(taught):
    for text in ("", "茶", "没见过"):
        assert sum(taught.shares(frozenset(text)).values()) == pytest.approx(1)


def test_it_says_why(taught):
    assert taught.reasons(frozenset("倒茶"), "茶")[0] == "茶"
    assert "茶" not in taught.reasons(frozenset("倒茶"), "酒")


def test_it_is_read_as_it_was_written(taught, tmp_path):
    taught.write(tmp_path / "first.txt")
    read = Opinion.read(tmp_path / "first.txt")
    read.write(tmp_path / "second.txt")
    assert (read.labels, read.mark) == (("茶", "酒"), "茶酒")
    assert likeliest(read, "一壶茶") == "茶"
    assert (tmp_path / "first.txt").read_text() == (tmp_path / "second.txt").read_text()


def test_only_so_many_features_are_kept():
    examples = [Example(frozenset(text), label) for label, texts in SAID.items() for text in texts]
    assert len(learn(examples, {"茶": 0.5, "酒": 0.5}, most=1).rows.keys() - {BIAS}) == 1


def test_a_label_may_weigh_more_than_its_examples():
    examples = [Example(frozenset(text), label) for label, texts in SAID.items() for text in texts]
    fond_of_tea = learn(examples, {"茶": 0.9, "酒": 0.1}, most=100)
    assert likeliest(fond_of_tea, "喝口") == "茶"


def test_learning_twice_gives_the_same(taught):
    examples = [Example(frozenset(text), label) for label, texts in SAID.items() for text in texts]
    assert learn(examples, {"茶": 0.5, "酒": 0.5}, most=100, mark="茶酒") == taught

"""The vault opens what it sealed, in its place, under a key it has, and nothing else."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vault import KeyRing, Unreadable, decode_key, new_key

OLD, NEW, INDEX = (decode_key(new_key()) for _ in range(3))
RING = KeyRing([NEW, OLD], INDEX)
PLACE = "message.words:7f3a"


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_what_was_sealed_opens_in_its_place(clear, place):
    try:
        place.encode()
    except UnicodeEncodeError:
        return
    assert RING.open(RING.seal(clear, bound_to=place), bound_to=place) == clear


def test_the_layout_is_version_key_id_nonce_ciphertext():
    sealed = RING.seal(b"abc", bound_to=PLACE)
    assert sealed[:1] == b"\x01"
    assert sealed[1:5] == RING.key_id(sealed) == RING.current_key_id == hashlib.sha256(NEW).digest()[:4]
    assert len(sealed) == 1 + 4 + 12 + 3 + 16


def test_the_same_words_are_never_sealed_alike():
    assert len({RING.seal("您好".encode(), bound_to=PLACE) for _ in range(200)}) == 200


def test_a_moved_ciphertext_is_refused():
    sealed = RING.seal("老周".encode(), bound_to="veteran.name:1")
    for elsewhere in ("veteran.name:2", "veteran.phone:1", "petition.name:1", ""):
        with pytest.raises(Unreadable):
            RING.open(sealed, bound_to=elsewhere)


def test_every_changed_byte_is_noticed():
    sealed = RING.seal("残疾等级".encode(), bound_to=PLACE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unreadable):
            RING.open(bytes(changed), bound_to=PLACE)


def test_every_cut_tail_is_noticed():
    sealed = RING.seal(b"123456", bound_to=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            RING.open(sealed[:length], bound_to=PLACE)


@given(st.binary(max_size=100))
def test_noise_is_unreadable_and_nothing_worse(noise):
    with pytest.raises(Unreadable):
        RING.open(noise, bound_to=PLACE)


def test_an_unknown_key_is_refused_and_said():
    stranger = KeyRing([decode_key(new_key())], INDEX)
    with pytest.raises(Unreadable, match="key"):
        RING.open(stranger.seal(b"x", bound_to=PLACE), bound_to=PLACE)


def test_rotation_moves_a_value_to_the_newest_key():
    before, after = KeyRing([OLD], INDEX), KeyRing([NEW], INDEX)
    sealed = before.seal(b"x", bound_to=PLACE)
    assert RING.open(sealed, bound_to=PLACE) == b"x"
    moved = RING.reseal(sealed, PLACE)
    assert RING.key_id(sealed) != RING.current_key_id
    assert RING.key_id(moved) == RING.current_key_id
    assert after.open(moved, bound_to=PLACE) == b"x"
    assert RING.reseal(moved, PLACE) == moved, "a second rotation finds nothing to do"
    with pytest.raises(Unreadable):
        before.open(moved, bound_to=PLACE)


def test_rotation_finds_damage_even_under_the_newest_key():
    sealed = RING.seal(b"x", bound_to=PLACE)
    with pytest.raises(Unreadable):
        RING.reseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), PLACE)


def test_a_ring_refuses_bad_keys():
    for data_keys, index_key in (
        ([], INDEX),
        ([b"short"], INDEX),
        ([NEW], b"short"),
        ([NEW, NEW], INDEX),
        ([NEW, OLD], OLD),
    ):
        with pytest.raises(ValueError, match="key"):
            KeyRing(data_keys, index_key)


def test_a_ring_does_not_show_its_keys():
    assert NEW.hex() not in repr(RING)
    assert repr(NEW)[2:-1] not in repr(RING)


def test_the_blind_index_tells_columns_and_values_apart():
    phone = "13800138000"
    index = RING.index("veteran.phone", phone)
    assert index == RING.index("veteran.phone", phone)
    assert len(index) == 40
    assert set(index) <= set("0123456789abcdef")
    others = {
        RING.index("petition.phone", phone),
        RING.index("veteran.phone", "13800138001"),
        RING.index("veteran.phone", phone[:-1]),
        KeyRing([NEW], OLD).index("veteran.phone", phone),
    }
    assert len(others | {index}) == 5
    with pytest.raises(ValueError, match="NUL"):
        RING.index("veteran\0phone", phone)


def test_the_index_does_not_change_with_a_rotation():
    assert KeyRing([OLD], INDEX).index("a", "b") == RING.index("a", "b")


@given(st.binary(min_size=32, max_size=32))
def test_a_key_is_read_with_and_without_padding(key):
    written = base64.urlsafe_b64encode(key).decode()
    assert decode_key(written) == decode_key(written.rstrip("=")) == key


def test_a_new_key_is_readable_and_new():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(decode_key(key)) for key in keys} == {32}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "钥匙",
        "a" * 42,
        "a" * 43,  # spare bits set: another spelling of a key
        "A" * 44,
        "A" * 43 + "==",
        "A" * 42 + " ",
        "\n" + "A" * 43,
        "+" + "A" * 42,
        "/" + "A" * 42,
        base64.urlsafe_b64encode(bytes(range(31))).decode(),
        base64.urlsafe_b64encode(bytes(range(33))).decode(),
    ],
)
def test_a_key_that_is_none_is_refused_without_showing_it(text):
    with pytest.raises(ValueError, match="base64") as refused:
        decode_key(text)
    assert len(text) < 5 or text not in str(refused.value)


@given(st.text(max_size=60))
def test_noise_is_no_key_and_nothing_worse(text):
    try:
        decode_key(text)
    except ValueError:
        return
    assert len(text) in (43, 44)


def test_restricted_words_have_a_key_of_their_own():
    own = decode_key(new_key())
    ring, without = KeyRing([NEW], INDEX, [own]), KeyRing([NEW], INDEX)
    sealed = ring.seal(b"abc", bound_to=PLACE, restricted=True)
    assert ring.key_id(sealed) == hashlib.sha256(own).digest()[:4] != ring.current_key_id
    assert ring.open(sealed, bound_to=PLACE) == b"abc"
    assert not without.has_key_of(sealed)
    with pytest.raises(Unreadable):
        without.open(sealed, bound_to=PLACE)


def test_without_one_it_is_derived_and_having_one_later_is_a_rotation():
    before, after = KeyRing([NEW], INDEX), KeyRing([NEW], INDEX, [decode_key(new_key())])
    sealed = before.seal(b"abc", bound_to=PLACE, restricted=True)
    assert before.key_id(sealed) not in (before.current_key_id, after.restricted_key_id)
    moved = after.reseal(sealed, PLACE, restricted=True)
    assert after.key_id(moved) == after.restricted_key_id
    assert after.reseal(moved, PLACE, restricted=True) is moved
    assert after.open(moved, bound_to=PLACE) == b"abc"

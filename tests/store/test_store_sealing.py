import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import SealBroken, SealingKeyWrong
from store.sealing import Index, KeyRing, Sealer

PLACE = {"table": "t", "column": "c", "office": "o", "row": "r"}


def test_what_is_sealed_opens_in_its_place_and_shows_nothing():
    sealer = Sealer(KeyRing.generate())
    blob = sealer.seal(b"Anna Lindqvist", **PLACE)
    assert b"Anna" not in blob
    assert len(blob) == len(b"Anna Lindqvist") + 33
    assert sealer.open(blob, **PLACE) == b"Anna Lindqvist"


def test_the_same_value_is_never_sealed_alike():
    sealer = Sealer(KeyRing.generate())
    assert sealer.seal(b"x", **PLACE) != sealer.seal(b"x", **PLACE)


@pytest.mark.parametrize("part", list(PLACE))
def test_a_value_moved_to_another_place_does_not_open(part):
    sealer = Sealer(KeyRing.generate())
    blob = sealer.seal(b"x", **PLACE)
    with pytest.raises(SealBroken):
        sealer.open(blob, **(PLACE | {part: "elsewhere"}))


def test_letters_moved_between_the_parts_of_a_place_make_another_place():
    sealer = Sealer(KeyRing.generate())
    blob = sealer.seal(b"x", table="ab", column="c", office="o", row="r")
    with pytest.raises(SealBroken):
        sealer.open(blob, table="a", column="bc", office="o", row="r")


@settings(deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_damaged_value_does_not_open(position, change):
    sealer = Sealer(KeyRing([b"k" * 32]))
    blob = bytearray(sealer.seal(b"a value", **PLACE))
    blob[position % len(blob)] ^= change
    with pytest.raises(SealBroken):
        sealer.open(bytes(blob), **PLACE)


@pytest.mark.parametrize("length", [0, 1, 5, 16, 17, 32])
def test_a_value_cut_short_does_not_open(length):
    sealer = Sealer(KeyRing.generate())
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(b"", **PLACE)[:length], **PLACE)


def test_the_newest_key_seals_and_every_key_opens():
    old, new = KeyRing.generate(), KeyRing.generate()
    blob = Sealer(old).seal(b"x", **PLACE)
    both = Sealer(KeyRing.parse(new.dump() + old.dump()))
    assert both.open(blob, **PLACE) == b"x"
    assert Sealer(new).open(both.seal(b"y", **PLACE), **PLACE) == b"y"
    with pytest.raises(SealBroken, match="not in the key ring"):
        Sealer(new).open(blob, **PLACE)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_comes_back_as_it_was(value):
    sealer = Sealer(KeyRing([b"k" * 32]))
    assert sealer.open_json(sealer.seal_json(value, **PLACE), **PLACE) == value


def test_a_broken_seal_names_the_column_and_no_value():
    sealer = Sealer(KeyRing.generate())
    with pytest.raises(SealBroken, match=r"t\.c") as broken:
        sealer.open(sealer.seal(b"Lindqvist", **PLACE), **(PLACE | {"row": "other"}))
    assert "Lindqvist" not in str(broken.value)


def test_a_key_ring_survives_being_written_down():
    ring = KeyRing.parse("\n" + KeyRing.generate().dump() + "\r\n" + KeyRing.generate().dump())
    assert KeyRing.parse(ring.dump()).dump() == ring.dump()
    assert len(ring.dump().splitlines()) == 2


@pytest.mark.parametrize("keys", [[], [b"short"], [b"k" * 32, b"k" * 16]])
def test_a_key_of_another_length_is_refused(keys):
    with pytest.raises(SealingKeyWrong):
        KeyRing(keys)


@pytest.mark.parametrize("text", ["", "\n \n", "****", base64.b64encode(b"k" * 31).decode()])
def test_a_text_that_holds_no_key_is_refused(text):
    with pytest.raises(SealingKeyWrong):
        KeyRing.parse(text)


def test_a_key_ring_does_not_show_its_keys():
    ring = KeyRing([b"k" * 32])
    assert "kkk" not in repr(ring)
    assert ring.dump().strip() not in repr(ring)


@settings(deadline=None)
@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_only_the_same_parts_give_the_same_keyed_hash(one, other):
    index = Index(b"i" * 32)
    assert (index.keyed_hash(*one) == index.keyed_hash(*other)) == (one == other)


def test_a_keyed_hash_depends_on_the_key_and_is_64_digits():
    assert Index(b"i" * 32).keyed_hash("a") != Index(b"j" * 32).keyed_hash("a")
    assert len(Index(b"i" * 32).keyed_hash("a")) == 64

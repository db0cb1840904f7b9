"""Sealed values open with their key in their place, and nowhere else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless import vault
from notoneless.faults import Refusal
from notoneless.masking import mask_id
from notoneless.vault import KeyRing
from notoneless.vault.cipher import key_number
from notoneless.vault.fields import Sealed

NUMBER = "510699201503120017"
RINGS = {suite: KeyRing.new(suite) for suite in ("aes", "sm")}


@given(st.text(), st.sampled_from(sorted(RINGS)))
def test_what_is_sealed_opens(text: str, suite: str) -> None:
    keys = RINGS[suite]
    blob = vault.seal("people.child.id_number", text, keys=keys)
    assert vault.open_sealed("people.child.id_number", blob, keys=keys) == text
    assert len(text) < 4 or text.encode() not in blob


@pytest.mark.parametrize("suite", RINGS)
def test_every_altered_bit_is_found(suite: str) -> None:
    keys = RINGS[suite]
    blob = vault.seal("a.b.c", NUMBER, keys=keys)
    for place in range(len(blob) * 8):
        altered = bytearray(blob)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises(Refusal, match=r"V00[34]"):
            vault.open_sealed("a.b.c", bytes(altered), keys=keys)
    for cut in range(len(blob)):
        with pytest.raises(Refusal, match=r"V00[34]"):
            vault.open_sealed("a.b.c", blob[:cut], keys=keys)


@pytest.mark.parametrize("suite", RINGS)
def test_a_value_carried_to_another_column_does_not_open(suite: str) -> None:
    blob = vault.seal("people.child.id_number", NUMBER, keys=RINGS[suite])
    with pytest.raises(Refusal, match="V004"):
        vault.open_sealed("people.child.phone", blob, keys=RINGS[suite])


@pytest.mark.parametrize("suite", RINGS)
def test_the_same_value_is_never_sealed_alike_and_always_indexed_alike(suite: str) -> None:
    keys = RINGS[suite]
    assert vault.seal("a.b.c", NUMBER, keys=keys) != vault.seal("a.b.c", NUMBER, keys=keys)
    index = vault.blind("id_number", NUMBER, keys=keys)
    assert index == vault.blind("id_number", NUMBER, keys=keys)
    assert index != vault.blind("phone", NUMBER, keys=keys)
    assert index != vault.blind("id_number", NUMBER, keys=KeyRing.new(keys.suite))
    assert NUMBER not in index


def test_after_rotation_old_values_open_and_new_ones_have_the_new_key() -> None:
    old = RINGS["aes"]
    blob = vault.seal("a.b.c", NUMBER, keys=old)
    new = old.rotated()
    assert vault.open_sealed("a.b.c", blob, keys=new) == NUMBER
    assert (key_number(blob), key_number(vault.seal("a.b.c", NUMBER, keys=new))) == (1, 2)
    assert vault.blind("id_number", NUMBER, keys=new) == vault.blind("id_number", NUMBER, keys=old)
    with pytest.raises(Refusal, match="V003"):
        vault.open_sealed("a.b.c", vault.seal("a.b.c", NUMBER, keys=new), keys=old)


def test_the_key_file_is_its_owners_only_and_comes_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    keys = KeyRing.new("sm").rotated()
    keys.save(path)
    assert KeyRing.load(path) == keys
    assert [child.name for child in path.parent.iterdir()] == ["keys.json"]
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.index.hex() not in repr(keys)
    assert str(keys.sealing[1]) not in repr(keys)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"suite": "rot13"}', '{"sealing": {"1": "?"}}']
)
def test_a_broken_key_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(Refusal, match="V002"):
        KeyRing.load(tmp_path / "keys.json")
    with pytest.raises(Refusal, match="V001"):
        KeyRing.load(tmp_path / "gone.json")


def test_a_sealed_value_shows_its_mask() -> None:
    sealed = Sealed("a.b.c", mask_id, clear=NUMBER)
    assert str(sealed) == f"{sealed}" == "*" * 14 + "0017"
    assert NUMBER not in repr(sealed)
    assert sealed.reveal() == NUMBER
    assert sealed == NUMBER
    assert Sealed("a.b.c", mask_id, blob=sealed.blob) == sealed
    with pytest.raises(TypeError, match="not pickled"):
        __import__("pickle").dumps(sealed)

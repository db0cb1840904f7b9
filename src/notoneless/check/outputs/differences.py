"""Which characters of two texts differ, for two rows shown side by side."""

from __future__ import annotations

from difflib import SequenceMatcher

Pieces = tuple[tuple[str, bool], ...]


def marked(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces, ``(piece, differs)``; nothing is marked when one of them is empty."""
    if not left or not right or left == right:
        return ((left, False),), ((right, False),)
    lefts: list[tuple[str, bool]] = []
    rights: list[tuple[str, bool]] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        lefts.append((left[a:b], kind != "equal"))
        rights.append((right[c:d], kind != "equal"))
    return (
        tuple(piece for piece in lefts if piece[0]),
        tuple(piece for piece in rights if piece[0]),
    )

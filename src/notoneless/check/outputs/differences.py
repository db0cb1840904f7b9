"""Which characters of two texts differ, for two rows shown side by side."""

from __future__ import annotations

from difflib import SequenceMatcher

Pieces = tuple[tuple[str, bool], ...]


ALIKE = 0.45
"""Texts that are less alike than this are simply different; marking their letters says nothing."""


def marked(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces, ``(piece, differs)``; nothing is marked when one of them is empty."""
    whole = ((left, False),), ((right, False),)
    if not left or not right or left == right:
        return whole
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < ALIKE:
        return whole
    lefts: list[tuple[str, bool]] = []
    rights: list[tuple[str, bool]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        lefts.append((left[a:b], kind != "equal"))
        rights.append((right[c:d], kind != "equal"))
    return (
        tuple(piece for piece in lefts if piece[0]),
        tuple(piece for piece in rights if piece[0]),
    )

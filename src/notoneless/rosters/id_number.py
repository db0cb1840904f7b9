"""Citizen identity numbers (GB 11643): 6 area, 8 birth date, 3 sequence, 1 check character.

The check character is ISO 7064 MOD 11-2 over the first 17 digits. The area is that of the first
registration and never changes, so a code that no longer exists is as good as any (domain facts 3.1);
areas are therefore not judged here.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Literal

State = Literal["valid", "checksum", "shape", "missing"]
"""``valid``; right shape but wrong check character; not of the shape; no number at all."""

SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
"""Eighteen characters of an identity number; the birth date inside is judged by `birth_date`."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHARACTERS = "10X98765432"
_FIRST_YEAR = 1800  # GB 11643's own example was born in 1880


def check_digit(seventeen: str) -> str:
    """The check character (0 to 9 or X) that belongs to the first 17 digits.

    Raises ValueError when the text is not 17 digits.
    """
    if len(seventeen) != 17 or not seventeen.isascii() or not seventeen.isdigit():
        raise ValueError("17 digits expected")
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True))
    return _CHARACTERS[total % 11]


@lru_cache(maxsize=65536)
def _date(eight: str) -> dt.date | None:
    try:
        day = dt.date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


@lru_cache(maxsize=65536)
def _share(start: int, digits: str) -> int:
    """What some digits, the first of them at position ``start``, add to the weighted sum."""
    return sum(int(digit) * _WEIGHTS[start + at] for at, digit in enumerate(digits))


def state(text: str | None) -> State:
    """Whether a cleaned number (half-width, upper case, no spaces) can be an identity number.

    An unknown area code never counts against it.
    """
    if not text:
        return "missing"
    if not SHAPE.fullmatch(text) or _date(text[6:14]) is None:
        return "shape"
    total = _share(0, text[:6]) + _share(6, text[6:14]) + _share(14, text[14:17])
    return "valid" if _CHARACTERS[total % 11] == text[17] else "checksum"


def birth_date(text: str | None) -> dt.date | None:
    """The birth date inside a number of the right shape, else None; the check is not looked at."""
    return _date(text[6:14]) if text and SHAPE.fullmatch(text) else None


def sex(text: str | None) -> Literal["M", "F"] | None:
    """``M`` for an odd sequence, ``F`` for an even one; None when not of the shape."""
    if not text or not SHAPE.fullmatch(text):
        return None
    return "M" if int(text[16]) % 2 else "F"

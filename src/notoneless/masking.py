"""What of a personal value may be shown where its owner need not be known.

The national practice varies and "first six, last four" gives away a pupil's county and, beside a
class list, nearly the birth date; so a number keeps its last four characters only (domain facts 8.3).
"""

from __future__ import annotations


def mask_id(value: str | None) -> str:
    """``11010519491231002X`` becomes ``**************002X``; shorter than eight: nothing is kept."""
    if not value:
        return ""
    return "*" * (len(value) - 4) + value[-4:] if len(value) >= 8 else "*" * len(value)


def mask_name(value: str | None) -> str:
    """Keep the family name only: ``张*``, ``欧**``; a name with a middle dot keeps its first character."""
    return value[0] + "*" * (len(value) - 1) if value else ""


def mask_phone(value: str | None) -> str:
    """``13812341234`` becomes ``138****1234``."""
    if not value:
        return ""
    return value[:3] + "*" * (len(value) - 7) + value[-4:] if len(value) >= 8 else "*" * len(value)


def mask_date(value: object) -> str:
    """Keep the year of a birth date only: ``2014-**-**``."""
    text = str(value or "")
    return text[:4] + "-**-**" if len(text) >= 4 else ""


def mask_seen(value: str | None) -> str:
    """A cell as seen, for an error message: digits beyond the first two hidden, Han beyond the first.

    Short codes and words stay readable (``男`` and ``31``), while a number or a name does not.
    """
    if not value:
        return ""
    kept_digits = kept_han = 0
    shown = []
    for character in value[:60]:
        if character.isdigit():
            kept_digits += 1
            shown.append(character if kept_digits <= 2 else "*")
        elif character >= "\u2e80":
            kept_han += 1
            shown.append(character if kept_han <= 1 else "*")
        else:
            shown.append(character)
    return "".join(shown)

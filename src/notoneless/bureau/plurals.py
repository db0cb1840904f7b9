"""English of exactly one: ``1 rows`` becomes ``1 row``. Chinese knows no plural, so messages carry none."""

from __future__ import annotations

import re

from notoneless.i18n import language

_S = """account amount application award card case contact day document event fact file gap guarantee hour issue item
key lesson line list match minute month organisation pair payment place point pupil record request row school second
step student task thing time township unit visit year"""
_NOUNS = (
    {"children": "child", "people": "person", "classes": "class", "batches": "batch"}
    | {noun + "s": noun for noun in _S.split()}
    | {"counties": "county", "entries": "entry", "policies": "policy"}
)
_VERBS = {"are": "is", "were": "was", "have": "has"}
_ONE = re.compile(
    r"(?<![\w.,/:-])1((?:</\w+>)*) ((?:[a-z]+ )?)("
    + "|".join(sorted(_NOUNS, key=len, reverse=True))
    + r")\b( are| were| have)?"
)


def counted(text: str) -> str:
    """A sentence of the reader's language whose numbers are filled in, agreeing with each 1 in it."""
    return _ONE.sub(_single, text) if language() == "en" and "1" in text else text


def unit(name: str, count: int) -> str:
    """The unit that stands beside a number."""
    return counted(f"1 {name}").removeprefix("1 ") if count == 1 else name


def _single(found: re.Match[str]) -> str:
    tags, before, noun, verb = found.groups()
    verb = f" {_VERBS[verb.strip()]}" if verb else ""
    return f"1{tags} {before}{_NOUNS[noun]}{verb}"

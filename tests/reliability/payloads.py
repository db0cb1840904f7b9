"""Texts that would become markup or formulas if somebody forgot, with the sign of a county in each."""

from __future__ import annotations

PAYLOADS = (
    "{sign}<b data-injected>粗</b>",
    '{sign}"><img src=x data-injected onerror=alert(1)>',
    "{sign}<script data-injected>alert(1)</script>",
    "={sign}1+1",
    "+{sign}1",
    "-{sign}1",
    "@SUM({sign})",
    "\t={sign}1",
    "\r={sign}1",
    "＝{sign}1+1",
    '=HYPERLINK("http://evil.example","{sign}")',
    "{sign}' data-injected onclick='alert(1)",
    "{{{{ 7|add:7 }}}}{sign}",
)


def names(sign: str) -> list[str]:
    """The payloads with the sign of a county in them."""
    return [payload.format(sign=sign) for payload in PAYLOADS]


def said(sign: str, field: str) -> str:
    """A payload that says in which field it was written; see `marked`."""
    number = sum(map(ord, field)) % len(PAYLOADS)
    return names(f"{sign}{marked(field)}")[number]


def marked(field: str) -> str:
    """How a field is recognised wherever its text turns up."""
    return f"§{field}§"

"""Asking every address for everything: which addresses, parameters and fields there are."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from addresses import addresses as every_address
from django.db import models
from django.http import HttpResponse
from django.urls import URLPattern, reverse
from filling import Rows

import notoneless.bureau


@cache
def addresses() -> dict[str, URLPattern]:
    """Every address but the public ones and one's own account at the login's library."""
    return {
        name: pattern
        for name, pattern in every_address().items()
        if getattr(pattern.callback, "permission", "public") != "public"
        and not name.startswith(("account_", "mfa_", "api:"))
    }


@cache
def parameters() -> list[str]:
    """Every name that some view reads from an address, and every field of every form and filter."""
    found = set()
    for path in Path(notoneless.bureau.__path__[0]).rglob("*.py"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r"\b(?:GET|POST)(?:\.get(?:list)?\(|\[)\"(\w+)\"", text))
        if path.name in ("forms.py", "filters.py"):
            found |= set(re.findall(r"^ +(\w+) = (?:forms|filters)\.", text, re.MULTILINE))
    return sorted(found)


def text_of(answer: HttpResponse) -> str:
    """What an answer says, also where it is a workbook."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return body.decode("utf-8", errors="replace")


def samples(rows: Rows, count: int) -> list[tuple[type[models.Model], int]]:
    """So many keys of each table."""
    return [(model, key) for model, found in rows.items() for key in sorted(found)[:count]]


def probes(
    rows: Rows, own: Rows, count: int
) -> Iterator[tuple[str, str, dict[str, Any], int | None]]:
    """Method, path, what is sent, and the key of 甲县 in the path (None: it is in what is sent)."""
    foreign = samples(rows, count)
    for name, pattern in addresses().items():
        names = list(pattern.pattern.converters)
        if names:
            for _, key in foreign:
                path = reverse(name, kwargs=dict.fromkeys(names, key))
                yield "get", path, {}, key
                yield "post", path, {}, key
        paths = [reverse(name)] if not names else []
        if names:
            paths += [reverse(name, kwargs=dict.fromkeys(names, key)) for _, key in samples(own, 1)]
        for path in paths:
            for (_, key), export in itertools.product(foreign, ({}, {"export": "xlsx"})):
                if not names:
                    yield "get", path, {**dict.fromkeys(parameters(), key), **export}, None
            for _, key in foreign:
                yield "post", path, dict.fromkeys(parameters(), key), None
        if not names:
            for parameter, (_, key) in itertools.product(parameters(), foreign[:: 3 // count or 1]):
                yield "get", reverse(name), {parameter: key}, None

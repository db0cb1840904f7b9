"""Asking every address for everything: which addresses, parameters and fields there are, and who asks."""

from __future__ import annotations

import io
import itertools
import random
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from addressed import asked, behind, model_of, path
from django.db import models
from django.http import HttpResponse
from django.test import Client
from filling import Rows
from invented_bureau import Bureau, logged_in

import notoneless.bureau
from notoneless.bureau.accounts.policy import policy

PROOF_HOLDS = 120
"""Seconds; after five minutes a sensitive address asks to prove it again, which is no answer here."""

FOR_PROGRAMS = "api:v1:"


@cache
def parameters() -> list[str]:
    """Every name that some view reads from an address, and every field of every form and filter."""
    found = set()
    for file in Path(notoneless.bureau.__path__[0]).rglob("*.py"):
        text = file.read_text("utf-8")
        found |= set(re.findall(r"\b(?:GET|POST)(?:\.get(?:list)?\(|\[)\"(\w+)\"", text))
        if file.name in ("forms.py", "filters.py"):
            found |= set(re.findall(r"^ +(\w+) = (?:forms|filters)\.", text, re.MULTILINE))
    return sorted(found)


def text_of(answer: HttpResponse) -> str:
    """What an answer says, also where it is a workbook."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return body.decode("utf-8", errors="replace")


@dataclass
class Browsers:
    """A browser per person, who has just proved who they are."""

    bureau: Bureau
    open: dict[str, tuple[float, Client]] = field(default_factory=dict)

    def of(self, who: str) -> Client:
        """This person's."""
        since, client = self.open.get(who, (0.0, Client()))
        if time.monotonic() - since > PROOF_HOLDS:
            client = logged_in(self.bureau[who])
            client.raise_request_exception = False
            self.open[who] = time.monotonic(), client
        return client

    def renew(self, who: str) -> None:
        """What was sent may have ended the session or a role."""
        self.open.pop(who, None)


def role_of(who: str) -> str:
    """The role of one of the invented people."""
    return who.removesuffix("_乙")


def who_may(name: str, people: tuple[str, ...]) -> list[str]:
    """Those of these people whose role opens an address; a program stands for the county officer."""
    row = policy().permission(asked()[name].callback.permission)
    return [who for who in people if row.roles is None or role_of(who) in row.roles]


def samples(rows: Rows, count: int) -> list[tuple[type[models.Model], int]]:
    """So many keys of each table."""
    return [(model, key) for model, found in rows.items() for key in sorted(found)[:count]]


@dataclass(frozen=True)
class Probe:
    """A question, and which key of 甲县 stands in its path (None: it is in what is sent)."""

    address: str
    method: str
    path: str
    sent: dict[str, Any]
    key: int | None


def objects(name: str, rows: Rows, count: int = 1) -> Iterator[dict[str, int]]:
    """The parameters of an address filled with objects of the kind it is about, and of these rows."""
    told = {p: model_of(what) for p, what in behind().get(name, {}).items()}
    keys = {}
    for parameter, one in told.items():
        if one is not None:
            model, narrow = one
            found = model._default_manager.filter(pk__in=rows[model], **narrow)
            keys[parameter] = list(found.order_by("pk").values_list("pk", flat=True)[:count])
    for values in itertools.product(*keys.values()):
        yield dict(zip(keys, values, strict=True))


def targeted(rows: Rows, own: Rows) -> Iterator[Probe]:
    """Each address asked for the very object it is about; those without, by every parameter at once."""
    turn = itertools.cycle(samples(rows, 1))
    for name in asked():
        if behind().get(name) and (foreign := next(objects(name, rows), {})):
            mine = next(objects(name, own), foreign)
            asks = [foreign]
            if len(foreign) > 1:  # one's own campaign with their school, and the other way round
                asks += [{**mine, parameter: key} for parameter, key in foreign.items()]
            for keys in asks:
                key = next(iter(foreign.values())) if len(foreign) == 1 else None
                for method in ("get", "post"):
                    yield Probe(name, method, path(name, **keys), {}, key)
            continue
        nobody = {p: 0 for p, what in behind().get(name, {}).items() if model_of(what)}
        at = path(name, **next(objects(name, own), nobody))
        for method, more in (("get", {}), ("get", {"export": "xlsx"}), ("post", {})):
            key = next(turn)[1]
            yield Probe(name, method, at, {**dict.fromkeys(parameters(), key), **more}, None)


def everything(rows: Rows, own: Rows, wanted: int) -> list[Probe]:
    """So many of all: each key of 甲县 through each address, each parameter, each field and export."""
    foreign, found = samples(rows, 1), []
    for name in asked():
        keyed = [p for p, what in behind().get(name, {}).items() if model_of(what)]
        for _, key in foreign if keyed else ():
            at = path(name, **dict.fromkeys(keyed, key))
            found += [Probe(name, method, at, {}, key) for method in ("get", "post")]
        nobody = dict.fromkeys(keyed, 0)  # a kind of object that 乙县 has none of
        at = path(name, **next(objects(name, own), nobody))
        every = [dict.fromkeys(parameters(), key) for _, key in foreign]
        found += [Probe(name, "post", at, sent, None) for sent in every]
        found += [Probe(name, "get", at, sent, None) for sent in every]
        found += [Probe(name, "get", at, {**sent, "export": "xlsx"}, None) for sent in every]
        for parameter, (_, key) in itertools.product(parameters(), foreign[::5]):
            found.append(Probe(name, "get", at, {parameter: key}, None))
    return random.Random(7).sample(found, min(wanted, len(found)))

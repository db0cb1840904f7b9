"""Everything of 甲县 stays unseen and untouched by people of 乙县, whatever they ask for.

Each key of 甲县 goes through each address, each parameter and each field. An answer that holds the sign
甲 is a leak; an address with a key of 甲县 must answer like one with a key that does not exist; and when
all has been tried, not a row of 甲县 has changed.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import xlsxwriter
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from filling import BUILDERS, NOT_YET, Filled, Rows, ours
from invented_bureau import logged_in
from walking import addresses, probes, samples, text_of

from notoneless.bureau.accounts.models import User

SIGN = "甲"
NOTHING = 99_999_999
"""A key that nobody has."""

STRANGERS = (
    "county_officer_乙",
    "county_aid_officer_乙",
    "county_leader_乙",
    "roll_keeper_乙",
    "township_cadre_乙",
    "class_teacher_乙",
    "auditor_乙",
)


def like_nothing(client: Client, method: str, path: str, key: int, answer: HttpResponse) -> bool:
    """Does it answer as for a key that does not exist?"""
    other = getattr(client, method)(path.replace(str(key), str(NOTHING)))
    plain = [
        re.sub(r"nonce[^ ]*|value=\"\w{64}\"|\w{64}", "", text_of(one)).replace(
            str(one.wsgi_request.get_full_path()), ""
        )
        for one in (answer, other)
    ]
    return answer.status_code == other.status_code and (
        answer.status_code != 404 or plain[0] == plain[1]
    )


def leaks(filled: Filled, who: str, count: int, every: int) -> tuple[list[str], int]:
    """What a person of 乙县 saw that is not theirs; how many times they asked."""
    bureau, rows, own = filled
    client = logged_in(bureau[who])
    client.raise_request_exception = False
    found, asked = [], 0
    for method, path, sent, key in itertools.islice(probes(rows, own, count), 0, None, every):
        answer = getattr(client, method)(path, sent)
        asked += 1
        at = f"{who} {method} {path} {str(sent)[:80]}: {answer.status_code}"
        if answer.status_code >= 500:
            found.append(f"{at}: an error, not an answer")
        elif SIGN in text_of(answer) or SIGN in str(answer.headers):
            found.append(f"{at}: shows {SIGN}")
        elif key and not like_nothing(client, method, path, key, answer):
            found.append(f"{at}: unlike a missing one")
        if asked % 500 == 0:  # what was sent may have ended the session or a role
            client = logged_in(bureau[who])
            client.raise_request_exception = False
    return found, asked


def content(rows: Rows) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these, whole; of people not when they were last here."""
    return {
        model._meta.label: [
            tuple(bytes(v) if isinstance(v, memoryview) else str(v) for v in row)
            for row in model._default_manager.filter(pk__in=found)
            .order_by("pk")
            .values_list(
                *(f.attname for f in model._meta.concrete_fields if f.name != "last_login")
            )
        ]
        for model, found in rows.items()
    }


@pytest.mark.parametrize(
    ("every", "at_least"),
    [(601, 60), pytest.param(9, 5000, marks=pytest.mark.slow)],
    ids=["some", "all"],
)
def test_another_county_sees_and_changes_nothing(filled: Filled, every: int, at_least: int) -> None:
    _, rows, _ = filled
    before, found, asked = content(rows), [], 0
    for number, who in enumerate(STRANGERS if at_least > 1000 else STRANGERS[:2]):
        # The widest rights ask everything, the others a part of it.
        more, times = leaks(filled, who, 1, every * (1 if not number else 7))
        found += more
        asked += times
    assert not found, "\n".join(found[:40]) + f"\n{len(found)} of {asked}"
    assert asked >= at_least
    after = content(rows)
    changed = {label for label in before if before[label] != after[label]}
    assert not changed


class Injected(HTMLParser):
    """What in a page came from somebody's text, or leads away."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            outside = name in ("src", "href", "action", "formaction", "srcset") and re.match(
                r"\s*(?:https?:)?//|\s*javascript:", value or "", re.IGNORECASE
            )
            if name == "data-injected" or name.startswith("on") or name == "style" or outside:
                self.found.append(f"<{tag} {name}={value}>")


def live(answer: HttpResponse) -> list[str]:
    """The cells of a workbook that would calculate or lead somewhere."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "sheet" in name]
    return [part for text in sheets for part in re.findall(r"<f[ >]|<hyperlink|externalLink", text)]


def walk(filled: Filled, people: tuple[str, ...]) -> Iterator[tuple[str, HttpResponse]]:
    """The pages and workbooks of those who have the rights, with objects of theirs."""
    bureau, rows, _ = filled
    clients = [logged_in(bureau[who]) for who in people]
    for name, pattern in addresses().items():
        names = list(pattern.pattern.converters)
        near = {name.partition(":")[0], "people", "accounts"}
        keys = [one for one in samples(rows, 1) if one[0]._meta.app_label in near]
        for client, (_, key) in itertools.product(clients, keys if names else [(User, 0)]):
            path = reverse(name, kwargs=dict.fromkeys(names, key))
            answer = client.get(path)
            yield name, answer
            if answer.status_code == 200:
                yield name, client.get(path, {"export": "xlsx"})


def test_no_text_becomes_markup_and_no_cell_calculates(filled: Filled) -> None:
    """And the owner sees what strangers did not, else there was nothing to be seen."""
    seen, found, books = set(), [], 0
    for name, answer in walk(filled, ("owner", "security_admin")):
        policy = answer.headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            found.append(f"{name}: {policy}")
        if answer.status_code == 200 and SIGN in text_of(answer):
            seen.add(name)
        if answer.headers["Content-Type"].startswith("text/html"):
            found += [f"{name}: {one}" for one in Injected(answer.content.decode()).found]
        elif answer.content[:2] == b"PK":
            books += 1
            found += [f"{name}: {one}" for one in live(answer)]
    assert not found, "\n".join(found)
    assert len(seen) >= 12, sorted(seen)
    assert books >= 4


def test_markup_and_formulas_are_caught_when_they_are_there() -> None:
    """The mutants: a page that does not escape, a workbook that believes what begins with ``=``."""
    assert Injected("<p>甲<b data-injected>粗</b></p>").found
    assert Injected("<a href='//evil.example/x' onclick='alert(1)'>甲</a>").found
    assert not Injected("<p>甲&lt;b data-injected&gt;粗</p>").found
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write(0, 0, "=1+1")
    assert live(HttpResponse(file.getvalue()))


def test_a_list_that_is_not_scoped_is_caught(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: a child is looked for by its key alone."""
    from notoneless.bureau.people import queries
    from notoneless.bureau.people.models import Child

    monkeypatch.setattr(queries, "children", lambda *_: Child.objects.all())
    bureau, rows, _ = filled
    client = logged_in(bureau["stranger"])
    shown = [
        text_of(client.get(reverse("people:child", args=[key]))) for key in sorted(rows[Child])[:3]
    ]
    assert any(SIGN in page for page in shown)


def test_every_app_with_objects_has_a_builder(filled: Filled) -> None:
    """A new app: a builder in ``filling.py``, and its objects are probed with the others."""
    _, rows, own = filled
    apps = {model._meta.app_label for model in ours()} - NOT_YET
    assert apps <= set(BUILDERS), (
        f"{apps - set(BUILDERS)}: put a builder into tests/reliability/filling.py"
    )
    for app in apps - {"audit", "sweeps"}:  # of all counties at once
        assert any(found for model, found in rows.items() if model._meta.app_label == app), app
        assert any(found for model, found in own.items() if model._meta.app_label == app), app

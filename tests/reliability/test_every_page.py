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
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import pytest
import xlsxwriter
from addressed import asked, path
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from filling import Filled, content, ours
from invented_bureau import WHERE, Bureau, logged_in
from walking import (
    FOR_PROGRAMS,
    Browsers,
    Probe,
    everything,
    objects,
    targeted,
    text_of,
    who_may,
)

from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.policy import ADMINISTRATORS
from notoneless.bureau.api.actions import make_token
from notoneless.bureau.audit.actions import SYSTEM

SIGN = "甲"
NOTHING = 99_999_999
"""A key that nobody has."""

DRAWN = re.compile(r"[\w+/=-]{22,}|\d\d:\d\d", re.ASCII)
"""Tokens and nonces; the minute, which may pass between two answers."""

STRANGERS = tuple(f"{role}_乙" for role in WHERE if not role.startswith("city_"))


def with_administrators(bureau: Bureau) -> Bureau:
    """The three administrators of 乙县, whom the invented bureau has for the whole city only."""
    more = Bureau(bureau.places, dict(bureau.people))
    for role in ADMINISTRATORS:
        user = User.objects.create(username=f"{role}_乙", name=role)
        accounts.grant(by=SYSTEM, user=user, role=role, organisation=bureau["other county"])
        more.people[user.username] = user
    return more


def like_nothing(client: Client, probe: Probe, answer: HttpResponse) -> bool:
    """Does it answer as for a key that does not exist, but for what is drawn anew for every answer?"""
    other = getattr(client, probe.method)(probe.path.replace(str(probe.key), str(NOTHING)))
    plain = [
        DRAWN.sub("", text_of(one).replace(one.wsgi_request.get_full_path(), ""))
        for one in (answer, other)
    ]
    return answer.status_code == other.status_code and (
        answer.status_code != 404 or plain[0] == plain[1]
    )


def leaks(filled: Filled, probes: Iterable[Probe]) -> tuple[list[str], int]:
    """What people of 乙县 saw that is not theirs, each address asked by those who may; how many asked."""
    bureau, _, _ = filled
    browsers, found, asked = Browsers(with_administrators(bureau)), [], 0
    secret = make_token(
        by=SYSTEM,
        purpose="某程序",
        role="county_officer",
        organisation=bureau["other county"],
        expires_on=timezone.localdate(),
    )[1]
    program = Client(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {secret}")
    for number, probe in enumerate(probes):
        may = who_may(probe.address, STRANGERS)
        who = "a program" if probe.address.startswith(FOR_PROGRAMS) else may[number % len(may)]
        client = program if who == "a program" else browsers.of(who)
        answer = getattr(client, probe.method)(probe.path, probe.sent)
        asked += 1
        at = f"{who} {probe.method} {probe.path} {str(probe.sent)[:80]}: {answer.status_code}"
        if answer.status_code >= 500:
            found.append(f"{at}: an error, not an answer")
        elif SIGN in text_of(answer) or SIGN in str(answer.headers):
            found.append(f"{at}: shows {SIGN}")
        elif probe.key and not like_nothing(client, probe, answer):
            found.append(f"{at}: unlike a missing one")
        if probe.method == "post" and probe.sent and who != "a program":
            browsers.renew(who)
    return found, asked


@pytest.mark.parametrize(
    "more", [0, pytest.param(5000, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_another_county_sees_and_changes_nothing(filled: Filled, more: int) -> None:
    _, rows, own = filled
    before = content(rows)
    probes = itertools.chain(targeted(rows, own), everything(rows, own, more))
    found, asked = leaks(filled, probes)
    assert not found, "\n".join(found[:60]) + f"\n{len(found)} of {asked}"
    assert asked >= more + 300
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
    """Every page and workbook with an object of 甲县, each by one who may."""
    bureau, rows, _ = filled
    browsers = Browsers(bureau)
    for name in asked():
        may = who_may(name, people)
        if not may or name.startswith(FOR_PROGRAMS):
            continue
        for keys in objects(name, rows, 3):
            answer = browsers.of(may[0]).get(path(name, **keys))
            yield name, answer
            if answer.status_code == 200:
                if b"export=xlsx" in answer.content:
                    yield name, browsers.of(may[0]).get(path(name, **keys), {"export": "xlsx"})
                break


PEOPLE = (
    "county_officer",
    "county_leader",
    "county_aid_officer",
    "school_head",
    "class_teacher",
    *ADMINISTRATORS,
)


def test_no_text_becomes_markup_and_no_cell_calculates(filled: Filled) -> None:
    """And the owner sees what strangers did not, else there was nothing to be seen."""
    seen, found, books = set(), [], 0
    for name, answer in walk(filled, PEOPLE):
        policy = answer.headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            found.append(f"{name}: {policy}")
        if answer.status_code == 200 and SIGN in text_of(answer):
            seen.add(name)
        if answer.headers["Content-Type"].startswith("text/html"):
            page = answer.content.decode().replace("http://testserver/", "/")  # our own address
            found += [f"{name}: {one}" for one in Injected(page).found]
        elif answer.content[:2] == b"PK":
            books += 1
            found += [f"{name}: {one}" for one in live(answer)]
    assert not found, "\n".join(found)
    assert len(seen) >= 90, sorted(set(asked()) - seen)
    assert books >= 20


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
    from notoneless.bureau.accounts.models import Lineage
    from notoneless.bureau.people import queries
    from notoneless.bureau.people.models import Child

    monkeypatch.setattr(queries, "reach", lambda *_: Lineage.objects.values_list("below"))
    bureau, rows, _ = filled
    client = logged_in(bureau["stranger"])
    shown = [
        text_of(client.get(reverse("people:child", args=[key]))) for key in sorted(rows[Child])
    ]
    assert any(SIGN in page for page in shown)


def test_every_app_has_objects_in_both_counties(filled: Filled) -> None:
    """What is not there is not probed."""
    _, rows, own = filled
    for app in {model._meta.app_label for model in ours()} - {"audit"}:
        assert any(found for model, found in rows.items() if model._meta.app_label == app), app
        assert any(found for model, found in own.items() if model._meta.app_label == app), app

"""Which fields of 甲县 each role sees, address by address: in pages, in files, in answers to programs.

A field is known by its mark (`payloads.said`) or, where it is a number or a date, by its value: the numbers of
the invented children are like no other. ``circumstance`` is a word of need beside a child, outside of headings
and choices.
"""

from __future__ import annotations

import html
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from addressed import asked, path
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from filling import Filled, Rows
from invented_bureau import WHERE, Bureau
from walking import FOR_PROGRAMS, Browsers, objects, text_of, who_may

from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.api.actions import make_token
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.figures.kinds import figures
from notoneless.bureau.reports.ledgers import LEDGERS

Shown = dict[str, dict[str, set[str]]]
"""Address, field, the roles that see it."""

VALUES = {
    "child": "甲梓萱",
    "id_number": r"(?<!\d)510699(?!19)\d{11}[\dX]",
    "id_number_masked": r"(?<!\*)\*{14}\d{3}[\dX]",
    "guardian_id": r"(?<!\d)51069919\d{9}[\dX]",
    "phone": r"(?<!\d)(?:1380000\d{4}|13866667777)(?!\d)",
    "phone_masked": r"(?<!\d)13[08]\*{4}\d{4}",
    "card": r"(?<!\d)62179900\d{8}(?!\d)",
    "card_masked": r"(?<!\*)\*{12}\d{4}",
    "birth_date": r"(?<!\d)201[59][-年]?0?3[-月]?(?:12|0?2)(?!\d)",
}
"""What bears no mark."""

CIRCUMSTANCE = re.compile("脱贫|监测对象|低保|特困|孤儿|无人抚养|残疾|(?:特别|一般|认定)困难")

ASKING = frozenset({"nav", "select", "label", "legend", "th", "h1", "h2", "title", "button"})
"""Parts of a page that ask or head, and say nothing of a child."""

WORKBOOK = " (file)"
"""After an address that answers with a workbook or another file."""

ASKED: dict[str, dict[str, object]] = {
    "api:v1:verdicts": {"guarantee": "in_class"},
    "people:child": {"all": 1},
}
"""What an address is asked for where it would show less, or nothing."""

SENT: dict[str, dict[str, object]] = {
    "people:reveal": {"purpose": "核对户籍名单"},
    "people:find": {"q": "甲"},
}
"""What is sent to an address that shows fields only in answer to it."""

EVERY: dict[str, Callable[[], list[dict[str, str]]]] = {
    "figures:figure": lambda: [{"key": one} for one in figures()],
    "reports:ledger": lambda: [{"ledger": one} for one in LEDGERS],
    "sweeps:behind": lambda: [{"guarantee": "all", "verdict": "gap"}],
}
"""Addresses that are many pages by a word in them."""

TRIED = 16
"""So many objects are tried, until some are in a role's reach."""


class Told(HTMLParser):
    """The text of a page without its headings, choices and menus."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.within = 0
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, _: object) -> None:
        self.within += tag in ASKING

    def handle_endtag(self, tag: str) -> None:
        self.within -= tag in ASKING

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.text += data


def fields(answer: HttpResponse) -> set[str]:
    """The fields that an answer shows."""
    text = text_of(answer)
    kind = answer.headers.get("Content-Type", "")
    if "json" in kind:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    told = Told(text).text if kind.startswith("text/html") else text
    text = html.unescape(text)
    found = set(re.findall("甲§(\\w+)§", text))
    found |= {name for name, value in VALUES.items() if re.search(value, text)}
    if "child" in found and CIRCUMSTANCE.search(told):
        found.add("circumstance")
    return found


@dataclass
class Readers:
    """Everybody of a county by role, and programs with a token of a role; ``end`` tells the county."""

    bureau: Bureau
    end: str = ""
    programs: dict[str, Client] = field(default_factory=dict)
    browsers: Browsers = field(init=False)

    def __post_init__(self) -> None:
        self.browsers = Browsers(self.bureau)

    def of(self, role: str, address: str) -> Client | None:
        """Who asks this address in this role; None where nobody can."""
        if not address.startswith(FOR_PROGRAMS):
            return self.browsers.of(role + self.end)
        if policy().roles[role].needs_second_factor:
            return None
        if role not in self.programs:
            secret = make_token(
                by=SYSTEM,
                purpose="某程序",
                role=role,
                organisation=self.bureau[("other " if self.end else "") + WHERE[role]],
                expires_on=timezone.localdate(),
            )[1]
            self.programs[role] = Client(
                raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {secret}"
            )
        return self.programs[role]

    def answers(self, role: str, name: str, rows: Rows, enough: int) -> Iterator[HttpResponse]:
        """What this role is answered at an address about so many objects, with its workbook."""
        client, answered = self.of(role, name), 0
        if client is None:
            return
        for keys in from_both_ends(list(itertools.islice(objects(name, rows, TRIED), TRIED))):
            for words in EVERY[name]() if name in EVERY else [{}]:
                at = path(name, **keys, **words)
                answer = client.get(at, ASKED.get(name, {}))
                if answer.status_code != 200:
                    continue
                yield answer
                if b"export=xlsx" in getattr(answer, "content", b""):
                    yield client.get(at, {"export": "xlsx"})
                if name in SENT:
                    yield client.post(at, SENT[name], follow=True)
                answered += name not in EVERY
            if answered == enough:
                return


def from_both_ends(objects: list[dict[str, int]]) -> Iterator[dict[str, int]]:
    """The first, the last, the second, ...: a builder's later objects are of another kind than its first."""
    half = (len(objects) + 1) // 2
    for pair in itertools.zip_longest(objects[:half], reversed(objects[half:])):
        yield from (one for one in pair if one is not None)


def pairs() -> list[tuple[str, str]]:
    """Every address with every role that opens it."""
    return [(name, role) for name in asked() for role in who_may(name, tuple(WHERE))]


def seen(filled: Filled, of: Iterable[tuple[str, str]], enough: int = 1) -> Shown:
    """Which fields these roles see at these addresses."""
    bureau, rows, _ = filled
    readers = Readers(bureau)
    found: Shown = defaultdict(lambda: defaultdict(set))
    for name, role in of:
        for answer in readers.answers(role, name, rows, enough):
            kind = WORKBOOK if "Content-Disposition" in answer.headers else ""
            for one in fields(answer):
                found[name + kind][one].add(role)
    return found

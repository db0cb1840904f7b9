"""Who answers for a place sees what stands there and below it; what stands beside it or above is not there.

The third dimension of the matrix of `test_bureau_access`: each address with an object × each role that has its
permission × own, sibling, parent organisation × GET and POST. What a role must see is worked out anew
from the tree's parents (`addressed`), not by the queries of the apps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pytest
from addressed import asked, behind, lines, model_of, path, where
from django.db import models, transaction
from django.test import Client
from filling import Filled, Rows
from invented_bureau import WHERE, Bureau, logged_in

from notoneless.bureau.accounts import actions, queries
from notoneless.bureau.accounts.models import Assignment, Lineage, Organisation, User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.audit.actions import SYSTEM

SIBLINGS = {
    "class": "sibling class",
    "school": "sibling school",
    "village": "second village",
    "township": "second township",
    "county": "other county",
    "city": "second city",
}
"""Beside which place another one of the same kind stands."""

FROM_BELOW = {"inspections.Campaign", "inspections:school accounts.Organisation"}
"""Seen from below too: a campaign is a county's and every school sees that it runs; a teacher sees how far
the counting of the school is."""

ALSO = {
    "cases:move": ("case.move",),
    "cases:issue": ("township_leader", "county_officer", "county_leader"),  # a township's document
    "aid:recall": ("aid.approve", "aid.batch"),
    "aid:send_back": ("aid.approve", "aid.batch"),
    "post inspections:school": ("inspection.sign",),
    "post inspections:spot_check": ("inspection.run",),
    "post inspections:unit": ("inspection.run",),
    "post reports:report": ("report.file",),
}
"""Which permission or role an address (or a method of it) asks for besides; refused with 403 or 404."""

ONE_PERSONS = {"accounts:delegate", "accounts:end_delegation"}
"""Of the person alone: whoever has not this role oneself, or has not lent it, finds nothing."""

PROOF_HOLDS = 120
"""Seconds; after five minutes a sensitive address asks to prove it again, which is no answer here."""

OPENS = {200, 302, 405, 409}
"""What a person gets who may: a page, the way on, or why it cannot be done now."""


def siblings(bureau: Bureau) -> dict[str, User]:
    """A person of every role, at the place beside that of the first one."""
    for key, kind, name, parent in (
        ("second city", "city", "另一市", None),
        ("second township", "township", "二镇", "county"),
        ("second village", "village", "二村", "township"),
    ):
        above = bureau[parent] if parent else None
        bureau.places[key] = actions.add_organisation(by=SYSTEM, kind=kind, name=name, parent=above)
    found = {}
    for role, kind in WHERE.items():
        found[role] = User.objects.create(username=f"{role}_beside", name=role)
        place = bureau.places[SIBLINGS[kind]]
        actions.grant(by=SYSTEM, user=found[role], role=role, organisation=place)
    return found


@dataclass
class Cell:
    """One question: who asks what, and whether it must be there for them."""

    address: str
    role: str
    dimension: str
    user: User
    path: str
    there: bool


@dataclass
class Matrix:
    """Every cell, by the policy table and the tree alone."""

    bureau: Bureau
    rows: Rows
    beside: dict[str, User] = field(init=False)
    line: dict[int, list[int]] = field(init=False)
    clients: dict[int, tuple[float, Client]] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=dict)
    stands: dict[type[models.Model], dict[int, set[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.beside = siblings(self.bureau)
        self.line = lines()

    @cached_property
    def addresses(self) -> dict[str, dict[str, tuple[type[models.Model], dict[str, str]]]]:
        """The models of the parameters of each address that has objects."""
        found = {}
        for name in asked():
            told = {p: model_of(what) for p, what in behind().get(name, {}).items()}
            objects = {p: one for p, one in told.items() if one}
            if objects and name not in ONE_PERSONS and not name.startswith("api:v1:"):
                found[name] = objects
        return found

    def client(self, user: User) -> Client:
        """A browser of this person's, who has just proved who they are."""
        since, client = self.clients.get(user.pk, (0.0, Client()))
        if time.monotonic() - since > PROOF_HOLDS:
            client = logged_in(user)
            self.clients[user.pk] = time.monotonic(), client
        return client

    def ask(self, user: User, method: str, address: str) -> int:
        """The status of the answer; what was done by asking is undone."""
        client = self.client(user)  # a session of its own, which stays
        with transaction.atomic():
            status = getattr(client, method)(address).status_code
            transaction.set_rollback(True)
        return int(status)

    def keys(self, model: type[models.Model], narrow: dict[str, str]) -> list[int]:
        """The objects of 甲县 and, of organisations and assignments, also those above it."""
        keys = set(self.rows[model])
        if model is Organisation:
            keys.add(self.bureau["city"].pk)
        found = model._default_manager.filter(pk__in=keys, **narrow)
        return sorted(found.values_list("pk", flat=True))

    def places(self, model: type[models.Model], key: int) -> set[int]:
        """Where an object stands."""
        if model not in self.stands:
            keys = model._default_manager.values_list("pk", flat=True)
            self.stands[model] = where(model, list(keys))
        return self.stands[model].get(key, set())

    def sees(self, place: int, address: str, model: type[models.Model], key: int) -> bool:
        """Does who answers for a place answer for this object?"""
        stands = self.places(model, key)
        if any(place in self.line[one] for one in stands):
            return True
        label = model._meta.label
        below = label in FROM_BELOW or f"{address} {label}" in FROM_BELOW
        return below and any(one in self.line[place] for one in stands)

    def example(self, address: str, role: str) -> dict[str, int]:
        """Objects at a role's own place; of several those which the page is about now."""
        place, user = self.bureau.places[WHERE[role]].pk, self.bureau[role]
        found = {}
        for parameter, (model, narrow) in self.addresses[address].items():
            seen = [
                key for key in self.keys(model, narrow) if self.sees(place, address, model, key)
            ]
            if not seen:
                return {}
            found[parameter] = seen[0]
            if len(seen) > 1 and len(self.addresses[address]) == 1:
                if self.opening.get(address) not in seen:
                    tries = {key: path(address, **{parameter: key}) for key in seen[:4]}
                    self.opening[address] = next(
                        (key for key, at in tries.items() if self.ask(user, "get", at) != 404),
                        seen[0],
                    )
                found[parameter] = self.opening[address]
        return found

    def above(self, address: str, role: str, own: dict[str, int]) -> dict[str, int]:
        """The same with the last object one that stands above the role's place, where there is one."""
        place = self.bureau.places[WHERE[role]].pk
        parameter, (model, narrow) = list(self.addresses[address].items())[-1]
        for key in self.keys(model, narrow):
            stands = self.places(model, key)
            if not self.sees(place, address, model, key) and any(
                one in self.line[place][1:] for one in stands
            ):
                rest = {name: one for name, one in own.items() if name != parameter}
                return {**rest, parameter: key} if len(rest) + 1 == len(own or [0]) else {}
        return {}

    def pairs(self) -> list[tuple[str, str]]:
        """Each address with each role that has its permission; to others it is 403 whatever the key."""
        return [
            (name, role)
            for name in self.addresses
            for row in [policy().permission(asked()[name].callback.permission)]
            for role in WHERE
            if row.roles is None or role in row.roles
        ]

    def cells(self, name: str, role: str) -> Iterator[Cell]:
        """Own, sibling and parent organisation, where there is such an object."""
        me, own = self.bureau[role], self.example(name, role)
        if own:
            yield Cell(name, role, "own", me, path(name, **own), True)
            at = self.bureau.places[SIBLINGS[WHERE[role]]].pk
            objects = self.addresses[name]
            if not all(self.sees(at, name, objects[p][0], key) for p, key in own.items()):
                yield Cell(name, role, "sibling", self.beside[role], path(name, **own), False)
        if up := self.above(name, role, own):
            yield Cell(name, role, "parent", me, path(name, **up), False)


def lacks(role: str, asked_for: str) -> bool:
    """Has this role not what the address asks for besides its permission?"""
    also = ALSO.get(asked_for) or ALSO.get(asked_for.partition(" ")[2]) or (role,)
    table = policy().permissions
    return not any(
        role == one or role in (table[one].roles or ())
        for one in also
        if one in table or one == role
    )


def wrong_cells(
    matrix: Matrix, pairs: list[tuple[str, str]]
) -> tuple[list[str], dict[str, int], set[str]]:
    """What answers otherwise than it must, how many cells there were by dimension, what opened at all."""
    wrong, counted, opened = [], dict.fromkeys(("own", "sibling", "parent"), 0), set()
    for cell in (cell for pair in pairs for cell in matrix.cells(*pair)):
        for method in ("get", "post"):
            status = matrix.ask(cell.user, method, cell.path)
            counted[cell.dimension] += 1
            refused = lacks(cell.role, f"{method} {cell.address}")
            right = {403, 404, 405} if refused else OPENS if cell.there else {404, 405}
            if cell.there and status in (200, 302, 409):
                opened.add(cell.address)
            if status not in right:
                at = f"{cell.role} {cell.dimension} {method} {cell.address} {cell.path}"
                wrong.append(f"{at}: {status}")
    return wrong, counted, opened


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])
def test_own_sibling_and_parent(filled: Filled, every: int) -> None:
    bureau, rows, _ = filled
    matrix = Matrix(bureau, rows)
    wrong, counted, opened = wrong_cells(matrix, matrix.pairs()[::every])
    assert not wrong, "\n".join(wrong)
    assert min(counted.values()) > 100 // every, counted
    if every == 1:  # each address shows somebody an object, else its other cells would say nothing
        there = {
            name
            for name, objects in matrix.addresses.items()
            if all(matrix.keys(model, narrow) for model, narrow in objects.values())
        }
        assert not there - opened, there - opened


def test_a_naive_reach_would_fail_it(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: who has a right somewhere has it everywhere in the county."""

    def everywhere(_by: User, _permission: str) -> object:
        return Lineage.objects.values_list("below", flat=True)

    from notoneless.bureau.ledger import queries as ledger
    from notoneless.bureau.recognition import queries as recognition

    for module in (queries, ledger, recognition):
        monkeypatch.setattr(module, "reach", everywhere)
    bureau, rows, _ = filled
    one = [("ledger:entry", "county_leader"), ("recognition:notice", "school_head")]
    wrong, _, _ = wrong_cells(Matrix(bureau, rows), one)
    assert any("sibling" in cell for cell in wrong)


def test_a_role_is_lent_by_who_has_it_alone(filled: Filled) -> None:
    """The two addresses of one person: not even the leader of the county finds them."""
    bureau, _, _ = filled
    own = bureau["county_officer"].assignments.get()
    lent = Assignment.objects.get(delegated_from=own)
    for user, status in (("county_officer", {200, 302}), ("county_leader", {404})):
        client = logged_in(bureau[user])
        with transaction.atomic():
            assert client.get(path("accounts:delegate", assignment=own.pk)).status_code in status
            end = client.post(path("accounts:end_delegation", assignment=lent.pk))
            assert end.status_code in status
            transaction.set_rollback(True)


def test_every_address_with_a_parameter_says_whose_object_it_is() -> None:
    """A new address: its row in `addressed`, and it is asked for what is not the reader's."""
    keyed = {name for name, pattern in asked().items() if pattern.pattern.converters}
    assert keyed == set(behind()), (
        f"{keyed ^ set(behind())}: its row in BEHIND of tests/reliability/addressed.py"
    )

"""The log says what was done in the transaction that did it, and no alteration goes unseen."""

from __future__ import annotations

import datetime as dt
import random
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from notoneless import vault
from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.audit import append_only, chain, queries
from notoneless.bureau.audit.models import Event, Head

SYSTEM = audit.SYSTEM


class Undone(Exception):
    """Rolls back what was tried."""


@audit.action
def say(word: str, **details: object) -> None:
    audit.record(SYSTEM, word, **details)


def fill(count: int) -> list[Event]:
    for number in range(count):
        say("test.said", number=number)
    return list(Event.objects.order_by("seq"))


@pytest.mark.django_db
def test_what_is_rolled_back_was_not_said() -> None:
    @audit.action
    def fails() -> None:
        audit.record(SYSTEM, "test.failed")
        raise Undone

    @audit.action
    def survives() -> None:
        audit.record(SYSTEM, "test.before")
        with pytest.raises(Undone):
            fails()
        audit.record(SYSTEM, "test.after")

    with pytest.raises(Undone):
        fails()
    survives()
    assert list(Event.objects.order_by("seq").values_list("verb", flat=True)) == [
        "test.before",
        "test.after",
    ]
    assert queries.verify().whole


@pytest.mark.django_db
def test_saying_something_outside_of_an_action_is_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"@audit\.action"):
        audit.record(SYSTEM, "test.said")


@pytest.mark.django_db
def test_an_id_number_does_not_get_into_the_log() -> None:
    with pytest.raises(ValueError, match="ID number"):
        say("test.said", number="510699201503120017")
    with pytest.raises(ValueError, match="ID number"):
        say("test.said", number="f510699201503120017f")
    say(
        "test.said", digest="f510699201503120017" + "f" * 45
    )  # digits of a hash are nobody's number


@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_event SET verb = 'nothing'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE seq = 2",
    ],
)
def test_the_database_itself_refuses(attack: str) -> None:
    fill(3)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(attack)
    assert queries.verify().right == 3


# --- alterations: 1,000 of 1,000 are found ----------------------------------------------------------

KINDS = ("flip", "delete", "insert", "swap", "cut", "roll back")


def alter(
    rng: random.Random, kind: str, events: list[Event]
) -> tuple[list[Event], tuple[int, str]]:
    """An altered copy of the log with the end that the attacker, who can write every table, gives it."""
    log = [Event(**{f: getattr(e, f) for f in (*chain.FIELDS, "mac")}) for e in events]
    at = rng.randrange(len(log))
    if kind == "flip":
        name = rng.choice([*chain.FIELDS, "mac"])
        old = getattr(log[at], name)
        if isinstance(old, dt.datetime):
            new: object = old + dt.timedelta(microseconds=rng.choice((1, -1, 10**6)))
        elif isinstance(old, int):
            new = old ^ (1 << rng.randrange(20))
        elif old is None:
            new = rng.randrange(100)
        elif old:
            where = rng.randrange(len(old))
            new = old[:where] + chr(ord(old[where]) ^ 1) + old[where + 1 :]
        else:
            new = "x"
        setattr(log[at], name, new)
    elif kind == "delete":
        del log[at]
        if rng.random() < 0.5:  # and renumber, so that nothing is missing
            for number, event in enumerate(log, 1):
                event.seq = number
    elif kind == "insert":
        twin = Event(**{f: getattr(log[at], f) for f in (*chain.FIELDS, "mac")})
        twin.verb = "test.inserted"
        log.insert(at, twin)
        for number, event in enumerate(log, 1):
            event.seq = number
    elif kind == "swap":
        other = rng.choice([n for n in range(len(log)) if n != at])
        log[at], log[other] = log[other], log[at]
        if rng.random() < 0.5:
            for number, event in enumerate(log, 1):
                event.seq = number
    elif kind == "cut":
        log = log[: rng.randrange(len(log))]
    else:  # roll back: an earlier, whole log, and then other things were done
        log = log[: rng.randrange(len(log))]
        before = log[-1].mac if log else ""
        for number in range(rng.randrange(1, 4)):
            new_event = Event(
                seq=len(log) + 1,
                at=dt.datetime(2026, 11, 1, number, tzinfo=dt.UTC),
                actor=None,
                actor_name="system",
                verb="test.other",
                details="{}",
            )
            # The honest system itself wrote these, with the key, after the roll back.
            new_event.mac = chain.mac(vault.ring(), before, new_event)
            before = new_event.mac
            log.append(new_event)
    return log, (log[-1].seq, log[-1].mac) if log else (0, "")


@pytest.mark.django_db
def test_a_thousand_alterations_of_a_thousand_are_found() -> None:
    events = fill(40)
    kept = queries.head()
    head = Head.objects.get()
    assert chain.verify(events, vault.ring(), (head.seq, head.mac), [kept]).whole
    rng = random.Random(4)
    missed = []
    for number in range(1000):
        kind = KINDS[number % len(KINDS)]
        log, end = alter(rng, kind, events)
        if chain.verify(log, vault.ring(), end, [kept]).whole:
            missed.append((number, kind))
    assert not missed


@pytest.mark.django_db
def test_a_log_without_a_key_would_not_notice() -> None:
    """The mutant: a chain of plain hashes, which the attacker recomputes, and no kept end."""
    from dataclasses import replace

    events = fill(5)
    public = replace(vault.ring(), audit=bytes(32))  # everybody knows this key
    before = ""
    for event in events:
        event.verb = "test.altered"
        event.mac = before = chain.mac(public, before, event)
    end = (events[-1].seq, events[-1].mac)
    assert chain.verify(events, public, end).whole
    assert not chain.verify(events, vault.ring(), end).whole


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_alterations_in_the_database_are_found() -> None:
    fill(6)
    kept = queries.head()
    append_only.drop(connection)
    attacks = {
        "UPDATE audit_event SET details = '{}' WHERE seq = 3": 3,
        "DELETE FROM audit_event WHERE seq = 3": 3,
        "UPDATE audit_event SET purpose = 'x' WHERE seq = 6": 6,
    }
    try:
        for attack, place in attacks.items():
            with suppress(Undone), transaction.atomic():
                connection.cursor().execute(attack)
                assert queries.verify().broken_at == place, attack
                raise Undone
        assert queries.verify([kept]).whole
        mac = Event.objects.get(seq=4).mac
        connection.cursor().execute("DELETE FROM audit_event WHERE seq > 4")
        assert queries.verify().why == chain.END
        connection.cursor().execute("UPDATE audit_head SET seq = 4, mac = %s", [mac])
        assert queries.verify().whole, "a cut is whole in itself"
        assert queries.verify([kept]).why == chain.KEPT, "and is found by the end kept elsewhere"
    finally:
        append_only.create(connection)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_eight_writers_make_one_chain() -> None:
    errors = []

    def write(number: int) -> None:
        try:
            for turn in range(5):
                say("test.said", number=number, turn=turn)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not errors
    assert queries.verify() == chain.Verdict(40)


def test_every_write_of_the_apps_is_an_action() -> None:
    """A public function of an ``actions.py`` that is no action would write without saying so."""
    import inspect

    from notoneless.bureau import offers

    silent = [
        f"{module.__name__}.{name}"
        for module in offers.found("actions")
        if module is not audit
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__.startswith(module.__name__)  # a file, or a folder of them
        and not name.startswith("_")
        and not getattr(function, "is_action", False)
    ]
    assert not silent, f"{silent}: put @audit.action on it, or begin its name with an underscore"
    assert getattr(accounts.grant, "is_action", False)


def test_every_verb_has_its_words() -> None:
    """What is recorded can be read on the first page and in the log."""
    import ast

    import notoneless.bureau
    from notoneless.bureau import offers

    known = {verb for module in offers.found("actions") for verb in getattr(module, "VERBS", {})}
    said = {
        argument.value
        for path in Path(notoneless.bureau.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", "") or getattr(node.func, "id", ""))
        in ("record", "read", "_record")
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert {verb for verb in said if "." in verb and " " not in verb} <= known, (
        "put their words into VERBS"
    )

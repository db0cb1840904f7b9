"""Doing something, and saying so in the same transaction."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from django.db import models, transaction
from django.utils import timezone

from notoneless import vault
from notoneless.bureau.audit import chain
from notoneless.bureau.audit.models import Event, Head
from notoneless.i18n import N_

P = ParamSpec("P")
R = TypeVar("R")


class Actor(Protocol):
    """Who acts: a user of the bureau (`accounts.models.User`), or `SYSTEM`."""

    @property
    def pk(self) -> int | None:
        """The user's key."""

    def get_username(self) -> str:
        """The name to sign with."""


@dataclass(frozen=True, slots=True)
class _System:
    pk: None = None

    def get_username(self) -> str:
        return "system"


VERBS = {
    "audit.read": N_("查看审计日志"),
    "audit.verified": N_("核验审计链"),
    "list.exported": N_("导出名单"),
    "keys.rotated": N_("更换密钥"),
}
"""What the verbs of the log mean, in words. Every app's ``actions.py`` has its own ``VERBS``."""

SYSTEM: Actor = _System()
"""The system itself, where nobody asked: the nightly sweep, the first start."""


@dataclass(slots=True)
class _Said:
    at: dt.datetime
    by: Actor
    verb: str
    subject_kind: str
    subject: str
    organisation: int | None
    purpose: str
    details: str


class _Open(threading.local):
    """The events of the action that this thread is in; None outside of any."""

    said: list[_Said] | None = None


_open = _Open()

ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
"""What must never stand in the log; the rest is for the tests of each app."""

DIGEST = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])")
"""A hash may have eighteen digits in a row, one of a thousand has; it is nobody's number."""


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function an action: atomic, and its events written at its very end.

    Within an action another one is a part of it: one transaction, one writing of events. They are
    written last, because adding to the chain locks its end: no other writer waits for longer than that,
    and since nothing is locked after it, two actions cannot wait for each other.
    """

    @functools.wraps(function)
    def acting(*args: P.args, **kwargs: P.kwargs) -> R:
        if _open.said is not None:
            before = len(_open.said)
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except BaseException:
                del _open.said[before:]  # what was rolled back was not done
                raise
        _open.said = []
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                _append(_open.said)
            return result
        finally:
            _open.said = None

    acting.is_action = True  # type: ignore[attr-defined]  # seen by tests/architecture
    return acting


def long_action(function: Callable[P, R]) -> Callable[P, R]:
    """Mark an act that computes for long and writes in short actions of its own.

    It holds no transaction, and therefore cannot be a part of another action.
    """

    @functools.wraps(function)
    def acting(*args: P.args, **kwargs: P.kwargs) -> R:
        if _open.said is not None:
            raise RuntimeError(f"{function.__name__}: call it outside of any action, it takes long")
        return function(*args, **kwargs)

    acting.is_action = True  # type: ignore[attr-defined]  # as above
    return acting


def record(
    by: Actor,
    verb: str,
    subject: models.Model | None = None,
    *,
    organisation: models.Model | int | None = None,
    purpose: str = "",
    **details: object,
) -> None:
    """Say what is being done: ``record(by, "child.read", child, purpose="核对公安名单")``.

    ``verb`` is ``thing.done``, for ever the same, with its words in the app's ``VERBS``; ``details`` are
    counts, names of fields, keys of rows, never a name, number or address of a person. ``organisation`` is
    where it happened.
    """
    if _open.said is None:
        raise RuntimeError(f"{verb}: record() belongs into a function with @audit.action")
    text = json.dumps(details, ensure_ascii=False, sort_keys=True, default=str)
    if ID_NUMBER.search(DIGEST.sub("", text) + purpose):
        raise ValueError(f"{verb}: an ID number must not go into the audit log")
    where = organisation.pk if isinstance(organisation, models.Model) else organisation
    _open.said.append(
        _Said(
            timezone.now(),
            by,
            verb,
            subject._meta.label_lower if subject is not None else "",
            str(subject.pk) if subject is not None else "",
            where,
            purpose,
            text,
        )
    )


def _append(said: list[_Said]) -> None:
    if not said:
        return
    keys = vault.ring()
    head = Head.objects.select_for_update().get(id=1)
    events = []
    for one in said:
        event = Event(
            seq=head.seq + 1,
            at=one.at,
            actor=one.by.pk,
            actor_name=one.by.get_username(),
            verb=one.verb,
            subject_kind=one.subject_kind,
            subject=one.subject,
            organisation=one.organisation,
            purpose=one.purpose,
            details=one.details,
        )
        event.mac = chain.mac(keys, head.mac, event)
        head.seq, head.mac = event.seq, event.mac
        events.append(event)
    Event.objects.bulk_create(events)
    head.save(update_fields=("seq", "mac"))


@action
def read(by: Actor, verb: str, subject: models.Model, *, purpose: str = "") -> None:
    """Say that somebody read a file (a child's page, an ID number): ``read(by, "child.read", child)``.

    Reading is a row like writing; call it in the view or the query that hands the file out.
    """
    record(by, verb, subject, purpose=purpose)


@action
def read_log(by: Actor) -> None:
    """Say that somebody looked into the log itself."""
    record(by, "audit.read")


@action
def note_verified(by: Actor, *, whole: bool, right: int) -> None:
    """Say that somebody recomputed the chain, how many of its rows were right, and whether that was all."""
    record(by, "audit.verified", whole=whole, right=right)

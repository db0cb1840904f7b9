"""Reading the log. Who may is decided where it is asked (the policy's ``audit.read``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import Count, QuerySet

from notoneless import vault
from notoneless.bureau import offers
from notoneless.bureau.audit import chain
from notoneless.bureau.audit.actions import Actor
from notoneless.bureau.audit.models import Event, Head
from notoneless.i18n import gettext


def head() -> str:
    """The end of the chain as it is printed and kept elsewhere: ``seq:mac``."""
    return str(Head.objects.get(id=1))


def verify(kept: Iterable[str] = ()) -> chain.Verdict:
    """Recompute the whole chain with the key; ``kept`` are ends that were kept elsewhere.

    Both tables are read without a lock: run it in a transaction, or while nobody writes.
    """
    end = Head.objects.filter(id=1).first()
    events = Event.objects.order_by("seq").iterator(chunk_size=5000)
    return chain.verify(events, vault.ring(), (end.seq, end.mac) if end else (0, "gone"), kept)


def since_verified() -> tuple[dt.datetime | None, int]:
    """When somebody last had the chain recomputed on its page, and how many rows have come since."""
    last = Event.objects.filter(verb="audit.verified").order_by("-seq").first()
    after = Event.objects.filter(seq__gt=last.seq) if last else Event.objects.all()
    return (last.at if last else None), after.count()


def of_subject(subject: models.Model) -> QuerySet[Event]:
    """What happened to one row, newest first."""
    return Event.objects.filter(
        subject_kind=subject._meta.label_lower, subject=str(subject.pk)
    ).order_by("-seq")


def newest() -> QuerySet[Event]:
    """The whole log, newest first."""
    return Event.objects.order_by("-seq")


QUIET = ("user.logged_in", "user.logged_out", "audit.read", "list.exported")
"""What is recorded and yet is not work done; nor is what ends in ``.read``."""


def words(verb: str) -> str:
    """What a verb of the log means, in the reader's language; itself when no app explains it."""
    for module in offers.found("actions"):
        if text := getattr(module, "VERBS", {}).get(verb):
            return gettext(text)
    return verb


def done_by(actor: Actor, *, since: dt.datetime) -> list[tuple[str, int]]:
    """What somebody has done since a moment: each verb, in words, with how often; most often first."""
    counted = (
        Event.objects.filter(actor=actor.pk, at__gte=since)
        .exclude(verb__in=QUIET)
        .exclude(verb__endswith=".read")
        .values_list("verb")
        .annotate(times=Count("seq"))
        .order_by("-times", "verb")
    )
    return [(words(verb), times) for verb, times in counted]

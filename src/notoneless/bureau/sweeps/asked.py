"""What a page about a sweep is asked for: whose place, of which day, which guarantees this person may know of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404

from notoneless import kernel
from notoneless.bureau.accounts.access import Request
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.sweeps import board_reading, rules
from notoneless.bureau.sweeps.board import Promise
from notoneless.bureau.sweeps.models import Sweep


@dataclass(frozen=True)
class Asked:
    """A place in the reach of ``by``, and a sweep. ``on`` is the day asked for, None for the newest."""

    by: User
    place: Organisation
    sweep: Sweep
    on: dt.date | None = None

    @cached_property
    def sees_need(self) -> bool:
        """May this person know here who is in need?"""
        return may(self.by, "child.need", self.place)

    @cached_property
    def guarantees(self) -> tuple[kernel.Guarantee, ...]:
        """Those in force on the day that this person may know of, in the order of the rulebook."""
        told = rules.of(self.sweep)
        return tuple(
            one
            for one in told.guarantees
            if told.sweep.in_force(one) and (self.sees_need or one.id not in told.of_need)
        )

    @property
    def promises(self) -> Sequence[Promise]:
        """The same as the board has them."""
        return [Promise(one.id, str(one.text)) for one in self.guarantees]

    @cached_property
    def before(self) -> Sweep | None:
        """The last sweep of the month before."""
        return board_reading.month_before(self.sweep)

    @cached_property
    def newest(self) -> bool:
        """Is it the last sweep there is?"""
        return not Sweep.objects.filter(state=Sweep.State.DONE, pk__gt=self.sweep.pk).exists()

    @property
    def day(self) -> str:
        """``&on=2026-10-31`` for the addresses of other places; "" for the newest."""
        return f"&{urlencode({'on': self.on})}" if self.on else ""


def of(request: Request) -> Asked | None:
    """What a request asks for; 404 for a place that is not theirs, None when there was no sweep yet."""
    place = board_reading.place(request.user, _number(request.GET.get("place")))
    if place is None:
        raise Http404
    on = _day(request.GET.get("on"))
    sweep = board_reading.sweep_on(on)
    if sweep is None:
        return None
    return Asked(request.user, place, sweep, on)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise Http404
    return int(text)


def _day(text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None

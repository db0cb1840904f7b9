"""The board of a place, read from the sums of one sweep: two statements, however many children there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from notoneless.bureau.accounts.models import Lineage, Organisation, User
from notoneless.bureau.accounts.queries import BY_GRADE, reach
from notoneless.bureau.sweeps.board import Board, Count, Place, Promise, lay_out
from notoneless.bureau.sweeps.models import Sweep, Tally

PARTS: dict[str, tuple[str, ...]] = {
    "province": ("city",),
    "city": ("county",),
    "county": ("township", "school"),
    "township": ("village",),
    "school": ("class",),
}
"""What a kind of place can be seen by, the first unless another is asked for."""


def roots(by: User) -> list[Organisation]:
    """The highest places of a person, those that no other of theirs stands above."""
    here = reach(by, "child.see")
    below = Lineage.objects.filter(above__in=here, depth__gt=0).values("below")
    return list(
        Organisation.objects.filter(pk__in=here).exclude(pk__in=below).order_by("code", "name")
    )


def place(by: User, key: int | None) -> Organisation | None:
    """A place of this person's, by default the highest; None when it is not theirs or not there."""
    if key is None:
        return next(iter(roots(by)), None)
    return Organisation.objects.filter(pk__in=reach(by, "child.see"), pk=key).first()


def parts(whole: Organisation, kind: str) -> QuerySet[Organisation]:
    """The places of a kind right below another that are still open."""
    found = Organisation.objects.filter(parent=whole, kind=kind, valid_to__isnull=True)
    return found.order_by("code", BY_GRADE, "name")


def read(
    whole: Organisation, kind: str, promises: Sequence[Promise], sweep: Sweep, before: Sweep | None
) -> Board:
    """The board of a place by its parts of a kind ("" for none), with the change since ``before``."""
    below = list(parts(whole, kind)) if kind else []
    places = [Place(one.pk, one.name, one.kind) for one in (whole, *below)]
    keys = [one.key for one in places]
    return lay_out(promises, places, counts(sweep, keys), counts(before, keys) if before else None)


def counts(sweep: Sweep, places: Iterable[int]) -> dict[tuple[int, str], Count]:
    """What a sweep counted at these places, by place and guarantee."""
    rows = Tally.objects.filter(sweep=sweep, organisation__in=places).values_list(
        "organisation_id", "guarantee", "kept", "excused", "gap", "unknown", "unsure"
    )
    return {(place, guarantee): Count(*numbers) for place, guarantee, *numbers in rows}


def sweep_on(on: dt.date | None = None) -> Sweep | None:
    """The last sweep by a day (None: by now) of which the sums are kept; older ones are thinned."""
    done = _with_sums()
    if on is not None:
        done = done.filter(as_of__lte=on)
    return done.order_by("-as_of", "-pk").first()


def month_before(sweep: Sweep) -> Sweep | None:
    """The last sweep of the month before a sweep's; None when there was none."""
    last_day = sweep.as_of.replace(day=1) - dt.timedelta(days=1)
    found = sweep_on(last_day)
    return found if found and found.as_of >= last_day.replace(day=1) else None


def days() -> list[dt.date]:
    """The days of which one can see how it stood, the newest first: those of which the sums are kept."""
    told = _with_sums().order_by("-as_of").values_list("as_of", flat=True)
    return list(dict.fromkeys(told))


def _with_sums() -> QuerySet[Sweep]:
    return Sweep.objects.filter(
        Exists(Tally.objects.filter(sweep=OuterRef("pk"))), state=Sweep.State.DONE
    )

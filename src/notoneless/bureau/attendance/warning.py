"""Early warning: who to ask about first, in points that add up and words that say why (warning.toml).

Nothing acts on it: no case, no state, no notice. Each term it is held against what happened: of the children
for whom a case of absence was opened afterwards, how many it had named (sensitivity); of those it named, for
how many one was (precision); and how many children it gave people to look at (workload).
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.db import connection
from django.db.models import Count, Q

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.attendance.models import Call, Mark
from notoneless.bureau.attendance.queries import sizes
from notoneless.bureau.attendance.roster import expected_seats
from notoneless.bureau.attendance.sheet import MISSED
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases.models import Case
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import Child, Enrolment
from notoneless.bureau.people.standing import When
from notoneless.calendar import school_year_on
from notoneless.i18n import Text, gettext

AGE_AT_GRADE_0 = 6
"""The oldest usual pupil of grade g of the school year that begins in year Y was born on 1 September Y-6-g."""
YEARS_OVER = 2


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that is told of a child, and its points; ``permission`` is asked for where it is delicate."""

    id: str
    text: Text
    points: int
    source: Text
    permission: str = ""
    percent: int = 0

    @property
    def label(self) -> str:
        """What it says, in the reader's language."""
        return str(self.text).format(days=table().window_days)


@dataclass(frozen=True, slots=True)
class Reference:
    """What others published of theirs, in percent; None where it was not told."""

    name: str
    sensitivity: int | None = None
    precision: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The whole of ``warning.toml``."""

    look_from: int
    window_days: int
    least_called: int
    signs: tuple[Sign, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - that is what it is called in the field
    """A child to ask about: the class, the signs, their points together."""

    child: int
    school_class: int
    signs: tuple[Sign, ...]

    @property
    def points(self) -> int:
        """The sum."""
        return sum(sign.points for sign in self.signs)

    @property
    def words(self) -> str:
        """Why, each sign with its points: ``近60天缺了一成以上的课 +2；…``."""
        return gettext("；").join(f"{one.label} +{one.points}" for one in self.signs)


@dataclass(frozen=True, slots=True)
class Measured:
    """How it did from ``on`` to ``until``: named, of them with a case later; all with a case later; pupils."""

    on: dt.date
    until: dt.date
    named: int
    right: int
    cases: int
    pupils: int

    @property
    def sensitivity(self) -> int | None:
        """Percent, cut; None when nothing happened."""
        return self.right * 100 // self.cases if self.cases else None

    @property
    def precision(self) -> int | None:
        """Percent, cut; None when nobody was named."""
        return self.right * 100 // self.named if self.named else None


@cache
def table() -> Table:
    """Signs, weights and references, read once."""
    content = tomllib.loads(files(__package__).joinpath("warning.toml").read_text("utf-8"))
    return Table(
        content["look_from"],
        content["window_days"],
        content["least_called"],
        tuple(
            Sign(**row | {"text": Text(**row["text"]), "source": Text(**row["source"])})
            for row in content["sign"]
        ),
        tuple(Reference(**row) for row in content["reference"]),
    )


def warnings(by: User | audit.Actor, on: dt.date) -> list[Warning]:
    """Whom to ask about, as known on a day, most points first; of those in reach, by signs one may see."""
    told: dict[int, list[Sign]] = defaultdict(list)
    for sign in table().signs:
        if sign.permission and isinstance(by, User) and not may(by, sign.permission):
            continue
        for child in _with(sign, on):
            told[child].append(sign)
    look = {
        child: tuple(signs)
        for child, signs in told.items()
        if sum(sign.points for sign in signs) >= table().look_from
    }
    inside = set(reach(by, "attendance.warn")) if isinstance(by, User) else None
    found = [
        Warning(child, seat, look[child])
        for child, seat in _seats(on, look)
        if inside is None or seat in inside
    ]
    return sorted(found, key=lambda one: (-one.points, one.school_class, one.child))


def measure(by: User | audit.Actor, on: dt.date, until: dt.date) -> Measured:
    """Hold what it said on a day against the cases of absence that were opened after it, in reach."""
    named = {one.child for one in warnings(by, on)}
    rows = Case.objects.filter(
        kind="absent", subject_kind="child", opened_on__gt=on, opened_on__lte=until
    )
    pupils = sizes(on)
    if isinstance(by, User):
        inside = set(reach(by, "attendance.warn"))
        rows = rows.filter(school__in=reach(by, "attendance.warn"))
        pupils = {seat: count for seat, count in pupils.items() if seat in inside}
    cases = set(rows.values_list("subject", flat=True))
    return Measured(on, until, len(named), len(named & cases), len(cases), sum(pupils.values()))


def _seats(on: dt.date, children: Collection[int]) -> Iterable[tuple[int, int]]:
    for keys in chunks(children):
        with connection.cursor() as cursor:
            cursor.execute(expected_seats(on, children=keys))
            yield from cursor.fetchall()


def _with(sign: Sign, on: dt.date) -> Iterable[int]:
    """The children of whom a sign is told on a day."""
    if sign.percent:
        return _missed(on, sign.percent)
    return {"over_age": _over_age, "earlier_case": _earlier_case, "left_behind": _left_behind}[
        sign.id
    ](on)


def _missed(on: dt.date, percent: int) -> Iterable[int]:
    """Missed so much of the half-days on which the class was called, on leave or not."""
    since = on - dt.timedelta(days=table().window_days)
    counting = Q(day__gt=since, day__lte=on, replaced_at__isnull=True)
    called = dict(Call.objects.filter(counting).values_list("school_class").annotate(Count("pk")))
    missed = (
        Mark.objects.filter(
            state__in=MISSED,
            call__day__gt=since,
            call__day__lte=on,
            call__replaced_at__isnull=True,
        )
        .values_list("child__person", "call__school_class")
        .annotate(Count("pk"))
    )
    return [
        int(child or 0)
        for child, place, halves in missed
        if called[place] >= table().least_called and halves * 100 >= called[place] * percent
    ]


def _over_age(on: dt.date) -> Iterable[int]:
    year = school_year_on(on)
    older = Q()
    for grade in range(1, 10):
        born = dt.date(year - AGE_AT_GRADE_0 - grade - YEARS_OVER + 1, 9, 1)
        older |= Q(grade=grade, birth_date__lt=born)
    return Child.objects.filter(older, on_roll=True).values_list("pk", flat=True)


def _earlier_case(on: dt.date) -> Iterable[int]:
    return (
        Case.objects.filter(subject_kind="child", closed_on__lte=on)
        .values_list("subject", flat=True)
        .distinct()
    )


def _left_behind(on: dt.date) -> Iterable[int]:
    rows = Enrolment.objects.filter(When(on).held, left_behind=True)
    return {int(child or 0) for child in rows.values_list("child__person", flat=True)}

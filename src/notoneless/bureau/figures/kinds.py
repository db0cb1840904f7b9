"""What a figure is: what is counted, of whom, when, in which unit; never a typed value.

An app defines its figures in a file ``figures.py`` (found by `offers`)::

    FIGURES = (
        Figure(
            id="people.children",
            text=N_("户籍名单上的儿童"),
            unit=N_("人"),
            what=N_("户籍适龄儿童名单上的儿童，每人计一次"),
            period=ON_A_DAY,
            by=("county",),
            records=in_register,
        ),
    )

``records(on, known_on)`` gives the records as one SQL ``SELECT`` with the columns ``record`` (a key),
``place`` (the organisation it belongs to, for reach and for counties), and one for each further breakdown of
``by``. The value is the number of its rows; who opens a figure sees the rows in reach.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.db import connection

from notoneless.bureau import offers
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.i18n import gettext

Period = Literal["day", "term", "year"]
Records = Callable[[dt.date, dt.date | None], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A definition. ``text``, ``unit`` and ``what`` are messages marked with `N_`.

    ``by`` are breakdowns: ``county``, or a column of ``records``, whose words ``word(column, code)`` gives.
    ``counted(on, known_on)`` says whether anything was counted by that day: where it was not, the value is not
    known, and zero would be a lie. ``page`` is the name of the address that opens a record by its key,
    ``permission`` the right to see one.
    ``sums`` names a column of ``records`` with fen, which is added up instead of counting the rows.
    ``everywhere``: what is counted belongs to no place and is the same for everybody (rules in force).
    """

    id: str
    text: str
    unit: str
    what: str
    records: Records
    by: tuple[str, ...] = ("county",)
    period: Period = "day"
    page: str = ""
    permission: str = "child.see"
    word: Callable[[str, str], str] = lambda _column, code: code
    shown: Callable[[list[int]], dict[int, str]] = lambda keys: {key: str(key) for key in keys}
    counted: Callable[[dt.date, dt.date | None], bool] = lambda _on, _known_on: True
    sums: str = ""
    everywhere: bool = False

    @property
    def label(self) -> str:
        """The text in the reader's language."""
        return gettext(self.text)

    @property
    def measure(self) -> str:
        """What is reckoned of the rows ``r``, as SQL."""
        return f"coalesce(sum(r.{self.sums}), 0)" if self.sums else "count(*)"

    def written(self, number: int) -> str:
        """A value as it is shown: grouped, money in yuan."""
        return f"{number / 100:,.2f}" if self.sums else f"{number:,}"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure counted: in all, and by each breakdown with its words, largest first; money in fen."""

    figure: Figure
    on: dt.date
    known_on: dt.date | None
    count: int
    parts: dict[str, list[tuple[str, int]]]

    @property
    def known(self) -> bool:
        """Whether anything was counted by that day; if not, a count of 0 says nothing."""
        return self.figure.counted(self.on, self.known_on)

    @property
    def written(self) -> str:
        """The value as it is shown."""
        return self.figure.written(self.count) if self.known else gettext("未知")


@cache
def figures() -> dict[str, Figure]:
    """Every figure of every app by its id."""
    found: dict[str, Figure] = {}
    for module in offers.found("figures"):
        for figure in getattr(module, "FIGURES", ()):
            if figure.id in found:
                raise ValueError(f"figure {figure.id} is defined twice")
            found[figure.id] = figure
    return found


def value(
    figure: Figure, *, on: dt.date, known_on: dt.date | None = None, by: User | None = None
) -> Value:
    """Count it; with ``by`` only the records in reach of that person."""
    inside, places = _scoped(figure, on, known_on, by)
    parts = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {figure.measure} FROM ({inside}) r", places)
        count = cursor.fetchone()[0]
        for column in figure.by:
            if column == "county":
                cursor.execute(
                    f"SELECT o.name, {figure.measure} FROM ({inside}) r "
                    "JOIN accounts_lineage l ON l.below_id = r.place "
                    "JOIN accounts_organisation o ON o.id = l.above_id AND o.kind = 'county' "
                    "GROUP BY o.id, o.name ORDER BY 2 DESC, 1",
                    places,
                )
            else:
                cursor.execute(
                    f"SELECT {column}, {figure.measure} FROM ({inside}) r GROUP BY 1 ORDER BY 2 DESC, 1",
                    places,
                )
            parts[column] = [
                (figure.word(column, str(code)) if code else gettext("未知"), number)
                for code, number in cursor.fetchall()
            ]
    return Value(figure, on, known_on, count, parts)


def records(
    figure: Figure, *, on: dt.date, known_on: dt.date | None, by: User, first: int, most: int
) -> list[int]:
    """The keys of records in reach, ``most`` from the one numbered ``first`` (from 0)."""
    inside, places = _scoped(figure, on, known_on, by)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT record FROM ({inside}) r ORDER BY record LIMIT {int(most)} OFFSET {int(first)}",
            places,
        )
        return [key for (key,) in cursor.fetchall()]


def counted_at(
    figure: Figure, place: int, *, on: dt.date, known_on: dt.date | None = None
) -> tuple[int, str]:
    """A figure of one organisation and all below it: the count, and a hash of the keys that were counted."""
    told, number = hashlib.sha256(), 0
    here = "JOIN accounts_lineage l ON l.below_id = r.place AND l.above_id = %s "
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.record, {f'r.{figure.sums}' if figure.sums else 1} "
            f"FROM ({figure.records(on, known_on)}) r {'' if figure.everywhere else here}ORDER BY 1",
            () if figure.everywhere else (place,),
        )
        while rows := cursor.fetchmany(20_000):
            number += sum(int(one) for _, one in rows)
            told.update("".join(f"{key}\n" for key, _ in rows).encode())
    return number, told.hexdigest()


def counts_by(
    figure: Figure, kinds: tuple[str, ...], *, on: dt.date, known_on: dt.date | None = None
) -> dict[int, int]:
    """A figure of every organisation of some kinds (``county``, ``city``), by its key, in one statement."""
    marks = ", ".join(["%s"] * len(kinds))
    here = "JOIN accounts_lineage l ON l.below_id = r.place JOIN accounts_organisation o ON o.id = l.above_id"
    if figure.everywhere:
        here = "CROSS JOIN accounts_organisation o"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.id, {figure.measure} FROM ({figure.records(on, known_on)}) r "
            f"{here} WHERE o.kind IN ({marks}) GROUP BY o.id",
            kinds,
        )
        return dict(cursor.fetchall())


def _scoped(
    figure: Figure, on: dt.date, known_on: dt.date | None, by: User | None
) -> tuple[str, tuple[Any, ...]]:
    inside = figure.records(on, known_on)
    if by is None or figure.everywhere:
        return inside, ()
    reachable, values = (
        Organisation.objects.filter(pk__in=reach(by, figure.permission))
        .values("pk")
        .query.sql_with_params()
    )
    return f"SELECT * FROM ({inside}) a WHERE a.place IN ({reachable})", values

"""What the programmes of the demo hand on to each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.bureau.accounts.policy import Role
    from notoneless.calendar import SchoolCalendar
    from notoneless.demo.bureau.clock import Clock
    from notoneless.demo.bureau.pupils import Pupils
    from notoneless.demo.county import County

Say = Callable[[str], None]
"""Takes a sentence on what is being done."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works in the invented bureau.

    ``password`` lets them in once, to set their own; "" for who has done so.
    """

    user: User
    role: Role
    place: Organisation
    password: str

    @property
    def where(self) -> str:
        """Their place in words; a class with its school."""
        above = self.place.parent
        return f"{above}{self.place}" if self.place.kind == "class" else str(self.place)


@dataclass(frozen=True, slots=True)
class Missed:
    """A pupil who stayed away from ``since`` and was ``back`` on a day; the class was called to ``until``."""

    since: dt.date
    back: dt.date
    until: dt.date


@dataclass
class Scene:
    """The invented county, the folder of its lists, and what was made of it in the bureau so far.

    ``places`` by `Organisation.kind` and name (schools and townships of the county by name alone, since no
    two of these share one), ``people`` in the order in which they are shown, ``in_charge`` those of them who
    take what a place lacks (`caretakers`);
    ``missed`` are pupils of whom a story tells that they stayed away for a time, by the child's key.
    """

    county: County
    lists: Path
    say: Say
    clock: Clock
    places: dict[str, Organisation] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    in_charge: dict[tuple[str, int | None], Person] = field(default_factory=dict)
    missed: dict[int, Missed] = field(default_factory=dict)

    def user(self, role: str) -> User:
        """The first person with a role."""
        return next(person.user for person in self.people if person.role.id == role)

    @property
    def here(self) -> Organisation:
        """The county itself."""
        return self.places[str(self.county.settings["county"])]

    @cached_property
    def pupils(self) -> Pupils:
        """Who is who, once the lists are in."""
        from notoneless.demo.bureau.pupils import pupils

        return pupils(self)

    @cached_property
    def calendar(self) -> SchoolCalendar:
        """The school days of the county."""
        from notoneless.bureau.rules import queries as rules

        return rules.calendar(self.here)

    @property
    def listed(self) -> dt.date:
        """The day on which the lists come in: the one after the roll-call that is one of them."""
        day: dt.date = self.county.settings["as_of"]
        return day + dt.timedelta(days=1)

    def day(self, number: int) -> dt.date:
        """The school day so many after the lists came in."""
        return self.calendar.add(self.listed, number)

    def school_days(self) -> list[dt.date]:
        """The school days from the lists up to yesterday, in the term of the lists."""
        from notoneless.calendar import term_on

        end = self.calendar.term_days(term_on(self.listed)).last
        last = min(self.clock.today - dt.timedelta(days=1), end)
        return self.calendar.days(self.listed, last)

"""What the programmes of the demo hand on to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.bureau.accounts.policy import Role
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


@dataclass(slots=True)
class Scene:
    """The invented county, the folder of its lists, and what was made of it in the bureau so far.

    ``places`` by `Organisation.kind` and name (schools and townships of the county by name alone, since no
    two of these share one), ``people`` in the order in which they are shown.
    """

    county: County
    lists: Path
    say: Say
    places: dict[str, Organisation] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)

    def user(self, role: str) -> User:
        """The first person with a role."""
        return next(person.user for person in self.people if person.role.id == role)

    @property
    def here(self) -> Organisation:
        """The county itself."""
        return self.places[str(self.county.settings["county"])]

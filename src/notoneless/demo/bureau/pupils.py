"""Which child of the bureau is which child of the county's truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import F

from notoneless import vault
from notoneless.bureau.people.models import Child, Identity

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.demo.bureau.scene import Scene

NO_CALL = ("special", "vocational")
"""Schools of these kinds call no roll for the bureau."""


@dataclass
class Pupils:
    """``truth``: what is true of a child, by its key; ``seats``: the children of each class that is called."""

    truth: dict[int, str] = field(default_factory=dict)
    seats: dict[Organisation, list[int]] = field(default_factory=dict)

    def of(self, *situations: str) -> list[Child]:
        """The children of whom one of these is true, in the order of their keys."""
        keys = [key for key, situation in self.truth.items() if situation in situations]
        return list(Child.objects.filter(pk__in=keys).order_by("pk"))


def pupils(scene: Scene) -> Pupils:
    """Find the children by their ID numbers; whom a slip of an office hides is in no story."""
    county = scene.county
    numbers, situations = county.families.people.number, county.children.situation
    index = {
        vault.blind("id_number", str(numbers[place])): str(situations[place])
        for place in range(county.families.children)
    }
    told = Identity.objects.filter(retracted_at__isnull=True, id_index__isnull=False)
    found = Pupils(
        {
            child: index[number]
            for child, number in told.order_by("child__person").values_list(
                "child__person", "id_index"
            )
            if number in index and child is not None
        }
    )
    silent = {
        school.name
        for number, school in enumerate(county.places.schools)
        if number == county.without_rollcall or school.kind in NO_CALL
    }
    on_roll = Child.objects.filter(
        person=F("pk"), on_roll=True, school__kind="class", school__valid_to__isnull=True
    ).exclude(school__parent__name__in=silent)
    for child in on_roll.select_related("school__parent").order_by("school", "pk"):
        if child.school is not None:
            found.seats.setdefault(child.school, []).append(child.pk)
    return found


def school_of(child: Child) -> Organisation | None:
    """The school on whose roll a child is."""
    at = child.school
    return at.parent if at is not None and at.kind == "class" else at

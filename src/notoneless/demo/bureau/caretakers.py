"""Who answers for the children who are looked for, at home and at school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions as cases
from notoneless.bureau.cases.models import Responsible
from notoneless.demo.bureau import people
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.demo.bureau.scene import Scene

ROLES = {
    "village": "village_cadre",
    "township": "township_cadre",
    "class": "class_teacher",
    "school": "school_head",
}
"""Who stands where on the two lines, below the county."""


@transaction.atomic
def fill(scene: Scene) -> None:
    """Fill the holes of both lines; one person takes all villages of a township, all classes of a school."""
    scene.say(gettext("请人：待找的孩子各有负责人"))
    places = Organisation.objects.filter(
        kind__in=ROLES,
        pk__in=Responsible.objects.filter(
            until__isnull=True, user__isnull=True, case__closed_on__isnull=True
        ).values("organisation"),
    )
    names = iter(people.elder_names(scene, f"caretakers{len(scene.people)}", places.count()))
    there = scene.in_charge
    for place in places.order_by("kind", "pk"):
        foot = place.kind in ("village", "class")
        whose = (place.kind, place.parent_id if foot else place.pk)
        if whose in there:
            held = there[whose]
            accounts.grant(by=SYSTEM, user=held.user, role=held.role.id, organisation=place)
        else:
            there[whose] = people.add(scene, ROLES[place.kind], place, next(names))
    cases.hand_over(by=SYSTEM, on=timezone.localdate())

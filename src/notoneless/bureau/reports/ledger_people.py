"""Who a child is, lot by lot, as of a day and as known at the end of another: what all three ledgers share."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from notoneless.bureau.accounts.models import Assignment, Lineage, Organisation, SchoolStage
from notoneless.bureau.cases.codes import positions
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import (
    Child,
    Circumstance,
    Enrolment,
    Guardian,
    Identity,
    Residence,
)
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When
from notoneless.bureau.people.timeline import grade_text, word
from notoneless.i18n import N_, gettext

Cells = dict[str, object]
Line = dict[str, Organisation]
"""The organisations above a place and itself, by their kind."""

HOUSEHOLDS = {
    "poverty_relieved": N_("脱贫"),
    "monitored": N_("监测"),
    "destitute": N_("特困"),
    "rural_minimum": N_("农村低保"),
    "urban_minimum": N_("城市低保"),
    "low_income": N_("低收入"),
}
"""Kinds of households (户类型), the most urgent first; a family can be of several."""

GROUPS = {
    "orphans": N_("孤儿"),
    "unsupported": N_("事实无人抚养"),
    "disabled": N_("残疾"),
    "migrant": N_("随迁"),
}
"""Groups to look after (特殊群体); who is left behind is told by the roll."""

_GROUP = re.compile(r"[一二三四五六七八九十0-9]+组$")
_GROUP_IN_ADDRESS = re.compile(r"(?<=[村居区])[一二三四五六七八九十0-9]+组")


def lines(places: Iterable[int | None]) -> dict[int, Line]:
    """What stands above each place, by kind, itself among it."""
    found: dict[int, Line] = defaultdict(dict)
    for keys in chunks({key for key in places if key}):
        rows = Lineage.objects.filter(below__in=keys).select_related("above")
        for row in rows.order_by("-depth"):
            found[row.below_id][row.above.kind] = row.above
    return found


class Told:
    """What is known of some children (keys of roots) on a day, in a few statements for all."""

    def __init__(self, children: Collection[int], when: When) -> None:
        self.when = when
        enrolled = f"{ENROLLED_FIRST}, {RANK}"
        self.cards = Child.objects.in_bulk(list(children))
        self.identities = people.counting(Identity, children, when)
        self.homes = people.counting(Residence, children, when)
        self.registered = people.counting(
            Residence,
            children,
            when,
            order=f"CASE WHEN f.line = 'census' THEN 0 ELSE 1 END, {RANK}",
        )
        self.guardians = people.counting(Guardian, children, when)
        self.seats = people.counting(Enrolment, children, when, order=enrolled)
        self.circumstances: dict[int, dict[str, Circumstance]] = defaultdict(dict)
        for keys in chunks(children):
            rows = Circumstance.objects.filter(when.held, child__person__in=keys)
            for person, one in ((row.child.person_id, row) for row in rows.select_related("child")):
                if one.until is None or one.until >= when.on:
                    self.circumstances[int(person or 0)][one.kind] = one
        places = [home.place_id for home in (*self.homes.values(), *self.registered.values())]
        places += [seat.school_id for seat in self.seats.values()]
        places += [one.home_id for one in self.cards.values()]
        self.lines = lines(places)

    def home(self, child: int) -> int | None:
        """Where the child lived: the place known then, else whose list told of it."""
        known = self.homes.get(child)
        if known is not None and known.place_id:
            return known.place_id
        card = self.cards.get(child)
        return card.home_id if card else None

    def seat(self, child: int) -> Line:
        """School and class, and what stands above."""
        seat = self.seats.get(child)
        return self.lines.get(seat.school_id or 0, {}) if seat else {}

    def block(self, child: int) -> Cells:
        """The cells that say who it is; numbers print masked."""
        who, seat = self.identities.get(child), self.seats.get(child)
        guardian, school = self.guardians.get(child), self.seat(child)
        line = self.lines.get(self.home(child) or 0) or school
        return {
            "county": _name(line.get("county")),
            "township": _name(line.get("township")),
            "village": _name(line.get("village")),
            "name": who.name if who else self.cards[child].name,
            "sex": word("sex", who.sex) if who else "",
            "id_number": str(who.id_number or "") if who else "",
            "birth_date": (who.birth_date if who else None) or self.cards[child].birth_date,
            "guardian": guardian.name if guardian else "",
            "phone": str(guardian.phone or "") if guardian else "",
            "school": _name(school.get("school")) or (seat.school_name if seat else ""),
            "grade": grade_text(seat.grade) if seat else "",
            "class": (seat.class_name or _name(school.get("class"))) if seat else "",
            "roll_number": str(seat.roll_number or "") if seat else "",
        }

    def household(self, child: int) -> str:
        """Of which kind the family is; an ordinary one where it is on no list."""
        told = self.circumstances[child]
        kinds = [gettext(text) for kind, text in HOUSEHOLDS.items() if kind in told]
        return "、".join(kinds) or gettext("一般")

    def groups(self, child: int, *, need: bool) -> str:
        """To which groups the child belongs; those of need only where they may be known."""
        told, seat, found = self.circumstances[child], self.seats.get(child), []
        for kind, text in GROUPS.items():
            if kind in told and (need or kind == "migrant"):
                level = told[kind].level
                degree = gettext("{level}级").format(level=level) if level else ""
                found.append(gettext(text) + degree)
        if seat and seat.migrant and "migrant" not in told:
            found.append(gettext(GROUPS["migrant"]))
        if seat and seat.left_behind:
            found.append(gettext("留守"))
        return "、".join(found)

    def address(self, residence: Residence | None) -> str:
        """A place as it is written, from the county down."""
        if residence is None:
            return ""
        line = self.lines.get(residence.place_id or 0, {})
        path = "".join(_name(line.get(kind)) for kind in ("county", "township", "village"))
        return path or residence.place_text

    def group(self, child: int) -> str:
        """The villagers' group, where the list wrote it with the place or in the address; of that nothing more."""
        home = self.homes.get(child)
        if home is None:
            return ""
        address = home.address.reveal() if home.address else ""
        found = _GROUP.search(home.place_text) or _GROUP_IN_ADDRESS.search(address)
        return found[0] if found else ""

    def stage(self, child: int) -> str:
        """The stage in words."""
        seat = self.seats.get(child)
        return str(dict(SchoolStage.Stage.choices).get(seat.stage, "")) if seat else ""


def _name(place: Organisation | None) -> str:
    return place.name if place else ""


def in_charge(places: Collection[int], line: str, on: dt.date) -> dict[int, str]:
    """By place (a village, a class) who answers there at the first step of a line on a day."""
    position = next(one for one in positions() if one.line == line and one.step == 1)
    found: dict[int, str] = {}
    for keys in chunks(set(places)):
        held = Assignment.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
            organisation__in=keys,
            role__in=position.roles,
            valid_from__lte=on,
            revoked_at__isnull=True,
        ).select_related("user")
        for one in held.order_by("-pk"):
            found[one.organisation_id] = str(one.user)
    return found

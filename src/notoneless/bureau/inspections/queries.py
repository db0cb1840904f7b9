"""The only reads for others, scoped by who asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, F, Max, QuerySet

from notoneless.bureau.accounts.models import Lineage, Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.inspections.estimating import Estimate, Stratum, estimate
from notoneless.bureau.inspections.models import (
    Campaign,
    ClassCount,
    Finding,
    NotHere,
    Signature,
    SpotCheck,
    Unit,
)
from notoneless.bureau.inspections.sampling import FrameUnit, read_frame
from notoneless.bureau.people.models import Child

COMPULSORY = ("primary", "junior")
"""The stages that are checked (domain facts 1.3)."""


def roster(school_class: Organisation) -> QuerySet[Child]:
    """The children on the roll of a class."""
    return Child.objects.filter(person=F("pk"), on_roll=True, school=school_class).order_by(
        "name", "pk"
    )


def classes(place: Organisation) -> list[FrameUnit]:
    """The open classes of compulsory education with children below a place, in one statement.

    The stratum is county and stage; the name has the school in front.
    """
    rows = list(
        Child.objects.filter(
            person=F("pk"),
            on_roll=True,
            stage__in=COMPULSORY,
            school__kind="class",
            school__valid_to__isnull=True,
            school__in=Lineage.objects.filter(above=place).values("below"),
        )
        .values("school", "school__name", "school__parent__name", "school__parent__parent")
        .annotate(expected=Count("pk"), level=Max("stage"))
    )
    above = {
        line.below_id: line.above.name
        for line in Lineage.objects.filter(
            below__in={row["school__parent__parent"] for row in rows}, above__kind="county"
        ).select_related("above")
    }
    return [
        FrameUnit(
            f"{above.get(row['school__parent__parent'] or 0, '')} {row['level']}".strip(),
            row["school"],
            f"{row['school__parent__name']} {row['school__name']}",
            row["expected"],
        )
        for row in rows
    ]


frame = classes
"""All units of a spot check are the classes of the place."""


def campaigns(by: User) -> QuerySet[Campaign]:
    """The campaigns of the counties above or below where a person works, the newest first."""
    here = Lineage.objects.filter(below__in=reach(by, "inspection.see")).values("above")
    return (
        Campaign.objects.filter(county__in=here).select_related("county").order_by("-begins", "pk")
    )


def counting_places(by: User, permission: str, kind: str) -> QuerySet[Organisation]:
    """The open schools or classes where a person has a permission of this app."""
    return Organisation.objects.filter(
        pk__in=reach(by, permission), kind=kind, valid_to__isnull=True
    ).order_by("name", "pk")


@dataclass(slots=True)
class SchoolState:
    """How far a school is in a campaign: its classes with children, the counts that stand."""

    school: Organisation
    classes: dict[int, FrameUnit] = field(default_factory=dict)
    counts: list[ClassCount] = field(default_factory=list)
    signature: Signature | None = None

    @property
    def waiting(self) -> list[FrameUnit]:
        """The classes that nobody counted."""
        done = {count.school_class_id for count in self.counts}
        return [unit for key, unit in self.classes.items() if key not in done]

    @property
    def expected(self) -> int:
        """Children on the rolls of its classes, as counted where they were."""
        counted = {count.school_class_id: count.expected for count in self.counts}
        return sum(counted.get(key, unit.expected) for key, unit in self.classes.items())

    @property
    def present(self) -> int:
        """Children seen in the classes that were counted."""
        return sum(count.present for count in self.counts)

    @property
    def extra(self) -> int:
        """Children seen who are on no list of their class."""
        return sum(count.extra for count in self.counts)

    @property
    def not_here(self) -> int:
        """Expected and not seen, in the classes that were counted."""
        return sum(count.not_here for count in self.counts)


def school_states(
    campaign: Campaign, schools: QuerySet[Organisation] | None = None
) -> list[SchoolState]:
    """Every school of the campaign's county that has classes with children, in four statements."""
    units = {unit.key: unit for unit in classes(campaign.county)}
    parents = dict(Organisation.objects.filter(pk__in=units).values_list("pk", "parent"))
    wanted = schools if schools is not None else Organisation.objects.all()
    found = {
        school.pk: SchoolState(school)
        for school in wanted.filter(pk__in=set(parents.values())).order_by("name", "pk")
    }
    for key, unit in sorted(units.items(), key=lambda item: item[1].name):
        if state := found.get(parents[key] or 0):
            state.classes[key] = unit
    for count in ClassCount.objects.filter(
        campaign=campaign, replaced_at__isnull=True, school_class__parent__in=found
    ).select_related("school_class", "counted_by"):
        state = found[count.school_class.parent_id or 0]
        if count.school_class_id in state.classes:
            state.counts.append(count)
    for signature in Signature.objects.filter(campaign=campaign, school__in=found).select_related(
        "signed_by"
    ):
        found[signature.school_id].signature = signature
    return list(found.values())


def school_state(campaign: Campaign, school: Organisation) -> SchoolState:
    """The same of one school."""
    states = school_states(campaign, Organisation.objects.filter(pk=school.pk))
    return states[0] if states else SchoolState(school)


def standing_count(campaign: Campaign, school_class: Organisation) -> ClassCount | None:
    """The count of a class that stands."""
    return (
        ClassCount.objects.filter(
            campaign=campaign, school_class=school_class, replaced_at__isnull=True
        )
        .prefetch_related("missing__child")
        .first()
    )


def missing(by: User, campaign: Campaign) -> QuerySet[NotHere]:
    """The children who were not there, in reach."""
    return (
        NotHere.objects.filter(
            count__campaign=campaign,
            count__replaced_at__isnull=True,
            count__school_class__in=reach(by, "inspection.see"),
        )
        .select_related("child", "count__school_class__parent")
        .order_by("kind", "count__school_class__parent__name", "pk")
    )


def spot_checks(by: User) -> QuerySet[SpotCheck]:
    """The spot checks of the places where a person may see such, the newest first."""
    return (
        SpotCheck.objects.filter(organisation__in=reach(by, "inspection.see"))
        .select_related("organisation", "planned_by", "drawn_by")
        .order_by("-day", "-pk")
    )


def units(by: User, spot_check: SpotCheck) -> QuerySet[Unit]:
    """The classes drawn, in the order of the draw."""
    return (
        Unit.objects.filter(
            check_made=spot_check, check_made__organisation__in=reach(by, "inspection.see")
        )
        .select_related("school_class__parent", "check_made")
        .prefetch_related("findings__child")
        .order_by("pk")
    )


def findings(by: User) -> QuerySet[Finding]:
    """Findings at the schools in reach that are not put right yet, the nearest deadline first."""
    return (
        Finding.objects.filter(
            corrected_on__isnull=True, unit__school_class__in=reach(by, "inspection.count")
        )
        .select_related("unit__school_class__parent", "child")
        .order_by("due", "pk")
    )


def estimated(spot_check: SpotCheck) -> Estimate | None:
    """How many children of all classes are not there and not explained, from the classes drawn."""
    found: dict[str, list[int]] = {}
    for stratum, unexplained in spot_check.units.filter(unexplained__isnull=False).values_list(
        "stratum", "unexplained"
    ):
        found.setdefault(stratum, []).append(unexplained or 0)
    sizes: dict[str, int] = {}
    for unit in read_frame(spot_check.frame):
        sizes[unit.stratum] = sizes.get(unit.stratum, 0) + 1
    return estimate([Stratum(size, found.get(name, [])) for name, size in sizes.items()])

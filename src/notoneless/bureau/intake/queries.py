"""What may be seen of lists: those handed in for one's own organisations."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import above, assignments_in_force, reach
from notoneless.bureau.intake.models import Doubt, Knowledge, Layout, Taken, Upload
from notoneless.bureau.people.models import Source
from notoneless.rosters.memory import LayoutMemory, Remembered

OPEN = ("reading", "read", "committing")
LIVE = (*OPEN, "committed")
"""States in which the same file is not taken a second time."""


def uploads(by: User) -> QuerySet[Upload]:
    """The lists that this person may see, newest first."""
    found = Upload.objects.filter(organisation__in=reach(by, "list.see"))
    return found.select_related("organisation", "received_by").order_by("-pk")


def own_uploads(by: User) -> QuerySet[Upload]:
    """The lists that this person may decide on."""
    return uploads(by).filter(organisation__in=reach(by, "list.take_in"))


def sources(upload: Upload) -> list[int]:
    """The keys of what a list that is in has become: its sheets, and the rows that answers placed."""
    answered = upload.doubts.filter(source__isnull=False, source__undone_at__isnull=True)
    return [
        *upload.taken.values_list("source", flat=True),
        *answered.values_list("source", flat=True).distinct(),
    ]


def lists_behind(sources: Iterable[Source]) -> dict[int, int]:
    """Of sources (their keys) the lists that they came with; a person's word has none."""
    keys = [source.pk for source in sources]
    answered = Doubt.objects.filter(source__in=keys).values_list("source", "upload")
    return dict(answered) | dict(
        Taken.objects.filter(source__in=keys).values_list("source", "upload")
    )


def places(by: User) -> QuerySet[Organisation]:
    """The counties and schools for which this person may hand lists in."""
    found = Organisation.objects.filter(
        pk__in=reach(by, "list.take_in"), kind__in=("county", "school"), valid_to__isnull=True
    )
    return found.order_by("kind", "name")


def own_place(by: User) -> Organisation | None:
    """Of these the one where this person works, not one that only stands below it."""
    given = assignments_in_force(by).values("organisation")
    return places(by).filter(pk__in=given).first()


def county_of(organisation: Organisation) -> Organisation:
    """The county an organisation belongs to; a city or province is its own."""
    return above(organisation).filter(kind="county").first() or organisation


def memory(organisation: Organisation) -> LayoutMemory:
    """What people of this organisation confirmed about lists, the latest last."""
    return LayoutMemory(
        tuple(
            Remembered(
                kind=said.kind,
                columns=said.columns,
                stem=said.stem,
                sheet=said.sheet,
                headings=said.headings,
            )
            for said in Layout.objects.filter(organisation=organisation).order_by("confirmed_at")
        )
    )


def version(upload: Upload) -> int:
    """How often the knowledge of the county's children has changed so far; to see later if it did again."""
    found = Knowledge.objects.filter(county=county_of(upload.organisation)).first()
    return found.version if found else 0


def doubts(by: User) -> QuerySet[Doubt]:
    """The pairs in this person's counties that are or were to be decided, in the order of the lists."""
    found = Doubt.objects.filter(county__in=reach(by, "match.decide"))
    return found.exclude(answer=Doubt.Answer.WITHDRAWN).select_related("upload").order_by("pk")


def waiting(by: User) -> QuerySet[Doubt]:
    """Those that wait for this person: undecided, or a second opinion on what another has said."""
    asked = Q(answer=Doubt.Answer.OPEN)
    second = Q(second_wanted=True) & ~Q(decided_by=by)
    return doubts(by).filter(asked | second)

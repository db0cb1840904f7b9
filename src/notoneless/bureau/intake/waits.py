"""Which list waits for which: a register and a roll say who there is, all others find their children there."""

from __future__ import annotations

from django.db.models import QuerySet

from notoneless.bureau.intake.comparison import ROLL_CALL, TELLS_WHO_THERE_IS
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.intake.queries import county_of
from notoneless.bureau.people.models import Source


def kinds(upload: Upload) -> set[str]:
    """The kinds of list that a file holds, as far as it has been read."""
    return {sheet["kind"] for sheet in upload.reading.get("sheets", []) if sheet["path"]}


def tells(upload: Upload) -> bool:
    """Does it say who there is?"""
    return bool(kinds(upload) & TELLS_WHO_THERE_IS)


def _others(upload: Upload) -> QuerySet[Upload]:
    county = county_of(upload.organisation)
    return Upload.objects.filter(organisation__up__above=county).exclude(pk=upload.pk)


def before(upload: Upload) -> list[Upload]:
    """The lists that must be in first: of those decided to be taken in, the ones that say who there is.

    Of these the register comes before the rolls.
    """
    own = kinds(upload)
    if "census" in own:
        return []
    first = {"census"} if own & TELLS_WHO_THERE_IS else TELLS_WHO_THERE_IS
    coming = _others(upload).filter(state=Upload.State.COMMITTING, broken="")
    return [one for one in coming if kinds(one) & first and not one.stuck]


def to_compare(upload: Upload) -> list[Upload]:
    """The lists that a new register or roll can say more of: some of their people were nobody's.

    Those not decided on yet, to show what they would change now; and those that are in and still the newest
    of their kind, to place the rows that were left over.
    """
    found = _others(upload).filter(state__in=(Upload.State.READ, Upload.State.COMMITTED))
    return [
        one
        for one in found.order_by("pk")
        if any(sheet["unplaced"] for sheet in one.changes.get("sheets", ()))
        and (one.state == Upload.State.READ or stands(one))
    ]


def stands(upload: Upload) -> bool:
    """No newer list of its kind came from the same organisation. A roll-call stands for its day."""
    for taken in upload.taken.select_related("source"):
        source = taken.source
        newer = Source.objects.filter(
            line=source.line,
            organisation=source.organisation,
            undone_at__isnull=True,
            list_date__gt=source.list_date,
        )
        if source.line != ROLL_CALL and newer.exclude(sha256="").exists():
            return False
    return True

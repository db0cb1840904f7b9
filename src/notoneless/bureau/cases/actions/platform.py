"""What the records answer to the national platform; the list for it: who takes it, and for what."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from notoneless.bureau.accounts import queries as accounts
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import platform_list
from notoneless.bureau.cases.codes import out_of_school
from notoneless.bureau.cases.models import OPEN, Case, PlatformAnswer
from notoneless.bureau.people.contents import without_numbers


@audit.action
def answer_platform(*, by: audit.Actor, answers: Sequence[PlatformAnswer]) -> int:
    """Keep what the records answered to rows of the platform; those answered already stay as they are."""
    before = PlatformAnswer.objects.count()
    PlatformAnswer.objects.bulk_create(answers, ignore_conflicts=True, batch_size=500)
    added = PlatformAnswer.objects.count() - before
    if added:
        audit.record(by, "platform.answered", answers=added)
    return added


@audit.action
def give_platform_list(*, by: User, county: Organisation, purpose: str) -> list[dict[str, object]]:
    """Every case of a child in work in a county, with the numbers that the platform matches by.

    The purpose goes to the log with the number of rows; an ID number in it does not.
    """
    accounts.require(by, "case.hand_in", county)
    cases = Case.objects.filter(OPEN, kind__in=out_of_school(), county=county).order_by("number")
    rows = platform_list.handed_in(list(cases), timezone.localdate())
    audit.record(
        by,
        "platform.list_given",
        county,
        organisation=county,
        rows=len(rows),
        purpose=without_numbers(purpose),
    )
    return rows

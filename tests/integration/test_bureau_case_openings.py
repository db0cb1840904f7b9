"""One active case per child and kind: whoever opens, however many at once, whatever is merged."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from invented_bureau import Bureau
from invented_cases import MONDAY, children, opened, opening

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions, grounds
from notoneless.bureau.cases.models import Case, Entry, Ground, Responsible
from notoneless.bureau.cases.openings import Gone

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TUESDAY = MONDAY + dt.timedelta(days=1)
AT_ONCE = 8


def at_once(*acts: Callable[[], object]) -> list[object]:
    """All of them in threads that start together; what each gave or raised."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        try:
            start.wait(20)
            answers[number] = acts[number]()
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_a_gap_opens_a_case_with_number_deadline_and_people(bureau: Bureau) -> None:
    child, case = opened(bureau)
    assert case.number == "J-2026-0001"
    assert (case.child, case.county, case.state) == (child, bureau["county"], "suspected")
    assert case.deadline == MONDAY + dt.timedelta(days=3)
    people = {(one.line, one.step): one.user for one in Responsible.objects.filter(case=case)}
    assert people == {
        ("administration", 1): bureau["village_cadre"],
        ("administration", 2): bureau["township_cadre"],
        ("administration", 3): bureau["county_leader"],
        ("education", 1): bureau["class_teacher"],
        ("education", 2): bureau["school_head"],
        ("education", 3): bureau["county_officer"],
    }
    assert [entry.kind for entry in case.entries.all()] == ["opened"]


def test_several_guarantees_share_one_case_and_a_repeat_changes_nothing(bureau: Bureau) -> None:
    child, case = opened(bureau)
    more = [opening(child), opening(child, guarantee="aid"), opening(child, source="platform")]
    told = actions.open_cases(by=SYSTEM, openings=more)
    assert (told.opened, told.added) == ((), (case.pk,))
    before = (Case.objects.count(), Ground.objects.count(), Entry.objects.count())
    assert before == (1, 3, 2)
    again = actions.open_cases(by=SYSTEM, openings=more)
    assert (again.opened, again.added, again.reopened) == ((), (), ())
    assert (Case.objects.count(), Ground.objects.count(), Entry.objects.count()) == before
    other = actions.open_cases(by=SYSTEM, openings=[opening(child, kind="no_place")])
    assert len(other.opened) == 1


def test_eight_openers_at_once_make_one_case_each(real_bureau: Bureau) -> None:
    some = children(real_bureau, 5)
    lists = [[opening(child) for child in some], [opening(child) for child in reversed(some)]]
    answers = at_once(
        *(lambda n=n: actions.open_cases(by=SYSTEM, openings=lists[n % 2]) for n in range(AT_ONCE))
    )
    assert [type(answer).__name__ for answer in answers] == ["Opened"] * AT_ONCE, answers
    assert sum(len(answer.opened) for answer in answers) == len(some)
    assert Case.objects.count() == len(some)
    assert Responsible.objects.count() == 6 * len(some)


def test_openers_of_two_counties_make_one_case(real_bureau: Bureau) -> None:
    [child] = children(real_bureau)
    other = real_bureau["other school"].pk
    answers = at_once(
        *(
            lambda n=n: actions.open_cases(
                by=SYSTEM, openings=[opening(child, school=other if n % 2 else None)]
            )
            for n in range(AT_ONCE)
        )
    )
    assert [type(answer).__name__ for answer in answers] == ["Opened"] * AT_ONCE, answers
    assert Case.objects.count() == 1


def test_a_naive_opener_opens_twice_where_nothing_refuses(real_bureau: Bureau) -> None:
    """The mutant: look, then write, without the index; with it the database lets one through."""
    [child] = children(real_bureau)
    template = {
        "subject_kind": "child",
        "subject": child.pk,
        "opened_for": child.pk,
        "child": child,
        "kind": "absent",
        "county": real_bureau["county"],
        "source": "sweep",
        "state_since": MONDAY,
        "opened_on": MONDAY,
        "opened_at": timezone.now(),
    }

    def naive(gate: threading.Barrier) -> object:
        found = Case.objects.filter(child=child, closed_on=None).exists()
        gate.wait(20)
        return None if found else Case.objects.create(number=uuid.uuid4().hex, **template)

    [index] = [
        one for one in Case._meta.constraints if one.name == "case_one_active_per_subject_and_kind"
    ]
    gate = threading.Barrier(AT_ONCE)
    answers = at_once(*[lambda: naive(gate)] * AT_ONCE)
    assert Case.objects.count() == 1, answers
    assert sum(isinstance(one, IntegrityError) for one in answers) == AT_ONCE - 1
    Case.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.remove_constraint(Case, index)
    try:
        at_once(*[lambda: naive(gate)] * AT_ONCE)
        assert Case.objects.count() == AT_ONCE
    finally:
        Case.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Case, index)


def test_the_database_refuses_a_second_active_case(bureau: Bureau) -> None:
    _, case = opened(bureau)
    case.pk, case.number = None, "X-2026-1"
    with pytest.raises(IntegrityError), transaction.atomic():
        case.save(force_insert=True)


def test_a_gap_that_is_gone_closes_nothing(bureau: Bureau) -> None:
    child, case = opened(bureau)
    gone = [Gone(subject=child.pk, guarantee="in_class", source="sweep", on=TUESDAY)]
    assert actions.gap_gone(by=SYSTEM, gone=gone) == 1
    assert actions.gap_gone(by=SYSTEM, gone=gone) == 0
    case.refresh_from_db()
    assert case.is_active
    assert case.grounds.get().gone_on == TUESDAY
    actions.open_cases(by=SYSTEM, openings=[opening(child, on=TUESDAY)])
    assert case.grounds.get().gone_on is None


def settle(case: Case, state: str, on: dt.date, **more: object) -> None:
    """As if it had got there."""
    Case.objects.filter(pk=case.pk).update(state=state, state_since=on, **more)


@pytest.mark.parametrize(
    ("source", "state"), [("sweep", "watched"), ("platform", "watched"), ("rollcall", "persuading")]
)
def test_only_who_looked_takes_up_again_what_is_watched(bureau, source: str, state: str) -> None:
    child, case = opened(bureau)
    settle(case, "watched", MONDAY)
    actions.open_cases(by=SYSTEM, openings=[opening(child, source=source, on=TUESDAY)])
    case.refresh_from_db()
    assert case.state == state


def test_a_gap_that_was_gone_and_is_back_is_taken_up_again(bureau: Bureau) -> None:
    child, case = opened(bureau)
    settle(case, "watched", MONDAY)
    gone = Gone(subject=child.pk, guarantee="in_class", source="sweep", on=TUESDAY)
    actions.gap_gone(by=SYSTEM, gone=[gone])
    told = actions.open_cases(
        by=SYSTEM, openings=[opening(child, on=TUESDAY + dt.timedelta(days=1))]
    )
    assert told.reopened == (case.pk,)
    case.refresh_from_db()
    assert (case.state, case.step) == ("persuading", 1)


def test_an_answered_gap_stays_answered_while_the_answer_holds(bureau: Bureau) -> None:
    child, case = opened(bureau)
    until = MONDAY + dt.timedelta(days=120)
    settle(case, "data_error", MONDAY, closed_on=MONDAY, answer_until=until)
    assert actions.open_cases(by=SYSTEM, openings=[opening(child, on=TUESDAY)]).answered == 1
    late = opening(child, on=until + dt.timedelta(days=1))
    assert len(actions.open_cases(by=SYSTEM, openings=[late]).opened) == 1


@pytest.mark.parametrize("more", [{"source": "rollcall"}, {"guarantee": "another"}])
def test_an_answer_covers_only_what_it_answered(bureau: Bureau, more: dict[str, str]) -> None:
    child, case = opened(bureau)
    settle(case, "data_error", MONDAY, closed_on=MONDAY, answer_until=dt.date(2027, 1, 1))
    told = actions.open_cases(by=SYSTEM, openings=[opening(child, on=TUESDAY, **more)])
    assert (told.answered, len(told.opened)) == (0, 1)


def test_who_opens_is_responsible_there(bureau: Bureau) -> None:
    [child] = children(bureau)
    for name in ("stranger", "auditor", "class_teacher_乙"):
        with pytest.raises(PermissionDenied):
            actions.open_cases(by=bureau[name], openings=[opening(child)])
    assert len(actions.open_cases(by=bureau["class_teacher"], openings=[opening(child)]).opened)


def test_many_at_once_take_few_statements(bureau: Bureau, django_assert_max_num_queries) -> None:
    some = children(bureau, 120)
    with django_assert_max_num_queries(60):
        told = actions.open_cases(by=SYSTEM, openings=[opening(child) for child in some])
    assert len(told.opened) == 120
    with django_assert_max_num_queries(30):
        actions.open_cases(by=SYSTEM, openings=[opening(child) for child in some])


def test_a_case_knows_the_first_day_missed(bureau):
    """Kept from whoever knows it; the earliest counts; an absence that began anew has its own first day."""
    first, later = MONDAY - dt.timedelta(days=4), MONDAY + dt.timedelta(days=7)
    child, case = opened(bureau)
    assert grounds.missing_since(case) is None
    seen = {"source": "rollcall", "since": MONDAY}
    actions.open_cases(by=SYSTEM, openings=[opening(child, **seen)])
    assert grounds.missing_since(case) == MONDAY
    actions.open_cases(by=SYSTEM, openings=[opening(child, **(seen | {"since": first}))])
    actions.open_cases(by=SYSTEM, openings=[opening(child, **seen)])
    assert grounds.missing_since(case) == first
    gone = Gone(child.pk, "in_class", "rollcall", MONDAY + dt.timedelta(days=2))
    actions.gap_gone(by=SYSTEM, gone=[gone])
    back = opening(child, source="rollcall", since=later, on=later)
    actions.open_cases(by=SYSTEM, openings=[back])
    assert grounds.missing_since(case) == later
    told = list(case.entries.order_by("pk").values_list("kind", "code"))
    assert told == [
        ("opened", "sweep"),
        ("gap_seen", f"rollcall {MONDAY}"),
        ("gap_gone", "rollcall"),
        ("gap_back", f"rollcall {later}"),
    ]

"""What people do with a case: contacts from a phone, tasks, excuses, the night, merges."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from invented_bureau import Bureau
from invented_cases import MONDAY, children, opened, opening

from notoneless import vault
from notoneless.bureau.accounts.models import Assignment
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.cases import actions, files, moves, timelines
from notoneless.bureau.cases.models import Case, Entry, Excuse, Responsible
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.cases.night import night
from notoneless.bureau.people import actions as people
from notoneless.bureau.people.models import Merge
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
JPEG = b"\xff\xd8\xff" + bytes(range(256))
SECRET = "母亲在外县餐馆打工"


def contact(bureau: Bureau, case: Case, who: str = "township_cadre", **more: object) -> Entry:
    """A visit at ten on the first day."""
    told = {
        "key": uuid.uuid4(),
        "at": dt.datetime(2026, 9, 14, 10, tzinfo=timezone.get_default_timezone()),
        "way": "home",
        "whom": "mother",
        "text": SECRET,
        "result": "promised",
    }
    return actions.write_contact(by=bureau[who], case=case, **(told | more))


class TestContacts:
    def test_a_late_one_arrives_once_with_its_photo(self, bureau: Bureau) -> None:
        _, case = opened(bureau)
        key = uuid.uuid4()
        for _ in range(3):
            entry = contact(bureau, case, key=key, next_step="再访", photos=[("a.jpg", JPEG)])
        assert Entry.objects.filter(kind="contact").count() == 1
        assert (entry.line, entry.text.reveal()) == ("administration", SECRET)
        [photo] = entry.files.all()
        assert files.kept(photo.digest) == JPEG
        case.refresh_from_db()
        assert case.next_step.reveal() == "再访"

    def test_its_words_stand_nowhere_in_the_clear(self, bureau: Bureau) -> None:
        _, case = opened(bureau)
        entry = contact(bureau, case)
        contact(bureau, case, photos=[("b.jpg", JPEG)])
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM cases_entry WHERE id = %s", [entry.pk])
            assert SECRET.encode() not in bytes(cursor.fetchone()[0])
        digest = sha256(JPEG).hexdigest()
        [(path, context)] = [one for one in files.sealed() if digest in one[1]]
        assert JPEG not in path.read_bytes()
        assert vault.open_bytes(context, path.read_bytes()) == JPEG
        assert not [event for event in Event.objects.all() if SECRET in event.details]

    def test_two_people_on_one_day_are_both_kept_and_somebody_decides(self, bureau: Bureau) -> None:
        _, case = opened(bureau)
        first = contact(bureau, case)
        second = contact(bureau, case, "class_teacher", text="另一种说法")
        third = contact(bureau, case, "class_teacher", at=second.at - dt.timedelta(days=3))
        assert (first.beside, second.beside, third.beside) == (None, first, None)
        assert list(timelines.in_doubt(case)) == [second]
        actions.decide(by=bureau["county_officer"], entry=second, stands="both")
        assert not timelines.in_doubt(case).exists()
        with pytest.raises(Refusal, match="B613"):
            actions.decide(by=bureau["county_officer"], entry=second, stands="other")

    def test_a_key_of_another_case_or_person_is_refused(self, bureau: Bureau) -> None:
        _, case = opened(bureau)
        entry = contact(bureau, case)
        with pytest.raises(Refusal, match="B610"):
            contact(bureau, case, "class_teacher", key=entry.key)

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"photos": [("a.exe", b"MZ...")]}, "B609"),
            ({"photos": [("a.jpg", JPEG + bytes(9 * 2**20))]}, "B608"),
            ({"way": "magic"}, "B606"),
            ({"at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, "B614"),
        ],
    )
    def test_what_is_refused(self, bureau: Bureau, more: dict[str, object], code: str) -> None:
        _, case = opened(bureau)
        with pytest.raises(Refusal, match=code):
            contact(bureau, case, **more)
        assert not Entry.objects.filter(kind="contact").exists()

    def test_who_is_not_responsible_there_writes_nothing(self, bureau: Bureau) -> None:
        _, case = opened(bureau)
        for name in ("stranger", "auditor", "class_teacher_乙", "security_admin"):
            with pytest.raises(PermissionDenied):
                contact(bureau, case, name)


def test_a_visit_sent_eight_times_at_once_arrives_once(real_bureau: Bureau) -> None:
    _, case = opened(real_bureau)
    key, answers, gate = uuid.uuid4(), [], threading.Barrier(8)

    def send() -> None:
        try:
            gate.wait(20)
            answers.append(contact(real_bureau, case, key=key).pk)
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 8
    assert len(set(answers)) == 1, answers
    assert Entry.objects.filter(kind="contact").count() == 1


TOLD = Told(on=dt.date(2026, 9, 15), word="回来了")


def test_a_step_on_an_old_page_is_refused(bureau: Bureau) -> None:
    _, case = opened(bureau)
    contact(bureau, case)
    actions.move(by=bureau["school_head"], case=case, way="return", seen="suspected", told=TOLD)
    for who in ("school_head", "township_cadre"):
        with pytest.raises(Refusal, match="B602"):
            actions.move(by=bureau[who], case=case, way="return", seen="suspected", told=TOLD)
    assert Entry.objects.filter(kind="moved").count() == 1


@pytest.mark.parametrize("naive", [False, True])
def test_eight_take_one_step_at_once(real_bureau: Bureau, monkeypatch, naive: bool) -> None:
    """All have looked before anybody writes; compare-and-set lets one through, a naive update all."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite writes one after the other: nobody can look in between")
    _, case = opened(real_bureau)
    contact(real_bureau, case)
    look, gate, answers = moves.missing, threading.Barrier(8), []

    def looked(*given: object) -> list[str]:
        found = look(*given)
        gate.wait(20)
        return found

    monkeypatch.setattr(moves, "missing", looked)
    if naive:
        plain = Case.objects.filter
        monkeypatch.setattr(
            Case.objects,
            "filter",
            lambda *q, **k: plain(pk=k["pk"]) if "state" in k else plain(*q, **k),
        )

    def step() -> None:
        try:
            actions.move(
                by=real_bureau["school_head"], case=case, way="return", seen="suspected", told=TOLD
            )
            answers.append("done")
        except Refusal as refusal:
            answers.append(refusal.faults[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=step) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    done = 8 if naive else 1
    assert sorted(answers) == ["B602"] * (8 - done) + ["done"] * done
    assert Entry.objects.filter(kind="moved").count() == done


class TestExcuses:
    def applied(self, bureau: Bureau, child) -> Excuse:
        return actions.apply_for_excuse(
            by=bureau["county_officer"], child=child, excuse="suspended", valid_from=MONDAY,
            until=MONDAY + dt.timedelta(days=60), document="甲教体〔2026〕8号",
        )  # fmt: skip

    def test_two_people_and_then_the_sweep_knows(self, bureau: Bureau) -> None:
        from notoneless.bureau.people.facts import facts

        child, _ = opened(bureau)
        excuse = self.applied(bureau, child)
        with pytest.raises(Refusal, match="B611"):
            actions.decide_excuse(by=bureau["county_officer"], excuse=excuse, approve=True)
        assert facts(on=MONDAY).to_pylist()[0]["excuse"] is None
        actions.decide_excuse(by=bureau["county_leader"], excuse=excuse, approve=True)
        told = facts(on=MONDAY).to_pylist()[0]
        assert (told["excuse"], told["excuse_until"]) == ("suspended", excuse.until)
        with pytest.raises(Refusal, match="B613"):
            actions.decide_excuse(by=bureau["county_leader"], excuse=excuse, approve=False)

    def test_the_database_refuses_one_person_alone(self, bureau: Bureau) -> None:
        child, _ = opened(bureau)
        excuse = self.applied(bureau, child)
        with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
            Excuse.objects.filter(pk=excuse.pk).update(
                state="refused", decided_by=excuse.applied_by
            )

    def test_one_application_at_a_time(self, bureau: Bureau) -> None:
        child, _ = opened(bureau)
        self.applied(bureau, child)
        with pytest.raises(Refusal, match="B612"):
            self.applied(bureau, child)


class TestTheNight:
    def test_a_late_case_climbs_on_school_days_only(self, bureau: Bureau) -> None:
        _, case = opened(bureau)
        assert case.deadline == dt.date(2026, 9, 17)
        night(dt.date(2026, 9, 17))
        case.refresh_from_db()
        assert case.step == 1
        for day in (18, 18, 19, 20):  # twice on a Friday, then a Saturday and a Sunday of work
            night(dt.date(2026, 9, day))
        case.refresh_from_db()
        assert (case.step, case.deadline) == (2, dt.date(2026, 9, 21))
        night(dt.date(2026, 9, 23))
        night(dt.date(2026, 9, 30))
        case.refresh_from_db()
        assert case.step == 3
        assert case.entries.filter(kind="climbed").count() == 2

    def test_over_a_holiday_nothing_is_late(self, bureau: Bureau) -> None:
        _, case = opened(bureau, on=dt.date(2026, 9, 30))
        assert case.deadline > dt.date(2026, 10, 8)
        night(dt.date(2026, 10, 5))
        case.refresh_from_db()
        assert case.step == 1

    def test_who_leaves_hands_over(self, bureau: Bureau) -> None:
        _, case = opened(bureau)
        held = Assignment.objects.filter(user=bureau["class_teacher"])
        held.update(valid_to=MONDAY)
        night(MONDAY + dt.timedelta(days=1))
        steps = Responsible.objects.filter(case=case, line="education", step=1)
        assert list(steps.order_by("pk").values_list("user", "until")) == [
            (bureau["class_teacher"].pk, MONDAY),
            (None, None),
        ]
        held.update(valid_to=None)
        night(MONDAY + dt.timedelta(days=2))
        assert steps.get(until=None).user == bureau["class_teacher"]
        assert case.entries.filter(kind="handed_over").count() == 2


class TestMerges:
    def pair(self, bureau: Bureau) -> tuple:
        one, two = children(bureau, 2)
        actions.open_cases(by=SYSTEM, openings=[opening(one), opening(two)])
        return one, two, *Case.objects.order_by("pk")

    def state(self) -> list:
        return list(
            Case.objects.order_by("pk").values_list("pk", "subject", "child", "state", "joined_to")
        )

    def test_the_younger_case_is_joined_and_parted_again(self, bureau: Bureau) -> None:
        one, two, elder, younger = self.pair(bureau)
        contact(bureau, younger)
        before = self.state()
        merged = people.merge(by=SYSTEM, child=one, into=two, reason="同一人")
        elder.refresh_from_db()
        younger.refresh_from_db()
        assert (younger.joined_to, elder.joined_to) == (elder, None)
        assert (elder.child, younger.child) == (two, two)
        assert {entry.kind for entry in timelines.entries(elder)} >= {"contact", "joined"}
        with pytest.raises(Refusal, match="B607"):
            actions.move(by=SYSTEM, case=younger, way="return", seen="suspected",
                         told=Told(on=timezone.localdate(), word="x"))  # fmt: skip
        people.unmerge(by=SYSTEM, merge=merged, reason="不是一人")
        assert self.state() == before
        assert [entry.kind for entry in younger.entries.all()][-1] == "parted"

    def test_chains_give_back_exactly_what_was(self, bureau: Bureau) -> None:
        some = children(bureau, 4)
        actions.open_cases(by=SYSTEM, openings=[opening(child) for child in some])
        states = [self.state()]
        merges = []
        for child, into in ((2, 1), (1, 3), (0, 3)):
            merges.append(
                people.merge(by=SYSTEM, child=some[child], into=some[into], reason="同一人")
            )
            states.append(self.state())
            open_ = Case.objects.filter(closed_on=None, joined_to=None)
            assert open_.count() == 4 - len(merges)
        for merge in reversed(merges):
            states.pop()
            people.unmerge(by=SYSTEM, merge=merge, reason="不是一人")
            assert self.state() == states[-1]
        assert not Merge.objects.filter(retracted_at=None).exists()

    def test_what_the_elder_was_closed_for_it_answered_for_both(self, bureau: Bureau) -> None:
        one, two, elder, younger = self.pair(bureau)
        merged = people.merge(by=SYSTEM, child=one, into=two, reason="同一人")
        Case.objects.filter(pk=elder.pk).update(state="closed", closed_on=MONDAY)
        actions.follow_merges(by=SYSTEM, children=[two.pk])
        younger.refresh_from_db()
        assert younger.joined_to == elder
        people.unmerge(by=SYSTEM, merge=merged, reason="不是一人")
        younger.refresh_from_db()
        assert younger.is_active, "her case goes on: nobody answered it"

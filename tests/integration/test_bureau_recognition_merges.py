"""Two children found to be one have one application; a guardian who lost the code gets a new one."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.people import actions as people
from notoneless.bureau.people.models import Child
from notoneless.bureau.recognition import actions, queries
from notoneless.bureau.recognition.models import Application, Decision

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def two(bureau) -> dict[str, tuple[Application, str]]:
    """Two keys of one pupil, each with an application; the school's group has reviewed the second."""
    rows = [row(1, "孙小麦"), row(2, "孙小卖", id_number=None)]
    taken_in(bureau, rows, "census")
    keys = dict(Child.objects.values_list("name", "pk"))
    taken_in(bureau, [{**one, "child": keys[one["name"]]} for one in rows], "roll")
    today = timezone.localdate()
    actions.begin_round(by=SYSTEM, school=bureau["school"], apply_until=today, on=today)
    found = {}
    for name in keys:
        found[name] = actions.receive(
            by=bureau["class_teacher"], child=Child.objects.get(name=name), asked="special",
            channel="teacher", accepted=True, reason="父亲患病住院", guardian="某甲",
            contact="13866667777", on=today,
        )  # fmt: skip
    actions.review(
        by=bureau["school_aid_officer"], application=found["孙小卖"][0], level="difficult",
        reason="家访属实",
    )  # fmt: skip
    return found


def states() -> dict[str, str]:
    return dict(Application.objects.values_list("fingerprint", "state"))


def of(pair: tuple[Application, str]) -> str:
    return Application.objects.get(pk=pair[0].pk).state


def test_of_two_applications_the_furthest_goes_on(bureau, two) -> None:
    one, other = Child.objects.get(name="孙小卖"), Child.objects.get(name="孙小麦")
    merge = people.merge(by=SYSTEM, child=one, into=other, reason="同一个孩子")
    assert (of(two["孙小麦"]), of(two["孙小卖"])) == ("joined", "reviewed")
    root = Child.objects.get(pk=other.pk)
    live = Application.objects.filter(child__person=root, state__in=queries.LIVE)
    assert live.count() == 1  # a naive merge leaves two, and a child would be recognised twice
    told = queries.state_of(
        two["孙小麦"][1]
    )  # whoever holds the other code sees the one that goes on
    assert told is not None
    assert told.state == queries.state_of(two["孙小卖"][1]).state == "已评议，待公示"
    people.unmerge(by=SYSTEM, merge=merge, reason="两个孩子")
    assert (of(two["孙小麦"]), of(two["孙小卖"])) == ("received", "reviewed")
    verbs = list(Event.objects.values_list("verb", flat=True))
    assert verbs.count("recognition.joined") == verbs.count("recognition.apart") == 1


def test_who_is_recognised_stays_recognised(bureau, two) -> None:
    today = timezone.localdate()
    first = two["孙小麦"][0]
    Application.objects.filter(pk=first.pk).update(
        state="recognised", notice=_notice(bureau, today)
    )
    Decision.objects.create(
        application=first, level="special", reason="x", outcome="confirmed", valid_from=today,
        proposed_at=timezone.now(), settled_at=timezone.now(),
    )  # fmt: skip
    one, other = Child.objects.get(name="孙小卖"), Child.objects.get(name="孙小麦")
    people.merge(by=SYSTEM, child=one, into=other, reason="同一个孩子")
    assert (of(two["孙小麦"]), of(two["孙小卖"])) == ("recognised", "joined")
    assert not Decision.objects.filter(outcome="").exists()


def _notice(bureau, today):
    from notoneless.bureau.recognition.models import Notice, Round

    return Notice.objects.create(
        round=Round.objects.get(), first=today, last=today.replace(year=today.year + 1),
        opened_at=timezone.now(), removed_at=timezone.now(),
    )  # fmt: skip


def test_a_lost_code_is_given_anew_by_the_school(bureau, two) -> None:
    one, old = two["孙小麦"]
    officer = logged_in(bureau["school_aid_officer"])
    page = officer.post(f"/recognitions/{one.pk}/code")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    (new,) = {
        part for part in page.content.decode().replace("<", ">").split(">") if part.count("-") == 3
        and len(part) == 19
    }  # fmt: skip
    assert new != old
    assert queries.state_of(old) is None
    assert queries.state_of(new) is not None
    assert "已受理" in Client().post("/open/application", {"code": new}).content.decode()
    assert new not in officer.get(f"/recognitions/{one.pk}").content.decode()
    assert not Event.objects.filter(details__contains=new).exists()
    assert (
        logged_in(bureau["school_aid_officer_乙"]).post(f"/recognitions/{one.pk}/code").status_code
        == 404
    )
    with pytest.raises(PermissionDenied):
        actions.reissue_code(by=bureau["county_aid_officer_乙"], application=one)

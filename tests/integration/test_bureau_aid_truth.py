"""The four findings against the truth of the invented county, taken in as a bureau does."""

from __future__ import annotations

import datetime as dt

import pytest

from notoneless import demo, vault
from notoneless.bureau.aid import actions
from notoneless.bureau.aid.models import Finding
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Identity
from notoneless.demo.aid import POLICIES
from notoneless.demo.bureau import lists, organisations, people
from notoneless.demo.bureau.clock import turned
from notoneless.demo.bureau.scene import Scene

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

OCTOBER = dt.date(2026, 10, 20)


@pytest.mark.parametrize(("children", "seed"), [(500, 1), (500, 10), (2_000, 7)])
def test_all_found_and_none_invented(tmp_path, monkeypatch, children: int, seed: int) -> None:
    county = demo.make_county(children, seed)
    demo.write_lists(county, tmp_path)
    monkeypatch.setattr(lists, "LEFT", "no list is left out here")
    with turned() as clock:
        scene = Scene(county, tmp_path, lambda said: None, clock)
        clock.turn(dt.date(2026, 9, 20))
        for programme in (organisations, people, lists):
            programme.fill(scene)
        for path in sorted(tmp_path.glob("*发放名册*")):
            actions.take_paid_list(
                by=scene.user("county_aid_officer"),
                county=scene.here,
                file=path.read_bytes(),
                name=path.name,
            )
        clock.turn(OCTOBER)
        actions.propose_term(by=SYSTEM, on=OCTOBER)
    index = {
        vault.blind("id_number", number): child
        for child, number in enumerate(county.families.people.number.tolist())
        if child < county.families.children
    }
    whose = {
        person: index[number]
        for person, number in Identity.objects.filter(retracted_at__isnull=True).values_list(
            "child__person", "id_index"
        )
        if number in index
    }
    found = {
        (whose[one.child_id], one.policy): one.verdict
        for one in Finding.objects.filter(term="2026-autumn", child__isnull=False)
        if one.child_id in whose
    }
    aid = county.aid
    true = {
        (int(child), POLICIES[policy]): verdict
        for child, policy, verdict in zip(aid.child, aid.policy, aid.finding, strict=True)
        if verdict != "paid"
    }
    assert set(true.values()) == {"owed", "short", "paid_twice", "paid_not_owed"}
    assert found == true
    nobody = Finding.objects.filter(child__isnull=True)
    assert not nobody.exists()

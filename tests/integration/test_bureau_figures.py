"""A figure is counted from records, opens them in reach only, and stays what it was as of its day."""

from __future__ import annotations

import datetime as dt

import pytest
from click.testing import CliRunner
from invented_bureau import logged_in
from invented_children import OCTOBER, SEPTEMBER, row, taken_in

from notoneless.bureau.figures.kinds import figures, value
from notoneless.bureau.people.models import Child

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def two_counties(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石", stage="junior", grade=7)], "roll")
    other = {"county": "乙县", "township": "乙一镇", "village": "乙一村", "school": "乙县一小"}
    taken_in(bureau, [row(3, "乙县孩子", **other)], "roll", organisation=bureau["other county"])


def test_every_figure_opens_for_an_auditor(bureau) -> None:
    """Each breakdown of each app has its words; a figure that lacked them was an error page."""
    two_counties(bureau)
    browser = logged_in(bureau["auditor"])
    for one in figures():
        assert browser.get(f"/figures/{one}").status_code == 200, one


def test_it_counts_by_county_and_stage(bureau) -> None:
    two_counties(bureau)
    counted = value(figures()["people.enrolled"], on=SEPTEMBER)
    assert counted.count == 3
    assert counted.parts == {
        "county": [("甲县", 2), ("乙县", 1)],
        "stage": [("小学", 2), ("初中", 1)],
    }
    assert value(figures()["people.in_register"], on=SEPTEMBER).count == 0


def test_change_a_record_and_the_figure_changes_from_that_day(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")], "roll")
    child = Child.objects.order_by("pk")[0]
    taken_in(bureau, [row(1, child=child.pk)], "roll", OCTOBER)
    enrolled = figures()["people.enrolled"]
    assert value(enrolled, on=SEPTEMBER).count == 2
    assert value(enrolled, on=OCTOBER).count == 1
    assert value(enrolled, on=OCTOBER, known_on=dt.date(2020, 1, 1)).count == 0


def test_it_opens_its_records_in_reach_only(bureau) -> None:
    two_counties(bureau)
    page = "/figures/people.enrolled?on=2026-09-01"
    owner, stranger = logged_in(bureau["owner"]), logged_in(bureau["stranger"])
    ours, theirs = owner.get(page).content.decode(), stranger.get(page).content.decode()
    assert "刘石" in ours
    assert "乙县孩子" not in ours
    assert "刘石" not in theirs
    assert "乙县孩子" in theirs
    assert owner.get("/figures").status_code == 200
    assert owner.get("/figures/people.nothing").status_code == 404


def test_every_figure_counts_what_it_shows(bureau) -> None:
    two_counties(bureau)
    for one in figures().values():
        counted = value(one, on=SEPTEMBER, by=bureau["city_officer"])
        for parts in counted.parts.values():
            assert sum(number for _, number in parts) == counted.count, one.id


def test_every_breakdown_has_its_words_on_the_page() -> None:
    """Else the page of the figure breaks as soon as there is something to count."""
    from notoneless.bureau.figures.views import BREAKDOWNS

    assert {column for one in figures().values() for column in one.by} <= set(BREAKDOWNS)


def test_the_command(bureau, monkeypatch, tmp_path) -> None:
    from notoneless.bureau.web import server
    from notoneless.cli.figures import command

    two_counties(bureau)
    monkeypatch.setattr(server, "open_up", lambda data: None)
    shown = CliRunner().invoke(command, ["list", "--data", str(tmp_path)])
    assert "people.enrolled" in shown.output
    asked = ["show", "people.enrolled", "--as-of", "2026-09-01", "--data", str(tmp_path)]
    shown = CliRunner().invoke(command, asked)
    assert "3 人" in shown.output
    assert "甲县  2 人" in shown.output
    shown = CliRunner().invoke(command, ["show", "people.x", "--data", str(tmp_path)])
    assert "B701" in shown.output

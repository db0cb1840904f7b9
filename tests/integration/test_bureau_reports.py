"""The four reports freeze what the records say; rates show their numerators and denominators."""

import datetime as dt

import pytest
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import number, row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.actions import open_cases
from notoneless.bureau.cases.openings import Opening
from notoneless.bureau.figures.kinds import counted_at, counts_by, figures, value
from notoneless.bureau.people.models import Child
from notoneless.bureau.reports import actions, queries
from notoneless.bureau.reports.kinds import kinds
from notoneless.bureau.reports.models import Filing
from notoneless.bureau.reports.rates import RATES, Counted, counted
from notoneless.bureau.sweeps import actions as sweeps
from notoneless.faults import Refusal

MONTH = kinds()["school_month"]
QUARTER = kinds()["county_quarter"]


def codes(caught) -> set[str]:
    return {fault.code for fault in caught.value.faults}


def filed(bureau, **more):
    told = {"kind": MONTH, "organisation": bureau["school"], "period": this_month()} | more
    return actions.file_report(by=bureau["school_head"], **told)


def this_month() -> str:
    return MONTH.period_of(timezone.localdate())


def opened(child: Child) -> None:
    open_cases(
        by=SYSTEM,
        openings=[
            Opening(
                subject=child.pk, kind="absent", guarantee="in_class", source="rollcall",
                on=timezone.localdate(),
            )
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "day", "period", "last", "before"),
    [
        ("school_month", "2026-11-23", "2026-11", "2026-11-30", "2026-10"),
        ("school_month", "2024-02-29", "2024-02", "2024-02-29", "2024-01"),
        ("county_quarter", "2026-11-23", "2026-Q4", "2026-12-31", "2026-Q3"),
        ("county_quarter", "2027-01-01", "2027-Q1", "2027-03-31", "2026-Q4"),
        ("city_term", "2027-01-31", "2026-autumn", "2027-01-31", "2026-spring"),
        ("city_term", "2027-02-01", "2027-spring", "2027-08-31", "2026-autumn"),
        ("province_year", "2027-08-31", "2026", "2027-08-31", "2025"),
    ],
)
def test_periods(kind, day, period, last, before):
    one = kinds()[kind]
    assert one.period_of(dt.date.fromisoformat(day)) == period
    assert one.last(period) == dt.date.fromisoformat(last)
    assert one.before(period) == before
    assert one.first(period) <= dt.date.fromisoformat(day) <= one.last(period)


@pytest.mark.parametrize("name", ["2026-13", "2026-Q5", "x", "2026-summer", "20261"])
def test_what_is_no_period(name):
    for one in kinds().values():
        with pytest.raises(ValueError, match=name):
            one.first(name)


def test_zero_is_a_report_and_a_missing_one_is_not_zero(bureau):
    new = filed(bureau)
    assert new.values["reports.suspected_new"]["count"] == 0
    officer = bureau["county_officer"]
    told = queries.collected(MONTH, this_month(), queries.places(officer, MONTH, "report.see"))
    states = {one.organisation.name: one.count("reports.suspected_new") for one in told}
    assert states == {"甲县一小": 0, "甲县二小": None}


def test_what_was_filed_stays_and_a_correction_says_why(bureau):
    taken_in(bureau, [row(1, class_name="1班")], "roll")
    child = Child.objects.get()
    first = filed(bureau)
    opened(child)
    first.refresh_from_db()
    assert first.values["reports.suspected"]["count"] == 0
    with pytest.raises(Refusal) as silent:
        filed(bureau, seen=1)
    assert codes(silent) == {"Q102"}
    with pytest.raises(Refusal) as stale:
        filed(bureau, seen=0)
    assert codes(stale) == {"Q103"}
    second = filed(bureau, seen=1, reason="报后当天又发现一人")
    assert second.values["reports.suspected"]["count"] == 1
    assert [one.revision for one in Filing.objects.order_by("revision")] == [1, 2]
    assert queries.filed(MONTH, bureau["school"], this_month()) == second


def test_only_whose_report_it_is_and_only_once_it_has_begun(bureau):
    with pytest.raises(Refusal) as other:
        actions.file_report(
            by=bureau["county_officer"],
            kind=QUARTER,
            organisation=bureau["school"],
            period="2026-Q1",
        )
    assert codes(other) == {"Q104"}
    after = MONTH.period_of(MONTH.last(this_month()) + dt.timedelta(days=1))
    with pytest.raises(Refusal) as early:
        filed(bureau, period=after)
    assert codes(early) == {"Q101"}


def test_the_county_counts_what_its_schools_count(bureau):
    rows = [row(one, f"某{one}", id_number=number(one), class_name="1班") for one in range(1, 6)]
    taken_in(bureau, rows, "roll")
    for child in Child.objects.all()[:3]:
        opened(child)
    day = timezone.localdate()
    for name in MONTH.figures:
        figure = figures()[name]
        county, _ = counted_at(figure, bureau["county"].pk, on=day)
        school, _ = counted_at(figure, bureau["school"].pk, on=day)
        assert county == school == value(figure, on=day).count, name
        assert counts_by(figure, ("county",), on=day).get(bureau["county"].pk, 0) == county
        assert counted_at(figure, bureau["other county"].pk, on=day)[0] == 0
    assert counted_at(figures()["reports.suspected_new"], bureau["city"].pk, on=day)[0] == 3


def test_a_report_of_a_quarter_counts_the_whole_quarter(bureau, monkeypatch):
    """A case of the 14th of September is of no later month, and of the quarter, term and year."""
    that_day = dt.datetime(2026, 9, 14, 9, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: that_day)
    taken_in(bureau, [row(1, class_name="1班")], "roll")
    opened(Child.objects.get())
    counts = {
        (name, day): counted_at(
            figures()[f"reports.suspected_{name}"], bureau["county"].pk, on=day
        )[0]
        for name in ("new", "quarter", "term", "year")
        for day in (dt.date(2026, 9, 30), dt.date(2026, 10, 31), dt.date(2027, 3, 31))
    }
    assert [name for (name, day), count in counts.items() if count and day.month == 9] == [
        "new", "quarter", "term", "year",
    ]  # fmt: skip
    assert [name for (name, day), count in counts.items() if count and day.month == 10] == [
        "term", "year",
    ]  # fmt: skip
    assert [name for (name, day), count in counts.items() if count and day.month == 3] == ["year"]
    for kind in kinds().values():
        of_period = {"month": "_new", "term": "_term", "quarter": "_quarter", "year": "_year"}
        moved = {
            f"_{name.rpartition('_')[2]}" for name in kind.figures if name.startswith("reports.")
        }
        assert moved & set(of_period.values()) == {of_period[kind.period]}, kind.id


def test_money_owed_is_no_dropout(bureau):
    taken_in(bureau, [row(1, class_name="1班")], "roll")
    gap = Opening(
        subject=Child.objects.get().pk, kind="aid", guarantee="in_class", source="aid",
        on=timezone.localdate(),
    )  # fmt: skip
    open_cases(by=SYSTEM, openings=[gap])
    told = queries.values(QUARTER, bureau["county"], timezone.localdate())
    assert {name: one["count"] for name, one in told.items() if "suspected" in name} == {
        "reports.suspected_quarter": 0, "reports.suspected": 0,
    }  # fmt: skip


def test_known_then(bureau, time_goes_on):
    taken_in(bureau, [row(1, class_name="1班")], "roll")
    earlier = time_goes_on(days=3)
    opened(Child.objects.get())
    figure, day = figures()["reports.suspected"], timezone.localdate()
    assert counted_at(figure, bureau["county"].pk, on=day)[0] == 1
    assert counted_at(figure, bureau["county"].pk, on=day, known_on=earlier)[0] == 0
    assert counted_at(figure, bureau["county"].pk, on=earlier)[0] == 0


def test_rates_count_who_is_of_age_and_where_he_is(bureau):
    """Six of the register: 6, 11, 12, 14 years, too young, too old; four of the roll."""
    born = {
        1: "20200831", 2: "20150301", 3: "20140831", 4: "20120101", 5: "20200901", 6: "20110831",
    }  # fmt: skip
    taken_in(
        bureau,
        [
            row(one, f"某{one}", id_number=number(one, day), birth_date=dt.date.fromisoformat(day))
            for one, day in born.items()
        ],
        "census",
    )
    key = {child.name: child.pk for child in Child.objects.all()}
    seats = {
        2: (6, "primary", "enrolled"),
        3: (6, "primary", "enrolled"),
        4: (8, "junior", "suspended"),
    }
    taken_in(
        bureau,
        [
            row(
                one, f"某{one}", child=key[f"某{one}"], id_number=number(one, born[one]),
                birth_date=dt.date.fromisoformat(born[one]), grade=grade, stage=stage,
                roll_state=state, class_name="1班",
            )
            for one, (grade, stage, state) in seats.items()
        ],
        "roll",
    )  # fmt: skip
    day = dt.date(2026, 10, 20)
    told = {
        name: counted_at(figures()[name], bureau["county"].pk, on=day)[0]
        for rate in RATES
        for name in rate.figures
        if name.startswith("reports.")
    }
    assert told == {
        "reports.of_age": 4,
        "reports.of_age_enrolled": 2,
        "reports.primary_age": 2,
        "reports.primary_age_enrolled": 1,
        "reports.junior_age": 2,
        "reports.junior_age_enrolled": 0,  # one is still in primary school, one suspended
        "reports.primary_pupils": 2,
        "reports.junior_pupils": 0,
        "reports.pupils_at_start": 2,
        "reports.dropped_out": 0,
    }
    percents = {one.rate.id: one.percent for one in counted(told)}
    assert percents["of_age"] == "50.00"
    assert percents["primary_gross"] == "100.00"
    assert percents["enrolment.disabled_rate"] == ""  # no such list was counted


def test_a_percentage_is_cut_and_never_rounded_up():
    assert Counted(RATES[0], 99_999, 100_000).percent == "99.99"
    assert Counted(RATES[0], 2, 3).percent == "66.66"
    assert Counted(RATES[0], 0, 0).percent == ""
    assert Counted(RATES[0], None, 5).percent == ""


def test_the_night_counts_them_and_the_page_shows_them(bureau):
    taken_in(bureau, [row(1), row(2, "李小麦", id_number=number(2))], "census")
    sweeps.sweep(by=SYSTEM)
    day = timezone.localdate()
    written = actions.count_rates(by=SYSTEM, on=day)
    assert actions.count_rates(by=SYSTEM, on=day) == written
    organisation, on, told = queries.rates(bureau["county_officer"], bureau["county"].pk)
    assert on == day
    assert {one.rate.id: (one.part, one.whole) for one in told}["of_age"] == (0, 2)
    page = logged_in(bureau["county_officer"]).get(f"/reports/rates/{organisation.pk}")
    assert "0.00" in page.content.decode()
    assert logged_in(bureau["stranger"]).get(f"/reports/rates/{organisation.pk}").status_code == 404


def test_pages(bureau):
    head, officer = logged_in(bureau["school_head"]), logged_in(bureau["county_officer"])
    path = f"/reports/school_month/{this_month()}/{bureau['school'].pk}"
    assert "月报" in head.get("/").content.decode()
    assert head.get(path).status_code == 200
    assert officer.post(path, {"seen": "0", "note": ""}).status_code in (302, 404)
    Filing.objects.all().delete()
    assert head.post(path, {"seen": "0", "note": "没有新增"}).status_code == 302
    assert "第1稿" in head.get(path).content.decode()
    assert "Q103" in head.post(path, {"seen": "0"}).content.decode()
    listed = officer.get(f"/reports/school_month/{this_month()}").content.decode()
    assert "甲县二小" in listed
    assert officer.get("/reports").status_code == 200
    assert officer.get(f"/reports/school_month/{this_month()}?export=xlsx").status_code == 200
    assert officer.get("/reports/school_month/2026-13").status_code == 404
    assert officer.get("/reports/weekly/2026-10").status_code == 404
    assert logged_in(bureau["stranger"]).get(path).status_code == 404
    assert "甲县" not in logged_in(bureau["stranger"]).get(
        f"/reports/school_month/{this_month()}"
    ).content.decode().replace("乙县", "")


def test_everyone_owes_the_report_of_where_they_work_and_not_those_below(bureau):
    day = timezone.localdate()
    kinds_owed = {
        person: {one.kind.id for one in queries.owed(bureau[person], day)}
        for person in ("school_head", "county_officer", "city_officer", "class_teacher")
    }
    assert kinds_owed == {
        "school_head": {"school_month"},
        "county_officer": {"county_quarter"},
        "city_officer": {"city_term"},
        "class_teacher": set(),
    }


def test_a_migrant_child_of_five_years_counts_once(bureau):
    taken_in(
        bureau,
        [
            row(1, stage="primary", migrant=True),
            row(2, "李小麦", stage="primary", id_number=number(2), migrant=False),
        ],
        "roll",
    )
    figure, county = figures()["enrolment.migrant_children"], bureau["county"].pk
    day = timezone.localdate()
    assert counted_at(figure, county, on=day)[0] == 1
    assert counted_at(figure, county, on=dt.date(2026, 8, 31))[0] == 0  # the roll is of September
    taken_in(bureau, [], "roll", dt.date(2026, 10, 8))
    assert counted_at(figure, county, on=day)[0] == 1  # gone since, and still of these five years
    assert counted_at(figure, county, on=dt.date(2032, 9, 1))[0] == 0


def test_who_is_excused_counts_for_the_poor_and_not_for_the_disabled():
    told = {one.rate.id: (one.part, one.whole) for one in counted({
        "sweeps.registered_poor_place.kept": 95,
        "sweeps.registered_poor_place.excused": 5,
        "sweeps.registered_poor_place.universe": 100,
        "sweeps.special_placement.kept": 95,
        "sweeps.special_placement.excused": 5,
        "sweeps.special_placement.universe": 100,
    })}  # fmt: skip
    assert told["enrolment.registered_poor_rate"] == (100, 100)
    assert told["enrolment.disabled_rate"] == (95, 95)

"""The ledger of children of age (适龄儿童台账): who they are, where they learn, who answers, who checked when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from notoneless.bureau import offers
from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.cases.codes import out_of_school
from notoneless.bureau.cases.codes import word as case_word
from notoneless.bureau.cases.models import Case, Entry
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import Child, Identity, Residence
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When, pick
from notoneless.bureau.reports.figures import born_of_age
from notoneless.bureau.reports.ledger_cases import states_then
from notoneless.bureau.reports.ledger_people import Cells, Told, in_charge
from notoneless.i18n import N_, gettext

BY_SCHOOL = ("school",)
"""Kinds of places whose ledger is of their pupils; a village's or township's is of who lives there."""

STATUS = {
    "in_school": N_("在校"),
    "home": N_("送教"),
    "suspended": N_("休学"),
    "deferred": N_("延缓"),
    "dropout": N_("辍学"),
    "no_place": N_("未入学"),
    "other": N_("其他"),
}
"""The seven answers of the ledger; what is not known is the last, with a note."""

AWAY = {
    "city": N_("市内"),
    "province": N_("省内"),
    "other_province": N_("省外"),
    "vocational": N_("市内"),
}


def rows(place: Organisation, when: When) -> QuerySet[Child]:
    """The children of age of a place: of its register or living there, and its pupils."""
    first, last = born_of_age(when.on)
    inside = Lineage.objects.filter(above=place).values("below")
    if when.known_on is None and when.on >= timezone.localdate():
        found = Child.objects.filter(person=F("pk"), birth_date__range=(first, last))
        if place.kind in BY_SCHOOL:
            found = found.filter(Q(school__in=inside) | Q(attending__in=inside))
        elif place.kind == "county":
            found = found.filter(Q(home__in=inside) | Q(school__in=inside))
        else:
            found = found.filter(home__in=inside)
    else:
        keys = RawSQL(_then(place, when, first, last), ())  # noqa: S611 - only days and a key
        found = Child.objects.filter(pk__in=keys)
    return found.order_by("home", "initials", "pk")


def _then(place: Organisation, when: When, first: dt.date, last: dt.date) -> str:
    """The same from the facts, as of a day that is past or as known then."""
    born = f"CASE WHEN f.birth_date IS NULL THEN 1 ELSE 0 END, {RANK}"
    below = f"SELECT below_id FROM accounts_lineage WHERE above_id = {int(place.pk)}"
    home, school = f"coalesce(r.place_id, b.told_to) IN ({below})", f"e.school_id IN ({below})"
    where = {"school": school, "county": f"({home} OR {school})"}.get(place.kind, home)
    return f"""
        SELECT b.person FROM (
            {pick("identity", "f.birth_date, s.organisation_id AS told_to", when, order=born)}) b
        LEFT JOIN ({pick("residence", "f.place_id", when)}) r ON r.person = b.person
        LEFT JOIN ({pick("enrolment", "f.school_id", when, order=f"{ENROLLED_FIRST}, {RANK}")}) e
            ON e.person = b.person
        WHERE b.birth_date >= '{first}' AND b.birth_date <= '{last}' AND {where}"""


def fill(lot: Sequence[Child], when: When, need: bool) -> None:
    """Give each child its cells, ``row.ledger``; in some twenty statements for all of them."""
    keys = [one.pk for one in lot]
    told = Told(keys, when)
    nations = people.counting(Identity, keys, when, order=f"f.nation IS NULL, {RANK}")
    heads = people.counting(Residence, keys, when, order=f"f.head = '', {RANK}")
    cases = _cases(keys, when)
    homes = {told.home(key) for key in keys} - {None}
    classes = {seat.school_id for seat in told.seats.values() if seat.school_id}
    administration = in_charge({key for key in homes if key}, "administration", when.on)
    education = in_charge(classes, "education", when.on)
    checks = _checks(
        {key: told.seats[key].school_id if key in told.seats else None for key in keys}, when
    )
    for one in lot:
        key = one.pk
        seat, line = told.seats.get(key), told.seat(key)
        residence, registered = told.homes.get(key), told.registered.get(key)
        status, note = _status(told, key, cases.get(key, ()))
        day, who = checks.get(key, ("", ""))
        school = line.get("school")
        cells: Cells = {
            **told.block(key),
            "group": told.group(key),
            "head": heads[key].head if key in heads else "",
            "nation": _nation(nations.get(key)),
            "relation": residence.relation if residence else "",
            "registered": told.address(registered)
            if registered and registered.line == "census"
            else "",
            "living": told.address(residence),
            "household": told.household(key) if need else "",
            "groups": told.groups(key, need=need),
            "status": gettext(STATUS[status]),
            "school_code": school.code if school else "",
            "stage": told.stage(key),
            "where": _where(told, key),
            "administration": administration.get(told.home(key) or 0, ""),
            "education": education.get(seat.school_id or 0, "") if seat else "",
            "checked_on": day,
            "checked_by": who,
            "note": note,
        }
        one.ledger = cells  # type: ignore[attr-defined]  # read by the columns


def _nation(identity: Identity | None) -> str:
    """The ethnic group as the list has it; the ledger's right (`ledgers.PERMISSION`) is the one to see it."""
    return identity.nation.reveal() if identity is not None and identity.nation else ""


def _cases(children: Collection[int], when: When) -> dict[int, list[tuple[Case, str]]]:
    """The cases in work of each child, with their states then."""
    found: dict[int, list[tuple[Case, str]]] = {}
    for keys in chunks(children):
        cases = list(Case.objects.filter(child__in=keys, joined_to=None, kind__in=out_of_school()))
        states = states_then([case.pk for case in cases], when)
        for case in cases:
            if state := states.get(case.pk):
                found.setdefault(case.child_id or 0, []).append((case, state))
    return found


def _status(told: Told, child: int, cases: Sequence[tuple[Case, str]]) -> tuple[str, str]:
    """How the child learns (`STATUS`), and the note beside it."""
    listed, seat = told.circumstances[child], told.seats.get(child)
    for case, state in cases:
        if state in ("verified", "persuading", "transferring", "outside"):
            kind = "no_place" if case.kind == "no_place" else "dropout"
            return kind, case.number
        if state == "suspected":
            what = gettext("疑似，待核实") + " " + case_word("kinds", case.kind)
            return ("no_place" if case.kind == "no_place" else "other"), f"{what} {case.number}"
    excuse = listed.get("excused")
    if excuse is not None:
        kind = {"deferred": "deferred", "suspended": "suspended"}.get(excuse.value, "other")
        return kind, excuse.document
    special = listed.get("special")
    if (special and special.value == "home") or (seat and seat.placement == "home"):
        return "home", ""
    if seat is not None and seat.roll_state in ("", "enrolled"):
        return "in_school", ""
    if seat is not None and seat.roll_state == "suspended":
        return "suspended", ""
    if "elsewhere" in listed or special is not None:
        return "in_school", ""
    return "other", gettext("名单里没有就学情况，待核")


def _where(told: Told, child: int) -> str:
    """Where the child learns, seen from its county."""
    listed = told.circumstances[child].get("elsewhere")
    if listed is not None:
        return gettext(AWAY.get(listed.value, N_("省内")))
    home, school = told.lines.get(told.home(child) or 0, {}), told.seat(child)
    if not school:
        return ""
    for kind, text in (("county", N_("县内")), ("city", N_("市内")), ("province", N_("省内"))):
        if kind in home and home.get(kind) == school.get(kind):
            return gettext(text)
    return gettext(N_("县内")) if not home else ""


def _checks(seats: dict[int, int | None], when: When) -> dict[int, tuple[dt.date, str]]:
    """Who looked at each child last, and when: a contact of its case, or a check of its class."""
    found: dict[int, tuple[dt.date, str]] = {}
    begin = when.on + dt.timedelta(days=1)
    before = dt.datetime.combine(begin, dt.time(), timezone.get_default_timezone())
    for keys in chunks(seats):
        entries = Entry.objects.filter(kind="contact", case__child__in=keys, at__lt=before)
        if when.known_on is not None:
            entries = entries.filter(written_at__lte=when.end)
        for one in entries.select_related("by", "case").order_by("at", "pk"):
            found[one.case.child_id or 0] = (timezone.localdate(one.at), str(one.by or one.who))
    for app in offers.found("class_checks"):
        checked = app.class_checks(
            {seat for seat in seats.values() if seat}, when.on, when.known_on
        )
        for child, seat in seats.items():
            if (told := checked.get(seat or 0)) and told[0] >= found.get(child, told)[0]:
                found[child] = told
    return found

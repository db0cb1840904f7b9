"""The figures of aid: policies in force; what was paid to whom in the three years up to a day.

By policy, class of family, county, school and term.

A payment counts on the day on which it was sent to the bank, as long as it did not come back. One student, one
policy, one term is one person-time.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from notoneless import rosters
from notoneless.bureau.aid import rulebook
from notoneless.bureau.aid.models import Award
from notoneless.bureau.figures.kinds import Figure
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.people.standing import When
from notoneless.i18n import N_, gettext
from notoneless.kernel import Policy

YEARS = 3
REGISTERED_POOR = "poverty_relieved"

FAMILIES = (
    REGISTERED_POOR,
    "monitored",
    "rural_minimum",
    "urban_minimum",
    "destitute",
    "orphans",
    "unsupported",
    "disabled",
)
"""Classes of family: lists of people in need. Who is on several counts with the first of them."""
OTHER = "other"


def _three_years(on: dt.date) -> str:
    return f"p.paid_on BETWEEN '{_first(on)}' AND '{on}'"


def _first(on: dt.date) -> dt.date:
    day = on.replace(day=28) if (on.month, on.day) == (2, 29) else on
    return day.replace(year=day.year - YEARS) + dt.timedelta(days=1)


_FAMILY = (
    f"CASE f.rank {' '.join(f'WHEN {at} THEN {kind!r}' for at, kind in enumerate(FAMILIES))} "
    f"ELSE '{OTHER}' END"
)


def _families(on: dt.date, known_on: dt.date | None) -> str:
    """Per person the first of the lists that ever named them, as believed on the day."""
    rank = " ".join(f"WHEN {kind!r} THEN {at}" for at, kind in enumerate(FAMILIES))
    return (
        f"SELECT c.person_id AS person, min(CASE f.kind {rank} END) AS rank "
        "FROM people_circumstance f JOIN people_child c ON c.id = f.child_id "
        f"WHERE {When(on, known_on).believed('f')} GROUP BY c.person_id"
    )


def _in_force(on: dt.date, known_on: dt.date | None) -> str:  # noqa: ARG001 - a version is never unsaid
    """A row per policy in force: its place in the rulebook, and how it is given."""
    place = rulebook.place().pk
    rows = [
        f"SELECT {at} AS record, {place} AS place, '{one.kind}' AS kind"
        for at, one in _numbered(on).items()
    ]
    return " UNION ALL ".join(rows) or "SELECT 0 AS record, 0 AS place, '' AS kind WHERE 1 = 0"


def _numbered(on: dt.date) -> dict[int, Policy]:
    sweep = rulebook.compiled(on)
    return {at: one for at, one in enumerate(sweep.policies, 1) if sweep.in_force(one)}


def _policies(keys: list[int]) -> dict[int, str]:
    numbered = _numbered(timezone.localdate())
    return {key: str(numbered[key].text) for key in keys if key in numbered}


def _paid(on: dt.date, known_on: dt.date | None) -> str:
    return (
        "SELECT a.id AS record, coalesce(a.school_id, a.county_id) AS place, a.policy, a.term, "
        f"coalesce(o.name, '') AS school, {_FAMILY} AS family, a.amount AS fen FROM aid_payment p "
        "JOIN aid_award a ON a.id = p.award_id JOIN people_child k ON k.id = a.child_id "
        f"LEFT JOIN ({_families(on, known_on)}) f ON f.person = k.person_id "
        "LEFT JOIN accounts_organisation o ON o.id = a.school_id "
        f"WHERE p.state IN ('sent', 'confirmed') AND {_three_years(on)}"
    )


def _of_poor(on: dt.date, known_on: dt.date | None) -> str:
    listed = (
        "SELECT c.person_id FROM people_circumstance f JOIN people_child c ON c.id = f.child_id "
        f"WHERE f.kind = '{REGISTERED_POOR}' AND {When(on, known_on).believed('f')}"
    )
    return (
        f"SELECT r.* FROM ({_paid(on, known_on)}) r JOIN aid_award w ON w.id = r.record "
        f"JOIN people_child k ON k.id = w.child_id WHERE k.person_id IN ({listed})"
    )


def _given(on: dt.date, known_on: dt.date | None) -> str:
    first = _first(on)
    return (
        "SELECT g.id AS record, d.school_id AS place, g.policy, g.term, d.kind, "
        f"coalesce(o.name, '') AS school, {_FAMILY} AS family, g.amount AS fen FROM aid_given g "
        "JOIN aid_delivery d ON d.id = g.delivery_id JOIN people_child k ON k.id = g.child_id "
        "LEFT JOIN accounts_organisation o ON o.id = d.school_id "
        f"LEFT JOIN ({_families(on, known_on)}) f ON f.person = k.person_id "
        f"WHERE g.stands AND d.day BETWEEN '{first}' AND '{on}'"
    )


def _words(column: str, code: str) -> str:
    if column == "family":
        return gettext("不在名单上的") if code == OTHER else str(rosters.kinds()[code].label)
    if column == "kind":
        return gettext(rulebook.KINDS[code])
    return {"policy": policy_label, "term": term_label}.get(column, str)(code)


def _names(keys: list[int]) -> dict[int, str]:
    """Whose award it is, and of which policy."""
    rows = Award.objects.filter(pk__in=keys).values_list("pk", "child__name", "policy", "term")
    return {
        key: f"{name} {term_label(term)} {policy_label(policy)}" for key, name, policy, term in rows
    }


BY = ("county", "policy", "family", "term", "school")

FIGURES = (
    Figure(
        id="aid.policies",
        text=N_("现行资助政策"),
        unit=N_("项"),
        what=N_("这一天施行的规则里已经开始的资助政策，各种给法都算"),
        records=_in_force,
        by=("kind",),
        permission="aid.see",
        word=_words,
        shown=_policies,
        everywhere=True,
    ),
    Figure(
        id="aid.paid",
        text=N_("三年来发放的资助"),
        unit=N_("元"),
        what=N_("到这一天为止三年里发放、没有退回的奖补的金额"),
        records=_paid,
        by=BY,
        page="aid:award",
        permission="aid.see",
        word=_words,
        shown=_names,
        sums="fen",
    ),
    Figure(
        id="aid.registered_poor_paid",
        text=N_("三年来发给脱贫户学生的资助"),
        unit=N_("元"),
        what=N_("三年来发放的资助里，发给在脱贫户名单上的学生的"),
        records=_of_poor,
        by=BY,
        page="aid:award",
        permission="aid.see",
        word=_words,
        shown=_names,
        sums="fen",
    ),
    Figure(
        id="aid.person_times",
        text=N_("三年来资助人次"),
        unit=N_("人次"),
        what=N_("到这一天为止三年里发放、没有退回的奖补；一个学生、一项政策、一个学期计一次"),
        records=_paid,
        by=BY,
        page="aid:award",
        permission="aid.see",
        word=_words,
        shown=_names,
    ),
    Figure(
        id="aid.registered_poor_person_times",
        text=N_("三年来脱贫户学生资助人次"),
        unit=N_("人次"),
        what=N_("三年来资助人次里，在脱贫户名单上的学生的"),
        records=_of_poor,
        by=BY,
        page="aid:award",
        permission="aid.see",
        word=_words,
        shown=_names,
    ),
    Figure(
        id="aid.given",
        text=N_("三年来的实物和减免（折合）"),
        unit=N_("元"),
        what=N_(
            "到这一天为止三年里登记发放的实物和减免的折合金额；不是银行发的款，不算在发放的资助里"
        ),
        records=_given,
        by=("county", "policy", "kind", "family", "term", "school"),
        permission="aid.see",
        word=_words,
        sums="fen",
    ),
)

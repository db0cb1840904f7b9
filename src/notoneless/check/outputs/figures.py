"""The numbers of an answer, counted once from its rows; every output shows these and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notoneless.check.result import CheckResult, Comparison

MEANING = {
    "in_class": "kept",
    "on_roll": "kept",
    "special": "kept",
    "elsewhere": "kept",
    "excused": "excused",
    "gone": "excused",
    "suspected_no_place": "gap",
    "suspected_absent": "gap",
    "data_problem": "unknown",
    "unknown": "unknown",
}
"""The states in the order they are shown, each with the meaning its mark has (see the look)."""

FINDINGS = ("owed", "short", "late", "paid_twice", "paid_not_owed", "needs_data")
"""The verdicts about aid that somebody must act on, the most urgent first."""

SCHOOL_FINDINGS = FINDINGS[:-1]
"""Those a school can act on; a list that is missing is said once and not at every school."""

UNDECIDED_AID = """
SELECT policy, reason, count(*) AS number, count(DISTINCT school) AS schools, bool_or(unverified) AS unverified
FROM shown_aid WHERE verdict = 'needs_data' GROUP BY policy, reason ORDER BY number DESC, policy, reason
"""
"""What is missing for aid, said once per policy and reason; the children stand in ``aid.csv``."""


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many children of a universe ended in a state."""

    universe: str
    state: str
    label: str
    count: int

    @property
    def meaning(self) -> str:
        """``kept``, ``excused``, ``gap`` or ``unknown``."""
        return MEANING.get(self.state, "unknown")


@dataclass(frozen=True, slots=True)
class Found:
    """One of the three comparisons with what it found; ``count`` is None when it cannot be made."""

    comparison: Comparison
    count: int | None


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """The children of a township or of a school that somebody must look for."""

    township: str
    school: str
    no_place: int
    absent: int
    poor: int
    unknown: int
    data_problem: int
    aid: int = 0
    """Findings about aid of the school's pupils."""

    @property
    def gaps(self) -> int:
        """Children suspected to be out of school."""
        return self.no_place + self.absent

    @property
    def to_do(self) -> int:
        """What the place itself can act on."""
        return self.gaps + self.data_problem + self.aid


@dataclass(frozen=True, slots=True)
class AidCount:
    """Rows of one policy and verdict; sums in fen, ``owed_fen`` without those that need data."""

    policy_id: str
    policy: str
    verdict: str
    label: str
    count: int
    owed_fen: int
    paid_fen: int
    unverified: bool

    @property
    def short_fen(self) -> int:
        """What is still to be paid."""
        return max(self.owed_fen - self.paid_fen, 0)


@dataclass(frozen=True, slots=True)
class FaultCount:
    """Faults of one code, with one of their messages."""

    code: str
    severity: str
    count: int
    files: int
    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class GuaranteeCount:
    """One guarantee: for how many it holds, and how it stands."""

    id: str
    label: str
    universe: int
    kept: int
    excused: int
    gap: int
    unknown: int

    @property
    def coverage(self) -> str:
        """Kept ÷ (universe − excused) in per cent with two decimals, cut and never rounded up."""
        due = self.universe - self.excused
        if due <= 0:
            return ""
        hundredths = self.kept * 10_000 // due
        return "100" if hundredths == 10_000 else f"{hundredths // 100}.{hundredths % 100:02d}"


@dataclass(frozen=True, slots=True)
class Figures:
    """All numbers of an answer."""

    states: tuple[StateCount, ...]
    found: tuple[Found, ...]
    townships: tuple[PlaceCount, ...]
    schools: tuple[PlaceCount, ...]
    aid: tuple[AidCount, ...]
    faults: tuple[FaultCount, ...]
    guarantees: tuple[GuaranteeCount, ...]
    pairs: int
    changes: dict[str, int]

    def of(self, universe: str) -> tuple[StateCount, ...]:
        """The states of one universe."""
        return tuple(count for count in self.states if count.universe == universe)

    def total(self, universe: str) -> int:
        """The children of one universe."""
        return sum(count.count for count in self.of(universe))

    def state(self, state: str) -> int:
        """The children in one state, of both universes."""
        return sum(count.count for count in self.states if count.state == state)

    def verdict(self, verdict: str) -> int:
        """The rows about aid with one verdict."""
        return sum(count.count for count in self.aid if count.verdict == verdict)


_PLACE = """
SELECT {columns},
  count(*) FILTER (state = 'suspected_no_place') AS no_place,
  count(*) FILTER (state = 'suspected_absent') AS absent,
  count(*) FILTER (state IN ('suspected_no_place', 'suspected_absent') AND poor) AS poor,
  count(*) FILTER (state = 'unknown') AS undecided,
  count(*) FILTER (state = 'data_problem') AS data_problem
FROM shown_children GROUP BY ALL
"""
_TOWNSHIPS = f"""
SELECT * FROM ({_PLACE.format(columns="township, '' AS school")})
WHERE no_place + absent + undecided + data_problem > 0
ORDER BY no_place + absent DESC, undecided DESC, township
"""
_SCHOOLS = f"""
WITH place AS ({_PLACE.format(columns="min(township) AS township, school")}),
findings AS (
  SELECT school, count(*) AS findings FROM shown_aid
  WHERE verdict IN {SCHOOL_FINDINGS} GROUP BY school
)
SELECT coalesce(township, ''), school, coalesce(no_place, 0), coalesce(absent, 0), coalesce(poor, 0),
  coalesce(undecided, 0), coalesce(data_problem, 0), coalesce(findings, 0)
FROM place FULL JOIN findings USING (school)
WHERE school <> '' AND coalesce(no_place + absent + undecided + data_problem, 0) + coalesce(findings, 0) > 0
ORDER BY coalesce(no_place + absent, 0) DESC, coalesce(findings, 0) DESC, coalesce(undecided, 0) DESC, school
"""


def count(con: Any, result: CheckResult) -> Figures:
    """Count the shown rows (see `show`) of an answer."""
    order = {state: position for position, state in enumerate(MEANING)}
    states = sorted(
        (
            StateCount(*row)
            for row in con.execute(
                "SELECT universe, state, min(state_label), count(*) FROM shown_children"
                " GROUP BY universe, state"
            ).fetchall()
        ),
        key=lambda one: (one.universe, order.get(one.state, len(order)), one.state),
    )
    absent, absent_poor, no_place = con.execute(
        "SELECT count(*) FILTER (state = 'suspected_absent'),"
        " count(*) FILTER (state = 'suspected_absent' AND poor),"
        " count(*) FILTER (state = 'suspected_no_place') FROM shown_children"
    ).fetchall()[0]
    counted = {"register_roll": no_place, "roll_class": absent, "absent_poor": absent_poor}
    return Figures(
        states=tuple(states),
        found=tuple(
            Found(one, None if one.missing else counted[one.id]) for one in result.comparisons
        ),
        townships=_rows(con, _TOWNSHIPS, PlaceCount),
        schools=_rows(con, _SCHOOLS, PlaceCount),
        aid=_rows(
            con,
            "SELECT policy_id, min(policy), verdict, min(verdict_label), count(*),"
            " CAST(coalesce(sum(owed_fen), 0) AS BIGINT), CAST(coalesce(sum(paid_fen), 0) AS BIGINT),"
            " coalesce(bool_or(unverified), false)"
            " FROM shown_aid GROUP BY policy_id, verdict ORDER BY policy_id, verdict",
            AidCount,
        ),
        faults=_rows(
            con,
            "SELECT code, min(severity), count(*), count(DISTINCT file), min(message), min(next_step)"
            " FROM shown_faults GROUP BY code ORDER BY min(severity), count(*) DESC, code",
            FaultCount,
        ),
        guarantees=_rows(
            con,
            "SELECT * EXCLUDE (place) FROM shown_guarantees ORDER BY place, guarantee",
            GuaranteeCount,
        ),
        pairs=con.execute("SELECT count(*) FROM shown_review").fetchall()[0][0],
        changes=dict(
            con.execute(
                "SELECT change, count(*) FROM shown_changes GROUP BY 1 ORDER BY 1"
            ).fetchall()
        ),
    )


def _rows(con: Any, query: str, kind: Any) -> Any:
    return tuple(kind(*row) for row in con.execute(query).fetchall())

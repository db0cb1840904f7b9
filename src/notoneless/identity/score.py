"""Fifth step: how likely is a candidate pair one child?

Each comparison has a few levels. A level weighs the logarithm of how often it is met among rows of
one child, against how often among two children of one household and among strangers. Three classes
and not two, because brothers, sisters and twins share guardian, phone, village and family name:
held against strangers alone, those would count as so much proof. Weights add up::

    strangers = sum of ln(same child / strangers)       siblings = sum of ln(same child / siblings)
    probability = 1 / (1 + a / exp(strangers) + b / exp(siblings))

``a`` and ``b`` are how many pairs of strangers and of siblings there are for one pair of the same
child. The shares below are where counting starts; `learn` adds what fixed samples of the lists show
(rows with the same valid number, the same rows set off by one, the same guardian with different
numbers), no iteration. The levels of a household are one comparison, and those of a place, since
their parts are not independent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from notoneless.i18n import N_, gettext
from notoneless.identity.pipeline import Pipeline, Step, literal

SAMPLE = 20_000
"""Pairs looked at to learn the weights of matches, and as many of strangers."""

PRIOR = 200.0
"""How many observed pairs the shares below are worth; short lists stay close to them."""

ENOUGH = 10
"""A level met less often than this in a sample keeps the share it started with."""


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison and how often it is met in each class of pairs.

    ``says`` is the evidence in words; ``agrees`` is on which side of the evidence line it stands
    (None: it says nothing and is not told).
    """

    value: int
    says: str
    agrees: bool | None
    match: float
    sibling: float
    stranger: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A named comparison: an SQL expression over rows ``l`` and ``r`` that gives a level or NULL."""

    name: str
    level: str
    levels: tuple[Level, ...]
    learned: bool = True


def _differing(left: str, right: str, places: int) -> str:
    """How many decimal places of two whole numbers differ."""
    return (
        "("
        + " + ".join(
            f"CASE WHEN {left} // {10**n} % 10 <> {right} // {10**n} % 10 THEN 1 ELSE 0 END"
            for n in range(places)
        )
        + ")"
    )


NAME = Comparison(
    "name",
    """CASE WHEN l.name IS NULL OR r.name IS NULL THEN NULL
         WHEN l.name = r.name AND NOT l.unread THEN 6
         WHEN l.sound = r.sound AND l.syllables = r.syllables AND NOT l.unread THEN 5
         WHEN l.syllables = r.syllables AND NOT l.unread AND length(l.name) > 3 THEN 4
         WHEN (l.unread OR r.unread) AND length(l.name) = length(r.name) AND length(l.name) > 2
              AND substr(l.name, 1, 1) = substr(r.name, 1, 1)
              AND (l.name LIKE r.name OR r.name LIKE l.name) THEN 3
         WHEN l.family = r.family
              AND (substr(l.name, 2, 1) = substr(r.name, 2, 1)
                   OR substr(l.name, length(l.name), 1) = substr(r.name, length(r.name), 1)) THEN 2
         WHEN l.family = r.family THEN 1 ELSE 0 END""",
    (
        Level(6, N_("姓名相同"), True, 0.94, 0.0005, 0.00003),
        Level(5, N_("姓名读音相同"), True, 0.02, 0.0005, 0.0001),
        Level(4, N_("姓名用字相同、次序不同"), True, 0.003, 0.0002, 0.00002),
        Level(3, N_("姓名缺字、其余相同"), True, 0.01, 0.0005, 0.0002),
        Level(2, N_("姓名相近"), False, 0.017, 0.3, 0.005),
        Level(1, N_("仅姓氏相同"), False, 0.005, 0.62, 0.05),
        Level(0, N_("姓名不同"), False, 0.005, 0.08, 0.945),
    ),
)

_DAY, _MONTH = "{0}.born % 100", "{0}.born // 100 % 100"

BORN = Comparison(
    "born",
    f"""CASE WHEN l.born IS NULL OR r.born IS NULL THEN NULL
         WHEN l.born = r.born THEN 3
         WHEN l.born // 10000 = r.born // 10000 AND l.born % 100 = r.born // 100 % 100
              AND r.born % 100 = l.born // 100 % 100 THEN 2
         WHEN {_differing("l.born", "r.born", 8)} = 1 THEN 1 ELSE 0 END""",
    (
        Level(3, N_("出生日期相同"), True, 0.965, 0.015, 0.0003),
        Level(2, N_("出生日期月日颠倒"), True, 0.005, 0.0005, 0.0003),
        Level(1, N_("出生日期仅一位不同"), True, 0.02, 0.012, 0.005),
        Level(0, N_("出生日期不同"), False, 0.01, 0.97, 0.9944),
    ),
)

SEX = Comparison(
    "sex",
    "CASE WHEN l.sex IS NULL OR r.sex IS NULL THEN NULL WHEN l.sex = r.sex THEN 1 ELSE 0 END",
    (
        Level(1, N_("性别相同"), True, 0.995, 0.5, 0.5),
        Level(0, N_("性别不同"), False, 0.005, 0.5, 0.5),
    ),
)

HOUSEHOLD = Comparison(
    "household",
    """CASE WHEN l.guardian = r.guardian THEN 3 WHEN l.phone = r.phone THEN 2
         WHEN l.guardian_name = r.guardian_name OR l.guardian_sound = r.guardian_sound THEN 1
         WHEN l.guardian <> r.guardian OR l.phone <> r.phone
              OR l.guardian_name <> r.guardian_name THEN 0 END""",
    (
        Level(3, N_("监护人身份证号相同"), True, 0.85, 0.85, 0.000002),
        Level(2, N_("联系电话相同"), True, 0.06, 0.06, 0.000005),
        Level(1, N_("监护人姓名相同"), True, 0.04, 0.04, 0.0006),
        Level(0, N_("监护人信息不同"), False, 0.05, 0.05, 0.9994),
    ),
)

PLACE = Comparison(
    "place",
    """CASE WHEN l.village = r.village AND coalesce(l.township = r.township, true) THEN 2
         WHEN l.township = r.township THEN 1
         WHEN l.township <> r.township OR l.village <> r.village THEN 0 END""",
    (
        Level(2, N_("村（社区）相同"), True, 0.90, 0.92, 0.002),
        Level(1, N_("乡镇（街道）相同"), True, 0.05, 0.04, 0.03),
        Level(0, N_("住地不同"), False, 0.05, 0.04, 0.968),
    ),
)

SCHOOL = Comparison(
    "school",
    """CASE WHEN l.school = r.school OR strpos(l.school, r.school) > 0
              OR strpos(r.school, l.school) > 0 THEN 1
         WHEN l.school <> r.school THEN 0 END""",
    (
        Level(1, N_("学校相同"), True, 0.85, 0.45, 0.02),
        Level(0, N_("学校不同"), False, 0.15, 0.55, 0.98),
    ),
)

NUMBER = Comparison(
    "number",
    """CASE WHEN c.by_number = 1 THEN 7
         WHEN l.number <> r.number THEN 1
         WHEN c.repaired = 'check' THEN 6 WHEN c.repaired = 'digit' THEN 5
         WHEN c.repaired = 'turned' THEN 4 WHEN c.repaired = 'shape' THEN 3
         WHEN (l.wrong IS NOT NULL AND r.number IS NOT NULL)
              OR (r.wrong IS NOT NULL AND l.number IS NOT NULL) THEN 2 END""",
    (
        Level(7, N_("身份证号相同"), True, 0.5, 0.001, 0.0000001),
        Level(6, N_("身份证号末位不符、其余相同"), True, 0.1, 0.0001, 0.000001),
        Level(5, N_("身份证号仅一位不同"), True, 0.3, 0.03, 0.000001),
        Level(4, N_("身份证号相邻两位颠倒"), True, 0.2, 0.01, 0.000001),
        Level(3, N_("身份证号多、少或错写一个字符"), True, 0.2, 0.01, 0.000001),
        Level(2, N_("一方身份证号有误"), False, 0.2, 0.9, 0.9),
        Level(1, N_("双方身份证号不同"), False, 0.02, 0.999, 0.999),
    ),
    learned=False,
)

COMPARISONS = (NUMBER, NAME, BORN, SEX, HOUSEHOLD, PLACE, SCHOOL)
CLASSES = ("match", "sibling", "stranger")


@dataclass(frozen=True, slots=True)
class Weight:
    """What one level adds to the score: natural logarithms, against strangers and siblings."""

    comparison: str
    level: Level
    stranger: float
    sibling: float


COMPARED = Step(
    "compared",
    f"""
    WITH c AS (
        SELECT 'candidate' AS class, left_row, right_row, by_number, repaired FROM $candidates
        UNION ALL SELECT class, left_row, right_row, 0, NULL FROM $samples
    )
    SELECT c.*, l.number AS left_number, r.number AS right_number, l.settled OR r.settled AS settled,
           {", ".join(f"{comparison.level} AS {comparison.name}" for comparison in COMPARISONS)}
    FROM c
    JOIN $open l ON l.side = $left_side AND l.row = c.left_row
    JOIN $open r ON r.side = $right_side AND r.row = c.right_row""",
    ("class", "left_row", "right_row"),
)
"""The level of every comparison, for the candidates and for the samples."""


def learn(pipeline: Pipeline) -> tuple[Weight, ...]:
    """Count the levels in the samples and turn them, with what we start from, into weights."""
    query = " UNION ALL ".join(
        f"SELECT class, '{comparison.name}', {comparison.name}, count(*) FROM $compared"
        f" WHERE {comparison.name} IS NOT NULL AND class <> 'candidate' GROUP BY ALL"
        for comparison in COMPARISONS
        if comparison.learned
    )
    seen = {(kind, name, level): n for kind, name, level, n in pipeline.rows(query)}
    return tuple(_weights(seen))


def _weights(seen: dict[tuple[str, str, int], int]) -> Iterable[Weight]:
    for comparison in COMPARISONS:
        shares: dict[str, dict[int, float]] = {}
        for kind in CLASSES:
            counts = {
                level.value: seen.get((kind, comparison.name, level.value), 0)
                for level in comparison.levels
            }
            total = sum(counts.values()) + PRIOR
            shares[kind] = {
                level.value: (
                    (counts[level.value] + PRIOR * getattr(level, kind)) / total
                    if counts[level.value] >= ENOUGH
                    else getattr(level, kind)
                )
                for level in comparison.levels
            }
        for level in comparison.levels:
            match, sibling, stranger = (shares[kind][level.value] for kind in CLASSES)
            yield Weight(comparison.name, level, log(match / stranger), log(match / sibling))


def scored_step(weights: Iterable[Weight], strangers: float, siblings: float) -> Step:
    """Add up the weights; ``strangers`` and ``siblings`` are pairs per pair of the same child."""
    chosen = tuple(weights)

    def total(kind: str) -> str:
        return " + ".join(
            "CASE "
            + comparison.name
            + "".join(
                f" WHEN {weight.level.value} THEN {getattr(weight, kind):.6f}"
                for weight in chosen
                if weight.comparison == comparison.name
            )
            + " ELSE 0 END"
            for comparison in COMPARISONS
        )

    return Step(
        "scored",
        f"""
        SELECT *, 1 / (1 + {strangers:.6f} * exp(-({total("stranger")}))
                         + {siblings:.6f} * exp(-({total("sibling")}))) AS probability
        FROM $compared""",
        ("class", "left_row", "right_row"),
    )


def words(agreeing: bool) -> list[str]:
    """For each comparison, SQL that says a row's level in words, or NULL if it stands elsewhere."""
    said = []
    for comparison in COMPARISONS:
        cases = "".join(
            f" WHEN {level.value} THEN {literal(gettext(level.says))}"
            for level in comparison.levels
            if level.agrees is agreeing
        )
        if cases:
            said.append(f"CASE {comparison.name}{cases} END")
    return said

"""What is true of each child: where it is, in which school and class, and whether it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo.settings import Settings, amount_of

if TYPE_CHECKING:
    from notoneless.demo.families import Families
    from notoneless.demo.names import Flags, Numbers, Texts
    from notoneless.demo.places import Places

STATES = {
    # what is true                 the state a right check comes to
    "in_class": "in_class",
    "regular_class": "in_class",
    "special_class": "in_class",
    "senior": "in_class",
    "vocational": "on_roll",
    "special_school": "special",
    "home": "special",
    "elsewhere_city": "elsewhere",
    "elsewhere_province": "elsewhere",
    "elsewhere_other": "elsewhere",
    "elsewhere_vocational": "elsewhere",
    "on_leave": "excused",
    "deferred": "excused",
    "suspended": "excused",
    "moved": "gone",
    "abroad": "gone",
    "deceased": "gone",
    "finished": "gone",
    "never_enrolled": "suspected_no_place",
    "left_for_nowhere": "suspected_no_place",
    "absent": "suspected_absent",
    "ghost": "suspected_absent",
    "suspension_expired": "suspected_absent",
}
OUT_OF_SCHOOL = ("never_enrolled", "left_for_nowhere", "absent", "ghost", "suspension_expired")
ON_THE_ROLL = (
    "in_class", "on_leave", "regular_class", "special_class", "special_school", "home",
    "suspended", "absent", "ghost", "suspension_expired", "senior", "vocational",
)  # fmt: skip
IN_THE_ROOM = ("in_class", "on_leave", "regular_class", "special_class")
"""Known to be in class, or on leave, by the roll-call alone."""
NO_STUDENT = "no_student"
"""Of senior age and in none of our lists of pupils."""


@dataclass(slots=True)
class Children:
    """The truth about each child, equally long arrays.

    ``school`` is -1 for who is on no roll here; ``former`` flags those whose record there is closed,
    since they were transferred out, and who are not pupils any more.
    """

    situation: Texts
    registered: Flags
    grade: Numbers
    school: Numbers
    class_number: Numbers
    boards: Flags
    former: Flags

    @property
    def enrolled(self) -> Flags:
        """A pupil of a school of the county."""
        return (self.school >= 0) & ~self.former


def make_children(
    rng: np.random.Generator, places: Places, families: Families, settings: Settings
) -> tuple[Children, int]:
    """The truth about each child, and the school that handed in no roll-call (-1: every one did)."""
    count = families.children
    birth = families.people.birth[:count]
    grade = _grades(birth, int(settings["school_year"]))
    situation = np.full(count, "in_class", dtype=object)
    situation[grade > 9] = rng.choice(
        np.array(["senior", "vocational", NO_STUDENT], dtype=object),
        size=int((grade > 9).sum()),
        p=[0.48, 0.32, 0.2],
    )
    _namesakes_missing(situation, families)
    compulsory = grade <= 9
    for rates, group in (
        (settings["situations"], families.registered & compulsory),
        (settings["migrant_situations"], ~families.registered),
    ):
        base = int(group.sum())
        for name, rate in rates.items():
            able = np.flatnonzero(group & (situation == "in_class") & _fits(name, grade))
            wanted = amount_of(rate, base) - int((situation[group] == name).sum())
            chosen = rng.choice(able, size=max(0, min(wanted, len(able))), replace=False)
            situation[chosen] = name
    former = _former(rng, situation, float(settings["rolls"]["former"]))
    on_roll = np.isin(situation, ON_THE_ROLL) | former
    school = _schools(places, families, situation, on_roll, grade)
    class_number = _classes(rng, school, grade, int(settings["size"]["class_size"]))
    share = np.select([grade > 9, grade > 6], [0.85, 0.5], 0.12)
    boards = (rng.random(count) < share) & (school >= 0) & (situation != "home")
    children = Children(
        situation, families.registered, grade, school, class_number, boards & ~former, former
    )
    return children, _without_rollcall(children, places)


def _grades(birth: np.ndarray, school_year: int) -> Numbers:
    """Grade 1 for those who became six in the year up to 31 August, and so on; 12 is the highest."""
    months = birth.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    entry_year = (months - 8) // 12  # September of one year to August of the next
    return np.minimum(school_year - 6 - entry_year, 12)


def _fits(name: str, grade: Numbers) -> Flags:
    """Children of the grades in which a situation can occur."""
    grades = {
        "deferred": (1,),
        "finished": (9,),
        "elsewhere_vocational": (9,),
        "suspended": tuple(range(2, 10)),
        "suspension_expired": tuple(range(2, 10)),
    }
    return np.isin(grade, grades.get(name, tuple(range(1, 10))))


def _namesakes_missing(situation: Texts, families: Families) -> None:
    """Of some namesakes born on one day, one is the child who is missing: the case to get right."""
    for number, (one, _) in enumerate(families.namesakes):
        if number % 6 == 0:
            situation[one] = "never_enrolled"
        elif number % 6 == 1:
            situation[one] = "absent"
    for number, (one, _) in enumerate(families.soundalikes):
        if number % 6 == 0:
            situation[one] = "never_enrolled"


def _former(rng: np.random.Generator, situation: Texts, share: float) -> Flags:
    """Of those who study or live elsewhere some still have a closed record at their old school.

    So has each child who was transferred out and arrived nowhere.
    """
    away = np.isin(situation, ["elsewhere_city", "elsewhere_province", "elsewhere_other", "moved"])
    chosen = away & (rng.random(len(situation)) < share)
    former: Flags = chosen | (situation == "left_for_nowhere")
    return former


def _schools(
    places: Places, families: Families, situation: Texts, on_roll: Flags, grade: Numbers
) -> Numbers:
    """Children of a village go to one school of their township; the fitting kind for the rest."""
    household = families.people.household[: families.children]
    township = families.households.township[household]
    village = families.households.village[household]
    school = np.full(len(situation), -1, dtype=np.int64)
    special = np.isin(situation, ["special_school", "home"])
    kinds = np.select(
        [special, situation == "senior", situation == "vocational"],
        ["special", "senior", "vocational"],
        "plain",
    )
    accepted = {
        "special": ("special",), "senior": ("senior",), "vocational": ("vocational",),
        "plain": ("primary", "junior", "nine_year"),
    }  # fmt: skip
    for kind, school_kinds in accepted.items():
        for stage_grade in range(1, 13):
            group = on_roll & (kinds == kind) & (grade == stage_grade)
            for place in np.unique(township[group]) if group.any() else ():
                options = np.array(places.schools_of(int(place), stage_grade, school_kinds))
                if len(options):
                    here = np.flatnonzero(group & (township == place))
                    school[here] = options[np.abs(village[here]) % len(options)]
    for index, point in enumerate(places.schools):
        if point.village >= 0:
            near = (village == point.village) & np.isin(grade, list(point.grades))
            school[near & on_roll & (kinds == "plain")] = index
    return school


def _classes(rng: np.random.Generator, school: Numbers, grade: Numbers, size: int) -> Numbers:
    """Classes of about ``size`` in each grade of each school, pupils dealt at random."""
    key = school * 16 + grade
    shuffled = rng.permutation(len(key))
    order = shuffled[np.argsort(key[shuffled], kind="stable")]
    ordered = key[order]
    new = np.r_[True, ordered[1:] != ordered[:-1]]
    start = np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - start
    many = np.bincount(key - key.min(), minlength=1)[key - key.min()]
    classes = np.maximum(1, -(-many // size))
    numbers: Numbers = rank % classes + 1
    return numbers


def _without_rollcall(children: Children, places: Places) -> int:
    """The smallest school for the young in which nobody is missing: no roll-call came from there."""
    missing = set(children.school[np.isin(children.situation, OUT_OF_SCHOOL)].tolist())
    pupils = np.bincount(children.school[children.enrolled], minlength=len(places.schools))
    able = [
        (int(pupils[index]), index)
        for index, school in enumerate(places.schools)
        if school.kind in ("village", "primary") and index not in missing and pupils[index]
    ]
    return min(able)[1] if able else -1

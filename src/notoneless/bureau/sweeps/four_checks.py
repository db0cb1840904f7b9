"""The four checks (四查, domain facts 1.3): register, roll, in class, of-age children of poor households.

Each is one count of a place at a sweep with the list it rests on; the three comparisons hold them against each
other. What nobody handed in is said, not counted as none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notoneless.bureau.sweeps import board_reading, sentences
from notoneless.bureau.sweeps.asked import Asked
from notoneless.bureau.sweeps.board import Count
from notoneless.bureau.sweeps.handed_in import Handed
from notoneless.i18n import N_, gettext

NO_PLACE, ABSENT, POOR = "school_place", "in_class", "registered_poor_place"
"""The guarantees whose universes these are (`comparing`)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One of the four: what is counted, how many (None: not known), where the list leads, on which lists it rests."""

    text: str
    number: int | None
    url: str
    lists: str


_FOUR = (
    (N_("查户籍：适龄儿童"), NO_PLACE, "owed", ("census",)),
    (N_("查学籍：在籍学生"), ABSENT, "owed", ("roll",)),
    (N_("查在校：点名在课堂"), ABSENT, "kept", ("rollcall",)),
    (N_("查脱贫户：适龄儿童"), POOR, "owed", ("poverty_relieved", "monitored")),
)


def checks(asked: Asked, lists: Sequence[Handed]) -> list[Check]:
    """The four of a place, those left out that this person may not be told."""
    told = {one.id for one in asked.guarantees}
    counts = board_reading.counts(asked.sweep, [asked.place.pk])
    by_kind = {one.kind: one for one in lists}
    found = []
    for text, guarantee, verdict, kinds in _FOUR:
        if guarantee not in told:
            continue
        count = counts.get((asked.place.pk, guarantee), Count())
        given = [by_kind[kind] for kind in kinds if kind in by_kind and by_kind[kind].day]
        number = count.kept if verdict == "kept" else count.owed
        known = bool(number or given)
        found.append(
            Check(
                gettext(text),
                number if known else None,
                sentences.address(asked, guarantee, verdict) if number else "",
                gettext("、").join(f"{one.text} {one.day}" for one in given)
                or _without(guarantee, number),
            )
        )
    return found


def _without(guarantee: str, number: int) -> str:
    """What stands where no list was handed in: classes call by themselves."""
    return gettext("班级点名") if guarantee == ABSENT and number else gettext("没有交来名单")

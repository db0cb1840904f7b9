"""The figures of guarantees: for how many each holds, how many of them are kept, excused, a gap, unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from notoneless import kernel
from notoneless.bureau.figures.kinds import Figure
from notoneless.bureau.people.figures import names
from notoneless.bureau.people.standing import When
from notoneless.bureau.sweeps import queries, rules
from notoneless.i18n import N_, Text, gettext

COUNTED = {
    "universe": (N_("适用"), N_("这项保障适用的儿童，每人计一次"), ("kept", "excused", "gap", "unknown")),
    "kept": (N_("已保障"), N_("适用的儿童中已保障的，每人计一次"), ("kept",)),
    "excused": (N_("依法除外"), N_("适用的儿童中依法除外的，每人计一次"), ("excused",)),
    "gap": (N_("缺口"), N_("适用的儿童中没有保障也没有依法除外的，每人计一次"), ("gap",)),
    "unknown": (N_("待核"), N_("适用的儿童中缺数据、不能判定的，每人计一次"), ("unknown",)),
}  # fmt: skip
"""What is counted of each guarantee: its name, what it means, the verdicts."""


NAMELESS = Text("")


@dataclass(frozen=True, slots=True)
class OfGuarantee(Figure):
    """A figure of a guarantee, which has its name from the rulebook."""

    guarantee: Text = NAMELESS

    @property
    def label(self) -> str:
        """``适龄儿童有学上：缺口``."""
        return gettext("{guarantee}：{counted}").format(
            guarantee=self.guarantee, counted=gettext(self.text)
        )


def _records(
    guarantee: str, verdicts: tuple[str, ...], on: dt.date, known_on: dt.date | None
) -> str:
    sweep = queries.latest(When(on, known_on))
    key = sweep.pk if sweep else 0
    listed = ", ".join(f"'{verdict}'" for verdict in verdicts)
    return f"""
        SELECT s.child_id AS record, o.way, CASE o.place
            WHEN 'school' THEN coalesce(s.school_id, s.home_id) ELSE coalesce(s.home_id, s.school_id)
            END AS place
        FROM sweeps_standing s JOIN sweeps_outcome o ON o.pattern_id = s.pattern_id
        WHERE o.guarantee = '{guarantee}' AND o.verdict IN ({listed})
          AND s.since_id <= {key} AND (s.until_id IS NULL OR s.until_id > {key})"""


def _swept(on: dt.date, known_on: dt.date | None) -> bool:
    return queries.latest(When(on, known_on)) is not None


def _word(guarantee: kernel.Guarantee, _column: str, code: str) -> str:
    ways = {way.id: way.text for way in (*guarantee.excused, *guarantee.kept)}
    return str(ways.get(code, code))


def _figures() -> Iterator[Figure]:
    book = rules.current(timezone.localdate())
    for guarantee in book.guarantees:
        for name, (text, what, verdicts) in COUNTED.items():
            yield OfGuarantee(
                id=f"sweeps.{guarantee.id}.{name}",
                guarantee=guarantee.text,
                text=text,
                unit=N_("人"),
                what=what,
                records=partial(_records, guarantee.id, verdicts),
                by=("county", "way") if name in ("kept", "excused") else ("county",),
                page="people:child",
                permission="child.need" if guarantee.id in book.of_need else "child.see",
                word=partial(_word, guarantee),
                shown=names,
                counted=_swept,
            )


FIGURES = tuple(_figures())

"""The rates of domain facts 1.9, each with its formula, numerator and denominator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notoneless.i18n import N_, gettext


@dataclass(frozen=True, slots=True)
class Rate:
    """``part`` ÷ ``whole``, both ids of figures; ``less`` is taken off the whole, ``plus`` added to the part.

    ``source`` and ``goal`` as domain facts 1.9 and 1.12 have them; ``over`` says that it may pass 100 %.
    """

    id: str
    text: str
    formula: str
    part: str
    whole: str
    source: str
    less: str = ""
    plus: str = ""
    goal: str = ""
    over: bool = False

    @property
    def figures(self) -> tuple[str, ...]:
        """All figures it needs."""
        return tuple(filter(None, (self.part, self.whole, self.less, self.plus)))


RATES = (
    Rate(
        "of_age",
        N_("适龄人口入学率"),
        N_("在读的适龄儿童 ÷ 适龄儿童"),
        "reports.of_age_enrolled",
        "reports.of_age",
        "domain facts 1.9",
    ),
    Rate(
        "primary_net",
        N_("小学学龄儿童净入学率"),
        N_("已入学的小学学龄儿童 ÷ 校内外小学学龄儿童"),
        "reports.primary_age_enrolled",
        "reports.primary_age",
        "domain facts 1.9",
    ),
    Rate(
        "junior_net",
        N_("初中学龄儿童入学率"),
        N_("在初中及以上就读的初中学龄儿童 ÷ 初中学龄儿童"),
        "reports.junior_age_enrolled",
        "reports.junior_age",
        "domain facts 1.9",
    ),
    Rate(
        "primary_gross",
        N_("小学毛入学率"),
        N_("小学在校生（不论年龄）÷ 小学学龄儿童"),
        "reports.primary_pupils",
        "reports.primary_age",
        "domain facts 1.9, general knowledge",
        over=True,
    ),
    Rate(
        "junior_gross",
        N_("初中毛入学率"),
        N_("初中在校生（不论年龄）÷ 初中学龄儿童"),
        "reports.junior_pupils",
        "reports.junior_age",
        "domain facts 1.9, general knowledge",
        over=True,
    ),
    Rate(
        "dropout",
        N_("辍学率"),
        N_("本学年辍学学生 ÷ 学年初在校生"),
        "reports.dropped_out",
        "reports.pupils_at_start",
        "domain facts 1.9, general knowledge",
    ),
    Rate(
        "enrolment.disabled_rate",
        N_("残疾儿童少年入学率"),
        N_("已安置的适龄残疾儿童 ÷（残联名单上的适龄残疾儿童 − 依法除外）"),
        "sweeps.special_placement.kept",
        "sweeps.special_placement.universe",
        "domain facts 1.9, general knowledge",
        less="sweeps.special_placement.excused",
        goal="98",
    ),
    Rate(
        "enrolment.migrant_rate",
        N_("随迁子女入学率"),
        N_("已入学的随迁子女 ÷（随迁子女 − 依法除外）"),
        "sweeps.migrant_place.kept",
        "sweeps.migrant_place.universe",
        "domain facts 1.13",
        less="sweeps.migrant_place.excused",
        goal="100",
    ),
    Rate(
        "enrolment.registered_poor_rate",
        N_("脱贫户、监测户子女入学率"),
        N_("（已就学＋依法除外）÷ 脱贫户、监测户适龄子女"),
        "sweeps.registered_poor_place.kept",
        "sweeps.registered_poor_place.universe",
        "published figures of the city, 2021",
        plus="sweeps.registered_poor_place.excused",
        goal="100",
    ),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A rate with its numbers; None where a figure has not been counted."""

    rate: Rate
    part: int | None
    whole: int | None

    @property
    def percent(self) -> str:
        """Two decimals, cut and never rounded up; "" where there is nothing to divide by."""
        if self.part is None or not self.whole:
            return ""
        cut = self.part * 10_000 // self.whole
        return f"{cut // 100}.{cut % 100:02}"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.rate.text)

    @property
    def formula(self) -> str:
        """The formula in the reader's language."""
        return gettext(self.rate.formula)


def counted(values: Mapping[str, int]) -> list[Counted]:
    """Every rate, from the counts of the figures."""
    found = []
    for rate in RATES:
        part, whole = values.get(rate.part), values.get(rate.whole)
        if rate.less and whole is not None:
            less = values.get(rate.less)
            whole = None if less is None else whole - less
        if rate.plus and part is not None:
            part += values.get(rate.plus, 0)
        found.append(Counted(rate, part, whole))
    return found

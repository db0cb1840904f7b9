"""A class of invented pupils, on the roll and in the tree, to be called."""

from __future__ import annotations

import datetime as dt

from invented_children import row, taken_in

NAMES = ("白雨辰", "曹思源", "陈可欣", "程浩宇", "邓佳琪", "杜明轩", "范诗涵", "冯俊熙")
SEPTEMBER = dt.date(2026, 9, 1)
MONDAY = dt.date(2026, 11, 23)
"""A school day; before it 16 to 20 November are school days too."""


def pupils(bureau, count: int = 8, day: dt.date = SEPTEMBER, **more) -> list:
    """Take in a roll of the class 一年级1班 with so many pupils; the children in the order of names."""
    from notoneless.bureau.people.models import Child

    rows = [
        row(n, NAMES[n - 1] if n <= len(NAMES) else f"学生{n}", guardian_id=None) | more
        for n in range(1, count + 1)
    ]
    taken_in(bureau, rows, "roll", day)
    return list(Child.objects.order_by("initials", "name", "pk"))


def noon(day: dt.date, hour: int = 8) -> dt.datetime:
    """A moment of a day in the bureau's time."""
    from django.utils import timezone

    return dt.datetime.combine(day, dt.time(hour), timezone.get_default_timezone())

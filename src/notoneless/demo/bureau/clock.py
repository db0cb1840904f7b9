"""The bureau's clock while the invented one is filled: turned to the day on which each thing happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone


class Clock:
    """Says what time it is in the bureau; hours go on as they do."""

    def __init__(self) -> None:
        self._real = timezone.now
        self._ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        """The moment that it is here, in place of `timezone.now`."""
        return self._real() + self._ahead

    @property
    def today(self) -> dt.date:
        """The real day, in the bureau's time zone."""
        return timezone.localdate(self._real())

    def turn(self, day: dt.date, time: dt.time = dt.time(9)) -> bool:
        """Turn to a moment that was; False, and turned to now, where it is still to come."""
        moment = dt.datetime.combine(day, time, timezone.get_default_timezone())
        self._ahead = min(moment - self._real(), dt.timedelta())
        return self._ahead < dt.timedelta()

    @contextmanager
    def now(self) -> Iterator[None]:
        """Meanwhile it is as late as it really is: an invitation is good from today."""
        ahead, self._ahead = self._ahead, dt.timedelta()
        try:
            yield
        finally:
            self._ahead = ahead


@contextmanager
def turned() -> Iterator[Clock]:
    """Everything that the bureau dates is dated by this clock, of all threads of this process."""
    clock, real = Clock(), timezone.now
    timezone.now = clock
    try:
        yield clock
    finally:
        timezone.now = real

"""The lists of the invented county, one file of code per office.

Each office's module offers ``files(county)``, an iterator of `handed.File`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from notoneless.demo.lists import (
    civil_affairs,
    departures,
    disabled,
    payments,
    recognition,
    register,
    rollcall,
    rural_affairs,
    schools,
)

if TYPE_CHECKING:
    from notoneless.demo.county import County
    from notoneless.demo.lists.handed import File

OFFICES = (
    register, schools, rollcall, departures, recognition, rural_affairs, disabled, civil_affairs,
    payments,
)  # fmt: skip


def files(county: County) -> Iterator[File]:
    """Every list of the county, drawn up one at a time."""
    for office in OFFICES:
        yield from office.files(county)

"""The disabled persons' federation's list (list 2): the certificate's number stands for the ID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo.lists import households as homes
from notoneless.demo.lists import words
from notoneless.demo.lists.departures import DISABILITIES
from notoneless.demo.lists.handed import File, one_each
from notoneless.demo.sheets import Cell, Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County


def files(county: County) -> Iterator[File]:
    """One list of certificate holders of all ages; most numbers are ID + kind + degree."""
    listed = np.flatnonzero(county.hardship.disability > 0)
    rows = homes.typed(county, listed, "disabled", "·")
    household = county.families.people.household[listed]
    kind, degree = county.hardship.disability[listed], county.hardship.degree[listed]
    township, village, _ = homes.places(county, household)
    certificates: list[Cell] = []
    for person, number, one, two in zip(
        listed.tolist(), rows.number.tolist(), kind.tolist(), degree.tolist(), strict=True
    ):
        # A first certificate has 20 characters, a re-issued one 22; some clerks type the ID alone.
        form = person % 20
        ending = "" if form == 0 or not number else f"{one}{two}B1" if form == 1 else f"{one}{two}"
        certificates.append(f"{number}{ending}")
    columns = [
        Column("姓名", words.texts(rows.name)),
        Column("残疾人证号", certificates, width=24),
        Column("性别", words.sexes(rows.male), width=6),
        Column("残疾类别", words.chosen(DISABILITIES, kind)),
        Column("残疾等级", words.chosen(("", "一级", "二级", "三级", "四级"), degree)),
        Column("乡镇（街道）", township),
        Column("村（社区）", village),
        Column("联系电话", homes.phones(county, household), width=13),
    ]
    yield File(
        "2-2026.9.3持证残疾人名单.xlsx",
        [one_each(Table("Sheet1", columns), rows.person, rows.slips)],
    )

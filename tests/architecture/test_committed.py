"""Nothing that is committed belongs to one machine or to a living person."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from source import committed, shown

# Written apart, so that this file does not hold what it forbids.
FOREIGN = {
    "a path of one machine": re.compile("/wo" + r"rk/|/ho" + r"me/\w|/ro" + r"ot/|C:\\Us" + "ers"),
    "a package registry's host": re.compile(
        r"python" + r"hosted\.org|py" + r"pi\.org|registry\.np" + "mjs|crates" + r"\.io"
    ),
}
STANDARDS_OWN = {"11010519491231002X", "440524188001010014"}  # printed in GB 11643 itself
INVENTED_AREA = "510699"  # never assigned, so it can be nobody's number
NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{6}(?:18|19|20)\d{9}[\dXx])(?![0-9A-Za-z])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def somebodys(number: str) -> bool:
    """Could this be a living person's ID number: a right check digit, and not one of ours?"""
    number = number.upper()
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:17], strict=True))
    return (
        "10X98765432"[total % 11] == number[17]
        and number not in STANDARDS_OWN
        and not number.startswith(INVENTED_AREA)
    )


def texts(path: Path) -> Iterator[str]:
    """The file's text; of a zipped one (a workbook, a wheel) that of its parts too."""
    yield path.read_bytes().decode("utf-8", errors="replace")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("utf-8", errors="replace")


def test_a_living_persons_number_would_be_seen() -> None:
    # 510603 is a district of a real city; the number is made here and stands nowhere.
    digits = "510603" + "20150312" + "000"
    total = sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True))
    number = digits + "10X98765432"[total % 11]
    assert NUMBER.findall(f"身份证号：{number}，") == [number]
    assert somebodys(number)
    assert not somebodys("11010519491231002X")
    assert not NUMBER.findall("sha256:" + "0" * 20 + number)


@pytest.mark.parametrize("what", FOREIGN)
def test_nothing_of_one_machine(what: str) -> None:
    found = [
        f"{shown(path)}: {seen[0]}"
        for path in committed()
        for text in texts(path)
        if (seen := FOREIGN[what].search(text))
    ]
    assert not found, f"{what}: {found}"


def test_nobodys_number() -> None:
    found = [
        f"{shown(path)}: ...{number[-4:]}"
        for path in committed()
        for text in texts(path)
        for number in NUMBER.findall(text)
        if somebodys(number)
    ]
    assert not found, f"{found}: invented people have numbers of the area {INVENTED_AREA}"

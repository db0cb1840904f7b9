"""The lists of the invented county, read raw: where things stand, whose rows they are, same bytes."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from notoneless.demo import County, lists, make_county, write_lists, write_truth
from notoneless.demo.lists.rural_affairs import WRONG_COUNT

# Where a county office's ten lists have their numbers: sheet from 0, rows above the data, columns.
POSITIONS = [
    ("1-脱贫户信息_*-继续享受政策.xlsx", 0, 1, [7]),
    ("2-*持证残疾人名单.xlsx", 0, 1, [1]),
    ("3-*农村低保备案表.xls", 1, 2, [6, 15, 17, 19, 21, 23, 25, 27, 29]),
    ("4-*城乡特困人员备案表.xlsx", 1, 3, [5, 26, 31, 33, 35, 37, 39, 41]),
    ("5-*城镇低保全部备案表.xls", 1, 2, [6, 16, 18, 20, 22, 24]),
    ("6-防止返贫致贫监测对象信息_*-风险未消除*人.xlsx", 0, 1, [11]),
    ("7-*孤儿及事实无人抚养儿童发放花名册.xls", 0, 3, [2]),
    ("7-*孤儿及事实无人抚养儿童发放花名册.xls", 2, 3, [2]),
    ("8-*低收入人口花名册.xlsx", 0, 1, [3]),
    ("9-脱贫户信息_*-脱贫不享受政策.xlsx", 0, 1, [7]),
    ("10-防止返贫致贫监测对象信息_*-风险已消除*人.xlsx", 0, 1, [11]),
]
WIDE = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
ANOTHER_NUMBER = "number_(missing|digit|swapped|guardian|scientific)|two_registers"
NOTE = re.compile("^(合计|注|填表人|经办人|制表|本册|点名人)")


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(2000, seed=7)


@pytest.fixture(scope="module")
def written(county: County, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_lists(county, folder / "lists")
    write_truth(county, folder / "truth")
    return folder


def cells_of(path: Path) -> dict[str, list[list[object]]]:
    """Each sheet's cells from its first row on."""
    if path.suffix == ".csv":
        with path.open(encoding="gbk", newline="") as file:
            return {"": [list(row) for row in csv.reader(file)]}
    book = CalamineWorkbook.from_path(str(path))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def plain(cell: object) -> str:
    return "".join(str(cell).translate(WIDE).split()).lstrip("'").upper()


def one(folder: Path, pattern: str) -> Path:
    (found,) = (folder / "lists").glob(pattern)
    return found


def truth(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / "truth" / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(written: Path, tmp_path: Path) -> None:
    county = make_county(2000, seed=7)
    write_lists(county, tmp_path / "lists")
    write_truth(county, tmp_path / "truth")
    assert digests(tmp_path) == digests(written)
    write_lists(make_county(2000, seed=8), tmp_path / "other")
    assert not set(digests(tmp_path / "other").values()) & set(digests(written).values())


@pytest.mark.parametrize(("pattern", "sheet", "skipped", "columns"), POSITIONS)
def test_the_ten_lists_have_their_numbers_where_offices_have_them(
    written: Path, pattern: str, sheet: int, skipped: int, columns: list[int]
) -> None:
    rows = list(cells_of(one(written, pattern)).values())[sheet]
    assert not any(plain(row[columns[0]]).startswith("5106") for row in rows[:skipped])
    data = [row for row in rows[skipped:] if not NOTE.match(str(row[0]))]
    assert data
    numbers = [[plain(row[column]) for column in columns] for row in data]
    assert all(re.fullmatch(r"510699\d{11}[\dX](\d\d(B1)?)?|.*E\+17|", n[0]) for n in numbers)
    assert sum(bool(n[0]) for n in numbers) > 0.8 * len(numbers)
    if len(columns) > 1:
        members = [number for n in numbers for number in n[1:] if number]
        assert members
        assert all(re.fullmatch(r"510699\d{11}[\dX]", number) for number in members)


def test_lists_that_name_a_count_have_it_and_one_does_not(written: Path) -> None:
    for pattern, off in (("6-*人.xlsx", 0), ("10-*人.xlsx", WRONG_COUNT)):
        path = one(written, pattern)
        (rows,) = cells_of(path).values()
        named = int(re.findall(r"(\d+)人", path.name)[0])
        assert named == len(rows) - 1 + off


def test_every_row_of_the_truth_is_that_persons_row(county: County, written: Path) -> None:
    people = county.families.people
    by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in truth(written, "rows.csv"):
        by_file[row["file"]].append(row)
    assert set(by_file) == {path.name for path in (written / "lists").iterdir()}
    checked = 0
    for file, rows in by_file.items():
        sheets = cells_of(written / "lists" / file)
        for row in rows:
            line = "|".join(plain(cell) for cell in sheets[row["sheet"]][int(row["row"]) - 1])
            person = int(row["child"][1:]) - 1
            lost = re.search(ANOTHER_NUMBER, row["slips"])
            assert lost or people.number[person] in line, (file, row)
            name = re.sub(r"[^\u4e00-\u9fff]", "", people.name[person])[:1]
            assert name in line, (file, row)
            checked += 1
    assert checked > 8000


def test_rows_beyond_the_truth_are_headings_notes_and_totals_only(written: Path) -> None:
    told = {(row["file"], row["sheet"], int(row["row"])) for row in truth(written, "rows.csv")}
    for path in sorted((written / "lists").iterdir()):
        for sheet, rows in cells_of(path).items():
            for place, row in enumerate(rows, start=1):
                if (path.name, sheet, place) not in told:
                    numbers = [cell for cell in row if re.search(r"510699\d{10}", plain(cell))]
                    assert not numbers, (path.name, sheet, place)


def test_no_number_has_a_real_area_code(written: Path) -> None:
    for path in sorted((written / "lists").iterdir()):
        for rows in cells_of(path).values():
            for row in rows:
                for cell in row:
                    found = re.fullmatch(r"[GL]?(\d{6})(19|20)\d{9}[\dX](\d\d(B1)?)?", plain(cell))
                    assert not found or found[1] == "510699", path.name


def test_every_child_out_of_school_can_be_found_in_the_lists(written: Path) -> None:
    """The truth can be decided: nobody missing is on a list that would clear them."""
    rows = defaultdict(set)
    for row in truth(written, "rows.csv"):
        rows[row["child"]].add(row["file"])
    clearing = ("附件4", "附件5", "附件7")
    missing = [r for r in truth(written, "children.csv") if r["truly_out_of_school"] == "true"]
    assert len(missing) >= 8
    for child in missing:
        files = rows[child["child"]]
        assert not any(file.startswith(clearing) for file in files)
        on_roll = any("学生基础信息表" in f or "在校生信息" in f for f in files)
        assert on_roll == (child["situation"] != "never_enrolled")
        called = any("点名" in file for file in files)
        assert called == (child["situation"] == "absent")


def test_the_truth_adds_up(county: County, written: Path) -> None:
    children = list(truth(written, "children.csv"))
    assert sum(child["universe"] == "register" for child in children) == 2000
    assert len({child["id_number"] for child in children}) == len(children)
    assert all(child["state"] for child in children)
    aid = [row for row in truth(written, "aid.csv") if row["term"] == "2026-autumn"]
    assert len(aid) == len(county.aid.child)
    assert sum(int(row["paid_fen"]) for row in aid) == int(county.aid.paid.sum())


def test_xls_never_grows_beyond_what_it_holds(county: County) -> None:
    county.settings[
        "size"
    ]  # a list that would be too long for .xls is split by townships or schools
    for file in lists.files(county):
        for sheet in file.sheets:
            assert len(sheet.table) <= county.settings["size"]["rows_per_file"]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_the_lists(written: Path, tmp_path: Path) -> None:
    chosen = [
        one(written, "附件1-*.xls"), one(written, "附件6-*.xlsx"), one(written, "4-*.xlsx")
    ]  # fmt: skip
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
            "--outdir", str(tmp_path), *map(str, chosen),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for path in chosen:
        for sheet, rows in cells_of(path).items():
            (saved,) = tmp_path.glob(f"{path.stem}-{sheet}.csv")
            with saved.open(encoding="utf-8", newline="") as file:
                reread = list(csv.reader(file))
            ours = {plain(cell) for row in rows for cell in row if "510699" in plain(cell)}
            theirs = {plain(cell) for row in reread for cell in row if "510699" in plain(cell)}
            assert ours == theirs

"""Lists that another program has opened and saved give the same answer."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from small_county import read

from notoneless import demo
from notoneless.check import Settings, check

SOFFICE = shutil.which("soffice")
GBK = "csv:Text - txt - csv (StarCalc):44,34,56,1,,0,false,true,false"
"""Comma, double quote, LibreOffice's number for GBK, from the first row; cells as shown.

GBK has no rare characters, so a name may lose one: children are told by everything but the name.
"""

RESAVED = {
    "xls": "附件2-学生基础信息表*.xlsx",
    "xlsx": "附件3-*.xls",
    GBK: "附件1-*户籍适龄儿童*.xlsx",
}


def resave(files: list[Path], form: str, folder: Path, profile: Path) -> None:
    """Open in LibreOffice, save as another format, put in the place of the file."""
    command = [SOFFICE, "--headless", f"-env:UserInstallation={profile.as_uri()}"]
    done = subprocess.run(
        [*command, "--convert-to", form, "--outdir", str(folder), *map(str, files)],
        capture_output=True,
        timeout=180,
        check=False,
    )
    suffix = "." + form.partition(":")[0]
    for file in files:
        assert (folder / file.name).with_suffix(suffix).exists(), done.stderr.decode()
        (folder / file.name).unlink()


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice (soffice) is not installed")
def test_lists_saved_by_libreoffice_say_the_same(tmp_path: Path) -> None:
    lists, again = tmp_path / "lists", tmp_path / "again"
    demo.write_lists(demo.make_county(400, 3), lists)
    shutil.copytree(lists, again)
    for form, pattern in RESAVED.items():
        files = sorted(lists.glob(pattern))
        assert files, pattern
        resave(files, form, again, tmp_path / "profile")
    check(Settings(lists, tmp_path / "one"))
    check(Settings(again, tmp_path / "two"))

    def told(out: str) -> list[tuple[str, ...]]:
        keys = ("universe", "id_number", "birth_date", "township", "school", "state")
        rows = read(tmp_path / out / "children.csv")
        return sorted(tuple(row[key] for key in keys) for row in rows)

    assert told("two") == told("one")
    aid = [
        [
            (row["id_number"], row["policy_id"], row["verdict"])
            for row in read(tmp_path / out / "aid.csv")
        ]
        for out in ("one", "two")
    ]
    assert aid[1] == aid[0]

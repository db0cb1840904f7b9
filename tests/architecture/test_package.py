"""What is installed is whole: every data file of the tree is in the wheel, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from source import PACKAGE, ROOT, committed


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("notoneless/")}
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in committed()
        if PACKAGE in path.parents
    }
    assert packed == wanted

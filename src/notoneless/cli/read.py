"""Show what is understood of a list, and every fault in it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from rich.console import Console

from notoneless.rosters import LayoutMemory
from notoneless.rosters.read import read


@click.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """看一份名单被读成了什么，以及其中的每一处问题。"""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        reading = read(file, into=Path(folder), memory=LayoutMemory())
    for sheet in reading.sheets:
        console.print(f"{sheet.sheet} {sheet.kind} {sheet.why} {sheet.rows}")
    for fault in reading.faults:
        console.print(str(fault), markup=False)

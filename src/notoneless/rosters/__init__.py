"""Lists as offices keep them, to typed rows; every fault named. See `read` and `Reading`."""

from notoneless.rosters.encrypted import read_rows
from notoneless.rosters.fields import Field, Kind, fields, kinds
from notoneless.rosters.memory import LayoutMemory
from notoneless.rosters.read import read, read_many
from notoneless.rosters.reading import Column, Reading, SheetReading

__all__ = [
    "Column",
    "Field",
    "Kind",
    "LayoutMemory",
    "Reading",
    "SheetReading",
    "fields",
    "kinds",
    "read",
    "read_many",
    "read_rows",
]

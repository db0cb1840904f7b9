"""The programmes one after the other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from notoneless.demo.bureau import (
    caretakers,
    lists,
    neighbours,
    organisations,
    people,
    sweeping,
    term,
)
from notoneless.demo.bureau.clock import turned
from notoneless.demo.bureau.scene import Say, Scene

if TYPE_CHECKING:
    from notoneless.demo.county import County

PROGRAMMES = (
    organisations,
    people,
    lists,
    neighbours,
    sweeping,
    caretakers,
    term,
    sweeping,
    caretakers,
)
"""What is filled, in this order: as the lists came in, then the term until today."""


def fill(county: County, folder: Path, say: Say) -> Scene:
    """Fill an empty bureau with an invented county whose lists are in ``folder``.

    Django must be set up for the installation, its tables made. ``say`` is told, in words, what is being
    done. The same county gives the same bureau, but for the passwords.
    """
    with turned() as clock:
        scene = Scene(county, folder, say, clock)
        clock.turn(dt.date(int(county.settings["school_year"]), 9, 1))
        for programme in PROGRAMMES:
            programme.fill(scene)
    return scene

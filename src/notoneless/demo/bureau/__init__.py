"""The invented county at work: the bureau's web system, filled as its people would fill it.

One file per programme, run in order; each offers ``fill(scene)`` and goes the way of a person: through the
actions of the bureau, never past them. A new programme adds its file and its place in `PROGRAMMES`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from notoneless.demo.bureau import lists, neighbours, organisations, people
from notoneless.demo.bureau.scene import Person, Say, Scene

if TYPE_CHECKING:
    from notoneless.demo.county import County

__all__ = ["Person", "Scene", "fill"]

PROGRAMMES = (organisations, people, lists, neighbours)
"""What is filled, in this order."""


def fill(county: County, folder: Path, say: Say) -> Scene:
    """Fill an empty bureau with an invented county whose lists are in ``folder``.

    Django must be set up for the installation, its tables made. ``say`` is told, in words, what is being
    done. The same county gives the same bureau, but for the passwords.
    """
    scene = Scene(county, folder, say)
    for programme in PROGRAMMES:
        programme.fill(scene)
    return scene

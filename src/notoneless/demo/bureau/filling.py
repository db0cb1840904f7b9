"""The programmes one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from notoneless.demo.bureau import lists, neighbours, organisations, people, sweeping
from notoneless.demo.bureau.scene import Say, Scene

if TYPE_CHECKING:
    from notoneless.demo.county import County

PROGRAMMES = (organisations, people, lists, neighbours, sweeping)
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

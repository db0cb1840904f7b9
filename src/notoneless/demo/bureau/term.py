"""The term since the lists came in, day by day until today: what every programme's people did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.reports.actions import count_rates
from notoneless.demo.bureau import (
    admissions,
    aid,
    campaign,
    cases,
    placements,
    recognition,
    reports,
    roll_calls,
)
from notoneless.demo.bureau.stories import tell
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.demo.bureau.scene import Scene

PARTS = (roll_calls, campaign, cases, placements, admissions, recognition, aid, reports)
"""Each offers ``stories(scene)``."""


def fill(scene: Scene) -> None:
    """Tell the stories of all programmes beside each other, then let it be now."""
    scene.say(gettext("一学期的工作：点名、核查、个案、特教、随迁、资助、报表"))
    tell(scene, [story for part in PARTS for story in part.stories(scene)])
    scene.clock.turn(scene.clock.today)
    count_rates(by=SYSTEM, on=scene.clock.today)

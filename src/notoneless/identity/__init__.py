"""Whose row is it: lists against each other and against themselves, one file per step.

In the order they run: `normalise`, `exact`, `repair`, `candidates`, `score`, `assign`, `review`.
The steps are data (`pipeline.Step`); `linking` puts them together.
"""

from notoneless.identity.linking import Groups, Links, Registry, group, link
from notoneless.identity.quality import Quality

__all__ = ["Groups", "Links", "Quality", "Registry", "group", "link"]

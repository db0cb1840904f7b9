"""What recognition does when two children are found to be one, or a merge is taken back."""

from __future__ import annotations

from collections.abc import Collection

from notoneless.bureau.audit import actions as audit
from notoneless.bureau.recognition import actions


def children_merged(by: audit.Actor, roots: Collection[int]) -> None:
    """The children under these roots (keys) are others than before."""
    actions.follow_merges(by=by, children=roots)

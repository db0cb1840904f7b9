"""The one table of the ways an application can go: from where, to where, who may, and who may not.

``unlike`` names whose work is checked: the person who takes the step must be another one (four eyes).
"""

from __future__ import annotations

from dataclasses import dataclass

from notoneless.i18n import N_


@dataclass(frozen=True, slots=True)
class Step:
    """A lawful way. ``unlike``: ``receiver``, ``reviewer``, ``recorder`` (of the objection)."""

    text: str
    before: tuple[str, ...]
    after: str
    permission: str
    unlike: tuple[str, ...] = ()


STEPS = {
    "receive": Step(N_("受理"), (), "received", "recognition.receive"),
    "review": Step(N_("评议"), ("received",), "reviewed", "recognition.review", ("receiver",)),
    "send_back": Step(
        N_("退回再评"), ("reviewed",), "received", "recognition.publish", ("reviewer",)
    ),
    "refuse": Step(N_("不予认定"), ("reviewed",), "refused", "recognition.publish", ("reviewer",)),
    "publish": Step(N_("公示"), ("reviewed",), "published", "recognition.publish", ("reviewer",)),
    "object": Step(N_("登记异议"), ("published", "objected"), "objected", "recognition.object"),
    "dismiss": Step(
        N_("异议不成立"), ("objected",), "published", "recognition.settle", ("recorder", "reviewer")
    ),
    "uphold": Step(
        N_("异议成立"), ("objected",), "refused", "recognition.settle", ("recorder", "reviewer")
    ),
    "recognise": Step(
        N_("认定"), ("published",), "recognised", "recognition.publish", ("reviewer",)
    ),
    "withdraw": Step(
        N_("家长撤回"),
        ("received", "reviewed", "published", "objected"),
        "withdrawn",
        "recognition.review",
    ),
    "adjust": Step(N_("提出调整"), ("recognised",), "recognised", "recognition.review"),
    "confirm": Step(
        N_("确认调整"), ("recognised",), "recognised", "recognition.publish", ("reviewer",)
    ),
}
"""Every step by its name. An objection that is open holds the child: only ``published`` goes on."""

LIVE = ("received", "reviewed", "published", "objected", "recognised")
"""A child has one of these at a time in a school year."""

UNDER_WAY = ("received", "reviewed", "published", "objected")
"""What still has to be done before a school has finished its year."""

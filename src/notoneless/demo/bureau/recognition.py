"""A school's year of recognition: applications at every stage, a notice that ended and one that is up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child, Circumstance, Enrolment
from notoneless.bureau.recognition import actions
from notoneless.bureau.recognition.models import Application
from notoneless.demo.bureau.people import elder_names
from notoneless.demo.bureau.stories import Story, at

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.bureau.recognition.models import Round
    from notoneless.demo.bureau.scene import Scene

REASONS = (
    ("special", "父亲去年工伤不能干活，母亲在家照顾，还有一个弟弟上幼儿园"),
    ("difficult", "爷爷奶奶带着两个孩子，父母在外打零工，今年洪水淹了地"),
    ("general", "家里奶奶长期住院，自费部分多"),
    ("general", "父母离异，母亲一个人打工"),
    ("difficult", "父亲肝病常年吃药，欠了外债"),
    ("general", "果园受灾，今年没有收入"),
    ("difficult", "母亲刚查出重病，正在化疗"),
    ("general", "租房陪读，父亲的工地停工"),
    ("special", "房子失火，一家人借住亲戚家"),
    ("general", "姐姐读大学，学费靠借"),
)
"""What is asked, and what the family says of itself."""


def stories(scene: Scene) -> Iterator[Story]:
    """The first school with a class teacher among our people."""
    teacher = next(one for one in scene.people if one.role.id == "class_teacher")
    if teacher.place.parent is not None:
        work = _School(scene, teacher.place.parent, teacher.place)
        yield work.first_notice()
        yield work.lately()


class _School:
    """The school, its people, the children for whom their families ask."""

    def __init__(self, scene: Scene, school: Organisation, seat: Organisation) -> None:
        self.scene, self.school = scene, school
        self.teacher, self.officer, self.head = (
            next(one.user for one in scene.people if one.role.id == role)
            for role in ("class_teacher", "school_aid_officer", "school_head")
        )
        self.waiting = _not_on_lists(seat)
        self.guardians = iter(elder_names(scene, "guardians who ask", len(REASONS)))
        self.reasons = iter(REASONS)
        self.number = 0
        self.begun: Round | None = None

    def receive(self, count: int) -> list[tuple[Application, str]]:
        """The class teacher takes applications in, as long as there are children of her class."""
        made = []
        for child, (asked, reason) in zip(self.waiting[:count], self.reasons, strict=False):
            self.number += 1
            one, _ = actions.receive(
                by=self.teacher, child=child, asked=asked, accepted=True, reason=reason,
                channel="teacher" if self.number % 3 == 0 else "guardian",
                guardian=next(self.guardians), contact=f"1380000{self.number:04}",
            )  # fmt: skip
            made.append((one, asked))
        del self.waiting[:count]
        return made

    def review(
        self, one: Application, level: str, reason: str = "家访属实，评议小组一致同意"
    ) -> None:
        """The school's group."""
        actions.review(
            by=self.officer, application=one, level=level, reason=reason,
            members="资助专干、班主任、年级组长、家长代表",
        )  # fmt: skip

    def first_notice(self) -> Story:
        """Begun, asked, reviewed, published, objected to, recognised."""
        day = self.scene.day
        yield at(day(0), 9)
        self.begun = actions.begin_round(by=self.officer, school=self.school, apply_until=day(50))
        yield at(day(2), 16)
        asked = self.receive(5)
        if not asked:
            return
        yield at(day(4), 10)
        if len(asked) > 4:  # the family has thought better of it
            actions.withdraw(by=self.officer, application=asked.pop()[0])
        yield at(day(6), 15)
        for number, (one, level) in enumerate(asked):
            if number == 3:
                self.review(one, "none", "家里有稳定收入，不属于困难，评议小组一致意见")
            else:
                self.review(one, level)
        yield at(day(7), 9)
        if len(asked) > 3:
            actions.refuse(by=self.head, application=asked.pop()[0])
        notice = actions.publish(by=self.head, round_=self.begun)
        yield at(day(9), 10)
        objection = actions.object_to(
            by=self.scene.user("county_aid_officer"), application=asked[-1][0],
            text="有人来电说这家在镇上有门面",
        )  # fmt: skip
        yield at(day(10), 16)
        actions.settle(
            by=self.head, objection=objection, outcome="dismiss",
            finding="到镇上核实：门面是同名的另一家，异议不成立",
        )  # fmt: skip
        yield at(self.scene.calendar.add(notice.last, 1), 9)
        actions.conclude(by=self.head, notice=notice)
        actions.take_down(by=SYSTEM, on=timezone.localdate())

    def lately(self) -> Story:
        """What is under way today: one to review, one to publish, a notice with an objection, a change."""
        days = self.scene.school_days()
        if len(days) < 16:
            return
        yield at(days[-8], 16)
        asked = self.receive(3)
        yield at(days[-5], 15)
        for one, level in asked[:2]:
            self.review(one, level)
        yield at(days[-3], 9)
        if asked and self.begun is not None:
            actions.publish(by=self.head, round_=self.begun)
        yield at(days[-2], 10)
        if len(asked) > 1:
            actions.object_to(
                by=self.scene.user("county_aid_officer"), application=asked[1][0],
                text="群众来电：这家今年新买了车",
            )  # fmt: skip
        for one, level in asked[2:]:
            self.review(one, level)
        yield at(days[-1], 16)
        self.receive(1)
        self._change(self.officer)

    def _change(self, by: User) -> None:
        """A recognised family is worse off now; the head has to confirm."""
        done = Application.objects.filter(school=self.school, state="recognised").order_by("-pk")
        for one in done[:1]:
            actions.adjust(
                by=by, application=one, level="special", reason="母亲重病住院，家里断了收入"
            )


def _not_on_lists(seat: Organisation) -> list[Child]:
    """The pupils of a class who are on no list of hardship, those who board first."""
    listed = Circumstance.objects.filter(retracted_at__isnull=True).values("child__person")
    boards = Enrolment.objects.filter(
        school=seat, boards=True, retracted_at__isnull=True, valid_to__isnull=True
    )
    boarders = set(boards.values_list("child__person", flat=True))
    free = Child.objects.filter(school=seat, person=F("pk"), on_roll=True).exclude(
        pk__in=listed.exclude(child__person=None)
    )
    return sorted(free, key=lambda child: (child.pk not in boarders, child.pk))

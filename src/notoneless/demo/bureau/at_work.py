"""One case in the hands of its people: what they write, move and draft, each as who may do it there."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from notoneless.bureau.accounts.models import Lineage, User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.cases import actions, places
from notoneless.bureau.cases.models import Case, Document
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.cases.transitions import ways as lawful_ways

if TYPE_CHECKING:
    from notoneless.bureau.people.models import Child
    from notoneless.demo.bureau.scene import Scene

COUNTY = "county_officer"


@dataclass(frozen=True)
class CaseWork:
    """The newest case of a child."""

    scene: Scene
    child: Child

    @property
    def case(self) -> Case:
        """As it is now."""
        return Case.objects.filter(child=self.child.pk).latest("pk")

    def who(self, permission: str, *roles: str) -> User:
        """The first of these roles that has the right there; else the county officer."""
        case = self.case
        for role in roles:
            for person in self.scene.people:
                if person.role.id == role and places.may(person.user, permission, case):
                    return person.user
        return self.scene.user(COUNTY)

    def met(
        self,
        role: str,
        way: str,
        whom: str,
        text: str,
        result: str,
        next_step: str = "",
        next_on: dt.date | None = None,
    ) -> None:
        """A contact or visit, an hour ago."""
        actions.write_contact(
            by=self.who("case.write", role, "township_cadre"),
            case=self.case,
            key=uuid.uuid4(),
            at=timezone.now() - dt.timedelta(hours=1),
            way=way,
            whom=whom,
            text=text,
            result=result,
            next_step=next_step,
            next_on=next_on,
        )

    def note(self, role: str, text: str) -> None:
        """A remark."""
        actions.write_note(by=self.who("case.write", role), case=self.case, text=text)

    def go(self, role: str, *ways: str, **told: object) -> None:
        """One lawful way further, or several, today."""
        for way in ways:
            case = self.case
            actions.move(
                by=self.who(lawful_ways()[way].permission, role),
                case=case,
                way=way,
                seen=case.state,
                told=Told(on=timezone.localdate(), **told),  # type: ignore[arg-type]  # its fields
            )

    def paper(self, kind: str, days: int = 0) -> Document:
        """A document drafted and issued by the township where its leader is here, else by the county."""
        case = self.case
        above = Lineage.objects.filter(below=case.home or 0, above__kind="township")
        township = next((line.above for line in above.select_related("above")), None)
        leader = next(
            (
                one.user
                for one in self.scene.people
                if township is not None and may(one.user, "document.issue", township)
                and one.place == township
            ),
            None,
        )  # fmt: skip
        on = timezone.localdate()
        document = actions.draft_document(
            by=self.who("case.move", "township_cadre"),
            case=case,
            kind=kind,
            issuer=township if township is not None and leader else self.scene.here,
            deadline=self.scene.calendar.add(on, days) if days else None,
        )
        return actions.issue_document(
            by=leader or self.scene.user("county_leader"), document=document, on=on
        )

    def serve(self, document: Document, to: str) -> None:
        """Handed over at the door."""
        by = self.who("case.write", "village_cadre", "township_cadre")
        actions.serve_document(
            by=by, document=document, on=timezone.localdate(), who=by.name, to=to
        )

"""How the list of cases is filtered."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.cases import queries
from notoneless.bureau.cases.codes import choices
from notoneless.bureau.cases.models import OPEN, Case
from notoneless.bureau.cases.transitions import states
from notoneless.bureau.language import gettext_lazy as _

WHOSE = [
    ("turn", _("轮到我办的")),
    ("mine", _("我负责的")),
    ("hole", _("没有责任人的")),
    ("late", _("逾期的")),
    ("visit", _("约定今天上门的")),
    ("accept", _("等我县接收的")),
    ("ripe", _("稳控期满的")),
]


def _places(request: object) -> QuerySet[Organisation]:
    user = request.user  # type: ignore[attr-defined]  # a request that got past `needs`
    return Organisation.objects.filter(
        pk__in=reach(user, "case.see"), kind__in=("county", "township", "school")
    ).order_by("kind", "name")


def _states() -> list[tuple[str, str]]:
    return [(name, str(state.text)) for name, state in states().items()]


class CaseFilter(filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By whose turn it is, state, kind, source and place. Closed ones are shown when asked for."""

    whose = filters.ChoiceFilter(
        label=_("哪些"), choices=WHOSE, method="by_whose", empty_label=_("全部在办")
    )
    state = filters.ChoiceFilter(label=_("状态"), choices=_states, empty_label=_("全部"))
    kind = filters.ChoiceFilter(
        label=_("缺口"), choices=lambda: choices("kinds"), empty_label=_("全部")
    )
    source = filters.ChoiceFilter(
        label=_("来源"), choices=lambda: choices("sources"), empty_label=_("全部")
    )
    place = filters.ModelChoiceFilter(
        label=_("乡镇或学校"), queryset=_places, method="under", empty_label=_("全部")
    )

    class Meta:
        """Of cases."""

        model = Case
        fields = ("whose", "state", "kind", "source", "place")

    def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """Without a state asked for, only those in work."""
        found: QuerySet[Case] = super().filter_queryset(queryset)
        wanted = self.form.cleaned_data.get("state")
        return found if wanted and states()[wanted].final else found.filter(OPEN)

    def by_whose(self, rows: QuerySet[Case], _name: str, whose: str) -> QuerySet[Case]:
        """Those of this person, or those in want of something."""
        user, on = self.request.user, timezone.localdate()
        if whose in ("turn", "mine"):
            return rows.filter(queries.turn(user) if whose == "turn" else queries.mine(user))
        if whose == "accept":
            return rows.filter(destination__in=reach(user, "case.accept"))
        wanted = {
            "hole": queries.without_person(),
            "late": Q(deadline__lt=on),
            "visit": Q(next_on__lte=on),
            "ripe": Q(state="watched", deadline__lte=on),
        }
        return rows.filter(wanted[whose])

    def under(self, rows: QuerySet[Case], _name: str, place: Organisation) -> QuerySet[Case]:
        """Those living or at school there."""
        here = Lineage.objects.filter(above=place).values("below")
        return (
            rows.filter(school__in=here) if place.kind == "school" else rows.filter(home__in=here)
        )

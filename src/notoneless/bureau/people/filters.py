"""How the list of children is filtered."""

from __future__ import annotations

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from notoneless.bureau.accounts.models import Lineage, Organisation, SchoolStage
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child


def _places(request: object) -> QuerySet[Organisation]:
    """The counties, townships and schools of the person who asks."""
    user = request.user  # type: ignore[attr-defined]  # a request that got past `needs`
    return Organisation.objects.filter(
        pk__in=reach(user, "child.see"), kind__in=("county", "township", "school")
    ).order_by("kind", "name")


def yes_or_no() -> forms.Select:
    """The library's own calls what is not asked for "unknown", which is an answer here."""
    return forms.Select(choices=(("", _("不限")), ("true", _("是")), ("false", _("否"))))


class ChildFilter(filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By place or school, stage, and by which lists know them."""

    place = filters.ModelChoiceFilter(
        label=_("乡镇或学校"), queryset=_places, method="under", empty_label=_("全部")
    )
    stage = filters.ChoiceFilter(
        label=_("学段"), choices=SchoolStage.Stage.choices, empty_label=_("全部")
    )
    in_register = filters.BooleanFilter(label=_("在户籍名单"), widget=yes_or_no())
    on_roll = filters.BooleanFilter(label=_("在学籍名册"), widget=yes_or_no())

    class Meta:
        """Of children."""

        model = Child
        fields = ("place", "stage", "in_register", "on_roll")

    def under(self, rows: QuerySet[Child], _name: str, place: Organisation) -> QuerySet[Child]:
        """Those living, at school or in class there."""
        here = Lineage.objects.filter(above=place).values("below")
        if place.kind == "school":
            return rows.filter(school__in=here) | rows.filter(attending__in=here)
        return rows.filter(home__in=here)

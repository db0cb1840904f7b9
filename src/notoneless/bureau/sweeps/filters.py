"""How the list behind a number is filtered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.filters import yes_or_no
from notoneless.bureau.sweeps import behind
from notoneless.bureau.sweeps.models import Standing

Choices = Sequence[tuple[str, str]]


class Behind(filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By name, and by whatever else the rows of a list differ in (`offering`)."""

    name = filters.CharFilter(label=_("姓名"), field_name="child__name", lookup_expr="startswith")

    class Meta:
        """Of standings."""

        model = Standing
        fields = ("name",)

    def within(
        self, rows: QuerySet[Standing], _name: str, part: Organisation
    ) -> QuerySet[Standing]:
        """Those counted at a part of the place."""
        return behind.at(rows, part)

    def alone(self, rows: QuerySet[Standing], name: str, value: str) -> QuerySet[Standing]:
        """Those of one verdict or way; what was annotated, so that no second guarantee is meant."""
        return rows.filter(**{name: value})


def offering(
    *, parts: QuerySet[Organisation], verdicts: Choices, ways: Choices, cases: bool
) -> type[filters.FilterSet]:
    """The filter for one list: a choice is offered only where there is one."""
    offered: dict[str, Any] = {}
    if parts.exists():
        offered["part"] = filters.ModelChoiceFilter(
            label=_("地方"), queryset=parts, method="within", empty_label=_("全部")
        )
    for name, label, choices in (("verdict", _("结论"), verdicts), ("way", _("情形"), ways)):
        if len(choices) > 1:
            offered[name] = filters.ChoiceFilter(
                label=label, choices=choices, method="alone", empty_label=_("全部")
            )
    if cases:
        offered["case"] = filters.BooleanFilter(label=_("已立案"), widget=yes_or_no())
    made: type[filters.FilterSet] = type(filters.FilterSet)("Offered", (Behind,), offered)
    return made

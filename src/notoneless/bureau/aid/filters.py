"""How awards are filtered."""

from __future__ import annotations

import django_filters as filters
from django.db.models import F, QuerySet

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.aid import queries, rulebook
from notoneless.bureau.aid.models import Award, Effect
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.ledger.terms import policy_label, term_label


def _schools(request: object) -> QuerySet[Organisation]:
    user = request.user  # type: ignore[attr-defined]  # a request that got past `needs`
    return Organisation.objects.filter(pk__in=reach(user, "aid.see"), kind="school").order_by(
        "name"
    )


class AwardFilter(filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By term, school, policy and state."""

    term = filters.ChoiceFilter(
        label=_("学期"),
        choices=lambda: [(one, term_label(one)) for one in queries.terms()],
        empty_label=_("全部"),
    )
    school = filters.ModelChoiceFilter(label=_("学校"), queryset=_schools, empty_label=_("全部"))
    policy = filters.ChoiceFilter(
        label=_("政策"),
        choices=lambda: [(one, policy_label(one)) for one in rulebook.cash()],
        empty_label=_("全部"),
    )
    state = filters.ChoiceFilter(
        label=_("状态"), choices=Award.State.choices, empty_label=_("全部")
    )

    class Meta:
        """Of awards."""

        model = Award
        fields = ("term", "school", "policy", "state")


class EffectFilter(filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By whether a student gains or loses, policy and school."""

    way = filters.ChoiceFilter(
        label=_("得失"),
        choices=[("gain", _("增加")), ("lose", _("减少"))],
        method="by_way",
        empty_label=_("全部"),
    )
    policy = filters.ChoiceFilter(
        label=_("政策"),
        choices=lambda: [(one.id, str(one.text)) for one in rulebook.book().policies],
        empty_label=_("全部"),
    )
    school = filters.ModelChoiceFilter(label=_("学校"), queryset=_schools, empty_label=_("全部"))

    class Meta:
        """Of effects."""

        model = Effect
        fields = ("policy", "school")

    def by_way(self, rows: QuerySet[Effect], _name: str, value: str) -> QuerySet[Effect]:
        """Those to whom it means more, or less."""
        more = {"fen_after__gt": F("fen_before")}
        less = {"fen_after__lt": F("fen_before")}
        return rows.filter(**(more if value == "gain" else less))

"""What people fill in here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.forms import offer
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.ledger.models import Account
from notoneless.bureau.ledger.shares import LEVELS
from notoneless.bureau.ledger.terms import policy_texts, term_after
from notoneless.calendar import Term, term_on

LEVEL_NAMES = dict(Account.Level.choices)


def terms() -> list[tuple[str, str]]:
    """The terms that somebody may mean: five years back and the next one."""
    term = term_after(term_on(timezone.localdate()))
    first = Term(term.year - 5, "spring")
    found = []
    while first <= term:
        found.append((str(first), first.label))
        first = term_after(first)
    return found[::-1]


class OfTerm(forms.Form):
    """A county's term."""

    county = forms.ModelChoiceField(label=_("县"), queryset=Organisation.objects.none())
    term = forms.ChoiceField(
        label=_("学期"), choices=terms, initial=lambda: str(term_on(timezone.localdate()))
    )

    def __init__(self, *args: Any, counties: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "county", counties)


class Budget(OfTerm):
    """What the levels gave."""

    policy = forms.ChoiceField(
        label=_("政策"),
        choices=lambda: [(code, str(text)) for code, text in policy_texts().items()],
    )
    text = forms.CharField(label=_("依据"), max_length=200, help_text=_("下达文件的名称或文号"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in LEVELS:
            self.fields[f"from_{level}"] = forms.DecimalField(
                label=LEVEL_NAMES[level],
                help_text=_("元；收回写负数"),
                required=False,
                max_digits=14,
                decimal_places=2,
            )

    def amounts(self) -> dict[str, int]:
        """In fen by level."""
        return {
            level: int((self.cleaned_data.get(f"from_{level}") or Decimal(0)) * 100)
            for level in LEVELS
        }


class Why(forms.Form):
    """Why an entry is taken back."""

    text = forms.CharField(label=_("原因"), max_length=200, help_text=_("不要写姓名和号码"))

"""What people fill in here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import gettext_lazy as _
from notoneless.i18n import gettext


class Report(forms.Form):
    """A note beside the numbers; a correction says why."""

    seen = forms.IntegerField(widget=forms.HiddenInput(), initial=0)
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("不写孩子的姓名和号码；没有要说的就空着"),
    )
    reason = forms.CharField(label=_("更正的原因"), required=False, max_length=200)


class WhichLedger(forms.Form):
    """Whose ledger, as of which day, as known at the end of which."""

    place = forms.ModelChoiceField(
        label=_("县、乡镇或学校"), queryset=Organisation.objects.none(), required=False,
        empty_label=None,
    )  # fmt: skip
    on = forms.DateField(label=_("截至哪一天"), required=False, widget=Day())
    known_on = forms.DateField(label=_("按哪一天所知（空着：现在）"), required=False, widget=Day())

    def __init__(self, *args: Any, places: QuerySet[Organisation], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_on(self) -> dt.date | None:
        """Not a day that is not yet."""
        return _past(self.cleaned_data["on"])

    def clean_known_on(self) -> dt.date | None:
        """The same; today is as known now."""
        day = _past(self.cleaned_data["known_on"])
        return None if day == timezone.localdate() else day


def _past(day: dt.date | None) -> dt.date | None:
    if day is not None and day > timezone.localdate():
        raise forms.ValidationError(gettext("这一天还没有到"))
    return day

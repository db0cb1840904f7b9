"""What people fill in here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.rules.declared import Rule
from notoneless.bureau.rules.models import CalendarSpan, Settled
from notoneless.i18n import gettext


class Sourced(forms.Form):
    """The ground on which something is settled."""

    source = forms.CharField(
        label=_("依据"),
        max_length=200,
        help_text=_("文件名和文号；没有文件，写会议或谁在哪天定的"),
        error_messages={"required": _("写明依据，没有依据不能设定")},
    )
    status = forms.ChoiceField(
        label=_("核对"), choices=Settled.Status.choices, initial=Settled.Status.UNVERIFIED
    )


class NewValue(Sourced):
    """A value of a rule from a day on."""

    field_order = ("value", "valid_from", "source", "status")

    value = forms.CharField(label=_("新的值"), required=False, max_length=40)
    valid_from = forms.DateField(label=_("从哪天起"), widget=Day(), initial=timezone.localdate)

    def __init__(self, *args: Any, rule: Rule, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule.unit == "yes_no":
            self.fields["value"] = forms.ChoiceField(
                label=_("新的值"),
                required=False,
                choices=(("", ""), ("yes", _("是")), ("no", _("否"))),
            )
        self.fields["value"].help_text = gettext("{expected}；空着就是改回按上级").format(
            expected=expected
        )


class NewDays(Sourced):
    """Days of a calendar."""

    field_order = ("kind", "first", "last", "name", "source", "status")

    kind = forms.ChoiceField(label=_("这几天"), choices=CalendarSpan.Kind.choices)
    name = forms.CharField(
        label=_("叫什么"), max_length=40, help_text=_("例如：2026年秋季学期、运动会、洪水停课")
    )
    first = forms.DateField(label=_("第一天"), widget=Day())
    last = forms.DateField(label=_("最后一天"), widget=Day())

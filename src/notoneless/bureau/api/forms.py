"""What people fill in here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.language import gettext_lazy as _

USUAL_DAYS = 180


def _until() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=USUAL_DAYS)


class NewToken(forms.Form):
    """A token to make: for what, as whom, where, until when."""

    purpose = forms.CharField(
        label=_("给什么程序用"), max_length=50, help_text=_("如：某某小学教务系统，每天交名册")
    )
    role = forms.ChoiceField(
        label=_("角色"), help_text=_("能做什么见权限表；审批和管理的角色不发给程序")
    )
    organisation = forms.ModelChoiceField(
        label=_("机构"), queryset=Organisation.objects.none(), help_text=_("从上到下排列")
    )
    expires_on = forms.DateField(
        label=_("最后一天"), widget=Day(), initial=_until, help_text=_("最长400天")
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (role.id, str(role.text))
            for role in policy().roles.values()
            if not role.needs_second_factor
        ]
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]  # a ModelChoiceField

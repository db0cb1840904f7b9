"""What people fill in here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.actions import LONGEST_DELEGATION_DAYS
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.tree import PARENTS
from notoneless.bureau.language import gettext_lazy as _

MOST_BYTES = 20 << 20


class Day(forms.DateInput):
    """A day, with the browser's calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class NewPassword(forms.Form):
    """The first password, or a new one after a reset; typed twice."""

    password = forms.CharField(
        label=_("新密码"),
        help_text=_("至少10个字，不要全是数字，不要用姓名和常见密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
    again = forms.CharField(
        label=_("再写一遍"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must agree."""
        said = super().clean() or self.cleaned_data
        if said.get("password") and said.get("again") and said["password"] != said["again"]:
            self.add_error("again", _("两遍不一样，请重写这一遍"))
        return said


class NewOrganisation(forms.Form):
    """An organisation below another."""

    kind = forms.ChoiceField(label=_("类别"))
    name = forms.CharField(label=_("名称"), max_length=100)
    code = forms.CharField(label=_("代码"), max_length=20, required=False)

    def __init__(self, *args: Any, parent: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (kind, label)
            for kind, label in Organisation.Kind.choices
            if parent.kind in PARENTS[kind]
        ]


class PlaceFile(forms.Form):
    """A list of places and schools."""

    file = forms.FileField(label=_("机构名单"), help_text=_("xlsx、xls、et、csv 都行，最大20兆"))

    def clean_file(self) -> Any:
        """Not without measure."""
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(_("文件太大，分成几份再交"))
        return sent


class NewName(forms.Form):
    """Another name for an organisation."""

    name = forms.CharField(label=_("新名称"), max_length=100)


class LastDay(forms.Form):
    """The last day of an organisation."""

    on = forms.DateField(label=_("最后一天"), widget=Day(), initial=timezone.localdate)


class NewPerson(forms.Form):
    """A person to invite."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    username = forms.RegexField(
        regex=r"^[A-Za-z0-9._-]+$",
        label=_("登录名"),
        max_length=150,
        help_text=_("字母、数字、点和横线；不要用身份证号和手机号"),
        error_messages={"invalid": _("只用字母、数字、点和横线")},
    )


def offer(form: forms.Form, name: str, among: QuerySet[Any, Any]) -> None:
    """Let a choice be one of these; where there is only one, it is chosen already."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = among
    if len(first := among[:2]) == 1:
        field.initial, field.empty_label = first[0], None


class NewRole(forms.Form):
    """A role to give: which, where, until when."""

    role = forms.ChoiceField(label=_("角色"))
    organisation = forms.ModelChoiceField(
        label=_("机构"), queryset=Organisation.objects.none(), help_text=_("从上到下排列")
    )
    valid_to = forms.DateField(
        label=_("到哪一天"), widget=Day(), required=False, help_text=_("不填就到收回为止")
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (role.id, str(role.text)) for role in policy().roles.values()
        ]
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]  # a ModelChoiceField


class Delegation(forms.Form):
    """To whom one lends a role, and until when."""

    to = forms.CharField(label=_("受托人的登录名"), max_length=150)
    until = forms.DateField(label=_("到哪一天"), widget=Day())

    def clean_to(self) -> User:
        """A person who can log in; an unknown name and a deactivated one answer alike."""
        name = self.cleaned_data["to"].strip().lower()
        found = User.objects.filter(username=name, is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("没有这个登录名"))
        return found

    def clean_until(self) -> dt.date:
        """Not before today, and not for too long."""
        until: dt.date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today <= until <= today + dt.timedelta(days=LONGEST_DELEGATION_DAYS):
            raise forms.ValidationError(_("从今天起，最长三个月"))
        return until

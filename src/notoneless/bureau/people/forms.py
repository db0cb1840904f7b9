"""What people fill in here."""

from __future__ import annotations

from typing import Any

from django import forms

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.timeline import word
from notoneless.i18n import gettext
from notoneless.rosters import fields, id_number

NOTHING = {"autocomplete": "off"}


class AsKnown(forms.Form):
    """Which day the page is about, and as known on which day."""

    on = forms.DateField(label=_("哪一天的情况"), required=False, widget=Day())
    known_on = forms.DateField(label=_("当时所知（截至）"), required=False, widget=Day())


class Purpose(forms.Form):
    """Why a number must be seen."""

    purpose = forms.CharField(
        label=_("用途"),
        max_length=200,
        min_length=4,
        help_text=_("例如：核对公安户籍名单。会记入日志，不要写号码"),
        widget=forms.TextInput(attrs=NOTHING),
    )


def _excuses() -> list[tuple[str, str]]:
    return [(code, word("excuse", code)) for code in fields()["excuse"].values]


class NewExemption(forms.Form):
    """A lawful excuse."""

    excuse = forms.ChoiceField(label=_("情形"), choices=_excuses)
    valid_from = forms.DateField(label=_("从哪天起"), widget=Day())
    until = forms.DateField(label=_("到哪天止"), widget=Day())
    document = forms.CharField(
        label=_("批准文号"), max_length=100, help_text=_("批准机关的文号；没有批文的不算依法除外")
    )

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        found = super().clean() or {}
        if found.get("valid_from") and found.get("until") and found["until"] < found["valid_from"]:
            self.add_error("until", gettext("结束日期在开始日期之前"))
        return found


class Correction(forms.Form):
    """What the lists have wrong."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    sex = forms.ChoiceField(label=_("性别"), choices=[("M", _("男")), ("F", _("女"))])
    birth_date = forms.DateField(label=_("出生日期"), widget=Day())
    id_number = forms.CharField(
        label=_("身份证号"),
        required=False,
        max_length=18,
        help_text=_("不改就空着"),
        widget=forms.TextInput(attrs=NOTHING),
    )
    reason = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("例如：见户口簿原件。不要写号码")
    )

    def clean_id_number(self) -> str:
        """A valid number, or nothing."""
        number = str(self.cleaned_data["id_number"]).strip().upper()
        if number and id_number.state(number) != "valid":
            raise forms.ValidationError(gettext("位数、日期或校验码有误，请对照户口簿"))
        return number


class MergeWith(forms.Form):
    """Which child this one is."""

    other = forms.IntegerField(
        label=_("另一份档案的编号"), min_value=1, help_text=_("在那份档案的页头上")
    )
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("不要写号码"))


class Reason(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("不要写号码"))

"""What people fill in here."""

from __future__ import annotations

from django import forms

from notoneless.bureau.language import gettext_lazy as _


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

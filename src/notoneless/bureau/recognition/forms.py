"""What people fill in here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day, offer
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.bureau.recognition.levels import NONE, commitment, used, word
from notoneless.bureau.recognition.models import Application, Objection

LONG = {"rows": 3}


class NewRound(forms.Form):
    """Whose year begins, and until when families may apply."""

    school = forms.ModelChoiceField(Organisation.objects.none(), label=_("学校"))
    apply_until = forms.DateField(
        label=_("申请到哪天为止"), widget=Day(), help_text=_("写进给家长的通知")
    )

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "school", schools)


class NewApplication(forms.Form):
    """An application; the promise stands in the place of stamps and proofs."""

    child = forms.ModelChoiceField(Child.objects.none(), label=_("学生"))
    channel = forms.ChoiceField(label=_("谁申请"), choices=Application.Channel.choices)
    guardian = forms.CharField(label=_("监护人"), max_length=60)
    contact = forms.CharField(label=_("联系电话"), max_length=20)
    asked = forms.ChoiceField(label=_("申请的档次"))
    reason = forms.CharField(
        label=_("家庭情况"),
        max_length=1000,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("加密保存，只有评议和审核的人能看；不在班上公开说"),
    )
    accepted = forms.BooleanField(label=_("监护人已经读过并同意承诺书"), required=False)

    def __init__(
        self, *args: Any, children: QuerySet[Child], place: Organisation | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].queryset = children  # type: ignore[attr-defined]  # a ModelChoiceField
        codes = used(place, timezone.localdate()) if place else []
        self.fields["asked"].choices = [(one, word(one)) for one in codes]  # type: ignore[attr-defined]
        self.fields["accepted"].help_text = str(commitment())


class Proposal(forms.Form):
    """The level that the school's group proposes, and why."""

    level = forms.ChoiceField(label=_("建议的档次"))
    reason = forms.CharField(
        label=_("理由"),
        max_length=1000,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("家访、谈话、比对看到了什么；加密保存，不公示"),
    )
    members = forms.CharField(label=_("参加评议的人"), max_length=200, required=False)

    def __init__(self, *args: Any, place: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [*used(place, timezone.localdate()), NONE]
        self.fields["level"].choices = [(one, word(one)) for one in codes]  # type: ignore[attr-defined]


class NewObjection(forms.Form):
    """What somebody objects."""

    text = forms.CharField(
        label=_("异议"), max_length=1000, widget=forms.Textarea(attrs=LONG), help_text=_("加密保存")
    )


class SettledObjection(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(label=_("结果"), choices=Objection.Outcome.choices[1:])
    finding = forms.CharField(
        label=_("核实情况"), max_length=1000, widget=forms.Textarea(attrs=LONG)
    )


class Code(forms.Form):
    """The code on the guardian's slip."""

    code = forms.CharField(
        label=_("查询码"),
        max_length=40,
        help_text=_("申请时学校给的，16个字母和数字"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

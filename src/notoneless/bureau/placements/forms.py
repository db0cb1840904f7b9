"""What people fill in here."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day, offer
from notoneless.bureau.accounts.models import Organisation, SchoolStage
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.placements.models import Admission, Kind, Opinion
from notoneless.bureau.placements.papers import papers

LONG = {"rows": 3}


class NewOpinion(forms.Form):
    """What the committee advised."""

    given_on = forms.DateField(label=_("评估日期"), widget=Day(), initial=timezone.localdate)
    advice = forms.ChoiceField(label=_("意见"), choices=Opinion.Advice.choices)
    recommended = forms.ChoiceField(
        label=_("建议的安置"), choices=(("", _("没有写")), *Kind.choices), required=False
    )
    document = forms.CharField(label=_("意见书编号"), max_length=100)
    until = forms.DateField(
        label=_("到哪天为止"),
        widget=Day(),
        required=False,
        help_text=_("暂缓入学、免于接受义务教育必须填，到期重新评估"),
    )


class NewPlacement(forms.Form):
    """Where the child learns."""

    kind = forms.ChoiceField(label=_("安置"), choices=Kind.choices)
    school = forms.ModelChoiceField(Organisation.objects.none(), label=_("负责的学校"))
    first = forms.DateField(label=_("从哪天起"), widget=Day(), initial=timezone.localdate)
    plan = forms.CharField(
        label=_("个别化教育计划"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("学什么、怎么学、谁来教；送教上门写每月几次"),
    )

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "school", schools)


class EndOfPlacement(forms.Form):
    """Its last day."""

    last = forms.DateField(label=_("到哪天为止"), widget=Day(), initial=timezone.localdate)


class NewVisit(forms.Form):
    """A lesson at home."""

    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid.uuid4)
    day = forms.DateField(label=_("哪天"), widget=Day(), initial=timezone.localdate)
    minutes = forms.IntegerField(label=_("多少分钟"), min_value=1, max_value=600, initial=120)
    teachers = forms.CharField(label=_("谁去的"), max_length=120)
    content = forms.CharField(
        label=_("教了什么"), max_length=2000, widget=forms.Textarea(attrs=LONG)
    )
    answer = forms.CharField(
        label=_("家长的话"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NewAdmission(forms.Form):
    """Who asks for a place, and what was brought."""

    county = forms.ModelChoiceField(Organisation.objects.none(), label=_("县（市、区）"))
    name = forms.CharField(label=_("孩子姓名"), max_length=60)
    birth_date = forms.DateField(label=_("出生日期"), widget=Day())
    guardian = forms.CharField(label=_("监护人"), max_length=60)
    phone = forms.CharField(label=_("电话"), max_length=20)
    origin = forms.ChoiceField(
        label=_("从哪里来"), choices=(("province", _("本省外县")), ("other", _("外省")))
    )
    stage = forms.ChoiceField(label=_("学段"), choices=SchoolStage.Stage.choices[1:3])
    grade = forms.IntegerField(label=_("年级"), min_value=1, max_value=9)
    transfer = forms.BooleanField(label=_("从别的学校转来"), required=False)
    brought = forms.MultipleChoiceField(
        label=_("带来的材料"), required=False, widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, *args: Any, counties: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "county", counties)
        if counties.count() == 1:
            self.fields["county"].initial = counties.first()
        self.fields["brought"].choices = [  # type: ignore[attr-defined]  # a MultipleChoiceField
            (paper.code, str(paper.text)) for paper in papers().values()
        ]


class Brought(forms.Form):
    """Papers that were missing and are here now."""

    brought = forms.MultipleChoiceField(
        label=_("现在带来的"), widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, *args: Any, missing: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brought"].choices = missing  # type: ignore[attr-defined]  # a MultipleChoiceField


class Place(forms.Form):
    """The school offered."""

    school = forms.ModelChoiceField(Organisation.objects.none(), label=_("学校"))
    funding = forms.ChoiceField(label=_("学位"), choices=Admission.Funding.choices)

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "school", schools)


class Refused(forms.Form):
    """Why there is no place."""

    reason = forms.CharField(
        label=_("不录取的原因"), max_length=1000, widget=forms.Textarea(attrs=LONG)
    )

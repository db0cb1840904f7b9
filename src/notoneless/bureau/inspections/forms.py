"""What people fill in here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.inspections.models import Finding, NotHere
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child


class NewCampaign(forms.Form):
    """A county and its days."""

    county = forms.ModelChoiceField(Organisation.objects.none(), label=_("县（市、区）"))
    begins = forms.DateField(label=_("第一天"), widget=Day(), initial=timezone.localdate)
    ends = forms.DateField(label=_("最后一天"), widget=Day())

    def __init__(self, *args: Any, counties: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]  # a ModelChoiceField
        if counties.count() == 1:
            self.fields["county"].initial = counties.first()


class CountOfClass(forms.Form):
    """A line per child of the class, empty for who is there."""

    extra = forms.IntegerField(
        label=_("名单以外"),
        help_text=_("在教室里、名单上没有的孩子有几个"),
        min_value=0,
        max_value=99,
        initial=0,
    )
    note = forms.CharField(
        label=_("说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, children: list[Child], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = (("", _("到了")), *NotHere.Kind.choices)
        for child in children:
            self.fields[f"child{child.pk}"] = forms.ChoiceField(
                label=child.name, choices=choices, required=False
            )
        self.children = children

    @property
    def lines(self) -> list[tuple[Child, forms.BoundField]]:
        """Each child with its field."""
        return [(child, self[f"child{child.pk}"]) for child in self.children]

    def not_here(self) -> dict[int, str]:
        """The kinds of those who are not there, by the child's key."""
        return {
            child.pk: self.cleaned_data[f"child{child.pk}"]
            for child in self.children
            if self.cleaned_data[f"child{child.pk}"]
        }


class NewSpotCheck(forms.Form):
    """Where, when, how many."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("在哪里抽"))
    day = forms.DateField(label=_("哪天去"), widget=Day())
    size = forms.IntegerField(label=_("抽几个班"), min_value=1, max_value=500, initial=20)

    def __init__(self, *args: Any, places: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = places  # type: ignore[attr-defined]  # a ModelChoiceField
        if places.count() == 1:
            self.fields["organisation"].initial = places.first()


class Result(forms.Form):
    """What the visitors saw in a class."""

    counted = forms.IntegerField(label=_("实到"), min_value=0, max_value=200)
    unexplained = forms.IntegerField(
        label=_("没有到也没有说明的"), min_value=0, max_value=200, initial=0
    )
    visitors = forms.CharField(label=_("去的人"), max_length=120)
    not_there = forms.ModelMultipleChoiceField(
        Child.objects.none(),
        label=_("没有到也没有说明的孩子"),
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )
    other_kind = forms.ChoiceField(
        label=_("其他问题"), required=False, choices=(("", _("没有")), *Finding.Kind.choices[1:])
    )
    other = forms.CharField(
        label=_("什么问题"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, children: QuerySet[Child], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["not_there"].queryset = children  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        """Another problem has its words; who is named is counted."""
        said = super().clean() or self.cleaned_data
        if said.get("other_kind") and not said.get("other"):
            self.add_error("other", _("写明是什么问题"))
        named = len(said.get("not_there") or ())
        if named > (said.get("unexplained") or 0):
            self.add_error("unexplained", _("勾选的孩子比这个数多"))
        return said


class Correction(forms.Form):
    """How it was put right."""

    words = forms.CharField(
        label=_("怎么整改的"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

"""Six plain questions."""

from __future__ import annotations

from typing import Any

from django import forms

from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.portal.answers import Answers, lists

YES_NO = (("", _("不清楚")), ("yes", _("是")), ("no", _("不是")))


class Questions(forms.Form):
    """What a family knows without looking anything up."""

    learns = forms.ChoiceField(
        label=_("孩子在哪里读书"),
        choices=(
            ("kindergarten", _("幼儿园小班、中班")),
            ("last_kindergarten_year", _("幼儿园大班")),
            ("primary", _("小学")),
            ("junior", _("初中")),
            ("senior", _("普通高中")),
            ("vocational", _("中职、技工学校")),
            ("college", _("大学专科（高职）")),
            ("bachelor", _("大学本科")),
            ("postgraduate", _("研究生")),
        ),
        initial="primary",
    )
    age = forms.IntegerField(
        label=_("今年8月31日满几岁"), min_value=3, max_value=40, help_text=_("周岁")
    )
    boards = forms.ChoiceField(label=_("住校吗"), choices=YES_NO, required=False)
    known = forms.ChoiceField(
        label=_("家里在下面的名单上吗"),
        choices=(("", _("不清楚")), ("none", _("都不在")), ("some", _("在，下面勾选"))),
        required=False,
    )
    lists = forms.MultipleChoiceField(
        label=_("在哪些名单上"), required=False, widget=forms.CheckboxSelectMultiple()
    )
    recognised = forms.ChoiceField(
        label=_("学校认定过家庭经济困难吗"),
        choices=(
            ("", _("不清楚")),
            ("none", _("没有认定")),
            ("special", _("特别困难")),
            ("difficult", _("困难")),
            ("general", _("一般困难")),
        ),
        required=False,
    )
    rural = forms.ChoiceField(
        label=_("是农村户籍吗"), help_text=_("县城和镇上的也算"), choices=YES_NO, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lists"].choices = lists()  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean(self) -> dict[str, Any]:
        """Who ticks a list is on one, whatever the box above says; who says so ticks which."""
        said = super().clean() or self.cleaned_data
        if said.get("known") == "some" and not said.get("lists"):
            self.add_error("lists", _("勾选在哪些名单上"))
        return said

    def answers(self) -> Answers:
        """What was said."""
        said = self.cleaned_data
        told = {"yes": True, "no": False}
        ticked = frozenset(said["lists"])
        return Answers(
            learns=said["learns"],
            age=said["age"],
            boards=told.get(said["boards"]),
            lists=ticked if ticked or said["known"] == "none" else None,
            recognised=said["recognised"] or None,
            rural=told.get(said["rural"]),
        )

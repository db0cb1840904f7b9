"""What people fill in on cases."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.cases.codes import choices
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.cases.presence import Presence
from notoneless.bureau.cases.transitions import Way
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.forms import Purpose, _excuses
from notoneless.i18n import gettext

PHOTO = "image/jpeg,image/png,application/pdf"


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})


def _choose(section: str) -> list[tuple[str, str]]:
    return [("", gettext("请选")), *choices(section)]


class Photos(forms.FileInput):
    """One or more photos from the phone."""

    allow_multiple_selected = True


class Several(forms.FileField):
    """The files of a field, none or more: names and contents."""

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        """Each as it came; what it is, is looked at when it is kept."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [
            (one.name, one.read())
            for one in (super(Several, self).clean(x, initial) for x in given)
        ]


class NewContact(forms.Form):
    """A contact or visit. ``key`` is made with the page, so that sending it twice changes nothing."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    way = forms.ChoiceField(label=_("怎样联系的"), choices=lambda: choices("ways"))
    at = forms.DateTimeField(
        label=_("什么时候"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        initial=timezone.localtime,
    )
    whom = forms.ChoiceField(label=_("见到或联系到谁"), choices=lambda: _choose("whom"))
    who = forms.CharField(
        label=_("同去的人"), required=False, max_length=120, help_text=_("只有自己就空着")
    )
    text = forms.CharField(label=_("说了什么"), widget=_area(4), max_length=4000)
    result = forms.ChoiceField(label=_("结果"), choices=lambda: _choose("results"))
    next_step = forms.CharField(label=_("下一步"), required=False, max_length=300)
    next_on = forms.DateField(label=_("哪一天"), required=False, widget=Day())
    photos = Several(
        label=_("签字表的照片"),
        required=False,
        widget=Photos(attrs={"accept": PHOTO}),
        help_text=_(".jpg、.png 或 .pdf，每个不超过8 MB"),
    )


class NewNote(forms.Form):
    """A remark."""

    text = forms.CharField(label=_("情况、原因或措施"), widget=_area(5), max_length=4000)


class Move(forms.Form):
    """What a way asks for: only its fields."""

    seen = forms.CharField(widget=forms.HiddenInput)
    on = forms.DateField(label=_("哪一天"), widget=Day(), initial=timezone.localdate)
    reason = forms.ChoiceField(label=_("原因"))
    placement = forms.ChoiceField(label=_("怎样安置"), choices=lambda: _choose("placements"))
    destination = forms.ModelChoiceField(
        label=_("转到哪个县"), queryset=Organisation.objects.filter(kind="county", valid_to=None)
    )
    place = forms.CharField(label=_("转到哪个市、县"), max_length=60)
    proof = forms.CharField(
        label=_("证明的文号"), max_length=60, help_text=_("例如：学籍证明、回执的文号；不要写号码")
    )
    word = forms.CharField(label=_("说明"), widget=_area(), max_length=2000)

    instead = forms.CharField(
        label=_("点名看不出来的，凭什么认定在校"), widget=_area(2), max_length=500, required=False
    )

    def __init__(self, *args: Any, way: Way, seen: Presence | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = set(way.evidence) | {"seen", "on"}
        if "destination" in wanted and way.id == "hand_outside":
            wanted = (wanted - {"destination"}) | {"place"}
        if seen is not None:
            wanted |= {"instead"}
            self.fields["instead"].help_text = f"{seen}。" + (
                gettext("点名够了，可以空着")
                if seen.shown
                else gettext("例如：送教上门记录、学校证明")
            )
        for name in set(self.fields) - wanted:
            del self.fields[name]
        if "reason" in self.fields:
            reasons = [("", gettext("请选")), *choices("reasons", way.reasons)]
            self.fields["reason"].choices = reasons  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def told(self) -> Told:
        """What was filled in."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return Told(**given)


class NewTask(forms.Form):
    """What a department is asked."""

    department = forms.ChoiceField(label=_("部门"), choices=lambda: _choose("departments"))
    what = forms.CharField(label=_("请他们做什么"), widget=_area(), max_length=1000)
    due = forms.DateField(
        label=_("期限"), widget=Day(), required=False, help_text=_("不填就按县里的规则")
    )


class TaskAnswer(forms.Form):
    """What the department said."""

    state = forms.ChoiceField(
        label=_("结果"),
        choices=[("answered", _("已回复")), ("refused", _("不办")), ("withdrawn", _("不用办了"))],
    )
    on = forms.DateField(label=_("哪一天"), widget=Day(), initial=timezone.localdate)
    who = forms.CharField(label=_("谁答复的"), max_length=60, required=False)
    answer = forms.CharField(
        label=_("答复内容，不办的写原因"), widget=_area(), max_length=2000, required=False
    )

    def clean(self) -> dict[str, Any]:
        """An answer and a refusal say something."""
        found = super().clean() or {}
        if found.get("state") != "withdrawn" and not found.get("answer"):
            self.add_error("answer", gettext("写一句答复或不办的原因"))
        return found


class NewDocument(forms.Form):
    """Which document, and which office issues it."""

    kind = forms.ChoiceField(label=_("文书"), choices=lambda: _choose("documents"))
    issuer = forms.ModelChoiceField(
        label=_("由谁签发"),
        queryset=Organisation.objects.none(),
        help_text=_("系统只起草，不替任何机关作决定"),
    )
    deadline = forms.DateField(label=_("限期到哪天"), widget=Day(), required=False)

    def __init__(self, *args: Any, issuers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issuer"].queryset = issuers  # type: ignore[attr-defined]  # a ModelChoiceField


class Issue(forms.Form):
    """Under which number it is issued."""

    on = forms.DateField(label=_("签发日期"), widget=Day(), initial=timezone.localdate)
    number = forms.CharField(
        label=_("文号"),
        required=False,
        max_length=60,
        help_text=_("照本单位的发文登记填；空着就由系统顺着编"),
    )


class Service(forms.Form):
    """How it was served."""

    on = forms.DateField(label=_("送达日期"), widget=Day(), initial=timezone.localdate)
    who = forms.CharField(label=_("送达人"), max_length=60)
    to = forms.ChoiceField(label=_("谁签收"), choices=lambda: _choose("whom"))
    receipt = forms.FileField(
        label=_("回证照片"), required=False, widget=forms.FileInput(attrs={"accept": PHOTO})
    )

    def clean_receipt(self) -> tuple[str, bytes] | None:
        """Its name and content."""
        receipt = self.cleaned_data.get("receipt")
        return (receipt.name, receipt.read()) if receipt else None


class NewExcuse(forms.Form):
    """An application for a lawful excuse."""

    excuse = forms.ChoiceField(label=_("情形"), choices=_excuses)
    valid_from = forms.DateField(label=_("从哪天起"), widget=Day())
    until = forms.DateField(label=_("到哪天止"), widget=Day())
    document = forms.CharField(
        label=_("批准文号"), max_length=100, help_text=_("批准机关的文号；没有批文的不算依法除外")
    )
    word = forms.CharField(label=_("说明"), widget=_area(), required=False, max_length=1000)
    scan = forms.FileField(
        label=_("批文扫描件"), required=False, widget=forms.FileInput(attrs={"accept": PHOTO})
    )

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        found = super().clean() or {}
        if found.get("valid_from") and found.get("until") and found["until"] < found["valid_from"]:
            self.add_error("until", gettext("结束日期在开始日期之前"))
        return found

    def clean_scan(self) -> tuple[str, bytes] | None:
        """Its name and content."""
        scan = self.cleaned_data.get("scan")
        return (scan.name, scan.read()) if scan else None


class NewCase(forms.Form):
    """A case opened by hand."""

    kind = forms.ChoiceField(label=_("缺口"), choices=lambda: _choose("kinds"))
    source = forms.ChoiceField(
        label=_("怎样发现的"),
        choices=lambda: [row for row in choices("sources") if row[0] != "sweep"],
    )
    on = forms.DateField(label=_("哪一天"), widget=Day(), initial=timezone.localdate)
    since = forms.DateField(
        label=_("从哪天起没有到校"), widget=Day(), required=False, help_text=_("不知道就空着")
    )
    reason = forms.CharField(
        label=_("缺口是什么"), max_length=200, help_text=_("一句话；不要写号码和家里的情况")
    )

    def clean_on(self) -> dt.date:
        """Not in the future."""
        on: dt.date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(gettext("这一天还没有到"))
        return on

    def clean(self) -> dict[str, Any]:
        """Nobody is found before the first day missed."""
        found = super().clean() or {}
        if found.get("on") and found.get("since") and found["since"] > found["on"]:
            self.add_error("since", gettext("在发现的日期以后"))
        return found


class PlatformNumber(forms.Form):
    """The national platform's number."""

    number = forms.CharField(label=_("国家平台编号"), max_length=40)


class NewPublicWord(forms.Form):
    """What a member of the public said."""

    county = forms.ModelChoiceField(label=_("哪个县"), queryset=Organisation.objects.none())
    told_on = forms.DateField(label=_("哪一天说的"), widget=Day(), initial=timezone.localdate)
    text = forms.CharField(
        label=_("在哪里，大概是谁"),
        widget=_area(),
        max_length=2000,
        help_text=_("不问反映人的姓名和电话"),
    )

    def __init__(self, *args: Any, counties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["county"].initial = counties.first()


class PublicAnswer(forms.Form):
    """What came of it."""

    number = forms.CharField(
        label=_("立的案号"), required=False, max_length=40, help_text=_("没有立案就空着")
    )
    answer = forms.CharField(label=_("查的结果"), widget=_area(), max_length=1000)

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases

    def clean_number(self) -> Any:
        """The case of that number in reach, None when none was opened."""
        number = self.cleaned_data["number"].strip()
        found = self.cases.filter(number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(gettext("没有这个案号，或者它不归你管"))
        return found


class HandIn(forms.Form):
    """Whose list for the platform, and for what it is taken."""

    county = forms.ModelChoiceField(
        label=_("哪个县"), queryset=Organisation.objects.none(), empty_label=None
    )
    purpose = Purpose.base_fields["purpose"]

    def __init__(self, *args: Any, counties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]  # a ModelChoiceField

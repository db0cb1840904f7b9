"""What people fill in here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from notoneless import rosters
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.intake import queries
from notoneless.bureau.language import gettext_lazy as _
from notoneless.rosters import Column, SheetReading
from notoneless.rosters.headings import normal


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _SeveralFiles(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """Each of them."""
        return [super(_SeveralFiles, self).clean(one, initial) for one in data or [None]]


class HandIn(forms.Form):
    """Files, and for whom they are handed in."""

    organisation = forms.ModelChoiceField(
        label=_("谁的名单"), queryset=Organisation.objects.none(), empty_label=None
    )
    lists = _SeveralFiles(
        label=_("名单文件"),
        help_text=_("可以一次选几份，也可以拖到这里；xlsx、xls、et、csv 都行"),
        widget=_Files(attrs={"multiple": True}),
        max_length=255,
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = self.fields["organisation"]
        assert isinstance(places, forms.ModelChoiceField)
        places.queryset = queries.places(by)
        places.initial = queries.own_place(by) or places.queryset.first()
        if len(places.queryset) == 1:
            places.widget = forms.HiddenInput()


class CorrectLayout(forms.Form):
    """What kind of list a sheet is, and what each of its columns means."""

    kind = forms.ChoiceField(label=_("名单种类"))

    def __init__(self, *args: Any, sheet: SheetReading, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [
            (name, str(entry.label))
            for name, entry in rosters.kinds().items()
            if name != "payments"
        ]
        kind.initial = sheet.kind
        as_read = [("as-read", _("照现在的"))]
        meanings = [(name, str(entry.label)) for name, entry in rosters.fields().items()]
        self.columns = [column for column in sheet.columns if column.left_out != "forbidden"]
        for number, column in enumerate(self.columns):
            self.fields[f"column{number}"] = forms.ChoiceField(
                label=f"{column.letter} {column.heading}",
                choices=[*as_read, ("", _("不要这一列")), *meanings],
                initial="as-read",
                required=False,
            )

    def of_column(self, column: Column) -> forms.BoundField | str:
        """The choice for a column, "" for one that is never read."""
        return self[f"column{self.columns.index(column)}"] if column in self.columns else ""

    def said(self) -> dict[str, str]:
        """Headings with the field each stands for, as far as a person said so."""
        return {
            normal(column.heading): self.cleaned_data[f"column{number}"]
            for number, column in enumerate(self.columns)
            if self.cleaned_data[f"column{number}"] != "as-read"
        }

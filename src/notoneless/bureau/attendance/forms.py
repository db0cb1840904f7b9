"""What the roll-call page sends, and how days are asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from notoneless.bureau.accounts.forms import Day
from notoneless.bureau.attendance import faults
from notoneless.bureau.attendance.models import Half
from notoneless.bureau.language import gettext_lazy as _
from notoneless.faults import Refusal

NOON = 12
"""The hour from which the page offers the afternoon."""


class WhichDay(forms.Form):
    """A day and a half of it; today, and the half it is."""

    day = forms.DateField(label=_("日期"), widget=Day(), required=False)
    half = forms.ChoiceField(label=_("半天"), choices=Half.choices, required=False)

    @classmethod
    def asked(cls, query: QueryDict) -> tuple[WhichDay, dt.date, str]:
        """The form, and the day and half it means."""
        now = timezone.localtime()
        half = Half.MORNING if now.hour < NOON else Half.AFTERNOON
        form = cls({"day": query.get("day") or now.date(), "half": query.get("half") or half})
        said = form.cleaned_data if form.is_valid() else {}
        return form, said.get("day") or now.date(), said.get("half") or half


class WhichMonth(forms.Form):
    """A month, by any of its days."""

    month = forms.DateField(label=_("月份"), input_formats=["%Y-%m", "%Y-%m-%d"], required=False)

    @classmethod
    def asked(cls, query: QueryDict) -> dt.date:
        """The day meant; today where none can be read."""
        form = cls(query)
        said = form.cleaned_data if form.is_valid() else {}
        return said.get("month") or timezone.localdate()


@dataclass(frozen=True, slots=True)
class Sent:
    """A roll-call as the page sends it.

    ``out`` names whom the teacher ticked, ``why-KEY`` the reason; ``was-KEY`` is ``out`` or ``here`` for
    whoever was missing before. ``key`` and ``noted`` come from the phone.
    """

    day: dt.date
    half: str
    absent: dict[int, str]
    came: frozenset[int]
    key: UUID | None
    noted_at: dt.datetime | None

    @classmethod
    def read(cls, post: QueryDict) -> Sent:
        """Understand it, or refuse it whole: a roll-call half understood would make children present."""
        try:
            absent = {int(child): post.get(f"why-{child}", "") for child in post.getlist("out")}
            was = {
                int(name.removeprefix("was-")): value
                for name, value in post.items()
                if name.startswith("was-")
            }
            if not set(was.values()) <= {"out", "here"}:
                raise ValueError
            absent |= {
                child: post.get(f"why-{child}", "") for child, said in was.items() if said == "out"
            }
            noted = parse_datetime(post.get("noted", ""))
            return cls(
                day=dt.date.fromisoformat(post.get("day", "")),
                half=post.get("half", ""),
                absent=absent,
                came=frozenset(child for child, said in was.items() if said == "here"),
                key=UUID(key) if (key := post.get("key", "")) else None,
                noted_at=noted if noted and timezone.is_aware(noted) else None,
            )
        except ValueError:
            raise Refusal([faults.NOT_UNDERSTOOD.at()]) from None

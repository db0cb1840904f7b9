"""Tags and filters that every template may use without loading them.

{% t "今天要做的事" %}    {% t "共{count}人" count=total %}    {{ 1234567|grouped }}    {{ day|weekday }}    {% space %}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import resolve, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from notoneless.bureau import plurals
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import permissions
from notoneless.bureau.language import space, term_name
from notoneless.bureau.rules.declared import ground
from notoneless.i18n import gettext, language

register = template.Library()
register.filter("ground", ground)
register.filter("counted", plurals.counted, is_safe=True)
register.filter("unit", plurals.unit)
register.filter("term_name", term_name)
register.simple_tag(space)


@register.simple_tag(name="t")
def translated(message: str, **places: Any) -> SafeString | str:
    """A message in the reader's language, its places filled; what is filled in is escaped."""
    text = gettext(message)
    if not places:
        return text
    filled = {name: conditional_escape(value) for name, value in places.items()}
    return mark_safe(plurals.counted(conditional_escape(text).format(**filled)))  # noqa: S308 - all parts are escaped


@register.filter(name="t")
def translate_value(message: object) -> str:
    """The same for a text held by a variable (marked with `N_` where it was written)."""
    return gettext(str(message))


@register.simple_tag(takes_context=True)
def may_open(context: template.Context, name: str) -> bool:
    """May the reader open the view of this name (of a URL without arguments)? A link to a refusal helps nobody."""
    user = context["request"].user
    return isinstance(user, User) and resolve(reverse(name)).func.permission in permissions(user)  # type: ignore[attr-defined]  # set by `needs`


@register.filter
def joined(parts: Iterable[object]) -> str:
    """Parts in a row, as the language separates them."""
    return gettext("，").join(map(str, parts))


@register.filter
def grouped(number: float | None) -> str:
    """``177134`` as ``177,134``; nothing of nothing."""
    return "" if number is None else f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan: ``16125000`` as ``161,250.00``."""
    if fen is None:
        return ""
    sign, rest = ("−", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100:,}.{rest % 100:02d}"


WEEKDAYS = {
    "zh-Hans": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
    "zh-Hant": ["週一", "週二", "週三", "週四", "週五", "週六", "週日"],
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
}


@register.filter
def weekday(day: dt.date) -> str:
    """The day of the week, short."""
    return WEEKDAYS[language()][day.weekday()]


@register.filter
def iso(day: dt.date | dt.datetime | None) -> str:
    """``2026-09-01``, and for a moment ``2026-09-01 17:30`` in the bureau's time."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        from django.utils import timezone

        return f"{timezone.localtime(day):%Y-%m-%d %H:%M}"
    return day.isoformat()


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's query string with some parameters changed, for sorting and paging; None removes."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = value
    return "?" + parameters.urlencode() if parameters else "?"

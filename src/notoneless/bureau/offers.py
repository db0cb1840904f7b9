"""What an app can offer to the house without the house knowing it: found by the file's name.

- ``urls.py`` with ``PREFIX`` and ``urlpatterns``, and ``MENU`` where it has a place in the menu
- ``today.py`` with ``tasks(by, on)``: what this person must do
- ``first_page.py`` with ``parts(by, on)``: what stands on the first page below that
- ``after_lists.py`` with ``lists_changed(organisation, on)``: in the transaction in which a list, or an answer
  about one of its rows, has changed what is known of an organisation's children
- ``after_merges.py`` with ``children_merged(by, roots)``: in the act that finds two children to be one or two
- ``night.py`` with ``night(on)``: what is to be done each night, after the sweep
- ``class_days.py`` with ``class_days(child, first, last)``: the days on which it knows a child in class, and
  those on which it was missing without leave; ``last_words(children, on)``: the newest word on each, and its day
- ``class_checks.py`` with ``class_checks(classes, on, known_on)``: when each class was counted last, and by whom
- ``facts.py`` may have ``sources(child, when)``: of the facts it told of a child, by name who says so, in words
- ``facts.py``, ``figures.py``, ``child_panels.py``, ``layouts.py`` in the same way
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import apps

from notoneless.i18n import N_

PACKAGE = "notoneless.bureau."


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Places of one programme, under one word of the menu where there are many; the order of its kind."""

    text: str
    order: int


IN_SCHOOL = MenuGroup(N_("控辍保学"), 40)
AID = MenuGroup(N_("学生资助"), 45)
REPORTING = MenuGroup(N_("报表和数字"), 60)
UPKEEP = MenuGroup(N_("管理"), 80)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A place in the menu: shown to whoever may open the view behind ``url`` (a name of a URL).

    ``text`` is a Chinese message marked with `N_`; a smaller ``order`` stands further left. Who has many
    places finds those of a ``group`` under its word.
    """

    text: str
    url: str
    order: int = 50
    group: MenuGroup | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person must do, one line of the first page.

    ``count`` with its ``unit`` (人, 份, 案) leads to ``url``; ``what`` begins with the verb, ``why``
    says what it is about, ``source`` where it comes from. ``due`` is None when there is no deadline.
    All texts are translated already.
    """

    what: str
    count: int
    unit: str
    url: str
    due: dt.datetime | None = None
    why: str = ""
    source: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the first page below the tasks: a template, and what it shows as ``part``."""

    template: str
    context: Mapping[str, Any]


@cache
def found(room: str) -> tuple[ModuleType, ...]:
    """The module ``room`` of every app of the bureau that has one, in the order of the apps' names."""
    return tuple(_found(room))


def _found(room: str) -> Iterator[ModuleType]:
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        name = f"{app.name}.{room}"
        if app.name.startswith(PACKAGE) and find_spec(name):
            yield importlib.import_module(name)

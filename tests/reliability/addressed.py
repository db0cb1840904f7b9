"""What stands behind each address with a parameter, and where each object stands in the tree.

Two tables. An address that is in neither row of `BEHIND` fails a test, so a new one is put here by somebody
who has thought about whose objects it shows; an object whose model is not in `PLACES` is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from addresses import addresses as every_address
from django.apps import apps
from django.db import models
from django.urls import URLPattern, reverse

PLACES = {
    "accounts.Organisation": ("pk",),
    "accounts.User": ("assignments__organisation",),
    "accounts.Assignment": ("organisation",),
    "aid.Award": ("school|county",),
    "aid.Batch": ("county",),
    "aid.Card": ("child__school",),
    "aid.Delivery": ("school",),
    "aid.Finding": ("school|county",),
    "aid.Loan": ("county",),
    "aid.PaidList": ("county",),
    "aid.Payment": ("award__school|award__county",),
    "aid.ChosenObjection": ("ranked__ranking__place",),
    "aid.Ranking": ("place",),
    "api.Token": ("organisation",),
    "attendance.Call": ("school_class",),
    "cases.Case": ("home", "school"),
    "cases.DepartmentTask": ("case__home", "case__school"),
    "cases.Document": ("case__home", "case__school"),
    "cases.Entry": ("case__home", "case__school"),
    "cases.Excuse": ("child__home", "child__school"),
    "cases.File": ("case__home", "case__school"),
    "cases.PublicWord": ("county",),
    "inspections.Campaign": ("county",),
    "inspections.ClassCount": ("school_class",),
    "inspections.Finding": ("unit__school_class",),
    "inspections.SpotCheck": ("organisation",),
    "inspections.Unit": ("check_made__organisation",),
    "intake.Doubt": ("county",),
    "intake.Upload": ("organisation",),
    "ledger.Account": ("county",),
    "ledger.Entry": ("county",),
    "people.Child": ("home", "school", "attending"),
    "people.Merge": ("child__person__home", "child__person__school"),
    "placements.Admission": ("county",),
    "placements.Placement": ("child__home", "child__school"),
    "recognition.Application": ("seat",),
    "recognition.Notice": ("round__school",),
    "recognition.Objection": ("application__seat",),
    "recognition.Round": ("school",),
    "reports.Filing": ("organisation",),
    "rules.CalendarSpan": ("organisation",),
    "rules.Setting": ("organisation",),
    "sweeps.Held": ("county",),
}
"""The organisations at which an object stands: who answers for one of them or above sees it.

``a|b`` is the second where there is no first.
"""

BEHIND = {
    "accounts.Organisation": "accounts:add_organisation accounts:close_organisation accounts:organisation "
    "accounts:rename_organisation rules:calendar rules:place",
    "accounts.Organisation class": "attendance:class attendance:month",
    "accounts.Organisation school": "attendance:school",
    "accounts.Organisation county": "reports:rates sweeps:held",
    "accounts.User": "accounts:grant accounts:invite_again accounts:person accounts:set_active",
    "accounts.Assignment": "accounts:revoke accounts:delegate accounts:end_delegation",
    "aid.Award": "aid:award",
    "aid.Batch": "aid:answers aid:approve aid:batch aid:recall aid:release aid:send_back",
    "aid.ChosenObjection": "aid:settle_objection",
    "aid.Change": "aid:approve_change aid:change aid:refuse_change aid:try_again aid:withdraw_change",
    "aid.Delivery": "aid:cancel_delivery aid:delivery aid:settle_delivery",
    "aid.Finding": "aid:difference aid:finding aid:recover",
    "aid.Payment": "aid:drop",
    "aid.Ranking": "aid:confirm aid:drop_ranking aid:object aid:order aid:publish aid:ranking",
    "api.Token": "api:revoke api:token",
    "cases.Case": "cases:ask cases:case cases:contact cases:draft cases:file_of_ten_parts cases:note "
    "cases:platform_number",
    "cases.DepartmentTask": "cases:answer",
    "cases.Document": "cases:document cases:issue cases:serve cases:withdraw",
    "cases.Entry": "cases:decide",
    "cases.Excuse": "cases:excuse",
    "cases.File": "cases:attached",
    "cases.PublicWord": "cases:public_word",
    "inspections.Campaign": "inspections:campaign inspections:missing",
    "inspections.Finding": "inspections:finding",
    "inspections.SpotCheck": "inspections:frame inspections:spot_check",
    "inspections.Unit": "inspections:unit",
    "intake.Doubt": "intake:answer intake:ask_second intake:match",
    "intake.Upload": "intake:correct intake:discard intake:list intake:read_again intake:remarks intake:take_in "
    "intake:undo api:v1:list_state api:v1:commit api:v1:discard api:v1:undo",
    "ledger.Account": "ledger:account",
    "ledger.Entry": "ledger:correct ledger:entry",
    "people.Child": "aid:new_loan people:add_exemption people:child people:correct people:merge people:need "
    "people:reveal "
    "cases:apply cases:open_case placements:child api:v1:child",
    "people.Merge": "people:unmerge",
    "placements.Placement": "placements:end placements:visit",
    "placements.Admission": "placements:admission placements:enrol placements:offer placements:refuse "
    "placements:withdraw",
    "recognition.Application": "recognition:application recognition:object recognition:reissue recognition:review "
    "recognition:settle",
    "recognition.Notice": "recognition:conclude recognition:notice",
    "recognition.Objection": "recognition:objection",
    "recognition.Round": "recognition:complete recognition:listed recognition:publish recognition:round",
    "rules.CalendarSpan": "rules:withdraw_days",
}
"""The addresses with one key by the model (and the kind of organisation) whose key it is."""

WORDS: dict[str, dict[str, str]] = {
    "aid:file": {"key": "aid.Batch", "kind": "xlsx"},
    "aid:new_amount": {"name": "living_day"},
    "aid:policy": {"name": "living_day"},
    "aid:ruling": {"key": "0"},
    "cases:download": {"key": "cases.Document", "suffix": "docx"},
    "cases:move": {"key": "cases.Case", "way": "verify"},
    "figures:figure": {"key": "cases.in_work"},
    "inspections:class": {
        "key": "inspections.Campaign",
        "school_class": "accounts.Organisation class",
    },
    "inspections:school": {
        "key": "inspections.Campaign",
        "school": "accounts.Organisation school",
    },
    "reports:collected": {"kind": "school_month", "period": "2026-11"},
    "reports:ledger": {"ledger": "suspected"},
    "reports:report": {
        "kind": "school_month",
        "period": "2026-11",
        "place": "accounts.Organisation school",
    },
    "rules:rule": {"place": "accounts.Organisation", "key": "cases.task_days"},
    "sweeps:behind": {"guarantee": "in_class", "verdict": "owed"},
}
"""The parameters of the other addresses: a model, or a word that means something there."""


@cache
def behind() -> dict[str, dict[str, str]]:
    """What each parameter of each address that has some is: a model (with a kind), or a word."""
    found = dict(WORDS)
    for what, names in BEHIND.items():
        for name in names.split():
            [parameter] = every_address()[name].pattern.converters
            found[name] = {parameter: what}
    return found


def model_of(what: str) -> tuple[type[models.Model], dict[str, str]] | None:
    """The model of a parameter and what narrows it down; None for a word."""
    label, _, kind = what.partition(" ")
    if "." not in label or not label.partition(".")[2][:1].isupper():
        return None
    return apps.get_model(label), {"kind": kind} if kind else {}


def path(name: str, **keys: object) -> str:
    """The path of an address, its words filled in."""
    told = {
        parameter: keys.get(parameter, what) for parameter, what in behind().get(name, {}).items()
    }
    return reverse(name, kwargs=told)


def asked() -> dict[str, URLPattern]:
    """Every address behind a login."""
    return {
        name: pattern
        for name, pattern in every_address().items()
        if getattr(pattern.callback, "permission", "public") != "public"
        and not name.startswith(("account_", "mfa_"))
    }


def where(model: type[models.Model], keys: Iterable[int]) -> dict[int, set[int]]:
    """The organisations at which these objects stand; nothing for a model that stands nowhere."""
    found: dict[int, set[int]] = {}
    for place in PLACES.get(model._meta.label, ()):
        rows = model._default_manager.filter(pk__in=keys).values_list("pk", *place.split("|"))
        for key, *organisations in rows:
            there = [one for one in organisations if one is not None]
            found.setdefault(key, set()).update(there[:1])
    return found


def lines() -> dict[int, list[int]]:
    """Each organisation's line upwards, itself first, by its parents alone."""
    parents = dict(apps.get_model("accounts.Organisation").objects.values_list("pk", "parent"))
    found = {}
    for key, parent in parents.items():
        line, above = [key], parent
        while above is not None:
            line.append(above)
            above = parents[above]
        found[key] = line
    return found

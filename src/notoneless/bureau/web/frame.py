"""What the frame of every page shows: the menu by role, who is logged in and where, the languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils import timezone, translation

from notoneless.bureau import offers
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.queries import assignments_in_force, permissions
from notoneless.bureau.language import NAMES
from notoneless.i18n import gettext


def frame(request: HttpRequest) -> dict[str, Any]:
    """For every template: ``menu``, ``hats``, ``languages``, ``bureau_name``, ``demo``."""
    here = translation.get_language() or settings.LANGUAGE_CODE
    user = getattr(request, "user", None)
    known = user if isinstance(user, User) else None
    return {
        "menu": menu(request, known) if known else [],
        "hats": hats(known) if known else [],
        "languages": [(code, name, code == here) for code, name in NAMES.items()],
        "lang_tag": {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(here, here),
        "bureau_name": settings.INSTALLATION.bureau_name,
        "demo": (settings.INSTALLATION.data / "invented").exists(),
        "other_login": settings.OIDC.name if settings.OIDC else "",
        "print_time": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "find_url": _find_url(known) if known else "",
    }


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the menu as shown."""

    text: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Places:
    """A word of the menu: one place, or with a ``text`` of its own those of a group."""

    text: str
    places: tuple[Place, ...]

    @property
    def current(self) -> bool:
        """Is the reader in one of them?"""
        return any(place.current for place in self.places)


MOST_WORDS = 7
"""Up to so many places stand side by side, each of them one click away; more are grouped."""


def menu(request: HttpRequest, user: User) -> list[Places]:
    """The places this person can go, as their apps' ``urls.MENU`` offer them."""
    allowed = permissions(user)
    offered = (item for module in offers.found("urls") for item in getattr(module, "MENU", ()))
    items = [
        (item, reverse(item.url))
        for item in sorted(offered, key=lambda item: item.order)
        if resolve(reverse(item.url)).func.permission in allowed  # type: ignore[attr-defined]  # set by `needs`
    ]
    here = max((url for _, url in items if _is_under(request.path, url)), key=len, default="")
    grouped: dict[offers.MenuItem | offers.MenuGroup, list[Place]] = {}
    for item, url in items:
        own = item.group if item.group and len(items) > MOST_WORDS else item
        grouped.setdefault(own, []).append(Place(gettext(item.text), url, url == here))
    return [
        Places(gettext(word.text) if len(places) > 1 else "", tuple(places))
        for word, places in sorted(grouped.items(), key=lambda entry: entry[0].order)
    ]


def _is_under(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url + "/"))


def hats(user: User) -> list[dict[str, str]]:
    """Who one is here: the organisation and the role of each assignment in force."""
    found = assignments_in_force(user).select_related("organisation").order_by("pk")
    return [
        {"organisation": one.organisation.name, "role": str(policy().roles[one.role].text)}
        for one in found
        if one.role in policy().roles
    ]


def _find_url(user: User) -> str:
    """Where the search of the bar leads: to the first app that offers one (``urls.FIND``)."""
    for module in offers.found("urls"):
        name = getattr(module, "FIND", "")
        if name and resolve(reverse(name)).func.permission in permissions(user):  # type: ignore[attr-defined]  # set by `needs`
            return reverse(name)
    return ""

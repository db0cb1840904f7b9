"""The language of a request, and texts that are translated when they are shown.

Django's own texts (its forms, its dates) and ours come from two catalogues; one choice rules both.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import lazy

from notoneless import i18n
from notoneless.calendar import Term

gettext_lazy = lazy(i18n.gettext, str)
"""Import as ``_`` for labels of forms and choices: translated when shown, not when imported."""

OURS = {code.lower(): code for code in i18n.LANGUAGES}
"""Django's code of each language to ours: ``zh-hans`` to ``zh-Hans``."""

NAMES = {"zh-hans": "简", "zh-hant": "繁", "en": "EN"}
"""How the switch on each page calls them: each in its own script."""


def space() -> str:
    """What stands between two sentences: Chinese has no space there, English has."""
    return " " if i18n.language() == "en" else ""


def term_name(term: Term) -> str:
    """``2026秋``, in English ``autumn 2026``."""
    return f"{term.season} {term.year}" if i18n.language() == "en" else term.label


class LanguageMiddleware:
    """Show our texts in the language that Django chose for the request (cookie, then browser)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the language."""
        with i18n.use(OURS.get(translation.get_language() or "", i18n.LANGUAGES[0])):
            return self.get_response(request)

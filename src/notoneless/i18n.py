"""The language a person reads.

Messages are written in Simplified Chinese in the code and are their own keys; English and
Traditional Chinese come from ``locale/``. A text without a translation is shown in Chinese rather
than hidden.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locale"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
"""The languages every screen and every file can be shown in, the first being the one we write in."""

_current: ContextVar[str] = ContextVar("notoneless_language", default="")


def N_(message: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """Mark a message for the catalogue without translating it yet."""
    return message


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    if language == "zh-Hans":
        return _gettext.NullTranslations()
    name = language.replace("-", "_")
    return _gettext.translation("notoneless", LOCALES, languages=[name], fallback=True)


def language() -> str:
    """The language in use: what `use` chose, else NOTONELESS_LANG, else Simplified Chinese."""
    chosen = _current.get() or os.environ.get("NOTONELESS_LANG", "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


@contextmanager
def use(language_code: str) -> Iterator[None]:
    """Show everything inside the block in this language (one of `LANGUAGES`)."""
    token = _current.set(language_code)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str) -> str:
    """The message in the language in use."""
    return _catalogue(language()).gettext(message) if message else ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that comes from data (a rulebook, a code list): Chinese, and English where given."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        """The text in the language in use; Traditional Chinese comes from the catalogue."""
        if language() == "en" and self.en:
            return self.en
        return gettext(self.zh)

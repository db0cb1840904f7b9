"""The values that can be settled: each app declares its own in a file ``rules.toml``.

    ["cases.verify_days"]
    zh = "核实期限"
    en = "days to verify"
    unit = "school_days"
    default = 5
    least = 1
    most = 20
    source = "domain facts, no document cited"
    status = "unverified"

The key begins with the app's name. ``default`` holds where nobody settled anything; ``source`` and
``status`` (verified, unverified) say why it is this one.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from django.apps import apps

from notoneless.bureau.offers import PACKAGE
from notoneless.calendar import Status
from notoneless.i18n import N_, Text, gettext

Value = int | str | bool

UNITS = {
    "school_days": N_("个校日"),
    "days": N_("天"),
    "count": "",
    "percent": "%",
    "yes_no": "",
    "time": "",
}
"""Units and their words. A ``percent`` is a whole number, ``yes_no`` a boolean, a ``time`` is ``"09:00"``."""

NO_DOCUMENT = {
    "domain facts": N_("业务资料，没有引用文件"),
    "our proposal": N_("自定的建议，没有引用文件"),
    "general knowledge": N_("一般常识，手边没有文件"),
}
"""How a ground without a document begins where rules are declared, and how people read it."""


def ground(text: str) -> str:
    """A ground as people read it: where no document is cited, that is said in their language."""
    said = next((words for begin, words in NO_DOCUMENT.items() if text.startswith(begin)), text)
    return gettext(said)


_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Rule:
    """A value that places may settle; see the module's text. It checks itself on construction."""

    key: str
    text: Text
    unit: str
    default: Value
    source: str
    status: Status
    least: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        """Refuse a rule of an unknown unit or status, without a source, or beyond its own limits."""
        if self.unit not in UNITS or self.status not in get_args(Status) or not self.source:
            raise ValueError(f"rules.toml: {self.key}: unit, status or source")
        if self.read(self.written(self.default)) != self.default:
            raise ValueError(f"rules.toml: {self.key}: default {self.default!r}")

    def read(self, written: str) -> Value | None:
        """The value that a text means; None when it is not one of this rule's."""
        written = written.strip()
        if self.unit == "yes_no":
            return {"yes": True, "no": False}.get(written)
        if self.unit == "time":
            return written if _TIME.fullmatch(written) else None
        if not re.fullmatch(r"-?[0-9]{1,9}", written):
            return None
        number = int(written)
        low = self.least is not None and number < self.least
        high = self.most is not None and number > self.most
        return None if low or high else number

    def written(self, value: Value) -> str:
        """How a value is kept; `read` gives it back."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value)

    def shown(self, value: Value) -> str:
        """The value as people read it, with its unit."""
        if isinstance(value, bool):
            return gettext("是") if value else gettext("否")
        unit = gettext(UNITS[self.unit])
        number = f"{value:,}" if isinstance(value, int) else value
        return f"{number} {unit}".strip()

    @property
    def expected(self) -> str:
        """What a rule accepts, in words."""
        if self.unit == "yes_no":
            return gettext("是或否")
        if self.unit == "time":
            return gettext("时刻，例如 09:00")
        if self.least is not None and self.most is not None:
            return gettext("{least}到{most}的整数").format(least=self.least, most=self.most)
        return gettext("整数")


@cache
def rules() -> dict[str, Rule]:
    """Every rule of every app by its key, in the order of the files."""
    found: dict[str, Rule] = {}
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        file = Path(app.path) / "rules.toml"
        if not app.name.startswith(PACKAGE) or not file.exists():
            continue
        for key, row in tomllib.loads(file.read_text("utf-8")).items():
            if not key.startswith(app.label + "."):
                raise ValueError(f"{file.name}: {key}: the key begins with {app.label}.")
            text = Text(row.pop("zh"), row.pop("en"))
            found[key] = Rule(key=key, text=text, **row)
    return found


def rule(key: str) -> Rule:
    """A rule; a key that no app declares is a programming error that says what to do."""
    if key not in rules():
        raise LookupError(f"no rule {key!r}: declare it in the rules.toml of its app")
    return rules()[key]

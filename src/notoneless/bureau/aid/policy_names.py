"""What policies are called that came to be by a change of the rulebook (`ledger.terms.policy_label`)."""

from __future__ import annotations

from notoneless.bureau.aid import rulebook
from notoneless.bureau.aid.models import Change
from notoneless.i18n import Text

_known: dict[str, Text] = {}
"""Names never change (`faults.RENAMED`), so what was found once is kept."""


def text_of(code: str) -> Text | None:
    """The name that a policy has in any rulebook that was ever in force; None when none has it."""
    if code not in _known:
        for (text,) in Change.objects.filter(state="approved").values_list("ruling__text"):
            _known.update({one.id: one.text for one in rulebook.read(text).policies})
    return _known.get(code)

"""Terms of the book: which are closed, which comes next, and what policies and terms are called."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from notoneless import kernel
from notoneless.bureau import offers
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import term_name
from notoneless.bureau.ledger.models import Closing
from notoneless.calendar import Term, parse_term
from notoneless.i18n import Text

RULEBOOK = "sichuan-aid"


def is_closed(county: Organisation, term: Term) -> bool:
    """Is the book of a county's term closed?"""
    return Closing.objects.filter(county=county, term=str(term)).exists()


def term_after(term: Term) -> Term:
    """The next term."""
    return Term(term.year, "autumn") if term.season == "spring" else Term(term.year + 1, "spring")


@cache
def policy_texts() -> Mapping[str, Text]:
    """What each policy is called, by its id."""
    facts = kernel.load_facts(kernel.shipped("facts"))
    book = kernel.load_rulebook(kernel.shipped(RULEBOOK), facts)
    return {policy.id: policy.text for policy in book.policies}


def policy_label(code: str) -> str:
    """A policy's name; its id when no rulebook ever had it.

    An app whose policies can come to be after the program was shipped offers ``policy_names.py`` with
    ``text_of(code)``. A name never changes.
    """
    if code in policy_texts():
        return str(policy_texts()[code])
    told = (module.text_of(code) for module in offers.found("policy_names"))
    return str(next((text for text in told if text), code))


def term_label(code: str) -> str:
    """A term as offices write it."""
    term = parse_term(code)
    return term_name(term) if term else code

"""The bundle that an auditor takes away."""

from __future__ import annotations

from pathlib import Path

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import bundling, queries
from notoneless.bureau.aid.actions.terms import propose_term
from notoneless.bureau.audit import actions as audit


@audit.long_action
def take_bundle(*, by: User | audit.Actor, county: Organisation, term: str, into: Path) -> str:
    """Write a county's term into a file for an auditor; gives its SHA-256, which stands in the log too.

    Today's term is worked out anew first, so that the bundle agrees with the lists of this moment.
    """
    require(by, "aid.bundle", county)
    if term == queries.term_now():
        propose_term(by=audit.SYSTEM)
    digest = bundling.write(into, county, term)
    say_taken(by=by, county=county, term=term, digest=digest)
    return digest


@audit.action
def say_taken(*, by: User | audit.Actor, county: Organisation, term: str, digest: str) -> None:
    """Say in the log that somebody took a bundle, and what its bytes are."""
    require(by, "aid.bundle", county)
    audit.record(by, "aid.bundle_taken", organisation=county, term=term, sha256=digest)

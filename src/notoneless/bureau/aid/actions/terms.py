"""A term's proposal: what every student is owed, kept."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import faults, holding, proposing, standing, stopping
from notoneless.bureau.aid.actions import telling
from notoneless.bureau.aid.actions.findings import write_findings
from notoneless.bureau.aid.models import (
    Award,
    Proposal,
    Reason,
    Ruling,
)
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import bulk
from notoneless.bureau.rules import queries as rules
from notoneless.faults import Refusal


@audit.long_action
def propose_term(*, by: User | audit.Actor, on: dt.date | None = None) -> Proposal:
    """Work out what every student is owed in the term of a day (today), and keep what changed.

    Awards that nobody has passed yet follow the rules; those in a batch or paid stay as they were decided.
    What was paid is held against what is owed at the same time (`Finding`).
    `Refusal` for a day before that of the last proposal of the term.
    """
    require(by, "aid.propose")
    day = on or timezone.localdate()
    proposed = proposing.propose(day)
    try:
        written = write_proposal(by=by, proposed=proposed)
        write_findings(by=by, proposed=proposed)
        return written
    finally:
        proposed.db.close()


@audit.action
def write_proposal(*, by: User | audit.Actor, proposed: proposing.Proposed) -> Proposal:
    """Keep a proposal: its reasons counted, new awards, changed ones, those no longer owed.

    Of awards that are on their way already, what is not paid yet stops and goes on again (`Stop`).
    """
    require(by, "aid.propose")
    term, sweep = str(proposed.term), proposed.sweep
    last = Proposal.objects.filter(term=term).first()
    if last and last.as_of > sweep.as_of:
        raise Refusal([faults.RUNNING_BACKWARDS.at(last=last.as_of, day=sweep.as_of)])
    Ruling.objects.get_or_create(hash=sweep.books[0][1], defaults={"text": proposed.text})
    new = Proposal.objects.create(
        term=term,
        as_of=sweep.as_of,
        rules=sweep.books[0][1],
        children=proposed.children,
        by=by if isinstance(by, User) else None,
    )
    bulk.insert(
        Reason,
        ("proposal_id", "county_id", "policy", "verdict", "text", "children", "fen"),
        (
            (new.pk, *row)
            for row in proposed.rows(
                "SELECT county, policy, verdict, text, children, fen FROM counted ORDER BY ALL"
            )
        ),
    )
    telling.keep(proposed)
    standing.read(proposed)
    made = proposed.rows(
        "SELECT child, policy, county, school, owed, why FROM owed o WHERE NOT EXISTS "
        "(SELECT 1 FROM standing s WHERE s.child = o.child AND s.policy = o.policy) ORDER BY ALL"
    )
    changed = proposed.rows(
        "SELECT o.owed, o.why, o.school, o.county, o.policy, s.award FROM owed o JOIN standing s "
        "USING (child, policy) WHERE s.state IN ('proposed', 'withdrawn') AND "
        "(s.state, s.amount, s.school, s.county) IS DISTINCT FROM ('proposed', o.owed, o.school, o.county)"
    )
    gone = proposed.rows(
        "SELECT s.award, s.child, s.policy FROM standing s WHERE s.state = 'proposed' AND NOT EXISTS "
        "(SELECT 1 FROM owed o WHERE o.child = s.child AND o.policy = s.policy)"
    )
    once = {one.id for one in sweep.policies if one.period == "once"}  # in a life, so at once
    numbers = rules.values(
        "aid.instalments", {row[2] for row in made} | {row[3] for row in changed}, sweep.as_of
    )
    households = {one.id for one in sweep.policies if one.kind == "cash_household"}
    bulk.insert(
        Award,
        (
            "child_id",
            "policy",
            "term",
            "county_id",
            "school_id",
            "household",
            "amount",
            "instalments",
            "state",
            "why",
            "proposal_id",
        ),
        (
            (
                child,
                policy,
                term,
                county,
                school,
                bulk.stored(policy in households),
                owed,
                1 if policy in once else numbers[county],
                "proposed",
                why[:300],
                new.pk,
            )
            for child, policy, county, school, owed, why in made
        ),
    )
    with connection.cursor() as cursor:
        if changed:
            cursor.executemany(
                "UPDATE aid_award SET amount = %s, why = %s, school_id = %s, county_id = %s, "
                f"instalments = %s, state = 'proposed', proposal_id = {new.pk} "
                "WHERE id = %s AND state IN ('proposed', 'withdrawn')",
                [
                    (
                        owed, why[:300], school, county,
                        1 if policy in once else numbers[county], key,
                    )
                    for owed, why, school, county, policy, key in changed
                ],
            )  # fmt: skip
        if gone:
            words = holding.why_not(
                proposed, {(child, policy) for _, child, policy in gone}, unknown=True
            )
            cursor.executemany(
                f"UPDATE aid_award SET state = 'withdrawn', why = %s, proposal_id = {new.pk} "
                "WHERE id = %s AND state = 'proposed'",
                [(words.get((child, policy), "")[:300], key) for key, child, policy in gone],
            )
    stopped, resumed = stopping.follow(proposed)
    new.new, new.changed, new.gone = len(made), len(changed), len(gone)
    new.save(update_fields=("new", "changed", "gone"))
    audit.record(
        by, "aid.proposed", new, term=term, new=len(made), changed=len(changed), gone=len(gone),
        stopped=stopped, resumed=resumed,
    )  # fmt: skip
    return new

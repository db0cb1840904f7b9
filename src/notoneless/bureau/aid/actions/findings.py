"""What was owed held against what was paid, and how each finding ends."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import answering, faults, holding, paidlists, proposing
from notoneless.bureau.aid.models import (
    Batch,
    Finding,
    Item,
    PaidList,
    PaidRow,
)
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import bulk
from notoneless.faults import Fault, Refusal
from notoneless.i18n import gettext


@audit.action
def write_findings(*, by: User | audit.Actor, proposed: proposing.Proposed) -> int:
    """Keep what of owed and paid does not agree; what ended stays, what agrees now is gone.

    A finding that a person ended comes back only when its sums are other ones.
    """
    require(by, "aid.propose")
    term = str(proposed.term)
    found = holding.findings(proposed, _whereabouts(term))
    unknown = PaidRow.objects.filter(term=term, child__isnull=True, failed=False)
    Finding.objects.filter(term=term, outcome="").delete()
    ended = {
        (child, policy): (key, verdict, owed, paid)
        for key, child, policy, verdict, owed, paid in Finding.objects.filter(
            term=term, child__isnull=False
        ).values_list("pk", "child", "policy", "verdict", "owed", "paid")
    }
    rows: list[tuple[object, ...]] = []
    stale: list[int] = []
    for county, school, child, policy, verdict, owed, paid, text, evidence in found:
        known = ended.get((child, policy))
        if known and known[1:] == (verdict, owed, paid):
            continue
        if known:
            stale.append(known[0])
        rows.append((county, school, child, None, policy, verdict, owed, paid, text, evidence))
    for lot in bulk.chunks(stale):
        Finding.objects.filter(pk__in=lot).delete()
    told = set(Finding.objects.filter(term=term).values_list("line", flat=True))
    nobody = gettext("发放名册上的这个人，在册的学生里没有查到")
    for key, county, policy, amount, file, row in unknown.values_list(
        "pk", "file__county", "policy", "amount", "file", "row"
    ):
        if key not in told:
            mark = f"list {file} row {row}"
            rows.append((county, None, None, key, policy, "paid_not_owed", 0, amount, nobody, mark))
    bulk.insert(
        Finding,
        (
            "county_id",
            "school_id",
            "child_id",
            "line_id",
            "policy",
            "verdict",
            "owed",
            "paid",
            "text",
            "evidence",
            "term",
            "as_of",
            "outcome",
            "outcome_text",
        ),
        ((*row, term, bulk.stored(proposed.sweep.as_of), "", "") for row in rows),
    )
    audit.record(by, "aid.checked", term=term, findings=len(rows))
    return len(rows)


def _whereabouts(term: str) -> dict[tuple[int, str], str]:
    """Where the award of each child and policy is, for those that are on their way."""
    items = Item.objects.filter(award__term=term).exclude(batch__state="sent_back").order_by("pk")
    states = dict(Batch.State.choices)
    found = {}
    for child, policy, batch, state, answer, text in items.values_list(
        "award__child__person", "award__policy", "batch", "batch__state", "answer", "answer_text"
    ):
        where = gettext("第{number}批，{state}").format(number=batch, state=states[state])
        if answer == "bounced":
            where = gettext("第{number}批，银行退回{text}").format(
                number=batch, text=f"（{text}）" if text else ""
            )
        found[child or 0, policy] = where
    return found


@audit.action
def take_paid_list(
    *, by: User | audit.Actor, county: Organisation, file: bytes, name: str
) -> tuple[PaidList, Sequence[Fault]]:
    """Take a list of payments made elsewhere in; it is held against what is owed at the next run.

    `Refusal` when it is no such list or was taken in already.
    """
    require(by, "aid.batch", county)
    told = paidlists.read(file, name, county, timezone.localdate())
    digest = answering.digest(file)
    before = PaidList.objects.filter(county=county, digest=digest).first()
    if before:
        raise Refusal([faults.TAKEN_IN.at(at=f"{timezone.localtime(before.at):%Y-%m-%d %H:%M}")])
    taken = PaidList.objects.create(
        county=county,
        name=name[:200],
        digest=digest,
        rows=len(told.rows),
        unmatched=sum(row.child is None for row in told.rows),
        by=by if isinstance(by, User) else None,
    )
    bulk.insert(
        PaidRow,
        ("file_id", "row", "child_id", "policy", "term", "amount", "paid_on", "failed"),
        (
            (
                taken.pk,
                row.row,
                row.child,
                row.policy,
                row.term,
                row.amount,
                bulk.stored(row.paid_on),
                bulk.stored(row.failed),
            )
            for row in told.rows
        ),
    )
    audit.record(
        by,
        "aid.paid_list_taken",
        taken,
        organisation=county,
        rows=taken.rows,
        nobody=taken.unmatched,
    )
    return taken, told.faults


@audit.action
def end_finding(*, by: User | audit.Actor, finding: Finding, outcome: str, text: str) -> Finding:
    """Say how a finding ended, and why or by which paper. `Refusal` when it has ended."""
    require(by, "aid.batch", finding.county)
    moved = Finding.objects.filter(pk=finding.pk, outcome="").update(
        outcome=outcome,
        outcome_text=text,
        outcome_by=by if isinstance(by, User) else None,
        outcome_at=timezone.now(),
    )
    finding.refresh_from_db()
    if not moved:
        raise Refusal([faults.ENDED_ALREADY.at(outcome=finding.get_outcome_display())])
    audit.record(by, "aid.finding_ended", finding, organisation=finding.county, outcome=outcome)
    return finding

"""What was owed held against what was paid, and how each finding ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import answering, casework, faults, holding, paidlists, proposing
from notoneless.bureau.aid.models import (
    Award,
    Batch,
    Finding,
    PaidList,
    PaidRow,
    Recovery,
)
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import bulk
from notoneless.faults import Fault, Refusal
from notoneless.i18n import gettext


@audit.action
def write_findings(*, by: User | audit.Actor, proposed: proposing.Proposed) -> int:
    """Keep what of owed and paid does not agree, end what agrees now, open cases where a person must act.

    A finding that ended comes back only when its sums are other ones. Nothing is taken away: what was owed
    and is paid now ended as paid, what was paid too much and came back as recovered; where the lists changed
    and not the money, as not owed any more, or as right.
    """
    require(by, "aid.propose")
    on, term = proposed.sweep.as_of, str(proposed.term)
    holding.hold(proposed)
    where = casework.whereabouts(term)
    found = holding.findings(proposed, {key: one.text for key, one in where.items()})
    known = {(one.child_id or 0, one.policy): one for one in _of_children(term)}
    new, changed = [], []
    for one in found:
        old = known.get(one.key)
        if old is None:
            new.append(one)
        elif (old.verdict, old.owed, old.paid) != (one.verdict, one.owed, one.paid) or (
            not old.outcome and (old.text, old.evidence) != (one.text, one.evidence)
        ):
            changed.append((old.pk, one))
    _write(new, changed, term, on)
    still = {one.key for one in found}
    ended = _end(proposed, [one for key, one in known.items() if key not in still], where)
    _write_nobodies(term, on)
    waits = {
        (child or 0, policy)
        for child, policy in Finding.objects.filter(term=term, outcome="").values_list(
            "child", "policy"
        )
    }
    acting = [
        one for one in casework.to_act_on(found, where, proposed.term, on) if one.key in waits
    ]
    opened = casework.open_cases(acting, where, on)
    casework.settle(ended, on)
    audit.record(
        by, "aid.checked", term=term, new=len(new), changed=len(changed), ended=len(ended),
        cases=opened,
    )  # fmt: skip
    return len(new)


def _of_children(term: str) -> QuerySet[Finding]:
    return Finding.objects.filter(term=term, child__isnull=False).only(
        "child", "policy", "verdict", "owed", "paid", "outcome", "text", "evidence"
    )


_TOLD = ("county_id", "school_id", "verdict", "owed", "paid", "text", "evidence")


def _told(one: holding.Found) -> tuple[Any, ...]:
    return one.county, one.school, one.verdict, one.owed, one.paid, one.text, one.evidence


def _write(
    new: Sequence[holding.Found],
    changed: Sequence[tuple[int, holding.Found]],
    term: str,
    on: dt.date,
) -> None:
    """New findings, and those that are other ones now; what is late was paid all the same."""
    day, now = bulk.stored(on), bulk.stored(timezone.now())
    bulk.insert(
        Finding,
        (*_TOLD, "child_id", "policy", "term", "as_of", *_OUTCOME),
        ((*_told(one), one.child, one.policy, term, day, *_outcome(one, now)) for one in new),
    )
    if changed:
        columns = (*_TOLD, "as_of", *_OUTCOME)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE aid_finding SET {', '.join(f'{name} = %s' for name in columns)}, "
                "outcome_by_id = NULL WHERE id = %s",
                [(*_told(one), day, *_outcome(one, now), key) for key, one in changed],
            )


_OUTCOME = ("outcome", "outcome_text", "outcome_at")


def _outcome(one: holding.Found, now: object) -> tuple[Any, ...]:
    if one.verdict == "late":
        return "paid", gettext("已足额发放，只是晚了"), now
    return "", "", None


def _end(
    proposed: proposing.Proposed,
    gone: Sequence[Finding],
    where: Mapping[tuple[int, str], casework.Where],
) -> list[tuple[int, str]]:
    """End the open ones of these, which are on no list any more; whom and what they were about."""
    open_ = [one for one in gone if not one.outcome]
    agreeing = holding.agreeing(proposed) if open_ else {}
    words = holding.why_not(proposed, {(one.child_id or 0, one.policy) for one in open_})
    recovered = set(
        Recovery.objects.filter(finding__in=[one.pk for one in open_]).values_list(
            "finding", flat=True
        )
        if len(open_) < bulk.CHUNK
        else Recovery.objects.values_list("finding", flat=True)
    )
    rows, ended = [], []
    for one in open_:
        key = one.child_id or 0, one.policy
        verdict, marks = agreeing.get(key, ("", ""))
        if verdict == "needs_data":  # it cannot be told; who works on it goes on
            continue
        if one.verdict in ("paid_twice", "paid_not_owed"):
            came_back = one.pk in recovered
            outcome = "recovered" if came_back else "right"
            text = (
                gettext("已追回：{marks}")
                if came_back
                else gettext("名单或付款更正后没有多发{marks}")
            )
        elif verdict == "paid":
            if key in where and where[key].state == "released":  # the bank has not answered yet
                continue
            outcome, text = "paid", gettext("已发：{marks}")
        else:
            outcome, text = "not_owed", words.get(key) or gettext("按现在的名单不再享受")
        rows.append((outcome, text.replace("{marks}", marks)[:200], one.pk))
        ended.append(key)
    if rows:
        now = bulk.stored(timezone.now())
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE aid_finding SET outcome = %s, outcome_text = %s, outcome_at = %s "
                "WHERE id = %s AND outcome = ''",
                [(outcome, text, now, key) for outcome, text, key in rows],
            )
    return ended


def _write_nobodies(term: str, on: dt.date) -> None:
    """Rows of lists of payments that are nobody's, or of whom it is not certain whose they are."""
    told = set(Finding.objects.filter(term=term, line__isnull=False).values_list("line", flat=True))
    unknown = PaidRow.objects.filter(term=term, child__isnull=True, failed=False)
    nobody = gettext("发放名册上的这个人，在册的学生里没有查到")
    doubted = gettext("发放名册上的这个人，疑似在册的一个学生，请核对身份证号后再办")
    Finding.objects.bulk_create(
        [
            Finding(
                county_id=county, line_id=key, policy=policy, term=term, verdict="paid_not_owed",
                owed=0, paid=amount, text=doubted if doubt else nobody, evidence=f"list {file} row {row}", as_of=on,
            )
            for key, county, policy, amount, file, row, doubt in unknown.values_list(
                "pk", "file__county", "policy", "amount", "file", "row", "doubted"
            )
            if key not in told
        ],
        batch_size=500,
    )  # fmt: skip


def end_paid(batch: Batch) -> int:
    """End the findings that the confirmed payments of a batch have answered; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.id, f.child_id, f.policy, min(p.id) FROM aid_finding f "
            "JOIN people_child c ON c.person_id = f.child_id "
            "JOIN aid_award a ON a.child_id = c.id AND a.policy = f.policy AND a.term = f.term "
            "JOIN aid_payment p ON p.award_id = a.id AND p.state = 'confirmed' "
            "WHERE f.term = %s AND f.outcome = '' AND f.verdict IN ('owed', 'short') AND a.id IN "
            "(SELECT award_id FROM aid_item WHERE batch_id = %s AND answer = 'confirmed') "
            "GROUP BY f.id, f.child_id, f.policy, f.term, f.owed HAVING sum(p.amount) + "
            "coalesce((SELECT sum(r.amount) FROM aid_paidrow r JOIN people_child rc "
            "ON rc.id = r.child_id WHERE rc.person_id = f.child_id AND r.policy = f.policy "
            "AND r.term = f.term AND NOT r.failed), 0) >= f.owed ORDER BY 1",
            [batch.term, batch.pk],
        )
        rows = cursor.fetchall()
        if rows:
            now = bulk.stored(timezone.now())
            cursor.executemany(
                "UPDATE aid_finding SET outcome = 'paid', outcome_text = %s, outcome_at = %s "
                "WHERE id = %s",
                [
                    (
                        gettext("第{batch}批已到账：payment {key}").format(
                            batch=batch.pk, key=payment
                        ),
                        now,
                        key,
                    )
                    for key, _, _, payment in rows
                ],
            )
    casework.settle([(child, policy) for _, child, policy, _ in rows], timezone.localdate())
    return len(rows)


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
        ("file_id", "row", "child_id", "policy", "term", "amount", "paid_on", "failed", "doubted"),
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
                bulk.stored(row.doubted),
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


BY_HAND = {
    "owed": ("not_owed", "refused"),
    "short": ("not_owed", "refused"),
    "paid_twice": ("right",),
    "paid_not_owed": ("right",),
    "late": (),
}
"""How a person may end a finding; that it was paid or recovered follows from the money alone."""


@audit.action
def end_finding(*, by: User | audit.Actor, finding: Finding, outcome: str, text: str) -> Finding:
    """Say how a finding ended, and why or by which paper.

    What somebody does not want, or turns out not to be owed, is not put into a batch any more. `Refusal` when
    it has ended, or cannot end in this way.
    """
    require(by, "aid.batch", finding.county)
    finding.refresh_from_db()
    if finding.outcome:
        raise Refusal([faults.ENDED_ALREADY.at(outcome=finding.get_outcome_display())])
    if outcome not in BY_HAND[finding.verdict]:
        raise Refusal(
            [faults.ENDS_BY_MONEY.at(outcome=str(dict(Finding.Outcome.choices)[outcome]))]
        )
    moved = Finding.objects.filter(pk=finding.pk, outcome="").update(
        outcome=outcome,
        outcome_text=text,
        outcome_by=by if isinstance(by, User) else None,
        outcome_at=timezone.now(),
    )
    finding.refresh_from_db()
    if not moved:
        raise Refusal([faults.ENDED_ALREADY.at(outcome=finding.get_outcome_display())])
    if finding.child_id is not None:
        if finding.verdict == "owed":
            Award.objects.filter(
                child__person=finding.child_id,
                policy=finding.policy,
                term=finding.term,
                state__in=("proposed", "withdrawn"),
            ).update(state="waived")
        casework.settle([(finding.child_id, finding.policy)], timezone.localdate())
    audit.record(by, "aid.finding_ended", finding, organisation=finding.county, outcome=outcome)
    return finding

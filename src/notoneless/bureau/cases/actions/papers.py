"""What other departments are asked, and the documents of a case."""

from __future__ import annotations

import datetime as dt
import json

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts import queries as accounts
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import faults, files, filling
from notoneless.bureau.cases.actions.writing import attach, write_line
from notoneless.bureau.cases.codes import documents, word, words
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import (
    Case,
    DepartmentTask,
    Document,
)
from notoneless.bureau.cases.places import require
from notoneless.bureau.people.contents import without_numbers
from notoneless.faults import Refusal


@audit.action
def ask_department(
    *, by: User | audit.Actor, case: Case, department: str, what: str, due: dt.date | None = None
) -> DepartmentTask:
    """Ask another department for something, until a day (else the rule's number of school days)."""
    require(by, "case.move", case)
    if department not in words("departments"):
        raise Refusal([faults.UNKNOWN_CODE.at(seen=department[:20])])
    on = timezone.localdate()
    task = DepartmentTask.objects.create(
        case=case,
        department=department,
        what=what,
        due=due or Deadlines(case.county_id, on).after("cases.task_days"),
        asked_by_id=by.pk,
        asked_at=timezone.now(),
    )
    audit.record(by, "case.task_asked", case, organisation=case.county_id, task=task.pk)
    return task


@audit.action
def answer_task(
    *, by: User | audit.Actor, task: DepartmentTask, state: str, on: dt.date, answer: str, who: str
) -> None:
    """What the department answered, or that it refused and why; ``withdrawn`` when it is not needed."""
    require(by, "case.move", task.case)
    if state not in ("answered", "refused", "withdrawn"):
        raise Refusal([faults.UNKNOWN_CODE.at(seen=state[:20])])
    sealed = DepartmentTask(answer=answer or None).answer
    done = DepartmentTask.objects.filter(pk=task.pk, state="asked").update(
        state=state, answer=sealed, answered_on=on, answered_by=without_numbers(who)[:60]
    )
    if not done:
        raise Refusal([faults.DECIDED_ALREADY.at()])
    audit.record(
        by, "case.task_answered", task.case, organisation=task.case.county_id, task=task.pk
    )


@audit.action
def draft_document(
    *,
    by: User | audit.Actor,
    case: Case,
    kind: str,
    issuer: Organisation,
    deadline: dt.date | None = None,
) -> Document:
    """Draft a document of the case for an office to issue. It decides nothing."""
    require(by, "case.move", case)
    if kind not in words("documents"):
        raise Refusal([faults.UNKNOWN_CODE.at(seen=kind[:20])])
    if issuer.kind not in documents()[kind]["issuers"]:
        raise Refusal([faults.NOT_THE_ISSUER.at(
            document=word("documents", kind),
            level="、".join(str(dict(Organisation.Kind.choices)[k]) for k in documents()[kind]["issuers"]),
        )])  # fmt: skip
    fills = filling.fills(case, issuer, deadline)
    new = Document.objects.create(
        case=case,
        kind=kind,
        issuer=issuer,
        fills=json.dumps(fills, ensure_ascii=False),
        drafted_by_id=by.pk,
        drafted_at=timezone.now(),
    )
    audit.record(by, "document.drafted", case, organisation=issuer, document=new.pk, kind=kind)
    return new


@audit.action
def issue_document(
    *, by: User | audit.Actor, document: Document, on: dt.date, number: str = ""
) -> Document:
    """The office issues it under its number (the next one of its year, unless it gives its own).

    From now on the files are kept as they were issued. `Refusal` when the number was used, or it is no
    draft any more.
    """
    accounts.require(by, "document.issue", document.issuer)
    if on > timezone.localdate():
        raise Refusal([faults.IN_THE_FUTURE.at(seen=str(on))])
    number = number.strip() or filling.next_number(document.issuer, on)
    try:
        with transaction.atomic():
            done = Document.objects.filter(pk=document.pk, state="draft").update(
                state="issued", number=number, issued_on=on
            )
    except IntegrityError:
        raise Refusal([faults.NUMBER_TAKEN.at(seen=number)]) from None
    if not done:
        raise Refusal([faults.DECIDED_ALREADY.at()])
    document = Document.objects.select_related("case", "issuer").get(pk=document.pk)
    for suffix, content in filling.files_of(document):
        kind = files.kind_of(content)
        attach(by, document.case, f"{document.kind}.{suffix}", kind, content, document=document)
    write_line(document.case, by, "document", on, code=f"{document.kind} {number}", result="issued")
    audit.record(
        by, "document.issued", document.case, organisation=document.issuer_id, document=document.pk
    )
    return document


@audit.action
def serve_document(
    *,
    by: User | audit.Actor,
    document: Document,
    on: dt.date,
    who: str,
    to: str,
    receipt: tuple[str, bytes] | None = None,
) -> None:
    """It was served: when, by whom, to whom, with the signed receipt."""
    require(by, "case.write", document.case)
    if on > timezone.localdate():
        raise Refusal([faults.IN_THE_FUTURE.at(seen=str(on))])
    if document.issued_on and on < document.issued_on:
        raise Refusal([faults.WRONG_DAY.at(seen=str(on), since=document.issued_on)])
    kind = files.kind_of(receipt[1]) if receipt else ""
    done = Document.objects.filter(pk=document.pk, state="issued").update(
        state="served", served_on=on, served_by=without_numbers(who)[:60], served_to=to
    )
    if not done:
        raise Refusal([faults.DECIDED_ALREADY.at()])
    if receipt:
        attach(by, document.case, "receipt-" + receipt[0], kind, receipt[1], document=document)
    write_line(
        document.case,
        by,
        "document",
        on,
        code=f"{document.kind} {document.number}",
        result="served",
    )
    audit.record(
        by, "document.served", document.case, organisation=document.issuer_id, document=document.pk
    )


@audit.action
def withdraw_document(*, by: User | audit.Actor, document: Document) -> None:
    """It does not count: a draft not needed, or one issued in error and not served."""
    require(by, "case.move", document.case)
    done = Document.objects.filter(pk=document.pk, state__in=("draft", "issued")).update(
        state="withdrawn"
    )
    if not done:
        raise Refusal([faults.DECIDED_ALREADY.at()])
    audit.record(
        by, "document.withdrawn", document.case, organisation=document.issuer_id,
        document=document.pk,
    )  # fmt: skip

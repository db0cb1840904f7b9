"""The only writes of lists: handed in, read, corrected, taken in, undone, given up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from notoneless import rosters
from notoneless.bureau import offers
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.intake import comparison, faults, jobs, storage, waits
from notoneless.bureau.intake.comparison import Compared, Pair
from notoneless.bureau.intake.models import Doubt, Knowledge, Layout, Taken, Upload
from notoneless.bureau.intake.queries import LIVE, county_of
from notoneless.bureau.people import actions as people
from notoneless.bureau.people import preparing
from notoneless.bureau.people.models import Identity, Source
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext
from notoneless.rosters import id_number
from notoneless.rosters.memory import stem

VERBS = {
    "upload.handed_in": N_("交名单"),
    "upload.read_again": N_("让名单再读一次"),
    "upload.take_in_asked": N_("决定名单入库"),
    "upload.taken_in": N_("名单入库"),
    "upload.undone": N_("撤回名单"),
    "upload.compared_again": N_("名单重新比对"),
    "upload.placed": N_("名单里原来对不上的人对上了"),
    "upload.discarded": N_("不要名单"),
    "layout.confirmed": N_("改正名单的读法"),
    "match.decided": N_("判定是不是同一个孩子"),
    "match.second_opinion_asked": N_("请第二意见"),
    "upload.understood": N_("读完名单"),
    "upload.not_taken_in": N_("名单没有入库"),
    "upload.broke_off": N_("读名单中断"),
    "upload.read": N_("看交来的名单"),
    "upload.remarks.read": N_("下载带备注的名单"),
    "match.read": N_("看拿不准的一对"),
}
"""What the verbs of this app mean."""

MOST_BYTES = 200 << 20
"""A larger file is not taken; a roll of 450,000 pupils has some 40 MB."""


@audit.action
def hand_in(
    *, by: User, organisation: Organisation, name: str, content: bytes
) -> tuple[Upload, bool]:
    """Keep a file and have it read in the background; the list, and whether it is a new one.

    The same bytes handed in again for the same organisation give the list that is there already,
    however many hand it in at once. `Refusal` when the file is larger than `MOST_BYTES`.
    """
    require(by, "list.take_in", organisation)
    if len(content) > MOST_BYTES:
        size, most = f"{len(content) / (1 << 20):.0f}", MOST_BYTES >> 20
        raise Refusal([faults.TOO_LARGE.at(size=size, most=most)])
    sha256 = storage.keep(content)
    same = Upload.objects.filter(organisation=organisation, sha256=sha256, state__in=LIVE)
    if there := same.first():
        return there, False
    try:
        with transaction.atomic():
            new = Upload.objects.create(
                organisation=organisation,
                name=name[-200:],
                sha256=sha256,
                size=len(content),
                received_by=by,
                begun_at=timezone.now(),
            )
    except IntegrityError:
        return same.get(), False
    audit.record(by, "upload.handed_in", new, organisation=organisation, bytes=len(content))
    jobs.read.enqueue(new.pk, by.pk)
    return new, True


@audit.action
def has_been_read(
    *, by: audit.Actor, upload: Upload, reading: rosters.Reading, changes: dict[str, Any]
) -> None:
    """Note what was understood of a list; from now on a person can decide."""
    require(by, "list.take_in", upload.organisation)
    state = Upload.State.REFUSED if reading.refused else Upload.State.READ
    _move(
        upload,
        (Upload.State.READING,),
        state,
        reading=reading.to_json(),
        changes=changes,
        broken="",
    )
    audit.record(
        by,
        "upload.understood",
        upload,
        organisation=upload.organisation,
        rows=sum(sheet.rows for sheet in reading.sheets),
        faults=sum(reading.counts.values()),
    )


@audit.action
def broke_off(*, by: audit.Actor, upload: Upload, reason: str) -> None:
    """Note that a job on a list ended in an error (its kind, never its text); nothing else changed."""
    Upload.objects.filter(pk=upload.pk).update(broken=reason)
    audit.record(by, "upload.broke_off", upload, organisation=upload.organisation, reason=reason)


@audit.action
def read_again(*, by: User, upload: Upload) -> None:
    """Read a list once more, as one does after a correction or a break."""
    require(by, "list.take_in", upload.organisation)
    stuck = (Upload.State.COMMITTING,) if upload.stuck else ()
    _move(
        upload,
        (Upload.State.READING, Upload.State.READ, Upload.State.REFUSED, *stuck),
        Upload.State.READING,
        begun_at=timezone.now(),
        broken="",
    )
    storage.drop_rows(upload.pk)
    audit.record(by, "upload.read_again", upload, organisation=upload.organisation)
    jobs.read.enqueue(upload.pk, by.pk)


@audit.action
def correct(*, by: User, upload: Upload, sheet: str, kind: str, columns: dict[str, str]) -> None:
    """Say what kind of list a sheet is and what its columns are; remembered for the next such list.

    ``columns`` maps headings to ids of `rosters.fields`, "" leaves a column out.
    """
    require(by, "list.take_in", upload.organisation)
    reading = upload.understood()
    if reading is None:
        raise _finished(upload)
    seen = next(one for one in reading.sheets if one.sheet == sheet)
    several = sum(1 for one in reading.sheets if one.heading_rows) > 1
    said, _ = Layout.objects.get_or_create(
        organisation=upload.organisation,
        stem=stem(upload.name),
        sheet=sheet if several else "",
        headings=seen.fingerprint,
        defaults={"confirmed_by": by},
    )
    said.kind, said.columns, said.confirmed_by = kind, {**said.columns, **columns}, by
    said.save()
    audit.record(
        by,
        "layout.confirmed",
        upload,
        organisation=upload.organisation,
        kind=kind,
        columns=len(columns),
    )
    read_again(by=by, upload=upload)


@audit.action
def ask_to_take_in(*, by: User, upload: Upload) -> None:
    """Have a list recorded in the background. `Refusal` when something stands against it."""
    require(by, "list.take_in", upload.organisation)
    if not upload.changes.get("sheets"):
        raise Refusal([faults.NOTHING_TO_TAKE.at()])
    _move(upload, (Upload.State.READ,), Upload.State.COMMITTING, broken="", begun_at=timezone.now())
    audit.record(by, "upload.take_in_asked", upload, organisation=upload.organisation)
    jobs.take_in.enqueue(upload.pk, by.pk)


class Stale(Exception):  # noqa: N818 - not an error: compare anew and try again
    """What is known of the county's children has changed since a list was compared with it."""


@audit.action
def commit(
    *,
    by: User,
    upload: Upload,
    first: Compared,
    rest: list[tuple[int, rosters.SheetReading]],
    version: int,
) -> None:
    """Record a list: its rows, its pairs in doubt and that it is in, all together or not at all.

    ``first`` was compared at ``version`` (else `Stale`); further sheets are compared here, since they
    may be about children whom the first one brings. `Refusal` when it is in already.
    """
    require(by, "list.take_in", upload.organisation)
    now = timezone.now()
    _move(upload, (Upload.State.COMMITTING,), Upload.State.COMMITTED, decided_by=by, decided_at=now)
    _advance(upload, version)
    totals = {"new": 0, "changed": 0, "gone": 0, "unchanged": 0, "doubtful": 0, "unplaced": 0}
    counted = []
    for number, sheet in [(first.number, first.sheet), *rest]:
        compared = (
            first if number == first.number else comparison.compare(by, upload, number, sheet)
        )
        source = people.record_list(by=by, prepared=compared.prepared)
        Taken.objects.create(upload=upload, source=source)
        _ask(upload, compared, source)
        counts = compared.counts()
        counted.append(counts)
        totals = {name: total + counts[name] for name, total in totals.items()}
    upload.changes = {**upload.changes, "sheets": counted}
    upload.save(update_fields=("changes",))
    audit.record(by, "upload.taken_in", upload, organisation=upload.organisation, counts=totals)
    if totals["new"] and waits.tells(upload):
        for other in waits.to_compare(upload):
            jobs.compare_again.enqueue(other.pk, other.decided_by_id or by.pk)


@audit.action
def compared_again(*, by: audit.Actor, upload: Upload, changes: dict[str, Any]) -> None:
    """Note what a list that waits for a decision would change by now; decided meanwhile: nothing to note."""
    waiting = Upload.objects.filter(pk=upload.pk, state=Upload.State.READ)
    if waiting.update(changes=changes):
        audit.record(by, "upload.compared_again", upload, organisation=upload.organisation)


@audit.action
def place(*, by: User, upload: Upload, found: list[Compared], version: int) -> int:
    """Record the rows of a list that is in which were nobody's and now have a child; how many children.

    They stand beside the list, end nothing of others, and go when it is undone. ``found`` was compared at
    ``version`` (else `Stale`).
    """
    require(by, "list.take_in", upload.organisation)
    if not Upload.objects.filter(pk=upload.pk, state=Upload.State.COMMITTED).exists():
        return 0
    upload.refresh_from_db()
    entries = {entry["number"]: entry for entry in upload.changes.get("sheets", [])}
    first = upload.taken.select_related("source").order_by("pk")[0].source
    children = 0
    for compared in found:
        changes = compared.prepared.changes
        entries[compared.number]["unplaced"] = compared.unplaced
        source = first
        if compared.prepared.insert:
            source = people.record_list(by=by, prepared=compared.prepared)
            Taken.objects.create(upload=upload, source=source)
            entries[compared.number]["new"] += changes.new
            children += changes.new + changes.changed
        _ask(upload, compared, source)
    if children:
        _advance(upload, version)
    upload.save(update_fields=("changes",))
    audit.record(by, "upload.placed", upload, organisation=upload.organisation, children=children)
    return children


def _advance(upload: Upload, version: int | None = None) -> None:
    """One change more in what is known of the county; `Stale` when it is not at ``version``."""
    county = county_of(upload.organisation)
    Knowledge.objects.get_or_create(county=county)
    now = Knowledge.objects.filter(county=county)
    if version is not None:
        now = now.filter(version=version)
    if not now.update(version=F("version") + 1):
        raise Stale
    for module in offers.found("after_lists"):
        module.lists_changed(upload.organisation, timezone.localdate())


def _ask(upload: Upload, compared: Compared, source: Source) -> None:
    """Put the pairs in doubt before a person. Every row that waits has at least one."""
    county = county_of(upload.organisation)
    child_of = {pair.row: pair.child for pair in compared.pairs if pair.child} | compared.links
    asked: dict[tuple[int, int], Doubt] = {}
    for pair in compared.pairs:
        child = pair.child or child_of.get(pair.other) or _new_child(source, pair)
        child_of.setdefault(pair.row, child)
        asked.setdefault(
            (pair.row, child),
            Doubt(
                upload=upload,
                county=county,
                sheet=compared.number,
                row=pair.row,
                child_id=child,
                key=pair.key,
                probability=pair.probability,
                step=pair.step,
                evidence=pair.evidence,
                left=json.dumps(pair.left, ensure_ascii=False),
                right=json.dumps(pair.right, ensure_ascii=False),
            ),
        )
    # A pair that was asked before stays as it is, with its answer.
    Doubt.objects.bulk_create(asked.values(), batch_size=500, ignore_conflicts=True)


def _new_child(source: Source, pair: Pair) -> int:
    """The child that another row of the same list has just become."""
    facts = Identity.objects.filter(source=source, row=pair.other >> 6).values_list("name", "child")
    by_name = dict(facts)  # a household's members stand in one row
    return by_name.get(pair.right.get("name", ""), facts[0][1])


@audit.action
def not_taken_in(*, by: audit.Actor, upload: Upload, refusal: Refusal) -> None:
    """Note why a list could not be recorded; it waits for a decision again. In already: nothing to note."""
    back = Upload.objects.filter(pk=upload.pk, state=Upload.State.COMMITTING)
    changes = {**upload.changes, "faults": faults.to_json(refusal.faults)}
    if back.update(state=Upload.State.READ, changes=changes):
        audit.record(
            by,
            "upload.not_taken_in",
            upload,
            organisation=upload.organisation,
            codes=[fault.code for fault in refusal.faults],
        )


@audit.action
def undo(*, by: User, upload: Upload) -> None:
    """Take a list back that was taken in: what it said is retracted, what it ended holds again.

    `Refusal` when something later builds on it, or it is not in.
    """
    require(by, "list.take_in", upload.organisation)
    _move(
        upload,
        (Upload.State.COMMITTED,),
        Upload.State.UNDONE,
        decided_by=by,
        decided_at=timezone.now(),
    )
    _advance(upload)
    reason = gettext("撤回名单")
    decided = Doubt.objects.filter(upload=upload, source__isnull=False).order_by("-decided_at")
    for doubt in decided.select_related("source"):
        if doubt.source is not None and doubt.source.undone_at is None:
            people.undo_list(by=by, source=doubt.source, reason=reason)
    for taken in upload.taken.select_related("source").order_by("-pk"):
        people.undo_list(by=by, source=taken.source, reason=reason)
    Doubt.objects.filter(upload=upload, answer__in=("", "unknown")).update(
        answer=Doubt.Answer.WITHDRAWN
    )
    audit.record(by, "upload.undone", upload, organisation=upload.organisation)


@audit.action
def discard(*, by: User, upload: Upload) -> None:
    """Give up a list that was not taken in; the file can be handed in again."""
    require(by, "list.take_in", upload.organisation)
    _move(
        upload,
        (Upload.State.READING, Upload.State.READ, Upload.State.REFUSED),
        Upload.State.DISCARDED,
        decided_by=by,
        decided_at=timezone.now(),
    )
    storage.drop_rows(upload.pk)
    audit.record(by, "upload.discarded", upload, organisation=upload.organisation)


# --- pairs in doubt ---------------------------------------------------------------------------------


@audit.action
def decide(*, by: User, doubt: Doubt, answer: str) -> None:
    """Say of a pair whether they are one child; the answer stands, also for next month's lists.

    ``same`` records the row as this child's, ``different`` (once no other pair of the row is open) as a
    new child's where the list tells who there is; ``unknown`` leaves the row waiting. An answer is
    changed only as a second opinion, by another person. `Refusal` otherwise, and when both have valid
    numbers that differ.
    """
    require(by, "match.decide", doubt.county)
    doubt = Doubt.objects.select_for_update().select_related("upload", "county").get(pk=doubt.pk)
    before = doubt.answer
    if before and doubt.decided_by_id == by.pk and doubt.second_wanted:
        raise Refusal([faults.OTHER_PERSON.at()])
    if doubt.upload.state != Upload.State.COMMITTED or (before and not doubt.second_wanted):
        raise Refusal([faults.DECIDED_ALREADY.at()])
    if answer == Doubt.Answer.SAME and _two_numbers(doubt):
        raise Refusal([faults.TWO_NUMBERS.at()])
    doubt.answer, doubt.second_wanted = answer, answer == Doubt.Answer.UNKNOWN
    doubt.decided_by, doubt.decided_at = by, timezone.now()
    if before != answer:
        _take_back(by, doubt)
        _act_on(by, doubt)
        _advance(doubt.upload)
    doubt.save()
    audit.record(
        by,
        "match.decided",
        doubt,
        organisation=doubt.county,
        answer=answer,
        before=before,
        step=doubt.step,
        probability=doubt.probability,
    )


def _two_numbers(doubt: Doubt) -> bool:
    """Both sides have a valid number of their own, and not the same; a guardian's is nobody's own."""
    sides = [json.loads(side.reveal()) for side in (doubt.left, doubt.right)]
    guardians = {values.get("guardian_id") for values in sides}
    numbers = {values.get("id_number") for values in sides} - guardians
    return len([n for n in numbers if id_number.state(n) == "valid"]) > 1


def _others(doubt: Doubt) -> QuerySet[Doubt]:
    """The other pairs of the same row."""
    same_row = Doubt.objects.filter(upload=doubt.upload, sheet=doubt.sheet, row=doubt.row)
    return same_row.exclude(pk=doubt.pk)


def _take_back(by: User, doubt: Doubt) -> None:
    """Retract what an earlier answer on this row has recorded."""
    for earlier in [doubt, *_others(doubt).filter(source__isnull=False)]:
        if earlier.source is not None:
            people.undo_list(by=by, source=earlier.source, reason=gettext("改判"))
            earlier.source = None
            earlier.save(update_fields=("source",))
    _others(doubt).filter(answer=Doubt.Answer.WITHDRAWN).update(answer=Doubt.Answer.OPEN)


def _act_on(by: User, doubt: Doubt) -> None:
    """Record the row of a pair as its answer says."""
    others = _others(doubt)
    if doubt.answer == Doubt.Answer.SAME:
        others.filter(answer__in=("", "unknown")).update(answer=Doubt.Answer.WITHDRAWN)
        doubt.source = _record_row(by, doubt, doubt.child_id)
    elif doubt.answer == Doubt.Answer.DIFFERENT:
        linked = others.filter(answer__in=("", "unknown", "same")).exists()
        if not linked and _sheet(doubt).kind in comparison.MAKES_CHILDREN:
            doubt.source = _record_row(by, doubt, None)


def _sheet(doubt: Doubt) -> rosters.SheetReading:
    reading = doubt.upload.understood()
    assert reading is not None  # its rows were compared
    return dict(comparison.sheets_of(reading))[doubt.sheet]


def _record_row(by: User, doubt: Doubt, child: int | None) -> Source:
    """The row alone, as a source of its own beside the list it stands on: it ends nothing of others."""
    rows = storage.rows(doubt.upload_id, doubt.sheet)
    whose = {doubt.row: (child, None if child else doubt.row)}
    source = replace(
        comparison.source_of(doubt.upload, _sheet(doubt)), sha256="", whole=False, covers=()
    )
    prepared = preparing.prepare_list(
        by=by, source=source, rows=comparison.with_children(rows, whose)
    )
    return people.record_list(by=by, prepared=prepared)


@audit.action
def ask_second(*, by: User, doubt: Doubt) -> None:
    """Have another person look at a pair that was decided; until then the answer stands."""
    require(by, "match.decide", doubt.county)
    decided = Doubt.objects.filter(pk=doubt.pk, answer__in=("same", "different", "unknown"))
    if not decided.update(second_wanted=True):
        raise Refusal([faults.DECIDED_ALREADY.at()])
    audit.record(by, "match.second_opinion_asked", doubt, organisation=doubt.county)


def _move(upload: Upload, before: tuple[str, ...], after: str, **more: Any) -> None:
    """From one state to another in one statement, so that of several who try one does it.

    `Refusal` when it stands elsewhere by now.
    """
    moved = Upload.objects.filter(pk=upload.pk, state__in=before).update(state=after, **more)
    upload.refresh_from_db()
    if not moved:
        raise _finished(upload)


def _finished(upload: Upload) -> Refusal:
    return Refusal([faults.FINISHED.at(state=upload.get_state_display())])

"""The only writes.

Taking in a list is two steps, so that nobody waits for it::

    prepared = preparing.prepare_list(by=user, source=ListSource(...), rows=table)   # reads, seals; seconds
    source = record_list(by=user, prepared=prepared)                      # one transaction, writes
    undo_list(by=user, source=source, reason="...")                       # and back

``rows`` is a `pyarrow.Table` with a column for each field that the list brought (`rosters.fields()`, same
names and types; absent ones are absent), and

- ``row`` (int): the row in the sheet
- ``child`` (int64): the key of the child it is of, null for a new child
- ``new`` (int64, may be absent): which new child; rows with the same number are one child. Where it is
  absent, each row without ``child`` is a child of its own.

Leave out rows that `rosters` did not accept or that wait for a decision. Same content as the standing list
of that line: nothing is written for the child. Children of the list before, within what this one covers,
and no longer on it: their facts end the day before ``list_date``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau import offers
from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import cards, classes, contents, preparing, queries, recording
from notoneless.bureau.people import faults as fp
from notoneless.bureau.people.models import (
    Child,
    Circumstance,
    Coverage,
    Fact,
    Identity,
    Merge,
    Source,
)
from notoneless.bureau.people.prepared import Prepared
from notoneless.bureau.people.queries import standing_identity
from notoneless.bureau.people.standing import When
from notoneless.faults import Refusal
from notoneless.i18n import N_
from notoneless.masking import mask_id
from notoneless.rosters import id_number

VERBS = {
    "list.recorded": N_("名单入库"),
    "list.undone": N_("撤回名单"),
    "children.led_to_class": N_("把儿童归到班级"),
    "children.matched": N_("取儿童信息比对名单"),
    "child.read": N_("查看儿童档案"),
    "child.need_read": N_("查看困难身份"),
    "child.revealed": N_("查看完整号码"),
    "child.corrected": N_("更正儿童身份信息"),
    "child.merged": N_("合并儿童"),
    "child.unmerged": N_("撤回合并"),
    "exemption.added": N_("登记依法除外"),
}
"""What the verbs of the log mean, in words."""


@audit.action
def record_list(*, by: User | audit.Actor, prepared: Prepared) -> Source:
    """Write what was prepared, in one transaction.

    `Refusal` when another list of the line came in between (prepare again), or this one stands already.
    """
    told = prepared.source
    assert not prepared.only_counted
    require(by, "child.change", told.organisation)
    now = timezone.now()
    try:
        with transaction.atomic():
            source = Source.objects.create(
                line=told.line,
                organisation=told.organisation,
                file=contents.without_numbers(told.file)[:255],
                sheet=contents.without_numbers(told.sheet)[:100],
                sha256=told.sha256,
                list_date=told.list_date or timezone.localdate(now),
                whole=told.whole,
                by=_user(by),
                recorded_at=now,
            )
    except IntegrityError:
        raise Refusal([fp.TAKEN_IN_ALREADY.at()]) from None
    if preparing.newest(told, but=source) != prepared.seen:
        raise Refusal([fp.STALE.at()])
    Coverage.objects.bulk_create(
        [Coverage(source=source, organisation=place) for place in dict.fromkeys(told.covers)]
    )
    new = dict(
        zip(prepared.new_children, recording.children(len(prepared.new_children)), strict=True)
    )
    for label, keys in prepared.end.items():
        recording.end(source, recording.TABLE[label], keys, recording.last_day(source))
    recording.insert(source, prepared.insert, lambda child: new[child] if child < 0 else child)
    cards.refresh(source=source)
    audit.record(
        by,
        "list.recorded",
        source,
        organisation=told.organisation,
        line=told.line,
        new=prepared.changes.new,
        changed=prepared.changes.changed,
        gone=prepared.changes.gone,
    )
    return source


@audit.action
def undo_list(*, by: User | audit.Actor, source: Source, reason: str) -> None:
    """Retract what a list said and believe again what it had ended.

    `Refusal` when something later builds on it (undo that first) or it is undone already.
    """
    require(by, "child.change", source.organisation_id)
    reason = contents.without_numbers(reason)
    source = Source.objects.select_for_update().get(pk=source.pk)
    if source.undone_at is not None:
        raise Refusal([fp.UNDONE_ALREADY.at()])
    if count := recording.built_upon(source):
        raise Refusal([fp.BUILT_UPON.at(count=count)])
    undoing = _word(by, source.organisation, reason)
    recording.undo(source, undoing)
    source.undone_at = undoing.recorded_at
    source.save(update_fields=("undone_at",))
    cards.refresh(source=undoing)
    audit.record(by, "list.undone", source, organisation=source.organisation_id, purpose=reason)


@audit.action
def merge(*, by: User | audit.Actor, child: Child, into: Child, reason: str) -> Merge:
    """Two keys are one child. `Refusal` when both have valid ID numbers that differ, or are one already."""
    child, into, reason = _root(child), _root(into), contents.without_numbers(reason)
    require(by, "child.merge", queries.where(child))
    require(by, "child.merge", queries.where(into))
    if child.pk == into.pk:
        raise Refusal([fp.ONE_ALREADY.at()])
    numbers = {_valid_number(child), _valid_number(into)} - {""}
    if len(numbers) == 2:
        raise Refusal([fp.TWO_NUMBERS.at()])
    merged = Merge.objects.create(
        child=child, into=into, by=_user(by), reason=reason, recorded_at=timezone.now()
    )
    Child.objects.filter(person=child).update(person=into)
    _wipe(child)
    cards.refresh([into.pk])
    _tell_merged(by, [into.pk])
    audit.record(
        by, "child.merged", child, organisation=queries.where(into), into=into.pk, purpose=reason
    )
    return merged


@audit.action
def unmerge(*, by: User | audit.Actor, merge: Merge, reason: str) -> None:
    """Take a merge back: both children are as they would be without it."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    whole, reason = _root(merge.child), contents.without_numbers(reason)
    require(by, "child.merge", queries.where(whole))
    if merge.retracted_at is not None:
        raise Refusal([fp.MERGE_UNDONE.at()])
    merge.retracted_at = timezone.now()
    merge.save(update_fields=("retracted_at",))
    apart = {merge.child_id}
    while True:  # what was merged into it goes with it
        more = set(
            Merge.objects.filter(into__in=apart, retracted_at__isnull=True).values_list(
                "child", flat=True
            )
        )
        if more <= apart:
            break
        apart |= more
    Child.objects.filter(pk__in=apart).update(person=merge.child_id)
    cards.refresh([merge.child_id, whole.pk])
    _tell_merged(by, [merge.child_id, whole.pk])
    audit.record(
        by,
        "child.unmerged",
        merge.child,
        organisation=queries.where(whole),
        of=whole.pk,
        purpose=reason,
    )


@audit.action
def add_exemption(
    *,
    by: User | audit.Actor,
    child: Child,
    excuse: str,
    valid_from: dt.date,
    until: dt.date,
    document: str,
) -> Circumstance:
    """A lawful excuse with its document and last day (domain facts 1.7)."""
    child = _root(child)
    require(by, "child.change", queries.where(child))
    content = (Circumstance.EXEMPTION, excuse, None, until, document)
    fact = _say(by, child, Circumstance, content, valid_from, document)
    audit.record(by, "exemption.added", child, organisation=queries.where(child), fact=fact)
    return Circumstance.objects.get(pk=fact)


@audit.action
def correct_identity(*, by: User | audit.Actor, child: Child, reason: str, **values: Any) -> None:
    """What a person knows better than the lists; stands above them until corrected again.

    ``values``: any of ``name, former_name, sex, birth_date, id_number``; the others stay as they are.
    `Refusal` when the number is not a valid one.
    """
    child, reason = _root(child), contents.without_numbers(reason)
    require(by, "child.change", queries.where(child))
    number = values.get("id_number")
    if number and id_number.state(number) != "valid":
        raise Refusal([fp.NOT_A_NUMBER.at(seen=mask_id(number))])
    now = standing_identity(child)
    kept: dict[str, Any] = {}
    if now is not None:
        kept = {name: getattr(now, name) for name in ("name", "former_name", "sex", "birth_date")}
        kept["id_number"] = now.id_number.reveal() if now.id_number else None
        kept["nation"] = now.nation.reveal() if now.nation else None
    content = contents.identity({**kept, **values})
    word = _word(by, queries.where(child), reason)
    earlier = Identity.objects.filter(
        child__person=child, line=Source.PERSON, retracted_at__isnull=True, valid_to__isnull=True
    )
    recording.end(
        word, Identity, list(earlier.values_list("pk", flat=True)), recording.last_day(word)
    )
    _say(by, child, Identity, content, word.list_date, reason, word)
    audit.record(
        by,
        "child.corrected",
        child,
        organisation=queries.where(child),
        fields=sorted(values),
        purpose=reason,
    )


@audit.action
def reveal(*, by: User | audit.Actor, child: Child, purpose: str) -> dict[str, str]:
    """The numbers of a child in the clear, to who says why: ``id_number``, ``phone``, ``address``.

    The purpose goes to the log, an ID number in it does not.
    """
    child = _root(child)
    # Also who is responsible for the home, not the school: a cadre must know the door to knock on.
    if (
        isinstance(by, User)
        and not queries.children(by, "child.reveal").filter(pk=child.pk).exists()
    ):
        raise PermissionDenied
    now = When.now()
    identity, home = standing_identity(child), queries.home(child, now)
    found = {"id_number": identity.id_number if identity else None}
    found["address"] = home.address if home else None
    for guardian in queries.guardians(child, now)[:1]:
        found["phone"] = guardian.phone
    numbers = {name: value.reveal() for name, value in found.items() if value is not None}
    audit.record(
        by,
        "child.revealed",
        child,
        organisation=queries.where(child),
        purpose=contents.without_numbers(purpose),
        fields=sorted(numbers),
    )
    return numbers


def _tell_merged(by: User | audit.Actor, roots: list[int]) -> None:
    """Tell other apps, within the same act: what they keep of one child is now of another."""
    for module in offers.found("after_merges"):
        module.children_merged(by, roots)


def _root(child: Child) -> Child:
    """The child that this one is a part of, freshly read."""
    return Child.objects.get(merged=child.pk)


def _valid_number(child: Child) -> str:
    """The valid number of a child, "" when it has none."""
    identity = standing_identity(child)
    number = identity.id_number.reveal() if identity and identity.id_number else ""
    return number if id_number.state(number) == "valid" else ""


def _wipe(child: Child) -> None:
    """A merged child has no card of its own."""
    blank = Child(pk=child.pk, person_id=child.person_id)
    fields = [name.removesuffix("_id") for name in cards.CARD]
    Child.objects.filter(pk=child.pk).update(**{name: getattr(blank, name) for name in fields})


def _user(by: User | audit.Actor) -> User | None:
    return by if isinstance(by, User) else None


def _word(by: User | audit.Actor, organisation: Organisation | int, reason: str) -> Source:
    """A person's word as a source."""
    at = timezone.now()
    key = organisation.pk if isinstance(organisation, Organisation) else organisation
    return Source.objects.create(
        line=Source.PERSON,
        organisation_id=key,
        list_date=timezone.localdate(at),
        by=_user(by),
        reason=contents.without_numbers(reason)[:200],
        recorded_at=at,
    )


def _say(
    by: User | audit.Actor,
    child: Child,
    table: type[Fact],
    content: contents.Content,
    valid_from: dt.date,
    reason: str,
    word: Source | None = None,
) -> int:
    """Record one fact on a person's word; its key. `Refusal` when it was said already."""
    word = word or _word(by, queries.where(child), reason)
    label = table._meta.label_lower
    row = preparing.fact_row(table, child.pk, 0, valid_from, None, content)
    try:
        with transaction.atomic():
            recording.insert(word, {label: [row]}, lambda key: key)
    except IntegrityError:
        raise Refusal([fp.SAID_ALREADY.at()]) from None
    cards.refresh([child.pk])
    said = table._default_manager.get(recorded_in=word, child=child, valid_to__isnull=True)
    return int(said.pk)


@audit.action
def make_classes(
    *, by: User | audit.Actor, schools: Collection[int] | None = None, end_old: bool = False
) -> tuple[int, int]:
    """Put up the classes that the rolls of these schools (keys; None: all) name, and lead the children there.

    With ``end_old`` the classes of earlier school years end on the day before this one; without it a class
    of the same name goes on. Returns how many classes are new and how many children were led. Doing it
    again does nothing.
    """
    require(by, "class.change")
    classes.lock(by, schools)
    waiting = classes.waiting(by, schools)
    ended = [old for one in waiting for old in one.old] if end_old else []
    going_on = set() if end_old else {(old.parent_id, old.name) for w in waiting for old in w.old}
    new = accounts.change_classes(
        by=by,
        names=[
            (one.school.pk, named.name)
            for one in waiting
            for named in one.lacking
            if (one.school.pk, named.name) not in going_on
        ],
        begins=classes.year_begins(),
        ended=[old.pk for old in ended],
    )
    made = {(one.parent_id, one.name): one.pk for one in new}
    for one in waiting:
        for named in one.lacking:
            named.organisation = made.get((one.school.pk, named.name))
    children = classes.seat(waiting)
    cards.refresh(children)
    if children:
        audit.record(by, "children.led_to_class", children=len(children))
    return len(new), len(children)

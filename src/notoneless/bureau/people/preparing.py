"""Holding a list against what stands: what is new, changed, gone, unchanged."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
from django.db import connection, models
from django.utils import timezone

from notoneless import rosters, vault
from notoneless.bureau.accounts.models import Lineage, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import contents
from notoneless.bureau.people import faults as fp
from notoneless.bureau.people.bulk import stored
from notoneless.bureau.people.contents import COLUMNS, Content, digest
from notoneless.bureau.people.models import (
    Child,
    Circumstance,
    Enrolment,
    Fact,
    Guardian,
    Identity,
    Residence,
    RollCall,
    Source,
)
from notoneless.bureau.people.places import Places
from notoneless.bureau.people.prepared import Changes, ListSource, Prepared
from notoneless.faults import Fault, Refusal
from notoneless.vault.fields import BlindIndex, SealedText

BY_SCHOOL = frozenset({"roll", "vocational_roll", "rollcall", "recognition", "boarders", "migrant"})
"""Kinds whose children are told by their school; all others by where they live."""


def tables_of(line: str) -> tuple[type[Fact], ...]:
    """The tables that a kind of list speaks to."""
    if line in contents.ROLLS:
        return Identity, Residence, Guardian, Enrolment
    if line == "census":
        return Identity, Residence, Guardian
    return (Identity, RollCall) if line == "rollcall" else (Identity, Circumstance)


@dataclass(slots=True)
class _Standing:
    """What a line says already.

    Per table and child: the digest of each fact, its key, and whether the new list covers it.
    """

    facts: dict[type[Fact], dict[int, dict[str, tuple[int, bool]]]]

    def of(self, child: int) -> bool:
        return any(child in by_child for by_child in self.facts.values())


def prepare_list(
    *, by: User | audit.Actor, source: ListSource, rows: pa.Table, only_count: bool = False
) -> Prepared:
    """What the list would change; writes nothing. `Refusal` when this kind of list has no place here.

    With ``only_count`` the answer is for showing: it has nothing sealed in it to be recorded.
    """
    require(by, "child.change", source.organisation)
    if source.line not in rosters.kinds() or source.line in contents.NOT_HERE:
        kind = rosters.kinds().get(source.line)
        raise Refusal([fp.NO_PLACE_FOR_KIND.at(kind=kind.label if kind else source.line)])
    places = Places(source.organisation)
    seen = newest(source)
    persons = dict(Child.objects.values_list("pk", "person_id"))
    standing = _standing(source)
    list_date = source.list_date or timezone.localdate()

    insert: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    sealing = {table: _sealer(table) for table in tables_of(source.line)}
    day = cache(stored)
    matched: set[tuple[type[Fact], int]] = set()
    written: set[tuple[type[Fact], int, str]] = set()
    outcomes: list[str] = []
    of_child: dict[int, str] = {}
    strangers: Counter[str] = Counter()
    missing: set[int] = set()
    for at, row in enumerate(_rows(rows)):
        key = row.get("child")
        if key is None:
            number = row.get("new")
            child = -1 - (at if number is None else number)
        elif key in persons:
            child = persons[key]
        else:
            missing.add(key)
            continue
        was = standing.of(child)
        names = source.line in contents.NAMING or child < 0 or child in standing.facts[Identity]
        begins, ends = contents.valid_on(source.line, row, list_date)
        says_new = False
        for table, content in contents.of_row(source.line, row, places, names=names):
            if table is Enrolment:  # whether its class is in the tree is no word of the list
                mark = digest((places.school_of(content[0]), *content[1:]))
            else:
                mark = digest((*content, begins) if table is RollCall else content)
            found = standing.facts[table].get(child, {}).get(mark)
            if found is not None:
                matched.add((table, found[0]))
            elif (table, child, mark) not in written:
                written.add((table, child, mark))
                says_new = True
                if not only_count:
                    dates = day(begins), day(ends)
                    fixed = (child, row.get("row") or 0, *dates, mark)
                    insert[table._meta.label_lower].append((*fixed, *sealing[table](content)))
            if table in (Enrolment, RollCall) and content[0] is None and row.get("school"):
                strangers[str(row["school"])[:60]] += 1
        outcome = "new" if not was else "changed" if says_new else "unchanged"
        outcomes.append(outcome)
        if of_child.get(child, "unchanged") == "unchanged":
            of_child[child] = outcome
    if missing:
        raise Refusal([fp.NO_CHILD.at(count=len(missing))])
    end, gone = _ended(standing, matched, of_child)
    told = Counter(of_child.values())
    return Prepared(
        source=source,
        changes=Changes(told["new"], told["changed"], len(gone), told["unchanged"]),
        outcomes=outcomes,
        gone=gone,
        faults=_faults(strangers),
        seen=seen,
        only_counted=only_count,
        new_children=[child for child in of_child if child < 0],
        insert=dict(insert),
        end=end,
    )


def newest(source: ListSource, but: Source | None = None) -> tuple[int, int]:
    """The state of a line in the county: its newest source (``but`` one), and how many are undone."""
    keys = (
        Source.objects.filter(line=source.line, organisation__up__above__in=_roots(source))
        .exclude(pk=but.pk if but else 0)
        .values_list("pk", "undone_at")
    )
    return max((key for key, _ in keys), default=0), sum(at is not None for _, at in keys)


def _roots(source: ListSource) -> list[int]:
    """The county of the organisation, or itself above one."""
    county = Lineage.objects.filter(below=source.organisation, above__kind="county").values_list(
        "above", flat=True
    )
    return list(county) or [source.organisation.pk]


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Row by row as dictionaries, without keeping them all; columns that say nothing are left out."""
    told = [name for name in table.column_names if table[name].null_count < len(table)]
    for batch in table.select(told).to_batches(max_chunksize=10_000):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield dict(zip(told, values, strict=True))


def _standing(source: ListSource) -> _Standing:
    """What the line's earlier lists say; ``covered`` where the new list would have to repeat it."""
    covers = [place.pk for place in source.covers] or (
        [source.organisation.pk] if source.whole else []
    )
    scope = set(Lineage.objects.filter(above__in=covers).values_list("below", flat=True))
    facts: dict[type[Fact], dict[int, dict[str, tuple[int, bool]]]] = {}
    by_school = source.line in BY_SCHOOL
    for table in tables_of(source.line):
        own = "f.school_id" if table in (Enrolment, RollCall) else "NULL"
        open_ended = "" if table is RollCall else "AND f.valid_to IS NULL"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT c.person_id, f.digest, f.id, {own}, p.school_id, p.attending_id, p.home_id, "
                f"s.organisation_id FROM {table._meta.db_table} f "
                "JOIN people_child c ON c.id = f.child_id JOIN people_child p ON p.id = c.person_id "
                "JOIN people_source s ON s.id = f.source_id "
                f"WHERE f.line = %s AND f.retracted_at IS NULL {open_ended}",
                [source.line],
            )
            by_child: dict[int, dict[str, tuple[int, bool]]] = {}
            for child, mark, key, place, school, attending, home, owner in cursor.fetchall():
                if table is RollCall:
                    covered = False  # a roll-call of another day says nothing of this one
                elif place is not None:
                    covered = place in scope
                else:
                    known = (school, attending) if by_school else (home,)
                    known = tuple(one for one in known if one is not None)
                    covered = any(one in scope for one in known) if known else owner in scope
                by_child.setdefault(child, {})[mark] = key, covered
        facts[table] = by_child
    return _Standing(facts)


def _ended(
    standing: _Standing, matched: set[tuple[type[Fact], int]], of_child: dict[int, str]
) -> tuple[dict[str, list[int]], list[int]]:
    """The facts that the list does not repeat, and the children who are no longer on it."""
    end: dict[str, list[int]] = {}
    left: set[int] = set()
    for table, by_child in standing.facts.items():
        keys = []
        for child, marks in by_child.items():
            for key, covered in marks.values():
                if covered and (table, key) not in matched:
                    keys.append(key)
                    if child not in of_child:
                        left.add(child)
                    elif of_child[child] == "unchanged":
                        of_child[child] = "changed"
        if keys:
            end[table._meta.label_lower] = keys
    return end, sorted(left)


def _faults(strangers: Counter[str]) -> list[Fault]:
    return [
        fp.SCHOOL_UNKNOWN.at(name=name, count=count) for name, count in strangers.most_common(50)
    ]


def columns_written(table: type[Fact]) -> tuple[str, ...]:
    """The columns of a table's contents as written: sealed ones followed by their index."""
    names = []
    for name in COLUMNS[table]:
        names.append("household_id" if name == "household" else name)
        if index := _index_of(table, name):
            names.append(index.attname)
    return tuple(names)


def _index_of(table: type[Fact], name: str) -> BlindIndex | None:
    for field in table._meta.concrete_fields:
        if isinstance(field, BlindIndex) and field.of == name:
            return field
    return None


def _sealer(table: type[Fact]) -> Callable[[Content], list[Any]]:
    """A function from a content to the values written: numbers sealed, each followed by its index.

    A household stays its number until it is written, when it becomes a key.
    """
    fields = {field.attname: field for field in table._meta.concrete_fields}
    plan: list[tuple[Callable[[Any], Any] | None, BlindIndex | None]] = []
    for name in COLUMNS[table]:
        field = fields.get(name)
        write: Callable[[Any], Any] | None = None
        if isinstance(field, SealedText):
            write = vault.Sealer(field.context)
        elif isinstance(field, models.DateField | models.BooleanField):
            write = stored  # texts and numbers are kept as they are
        plan.append((write, _index_of(table, name)))

    def seal(content: Content) -> list[Any]:
        values = []
        for value, (write, index) in zip(content, plan, strict=True):
            values.append(value if write is None or value is None else write(value))
            if index is not None:
                values.append(index.of_value(value))
        return values

    return seal


def fact_row(
    table: type[Fact],
    child: int,
    row: int,
    valid_from: dt.date,
    valid_to: dt.date | None,
    content: Content,
) -> tuple[Any, ...]:
    """One fact as `recording.insert` wants it."""
    dates = stored(valid_from), stored(valid_to)
    return (child, row, *dates, digest(content), *_sealer(table)(content))


def day_before(day: dt.date) -> dt.date:
    """The last day of what a list of ``day`` ends."""
    return day - dt.timedelta(days=1)

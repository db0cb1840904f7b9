"""The only writes: entries, in one shape, and the closing of a term.

What a programme does to money is one of a few moves (`MOVES`): approving moves fen from the budget to what is
committed, releasing from there to what is paid, a bounce from there to what was returned. Nothing is ever
changed: a mistake is set right by an entry that moves the fen back and names the one that it corrects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Q
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.language import term_name
from notoneless.bureau.ledger import faults
from notoneless.bureau.ledger.models import Account, Book, Closing, Entry, Line
from notoneless.bureau.ledger.shares import share
from notoneless.bureau.ledger.terms import is_closed, term_after
from notoneless.bureau.people.bulk import chunks, insert
from notoneless.calendar import Term, parse_term, term_on
from notoneless.faults import Refusal
from notoneless.i18n import N_
from notoneless.kernel.words import yuan

VERBS = {
    "ledger.posted": N_("记账"),
    "ledger.closed": N_("关账"),
    "ledger.exported": N_("导出账本"),
}
"""What the verbs of the log mean, in words."""

Kind, Cause = Account.Kind, Entry.Cause
Place = tuple[str, str, str, str, str]
"""What tells an account from another of one county: term, policy, fund, kind, level."""

MOVES: Mapping[str, tuple[str, str]] = {
    Cause.COMMIT: (Kind.BUDGET, Kind.COMMITTED),
    Cause.RECALL: (Kind.COMMITTED, Kind.BUDGET),
    Cause.RELEASE: (Kind.COMMITTED, Kind.PAID),
    Cause.BOUNCE: (Kind.PAID, Kind.RETURNED),
    Cause.AGAIN: (Kind.RETURNED, Kind.PAID),
    Cause.DROP: (Kind.RETURNED, Kind.BUDGET),
    Cause.RECOVERY: (Kind.PAID, Kind.BUDGET),
}
"""From where to where each cause moves what an award is worth."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """So many fen to (above zero) or from an account."""

    kind: str
    policy: str
    fund: str
    amount: int
    level: str = ""
    award: int | None = None
    payment: int | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be posted; ``term`` is that of its accounts. See `Entry`."""

    cause: str
    county: Organisation
    programme: str
    term: Term
    lines: Sequence[NewLine]
    origin: str = ""
    text: str = ""
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """What one award (and one payment of it) is worth in a move, in fen above zero."""

    award: int
    policy: str
    amount: int
    payment: int | None = None


@audit.action
def post(*, by: User | audit.Actor, entry: NewEntry) -> Entry:
    """Write an entry and its lines; the only way into the book.

    `Refusal` when it does not balance or its term is closed. The lines' sums come to the accounts by the
    database itself.
    """
    require(by, "ledger.post", entry.county)
    rest = sum(line.amount for line in entry.lines)
    if rest or len(entry.lines) < 2:
        raise Refusal([faults.NOT_BALANCED.at(fen=rest)])
    book = Book.objects.select_for_update().get(pk=1)
    if is_closed(entry.county, entry.term):
        raise Refusal([faults.TERM_CLOSED.at(county=entry.county.name, term=term_name(entry.term))])
    keys = _accounts(entry)
    insert(
        Line,
        ("entry_id", "account_id", "amount", "award", "payment"),
        (
            (book.next, keys[_place(entry, line)], line.amount, line.award, line.payment)
            for line in entry.lines
        ),
    )
    written = Entry.objects.create(
        number=book.next,
        cause=entry.cause,
        programme=entry.programme,
        county=entry.county,
        term=str(entry.term),
        day=timezone.localdate(),
        origin=entry.origin,
        text=entry.text,
        corrects_id=entry.corrects,
        by=by if isinstance(by, User) else None,
    )
    book.next += 1
    book.save(update_fields=("next",))
    audit.record(
        by,
        "ledger.posted",
        written,
        organisation=entry.county,
        cause=entry.cause,
        lines=len(entry.lines),
        fen=sum(line.amount for line in entry.lines if line.amount > 0),
    )
    return written


def _place(entry: NewEntry, line: NewLine) -> Place:
    return (str(entry.term), line.policy, line.fund, line.kind, line.level)


def _accounts(entry: NewEntry) -> dict[Place, int]:
    """The keys of the accounts of an entry, made where there are none yet; the book's row is held."""
    names = ("term", "policy", "fund", "kind", "level")
    wanted = dict.fromkeys(_place(entry, line) for line in entry.lines)
    here = Account.objects.filter(county=entry.county, term=str(entry.term))

    def there() -> dict[Place, int]:
        return {row[1:]: row[0] for row in here.values_list("pk", *names)}

    known = there()
    if missing := [place for place in wanted if place not in known]:
        Account.objects.bulk_create(
            Account(county=entry.county, **dict(zip(names, place, strict=True)))
            for place in missing
        )
        known = there()
    return known


# --- the moves -----------------------------------------------------------------------------------


@audit.action
def move(
    *,
    by: User | audit.Actor,
    cause: str,
    programme: str,
    county: Organisation,
    term: Term,
    sums: Sequence[Sum],
    origin: str = "",
    text: str = "",
) -> Entry:
    """Move what awards are worth, one entry for all of them (`MOVES`).

    Each award has its own line on accounts of promised money; the budget's side is one line per level, the
    sum of a policy split by the shares of the term. When the term is closed, the entry goes to the next one
    that is open and names the entry that moved these awards last. `Refusal` when an award has not so much at
    the stage that it leaves.
    """
    origin_kind, target = MOVES[cause]
    code = county.code
    funds = {one: share(one, term.first_day, code) for one in {each.policy for each in sums}}
    lines: list[NewLine] = []
    totals: Counter[str] = Counter()
    for each in sums:
        totals[each.policy] += each.amount
        for kind, sign in ((origin_kind, -1), (target, 1)):
            if kind != Kind.BUDGET:
                fund = funds[each.policy].fund
                amount = sign * each.amount
                lines.append(NewLine(kind, each.policy, fund, amount, "", each.award, each.payment))
    for policy, total in totals.items():
        for kind, sign in ((origin_kind, -1), (target, 1)):
            if kind == Kind.BUDGET:
                for level, part in funds[policy].split(sign * total).items():
                    lines.append(NewLine(kind, policy, funds[policy].fund, part, level))
    if origin_kind != Kind.BUDGET:
        _must_have(origin_kind, sums)
    booked, corrects = term, None
    while is_closed(county, booked):
        corrects = _last_of(sums)
        booked = term_after(booked)
    entry = NewEntry(cause, county, programme, booked, lines, origin, text, corrects)
    return post(by=by, entry=entry)


def _must_have(kind: str, sums: Iterable[Sum]) -> None:
    """Refuse what an award has not got; the database would, but with fewer words."""
    wanted: Counter[tuple[str, int]] = Counter()
    for each in sums:
        wanted[each.policy, each.award] += each.amount
    held: Counter[tuple[str, int]] = Counter()
    for lot in chunks(sorted({award for _, award in wanted})):
        rows = Line.objects.filter(award__in=lot, account__kind=kind)
        for policy, award, amount in rows.values_list("account__policy", "award", "amount"):
            held[policy, award or 0] += amount
    for (policy, award), amount in wanted.items():
        if held[policy, award] < amount:
            raise Refusal(
                [faults.NOT_IN_ACCOUNT.at(amount=yuan(amount), there=yuan(held[policy, award]))]
            )


def _last_of(sums: Sequence[Sum]) -> int | None:
    rows = Line.objects.filter(award=sums[0].award, account__policy=sums[0].policy)
    return rows.order_by("-entry").values_list("entry", flat=True).first()


@audit.action
def give_budget(
    *,
    by: User | audit.Actor,
    county: Organisation,
    term: Term,
    policy: str,
    amounts: Mapping[str, int],
    text: str,
) -> Entry:
    """Enter what the levels gave for a policy's term, in fen by level; below zero takes it back.

    ``text`` is the document's name or number.
    """
    require(by, "ledger.budget", county)
    fund = share(policy, term.first_day, county.code).fund
    given = {level: amount for level, amount in amounts.items() if amount}
    if not given:
        raise Refusal([faults.NOT_A_SUM.at()])
    lines = [
        NewLine(kind, policy, fund, sign * amount, level)
        for level, amount in given.items()
        for kind, sign in ((Kind.APPROPRIATED, -1), (Kind.BUDGET, 1))
    ]
    return post(by=by, entry=NewEntry(Cause.BUDGET, county, "ledger", term, lines, text=text))


@audit.action
def correct(*, by: User | audit.Actor, entry: Entry, text: str) -> Entry:
    """Take a whole entry back by one that moves its fen the other way; in the next term if its is closed.

    A second time, also at the same moment, it gives the correction that stands.
    """
    require(by, "ledger.budget", entry.county)
    Book.objects.select_for_update().get(pk=1)  # who comes second waits here for the first
    standing = Entry.objects.filter(corrects=entry.number, cause=Cause.CORRECTION).first()
    if standing is not None:
        return standing
    rows = Line.objects.filter(entry=entry).select_related("account")
    lines = [
        NewLine(
            line.account.kind,
            line.account.policy,
            line.account.fund,
            -line.amount,
            line.account.level,
            line.award,
            line.payment,
        )
        for line in rows
    ]
    term = parse_term(entry.term) or term_on(entry.day)
    while is_closed(entry.county, term):
        term = term_after(term)
    new = NewEntry(
        Cause.CORRECTION, entry.county, entry.programme, term, lines, "", text, entry.number
    )
    return post(by=by, entry=new)


# --- closing -----------------------------------------------------------------------------------------


@audit.action
def close_term(*, by: User | audit.Actor, county: Organisation, term: Term) -> Closing:
    """Close a county's term: from now on its accounts take no entry.

    `Refusal` while something is committed and not paid, or returned and neither paid again nor dropped.
    """
    require(by, "ledger.close", county)
    book = Book.objects.select_for_update().get(pk=1)  # nobody posts meanwhile
    if is_closed(county, term):
        raise Refusal([faults.TERM_CLOSED.at(county=county.name, term=term_name(term))])
    open_ = Account.objects.filter(
        ~Q(debit=-F("credit")),
        county=county,
        term=str(term),
        kind__in=(Kind.COMMITTED, Kind.RETURNED),
    )
    if open_.exists():
        fen = sum(account.balance for account in open_)
        fault = faults.NOTHING_TO_CLOSE.at(
            county=county.name, term=term_name(term), count=open_.count(), amount=yuan(fen)
        )
        raise Refusal([fault])
    closed = Closing.objects.create(
        county=county,
        term=str(term),
        last_entry=book.next - 1,
        by=by if isinstance(by, User) else None,
    )
    audit.record(by, "ledger.closed", closed, organisation=county, term=term)
    return closed


@audit.action
def exported(*, by: User, county: Organisation, term: str, entries: int) -> None:
    """Say that somebody took the book with him."""
    audit.record(by, "ledger.exported", organisation=county, term=term, entries=entries)

"""The only reads for others, scoped by the county that a person is responsible for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.ledger.models import Account, Closing, Entry, Line

SEE = "ledger.see"

KINDS = tuple(Account.Kind.values)


def accounts(by: User) -> QuerySet[Account]:
    """The accounts of the counties in reach."""
    return Account.objects.filter(county__in=reach(by, SEE)).select_related("county")


def entries(by: User) -> QuerySet[Entry]:
    """The entries of the counties in reach, newest first."""
    return (
        Entry.objects.filter(county__in=reach(by, SEE))
        .select_related("county", "by")
        .order_by("-number")
    )


def closings(by: User) -> QuerySet[Closing]:
    """The terms closed of the counties in reach."""
    return Closing.objects.filter(county__in=reach(by, SEE)).select_related("county", "by")


def counties(by: User, permission: str) -> QuerySet[Organisation]:
    """The counties whose book a person may see, or do more with."""
    return Organisation.objects.filter(pk__in=reach(by, permission), kind="county").order_by("code")


def balances(by: User, *, along: tuple[str, ...]) -> QuerySet[Any, dict[str, Any]]:
    """What stands where, summed ``along`` columns of the accounts (fund, county__name, policy, term).

    Columns ``appropriated`` (given, above zero), ``budget`` (free), ``committed``, ``paid``, ``returned``.
    """
    rows: QuerySet[Any, Any] = Account.objects.filter(county__in=reach(by, SEE))
    summed: QuerySet[Any, dict[str, Any]] = rows.values(*along).annotate(**_sums())
    return summed.order_by(*along)


def total(by: User, chosen: Mapping[str, str]) -> dict[str, int]:
    """The same columns in all, of the accounts with the ``chosen`` values."""
    rows = Account.objects.filter(county__in=reach(by, SEE), **chosen)
    return rows.aggregate(**_sums()) if rows.exists() else {}


def _sums() -> dict[str, Sum]:
    there = F("debit") + F("credit")
    sums = {kind: Sum(there, filter=Q(kind=kind), default=0) for kind in KINDS}
    sums["appropriated"] = Sum(-there, filter=Q(kind="appropriated"), default=0)
    return sums


def lines_of(account: Account) -> QuerySet[Line]:
    """The lines of an account in reach, newest first."""
    return Line.objects.filter(account=account).select_related("entry").order_by("-entry", "-pk")


def sums_of(entry: Entry) -> QuerySet[Any, dict[str, Any]]:
    """An entry's lines summed by account."""
    lines: QuerySet[Any, Any] = Line.objects.filter(entry=entry)
    summed: QuerySet[Any, dict[str, Any]] = (
        lines.values(
            "account",
            "account__kind",
            "account__level",
            "account__fund",
            "account__policy",
            "account__term",
        )
        .annotate(
            debit=Sum("amount", filter=Q(amount__gt=0), default=0),
            credit=Sum(-F("amount"), filter=Q(amount__lt=0), default=0),
            count=Count("pk"),
        )
        .order_by("account__policy", "-debit", "account")
    )
    return summed


def lines_of_award(policies: tuple[str, ...], award: int) -> QuerySet[Line]:
    """The way of one award through the book, oldest first; the caller has scoped the award."""
    return (
        Line.objects.filter(award=award, account__policy__in=policies)
        .select_related("account", "entry")
        .order_by("entry", "pk")
    )


# --- Beancount --------------------------------------------------------------------------------------

_ROOTS = {
    "appropriated": "Equity:Appropriated",
    "budget": "Assets:Budget",
    "committed": "Assets:Committed",
    "paid": "Expenses:Paid",
    "returned": "Assets:Returned",
}


def beancount(county: Organisation, term: str) -> Iterator[str]:
    """The book of a county's term as Beancount text: accounts, entries, the balances at the end.

    Each line of an award names it (``award``, ``payment``); nobody's name or number is in it. A ``balance``
    directive per account makes Beancount itself compare its sums with ours.
    """
    held = {one.pk: one for one in Account.objects.filter(county=county, term=term).order_by("pk")}
    yield f'option "title" "{county.pk} {term}"\noption "operating_currency" "CNY"\n'
    rows = (
        Line.objects.filter(account__in=held)
        .order_by("entry", "pk")
        .values_list("entry", "entry__day", "entry__cause", "account", "amount", "award", "payment")
    )
    first = Entry.objects.filter(county=county).order_by("number").values_list("day", flat=True)
    opened = first.first()
    if opened is None:
        return
    for account in held.values():
        yield f"{opened} open {_name(account)} CNY\n"
    now, last = 0, opened
    for number, day, cause, account_key, amount, award, payment in rows.iterator(chunk_size=5000):
        if number != now:
            now, last = number, max(last, day)
            yield f'\n{day} * "{cause}" "{number}"\n'
        yield f"  {_name(held[account_key])}  {_decimal(amount)} CNY\n"
        if award is not None:
            yield f"    award: {award}\n" + (f"    payment: {payment}\n" if payment else "")
    yield "\n"
    for account in held.values():
        yield f"{last.fromordinal(last.toordinal() + 1)} balance {_name(account)}  {_decimal(account.balance)} CNY\n"


def _name(account: Account) -> str:
    parts = (account.policy, account.fund, account.level)
    words = ["".join(piece.capitalize() for piece in part.split("_")) for part in parts if part]
    return ":".join((_ROOTS[account.kind], f"P{account.county_id}", *words, _term(account.term)))


def _term(term: str) -> str:
    year, season = term.split("-")
    return f"T{year}{season.capitalize()}"


def _decimal(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"

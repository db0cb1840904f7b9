"""The officer's table of a rulebook: names, conditions in words, amounts, since when, on what ground."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from notoneless.i18n import gettext
from notoneless.kernel import expressions as ex
from notoneless.kernel.rulebook import (
    BENEFIT_KINDS,
    PERIODS,
    STATUSES,
    UNITS,
    Guarantee,
    Policy,
    Rulebook,
    shipped,
)
from notoneless.kernel.words import in_words, yuan

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator


def shipped_names() -> list[str]:
    """The names of the rulebooks that came with the program."""
    folder = shipped("facts").parent
    return sorted(path.stem for path in Path(folder).glob("*.yaml") if path.stem != "facts")


@dataclass(frozen=True, slots=True)
class Row:
    """One promise as the officer reads it; lists have one entry per line of the cell."""

    id: str
    name: str
    conditions: tuple[str, ...]
    amount: tuple[str, ...]
    since: tuple[str, ...]
    source: str
    status: str


def rows(book: Rulebook, as_of: dt.date | None = None) -> Iterator[Row]:
    """The guarantees and the policies of a rulebook; with a day, only the values of that day."""
    for guarantee in book.guarantees:
        yield _guarantee(guarantee)
    for policy in book.policies:
        yield _policy(book, policy, as_of)


def _status(status: str) -> str:
    return gettext(STATUSES[status])


def _guarantee(guarantee: Guarantee) -> Row:
    conditions = [in_words(line.condition) for line in guarantee.universe]
    conditions += [gettext("做到：{way}").format(way=way.text) for way in guarantee.kept]
    conditions += [gettext("除外：{way}").format(way=way.text) for way in guarantee.excused]
    since = (guarantee.since.isoformat(),) if guarantee.since else ()
    return Row(
        guarantee.id,
        str(guarantee.text),
        tuple(conditions),
        (),
        since,
        guarantee.source,
        _status(guarantee.status),
    )


def _policy(book: Rulebook, policy: Policy, as_of: dt.date | None) -> Row:
    amounts = [
        in_words(policy.amount)
        + gettext("，{period}").format(period=gettext(PERIODS[policy.period]))
    ]
    amounts.append(gettext(BENEFIT_KINDS[policy.kind]))
    since: list[str] = [policy.since.isoformat()] if policy.since else []
    used = [policy.amount, *(line.condition for line in policy.conditions)]
    for name in dict.fromkeys(_parameters(used)):
        spec = book.parameters[name]
        values = spec.values
        if as_of:
            held = spec.on(as_of)
            values = (held,) if held else ()
        for value in values:
            shown = yuan(value.value) if spec.unit == "yuan" else str(value.value)
            mark = "" if value.status == "verified" else gettext("（未核实）")
            since.append(
                gettext("{day}起 {text} {value}{unit}{mark}").format(
                    day=value.start,
                    text=spec.text,
                    value=shown,
                    unit=gettext(UNITS[spec.unit]),
                    mark=mark,
                )
            )
    return Row(
        policy.id,
        str(policy.text),
        tuple(in_words(line.condition) for line in policy.conditions),
        tuple(amounts),
        tuple(since),
        policy.source,
        _status(policy.status),
    )


def _parameters(nodes: Iterable[ex.Expression]) -> Iterator[str]:
    for node in nodes:
        for part in ex.walk(node):
            if isinstance(part, ex.Parameter):
                yield part.name


def print_table(book: Rulebook, as_of: dt.date | None = None) -> None:
    """Print the table, as wide as the terminal is."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=str(book.title), show_lines=True, caption=f"{book.file}  {book.hash[:12]}")
    for heading in (
        gettext("名称"),
        gettext("条件"),
        gettext("标准"),
        gettext("施行日期"),
        gettext("出处"),
        gettext("核实"),
    ):
        table.add_column(heading, overflow="fold")
    for row in rows(book, as_of):
        table.add_row(
            f"{row.name}\n{row.id}",
            "\n".join(row.conditions),
            "\n".join(row.amount),
            "\n".join(row.since),
            row.source,
            row.status,
        )
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=160, soft_wrap=False)
    console.print(table)

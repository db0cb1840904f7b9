"""What a check shows on the screen: how far it is, and then the answer in a few lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from notoneless.i18n import N_, gettext

if TYPE_CHECKING:
    from notoneless.check import Outcome, Progress
    from notoneless.demo.bureau.scene import Person

FAULTS_SHOWN = 12


@contextmanager
def watching(*, quiet: bool) -> Iterator[Progress]:
    """A progress line on a terminal; nothing where nobody watches."""
    from notoneless.check import Progress

    if quiet or not sys.stderr.isatty():
        yield Progress()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(gettext("开始"), total=None)

        def step(name: str) -> None:
            bar.update(task, description=name, total=None)

        def file(name: str, rows: int, done: bool) -> None:
            if not done:
                text = gettext("读 {file}：{rows} 行").format(file=name, rows=f"{rows:,}")
                bar.update(task, description=text)

        yield Progress(step, file)


def show_outcome(outcome: Outcome) -> None:
    """The three comparisons, the states that add up, the aid, the faults, and where the files are."""
    from notoneless.check.outputs import sentences

    console = Console(highlight=False, soft_wrap=True)
    figures = outcome.figures
    colon = gettext("：")
    console.print(gettext("截至 {day}").format(day=outcome.as_of.isoformat()), markup=False)
    for found in figures.found:
        name = gettext(sentences.COMPARISON_NAMES[found.comparison.id])
        console.print(f"  {name}{colon}{sentences.comparison(found)}", markup=False)
    for universe, label in sentences.UNIVERSES.items():
        if figures.of(universe):
            console.print(
                f"  {gettext(label)}{colon}{sentences.adds_up(figures, universe)}", markup=False
            )
    if figures.aid:
        console.print(f"  {gettext('学生资助')}{colon}{sentences.aid(figures)}", markup=False)
    if changed := sentences.changes(figures):
        console.print(f"  {changed}", markup=False)
    if figures.pairs:
        console.print(
            "  "
            + gettext("疑似同一人 {count} 对，待人工判定（review.csv）。").format(
                count=figures.pairs
            ),
            markup=False,
        )
    if outcome.faults:
        counts: dict[str, int] = {}
        for fault in outcome.faults:
            counts[fault.code] = counts.get(fault.code, 0) + 1
        console.print()
        console.print(gettext("名单里的问题（全部在 faults.csv）："), markup=False)
        shown: set[str] = set()
        for fault in sorted(outcome.faults, key=lambda one: (one.kind.severity, one.code)):
            if fault.code in shown or len(shown) >= FAULTS_SHOWN:
                continue
            shown.add(fault.code)
            more = (
                gettext("（同类共{count}处）").format(count=counts[fault.code])
                if counts[fault.code] > 1
                else ""
            )
            console.print(f"  {fault}{more}", markup=False)
    console.print()
    console.print(gettext("结果在 {path}").format(path=outcome.out), markup=False)
    console.print(
        gettext("给人看：index.html、workbook.xlsx；给机器用：csv、parquet、run.json"), markup=False
    )


@contextmanager
def saying() -> Iterator[Callable[[str], None]]:
    """What is being done now: one line that changes on a terminal, a line each where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda text: print(f"  {text}", file=sys.stderr, flush=True)  # noqa: T201
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda text: bar.update(task, description=escape(text))


def show_people(people: Sequence[Person]) -> None:
    """Who can log in to the invented bureau, as what, with which one-time password."""
    headings = (N_("角色"), N_("姓名"), N_("在哪里"), N_("登录名"), N_("一次性口令"))
    rows = [tuple(map(gettext, headings))]
    for person in people:
        role = str(person.role.text) + (" *" if person.role.needs_second_factor else "")
        password = person.password or gettext("（自己设的密码）")
        rows.append((role, person.user.name, person.where, person.user.username, password))
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    console = Console(highlight=False, soft_wrap=True)
    console.print()
    for row in rows:  # never cropped to the width of a terminal: a password must be whole
        cells = (set_cell_size(text, width) for text, width in zip(row, widths, strict=True))
        console.print("  ".join(cells).rstrip(), markup=False)
    console.print()
    for line in (
        N_("一次性口令只能用一次：用它登录，先设自己的密码，再用新密码登录。"),
        N_(
            "带 * 的角色还要开通二次验证：照页面做；手边没有手机验证器，就用 "
            "notoneless demo --code 页上那一串，算出6位数字。"
        ),
    ):
        console.print(gettext(line), markup=False)

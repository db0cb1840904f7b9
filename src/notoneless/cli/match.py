"""``notoneless match``: whose row is it, for two lists or for one against itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.identity.quality import Quality


@click.command("match")
@click.argument("left", type=click.Path(path_type=Path))
@click.argument("right", type=click.Path(path_type=Path), required=False)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="结果文件（.csv 或 .parquet）"
)
def command(left: Path, right: Path | None, out: Path) -> None:
    """两份名单逐行比对，或一份名单自查重复。

    结果每行一对：left_row、right_row（表头下第几行）、probability、decision（linked 已连，review
    待人工判定）、step、evidence（依据，不含个人信息）。只给一份名单时，找出其中的同一人。
    """
    from notoneless.identity.files import match

    matched = match(left, right, out)
    for fault in matched.faults:
        if fault.code.startswith("M"):
            click.echo(str(fault), err=True)
    _show(matched.quality, alone=right is None)
    click.echo(gettext("结果在 {path}").format(path=out))


def _show(quality: Quality, *, alone: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from notoneless.identity.review import STEPS_IN_WORDS

    console = Console(highlight=False, soft_wrap=True)
    if alone:
        text = gettext("名单 {rows} 行").format(rows=f"{quality.left_rows:,}")
    else:
        text = gettext("左 {left} 行，右 {right} 行").format(
            left=f"{quality.left_rows:,}", right=f"{quality.right_rows:,}"
        )
    console.print(text, markup=False)
    table = Table(box=None, pad_edge=False)
    table.add_column(gettext("步骤"))
    table.add_column(gettext("已连"), justify="right")
    table.add_column(gettext("待判"), justify="right")
    for step, words in STEPS_IN_WORDS.items():
        linked, review = quality.linked.get(step, 0), quality.review.get(step, 0)
        if linked or review:
            table.add_row(f"{step} {gettext(words)}", f"{linked:,}", f"{review:,}")
    console.print(table)
    console.print(
        gettext("待人工判定的占左表 {share:.2%}").format(share=quality.review_share), markup=False
    )
    if quality.precision is not None:
        line = gettext("预计准确率 {precision:.4%}").format(precision=quality.precision)
        if quality.recall is not None:
            line += gettext("，预计查全率 {recall:.2%}").format(recall=quality.recall)
        console.print(line, markup=False)
    console.print(
        gettext(
            "依据：{known} 对同号的记录，遮住号码重新比对，{found} 对仍能连上；"
            "{others} 对号码不同的记录（含兄弟姐妹），{joined} 对会被误连"
        ).format(
            known=f"{quality.known_matches:,}",
            found=f"{quality.matches_found:,}",
            others=f"{quality.known_others:,}",
            joined=f"{quality.others_joined:,}",
        ),
        markup=False,
    )

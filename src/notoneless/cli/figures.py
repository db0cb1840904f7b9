"""``notoneless figures``: numbers that are counted, and how."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from notoneless.cli import EXIT_REFUSED
from notoneless.i18n import gettext

DATA = click.option(
    "--data",
    default=Path("bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="数据文件夹",
)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("figures", short_help="数字：列出，按某天数一遍")
def command() -> None:
    """由记录数出来的数字：有哪些，按哪天、按哪天所知数一遍。"""


@command.command("list", short_help="列出所有数字")
@DATA
def list_(data: Path) -> None:
    """列出所有数字：编号、名称、单位、数的是什么。"""
    from notoneless.bureau.web import server

    server.open_up(data)
    from notoneless.bureau.figures.kinds import figures

    for one in figures().values():
        click.echo(f"{one.id}  {one.label}（{gettext(one.unit)}）：{gettext(one.what)}")


@command.command("show", short_help="数一个数字")
@click.argument("figure")
@click.option("--as-of", type=DAY, default=None, help="截至哪天，默认今天")
@click.option("--known-on", type=DAY, default=None, help="按哪天所知，默认现在")
@DATA
def show(figure: str, as_of: dt.datetime | None, known_on: dt.datetime | None, data: Path) -> int:
    """按某天、按某天所知数一个数字，并按县等分开。"""
    from notoneless.bureau.web import server

    server.open_up(data)
    from django.utils import timezone

    from notoneless.bureau.figures.faults import NO_SUCH_FIGURE
    from notoneless.bureau.figures.kinds import figures, value

    one = figures().get(figure)
    if one is None:
        click.echo(str(NO_SUCH_FIGURE.at(seen=figure, known="、".join(figures()))), err=True)
        return EXIT_REFUSED
    counted = value(
        one,
        on=as_of.date() if as_of else timezone.localdate(),
        known_on=known_on.date() if known_on else None,
    )
    unit = gettext(one.unit)
    click.echo(f"{one.label}：{counted.written} {unit}")
    for parts in counted.parts.values():
        for text, count in parts:
            click.echo(f"  {text}  {one.written(count)} {unit}")
    return 0

"""``notoneless decide``: facts in, verdicts and awards out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from notoneless.i18n import gettext

if TYPE_CHECKING:
    import datetime as dt
import re


def _memory(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """An amount of memory as the engine takes it."""
    if not re.fullmatch(r"[1-9]\d{0,5} ?[MG]B", value):
        raise click.BadParameter(gettext("写成 400MB 或 2GB 的样子"))
    return value


@click.command("decide")
@click.argument("facts", type=click.Path(path_type=Path))
@click.option(
    "--rulebook",
    "rulebooks",
    multiple=True,
    required=True,
    help="规则文件，或自带规则的名字；可以写几个",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="按哪一天的标准计算，如 2026-09-10",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="结果文件（Parquet）")
@click.option(
    "--facts",
    "schema_path",
    type=click.Path(path_type=Path),
    default=None,
    help="事实清单，默认用自带的",
)
@click.option(
    "--memory",
    default="400MB",
    show_default=True,
    callback=_memory,
    help="内存上限，如 400MB、2GB",
)
def command(
    facts: Path,
    rulebooks: tuple[str, ...],
    as_of: dt.datetime,
    out: Path,
    schema_path: Path | None,
    memory: str,
) -> None:
    """按规则计算每个孩子的保障和应得的资助。

    FACTS 是每个孩子一行的 Parquet 文件，列见事实清单；结果有签名、未知位、判定和金额（分）。
    """
    from notoneless.kernel import compile_sweep, load_facts, load_rulebooks, shipped
    from notoneless.kernel.duckdb import decide_file
    from notoneless.kernel.table import shipped_names

    schema = load_facts(schema_path or shipped("facts"))
    paths = [
        shipped(name) if not Path(name).exists() and name in shipped_names() else Path(name)
        for name in rulebooks
    ]
    sweep = compile_sweep(load_rulebooks(paths, schema), schema, as_of.date())
    rows = decide_file(facts, sweep, out, memory=memory)
    for name, begins in sweep.not_in_force.items():
        text = gettext("“{name}”从 {day} 起施行，这一天还不适用")
        click.echo(text.format(name=name, day=begins), err=True)
    click.echo(
        gettext("{rows} 行，{words} 个签名字，写入 {out}").format(
            rows=f"{rows:,}", words=sweep.words, out=out
        )
    )

"""``notoneless rulebook``: check a rulebook, show it as the officer's table."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.faults import Fault, Refusal
from notoneless.i18n import gettext


@click.group("rulebook")
def command() -> None:
    """检查规则文件，或把规则显示成表格。"""


@command.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--facts", type=click.Path(path_type=Path), default=None, help="事实清单，默认用自带的"
)
def check(files: tuple[Path, ...], facts: Path | None) -> None:
    """检查规则文件，一次列出全部错误：文件:行:列、代码、原因和下一步。"""
    from notoneless.kernel import load_facts, load_rulebook, shipped

    schema = load_facts(facts or shipped("facts"))
    faults: list[Fault] = []
    for path in files:
        try:
            book = load_rulebook(path, schema)
        except Refusal as refusal:
            faults += refusal.faults
            continue
        click.echo(
            gettext("{file}：没有错误，{guarantees} 项保障，{policies} 项政策").format(
                file=path.name, guarantees=len(book.guarantees), policies=len(book.policies)
            )
        )
    if faults:
        raise Refusal(faults)


@command.command("show")
@click.argument("names", nargs=-1)
@click.option(
    "--facts", type=click.Path(path_type=Path), default=None, help="事实清单，默认用自带的"
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="只看这一天施行的标准"
)
def show(names: tuple[str, ...], facts: Path | None, as_of: object) -> None:
    """把规则显示成表格：名称、条件、标准、施行日期、出处；未核实的标明。

    NAMES 是规则文件或自带规则的名字，不写则显示全部自带规则。
    """
    import datetime as dt

    from notoneless.kernel import load_facts, load_rulebook, shipped
    from notoneless.kernel.table import print_table, shipped_names

    schema = load_facts(facts or shipped("facts"))
    day = as_of.date() if isinstance(as_of, dt.datetime) else None
    for name in names or shipped_names():
        path = Path(name)
        if not path.exists() and name in shipped_names():
            path = shipped(name)
        print_table(load_rulebook(path, schema), day)

"""``notoneless demo``: an invented county's lists, checked like anyone's."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.i18n import gettext


@click.command("demo", short_help="造一个虚构的县，核对一遍给你看")
@click.option(
    "--children", default=2000, show_default=True, type=click.IntRange(200), help="户籍适龄儿童人数"
)
@click.option("--seed", default=7, show_default=True, help="同一个数造出同一个县")
@click.option(
    "--lists",
    default=Path("demo-county/lists"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="名单写到哪里；标准答案写在它旁边的 …-truth，结果写在 …-result",
)
@click.option("--only-lists", is_flag=True, help="只写名单，不核对")
def command(children: int, seed: int, lists: Path, only_lists: bool) -> None:
    """造一个虚构的县：各部门的名单按真实的样子写出来，再像核对别人的名单一样核对。

    所有的人、学校和地名都是虚构的，身份证号用从未分配过的地区码 510699。
    """
    from notoneless import demo
    from notoneless.check import Settings, check
    from notoneless.cli._screen import show_outcome, watching

    county = demo.make_county(children, seed)
    demo.write_lists(county, lists)
    demo.write_truth(county, lists.with_name(lists.name + "-truth"))
    click.echo(
        gettext("虚构的县写好了：{count}个孩子的名单在 {path}").format(count=children, path=lists)
    )
    if only_lists:
        return
    with watching(quiet=False) as progress:
        outcome = check(Settings(lists, lists.with_name(lists.name + "-result")), progress)
    show_outcome(outcome)

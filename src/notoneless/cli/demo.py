"""``notoneless demo``: an invented county's lists, checked like anyone's, and its bureau at work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.demo.county import County


@click.command("demo", short_help="造一个虚构的县，核对一遍，再打开它的教育局系统")
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
@click.option(
    "--bureau",
    default=Path("demo-county/bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="虚构的教育局放在哪个文件夹",
)
@click.option("--again", is_flag=True, help="虚构的教育局已经填好，也从头再填")
@click.option(
    "--serve/--no-serve",
    default=None,
    help="填好后启动网页系统；不写时，在终端里就启动，不在终端里就结束",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口")
@click.option("--code", "secret", default="", help="只算二次验证此刻的6位数字，填开通页上的那一串")
def command(
    children: int,
    seed: int,
    lists: Path,
    only_lists: bool,
    bureau: Path,
    again: bool,
    serve: bool | None,
    port: int,
    secret: str,
) -> None:
    """造一个虚构的县：各部门的名单按真实的样子写出来，再像核对别人的名单一样核对。

    然后打开它的教育局系统：名单逐份入库，每种角色都有人，打印登录名和一次性口令。所有的人、学校和地名
    都是虚构的，身份证号用从未分配过的地区码 510699。
    """
    if secret:
        from notoneless.demo.bureau.second_factor import code

        click.echo(code(secret))
        return

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
    _bureau(county, lists, bureau, again)
    if sys.stdout.isatty() if serve is None else serve:
        from notoneless.bureau.web import server

        server.check_address("127.0.0.1", port)
        url = f"http://127.0.0.1:{port}/"
        click.echo(gettext("网址 {url}（按 Ctrl+C 停止）").format(url=url))
        server.serve("127.0.0.1", port)
    else:
        click.echo(gettext("启动网页系统：notoneless serve --data {path}").format(path=bureau))


def _bureau(county: County, lists: Path, data: Path, again: bool) -> None:
    """Fill the bureau, unless it is there, and print who can log in."""
    from notoneless.bureau.web import server
    from notoneless.cli._screen import saying, show_people
    from notoneless.demo.bureau import folder

    click.echo("")
    if folder.is_filled(data) and not again:
        server.settle(data)
        from notoneless.demo.bureau import people

        click.echo(
            gettext("虚构的教育局在 {path}，照上次的样子；要从头再填，加 --again").format(path=data)
        )
        show_people(people.again())
        return
    folder.clear(data)
    folder.mark(data, filled=False)
    with saying() as say:
        say(gettext("建数据库"))
        server.settle(data)
        from notoneless.demo.bureau import filling

        scene = filling.fill(county, lists, say)
    folder.mark(data, filled=True)
    click.echo(gettext("虚构的教育局填好了，在 {path}").format(path=data))
    show_people(scene.people)

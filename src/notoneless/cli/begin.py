"""``notoneless begin``: the first organisation and the first person of an installation."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.i18n import gettext


@click.command("begin", short_help="开张：建第一个机构和第一位安全管理员")
@click.option(
    "--data",
    default=Path("bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="数据文件夹",
)
@click.option(
    "--kind",
    type=click.Choice(["province", "city", "county"]),
    default="county",
    show_default=True,
    help="最上一级是省、市还是县",
)
@click.option("--place", required=True, help="最上一级的名称，例如 某某县")
@click.option("--code", default="", help="它的行政区划代码")
@click.option("--username", required=True, help="安全管理员的登录名")
@click.option("--name", required=True, help="安全管理员的姓名")
@click.option(
    "--places",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="下级机构和学校的表（xlsx、csv），一起建好",
)
def command(
    data: Path, kind: str, place: str, code: str, username: str, name: str, places: Path | None
) -> None:
    """开张：建最上一级机构和第一位安全管理员，给出设置密码的一次性链接。

    其他人由安全管理员在网页上邀请和授权。已有人员的系统不能再开张。
    """
    from notoneless.bureau.web import server

    server.settle(data)
    from notoneless.bureau.accounts import actions, place_list

    lines = place_list.read(places, places.name) if places else []
    token = actions.begin(
        kind=kind, place=place, code=code, username=username, name=name, places=lines
    )
    if lines:
        click.echo(
            gettext("从表里建好了下级机构和学校，表里有{count}行。").format(count=len(lines))
        )
    click.echo(gettext("启动系统（notoneless serve）后，打开这个链接设置密码，72小时内有效："))
    click.echo(f"/invitation/{token}")

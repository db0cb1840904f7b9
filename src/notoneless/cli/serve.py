"""``notoneless serve``: the bureau's web system."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.i18n import gettext


@click.command("serve", short_help="启动教育局的网页系统")
@click.option(
    "--data",
    default=Path("bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="数据文件夹：数据库、密钥、收到的文件；没有就新建",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听的地址；默认只在本机")
def command(data: Path, port: int, host: str) -> None:
    """启动教育局的网页系统：缺什么建什么，更新数据库，然后显示网址。

    数据库默认是数据文件夹里的 SQLite；设了环境变量 DATABASE_URL 就用 PostgreSQL。
    """
    from notoneless.bureau.web import server

    server.check_address(host, port)
    server.settle(data)
    from notoneless.bureau.accounts.queries import nobody_yet

    if nobody_yet():
        click.echo(gettext("还没有人员。另开一个窗口，先运行：notoneless begin --help"))
    shown = f"[{host}]" if ":" in host else host
    click.echo(gettext("网址 {url}（按 Ctrl+C 停止）").format(url=f"http://{shown}:{port}/"))
    server.serve(host, port)

"""``notoneless backup``: the database and the files, while people work."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.i18n import gettext


@click.command("backup", short_help="备份数据库和文件，系统照常运行")
@click.option(
    "--data",
    default=Path("bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="数据文件夹",
)
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="备份放在哪个文件夹下；每次建一个以时间命名的新文件夹",
)
def command(data: Path, to: Path) -> None:
    """备份数据库和收到的文件，写完读回核对。系统照常运行，不用停。

    密钥不在备份里：keys.json 要另外备份，另外存放。恢复的办法见部署说明。
    """
    from notoneless.bureau.web import server

    server.open_up(data)
    from notoneless.bureau.web import backup
    from notoneless.vault.keys import key_file

    place = backup.back_up(to)
    click.echo(gettext("备份在 {path}，已读回核对").format(path=place))
    click.echo(gettext("密钥不在里面，请另外备份：{path}").format(path=key_file()))

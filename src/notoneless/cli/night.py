"""``notoneless night``: what a bureau's system does each night."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.cli import EXIT_REFUSED
from notoneless.i18n import gettext


@click.command("night", short_help="做每夜的事：逐人核对、清理、留审计链尾")
@click.option(
    "--data",
    default=Path("bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="数据文件夹",
)
def command(data: Path) -> int:
    """做每夜的事：更新儿童卡片，逐人核对各项保障，各应用的夜间工作，清理，留审计链尾。

    serve 运行时每天夜里自己做一次（环境变量 NOTONELESS_NIGHT，默认 02:00）；也可以交给系统的定时器。
    链尾加在数据文件夹的 audit-heads.txt 末尾，请另存他处。有一项没做成时退出码为2。
    """
    from notoneless.bureau.web import server

    server.open_up(data)
    from django.utils import timezone

    from notoneless.bureau.audit import queries as audit
    from notoneless.bureau.sweeps import nightly
    from notoneless.bureau.sweeps.models import Sweep

    night = nightly.run(timezone.localdate())
    last = Sweep.objects.order_by("-pk").first()
    if last is not None and last.state == "done":
        click.echo(
            gettext("逐人核对{count}人，{changed}人和上次不同，用了{seconds}秒").format(
                count=f"{last.children:,}",
                changed=f"{last.changed:,}",
                seconds=(last.finished_at - last.started_at).seconds if last.finished_at else 0,
            )
        )
    click.echo(gettext("审计链尾 {head}").format(head=audit.head()))
    if night.broken:
        click.echo(gettext("没做成：{parts}").format(parts=night.broken), err=True)
        return EXIT_REFUSED
    return 0

"""``notoneless audit``: the audit log's chain."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.cli import EXIT_REFUSED
from notoneless.i18n import N_, gettext

DATA = click.option(
    "--data",
    default=Path("bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="数据文件夹",
)

WHY = {
    "altered": N_("这一条被改过"),
    "missing": N_("少了一条，或顺序不对"),
    "end": N_("日志的结尾被截断或改过"),
    "kept": N_("和另存的链尾对不上"),
}


@click.group("audit", short_help="审计日志：核验，打印链尾")
def command() -> None:
    """审计日志的链：每一条都由密钥和前一条连着，改、删、插、调换都会断。"""


@command.command("verify", short_help="从头到尾核验审计链")
@DATA
@click.option("--kept", multiple=True, help="另存的链尾（序号:校验码），可给多个")
def verify(data: Path, kept: tuple[str, ...]) -> int:
    """从头到尾核验审计链；断了就说明从哪一条断的，退出码为2。

    截去结尾要靠另存的链尾才能发现：每月打印一次（notoneless audit head），核验时用 --kept 给出。
    """
    from notoneless.bureau.faults import CHAIN_BROKEN
    from notoneless.bureau.web import server

    server.open_up(data)
    from notoneless.bureau.audit import queries

    found = queries.verify(kept)
    if not found.whole:
        fault = CHAIN_BROKEN.at(seq=found.broken_at, why=gettext(WHY[found.why]))
        click.echo(str(fault), err=True)
        return EXIT_REFUSED
    click.echo(
        gettext("审计链完整，共{count}条。链尾 {head}").format(
            count=f"{found.right:,}", head=queries.head()
        )
    )
    return 0


@command.command("head", short_help="打印链尾，另存他处")
@DATA
def head(data: Path) -> None:
    """打印链尾（序号:校验码）。抄在纸上或存到别处，以后核验时给 --kept。"""
    from notoneless.bureau.web import server

    server.open_up(data)
    from notoneless.bureau.audit import queries

    click.echo(queries.head())

"""``notoneless keys``: the key ring."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import click

from notoneless.i18n import gettext


@click.group("keys", short_help="密钥：查看有哪几把，更换")
def command() -> None:
    """加密身份证号、电话等内容的密钥。密钥文件不在数据库里，要分开备份。"""


DATA = click.option(
    "--data",
    default=Path("bureau"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="数据文件夹",
)


@command.command("show", short_help="看有哪几把密钥，还有多少内容用着旧密钥")
@DATA
def show(data: Path) -> None:
    """看密钥文件在哪里、有哪几把密钥、还有多少内容用着旧密钥。密钥本身从不显示。"""
    from notoneless.bureau.web import server

    server.open_up(data)
    from notoneless import vault
    from notoneless.vault import resealing
    from notoneless.vault.keys import key_file

    ring = vault.ring()
    click.echo(
        gettext("密钥文件 {path}：算法 {suite}，现用第{number}把，共{count}把").format(
            path=key_file(),
            suite=ring.suite,
            number=ring.current,
            count=len(ring.sealing),
        )
    )
    used = sum(map(resealing.under_each_key, resealing.sealed_columns()), Counter[int]())
    for number, count in sorted(used.items()):
        click.echo(gettext("第{number}把：{count}处").format(number=number, count=f"{count:,}"))
    if set(used) - {ring.current}:
        click.echo(gettext("还有内容用着旧密钥：运行 notoneless keys rotate --resume 接着做"))


@command.command("rotate", short_help="换一把新密钥，把旧内容重新加密")
@DATA
@click.option("--resume", is_flag=True, help="不换新密钥，只把上次没做完的做完")
def rotate(data: Path, resume: bool) -> None:
    """换一把新密钥，把旧内容重新加密；系统照常运行。中断了也不丢内容，用 --resume 接着做。

    旧密钥留在密钥文件里，以便打开旧备份。换完马上备份密钥文件。
    """
    from notoneless.bureau.web import server

    server.open_up(data)
    from notoneless import vault
    from notoneless.bureau import offers
    from notoneless.bureau.audit.actions import SYSTEM, action, record
    from notoneless.vault import resealing
    from notoneless.vault.keys import LOOKS_AGAIN_SECONDS, key_file

    if not resume:
        vault.ring().rotated().save(key_file())
        time.sleep(2 * LOOKS_AGAIN_SECONDS)  # until the running server seals with it too

    done = sum(sum(resealing.reseal(field)) for field in resealing.sealed_columns())
    done += sum(module.reseal() for module in offers.found("sealing"))

    @action
    def say() -> None:
        record(SYSTEM, "keys.rotated", key=vault.ring().current, resealed=done)

    say()
    click.echo(
        gettext("现用第{number}把密钥，重新加密了{count}处。请马上备份 {path}").format(
            number=vault.ring().current, count=f"{done:,}", path=key_file()
        )
    )

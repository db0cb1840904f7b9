"""``notoneless recompute``: a bundle for the auditor, worked out again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from notoneless.cli import EXIT_DONE, EXIT_GAPS
from notoneless.i18n import gettext


@click.command("recompute", short_help="重算审计包，逐项说相等还是不相等")
@click.argument("bundle", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def command(bundle: Path) -> int:
    """重算一个资助审计包：从规则和事实算出应发，和付款、对账结果、账本逐项比较。

    不需要数据库，不联网。全部相等返回 0，有不相等的返回 1。
    """
    from notoneless.bundle import recompute

    with bundle.open("rb") as file:
        click.echo(f"SHA-256 {hashlib.file_digest(file, 'sha256').hexdigest()}")
    checks = recompute(bundle)
    for one in checks:
        said = gettext("相等") if one.equal else gettext("不相等")
        click.echo(f"{said}  {one.what}" + ("" if one.equal else f"  {one.detail}"))
    return EXIT_DONE if all(one.equal for one in checks) else EXIT_GAPS

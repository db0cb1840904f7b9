"""``notoneless check``: a folder of lists in, every missing child and every missing yuan out."""

from __future__ import annotations

from pathlib import Path

import click

from notoneless.cli import EXIT_GAPS
from notoneless.i18n import gettext


@click.command("check", short_help="核对一个文件夹里的名单")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="结果文件夹，默认是名单文件夹旁边的“…-result”"
)
@click.option("--as-of", metavar="DATE", help="截至日期，如 2026-09-21；默认是名单里最新的日期")
@click.option(
    "--rulebook",
    "rulebooks",
    multiple=True,
    type=click.Path(path_type=Path),
    help="另用一本规则；与自带规则同名的代替自带的，可以写几次",
)
@click.option("--mask", is_flag=True, help="遮盖所有结果里的姓名、号码和出生日期")
@click.option("--decisions", type=click.Path(path_type=Path), help="填好答案的 review.csv 或工作簿")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="上次的结果文件夹，列出新增、已解决、仍未解决",
)
@click.option("--fail-on-gaps", is_flag=True, help="查出缺口时以状态 1 结束，供脚本使用")
@click.option("--quiet", is_flag=True, help="不显示进度")
def command(
    folder: Path,
    out: Path | None,
    as_of: str | None,
    rulebooks: tuple[Path, ...],
    mask: bool,
    decisions: Path | None,
    previous: Path | None,
    fail_on_gaps: bool,
    quiet: bool,
) -> int:
    """核对 FOLDER 里的名单：谁没有上学，谁该得的资助没有得到。

    户籍名单、学籍名册、点名册和各部门的名单（.xlsx .xls .et .csv）放在一个文件夹里即可，
    不用改名，不用改格式。结果是一本工作簿、一个网页和几个 csv 文件。
    """
    from notoneless.check import Settings, check, parse_date
    from notoneless.cli._screen import show_outcome, watching

    settings = Settings(
        folder=folder,
        out=out or folder.resolve().with_name(folder.resolve().name + "-result"),
        as_of=parse_date(as_of) if as_of else None,
        rulebooks=rulebooks,
        mask=mask,
        decisions=decisions,
        previous=previous,
    )
    with watching(quiet=quiet) as progress:
        outcome = check(settings, progress)
    show_outcome(outcome)
    if fail_on_gaps and any(one.meaning == "gap" and one.count for one in outcome.figures.states):
        click.echo(gettext("查出了缺口。"), err=True)
        return EXIT_GAPS
    return 0

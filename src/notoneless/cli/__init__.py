"""The command ``notoneless``.

Each command is one file in this folder whose name is the command's and which holds a click command
named ``command``. It is imported when it is called, so that ``notoneless --help`` is quick.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import click

from notoneless import __version__
from notoneless.faults import FaultKind, Refusal
from notoneless.i18n import LANGUAGES, N_, use

EXIT_DONE, EXIT_GAPS, EXIT_REFUSED, EXIT_INTERNAL = 0, 1, 2, 3
"""What the shell learns: done; done with gaps (if asked); the input cannot be used; our own fault."""

INTERNAL = FaultKind(
    "N001",
    N_("程序内部出错（{kind}），原有文件没有改动"),
    N_("设置 NOTONELESS_DEBUG=1 重跑，确认显示的内容里没有学生信息后，交给维护人员"),
)


class _Commands(click.Group):
    """Finds the commands in this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(
            module.name
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_")
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="notoneless")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=None,
    envvar="NOTONELESS_LANG",
    help="语言 / language",
)
@click.pass_context
def cli(ctx: click.Context, lang: str | None) -> None:
    """一个都不能少：把名单变成答案，不漏掉一个孩子。"""
    if lang:
        ctx.with_resource(use(lang))


def main() -> None:
    """Run the command; whatever goes wrong, a person reads a sentence and never a stack trace."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else EXIT_DONE)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(EXIT_REFUSED)
    except Refusal as refusal:
        for fault in refusal.faults:
            click.echo(str(fault), err=True)
        sys.exit(EXIT_REFUSED)
    except Exception as error:
        if os.environ.get("NOTONELESS_DEBUG"):
            raise
        # The text of an unexpected error may hold a child's data, so only its kind is shown.
        click.echo(str(INTERNAL.at(kind=type(error).__name__)), err=True)
        sys.exit(EXIT_INTERNAL)

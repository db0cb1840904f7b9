"""The command ``notoneless``.

Each command is one file in this folder whose name is the command's and which holds a click command
named ``command``. It is imported when it is called, so that ``notoneless --help`` is quick.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import os
import pkgutil
import sys
from typing import TypeVar

import click

from notoneless import __version__
from notoneless.faults import FaultKind, Refusal
from notoneless.i18n import LANGUAGES, N_, gettext, use

EXIT_DONE, EXIT_GAPS, EXIT_REFUSED, EXIT_INTERNAL = 0, 1, 2, 3
"""What the shell learns: done; done with gaps (if asked); the input cannot be used; our own fault."""

INTERNAL = FaultKind(
    "N001",
    N_("程序内部出错（{kind}），原有文件没有改动"),
    N_("设置 NOTONELESS_DEBUG=1 重跑，确认显示的内容里没有学生信息后，交给维护人员"),
)


_Command = TypeVar("_Command", bound=click.Command)


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
        return _in_language(command)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super(_Commands, _in_language(self)).format_help(ctx, formatter)


def _in_language(command: _Command) -> _Command:
    """The command with its help in the language in use; the command itself stays as it is written."""
    said = copy.copy(command)
    said.help = gettext(inspect.cleandoc(command.help or ""))
    said.short_help = gettext(command.short_help or "")
    said.params = [copy.copy(parameter) for parameter in command.params]
    for parameter in said.params:
        if isinstance(parameter, click.Option):
            parameter.help = gettext(parameter.help or "")
    if isinstance(said, click.Group):
        said.commands = {name: _in_language(one) for name, one in said.commands.items()}
    return said


def _speak(ctx: click.Context, _: click.Parameter, lang: str | None) -> None:
    if lang:
        ctx.with_resource(use(lang))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="notoneless", help=N_("显示版本"))
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=None,
    envvar="NOTONELESS_LANG",
    is_eager=True,  # before --help, which speaks it
    expose_value=False,
    callback=_speak,
    help="语言 / language",
)
def cli() -> None:
    """一个都不能少：把名单变成答案，不漏掉一个孩子。"""


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
        click.echo(str(refusal), err=True)  # worded when it was raised, in the language of then
        sys.exit(EXIT_REFUSED)
    except Exception as error:
        if os.environ.get("NOTONELESS_DEBUG"):
            raise
        # The text of an unexpected error may hold a child's data, so only its kind is shown.
        click.echo(str(INTERNAL.at(kind=type(error).__name__)), err=True)
        sys.exit(EXIT_INTERNAL)

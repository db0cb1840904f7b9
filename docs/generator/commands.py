"""The tree of commands, as click knows it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from notoneless.cli import cli


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it, groups before what is in them."""
    yield from _under("notoneless", cli)


def _under(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from _under(f"{name} {child}", found)


def help_texts() -> Iterator[tuple[str, str]]:
    """Every text of help with the words of its command."""
    for name, command in commands():
        for text in (command.help, command.short_help):
            if text:
                yield name, inspect.cleandoc(text)
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.help:
                yield name, parameter.help

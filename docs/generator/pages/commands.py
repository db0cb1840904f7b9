"""Every command, its arguments and its options."""

from __future__ import annotations

import inspect

import click

from generator.commands import commands
from generator.markdown import code, say, table, title
from notoneless.i18n import gettext


def page() -> str:
    """The page, from the commands themselves."""
    parts = [
        title(
            "命令",
            "Commands",
            say(
                "每个命令都可以加 `--help`。结束状态：0 完成；1 完成并且查出缺口（加了 `--fail-on-gaps`）；"
                "2 输入不能用（会说明原因）；3 程序内部出错。",
                "Every command takes `--help`. Exit codes: 0 done; 1 done and gaps were found (with "
                "`--fail-on-gaps`); 2 the input cannot be used (and why is said); 3 an error of our own.",
            ),
        )
    ]
    for name, command in commands():
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        usage = " ".join([name, *(p.make_metavar(click.Context(command)) for p in arguments)])
        options = [
            (code(", ".join((*p.opts, *p.secondary_opts))), _takes(p), _default(p), p.help or "")
            for p in command.params
            if isinstance(p, click.Option)
        ]
        parts.append(f"## {code(usage)}\n")
        if command.help:
            parts.append(gettext(inspect.cleandoc(command.help)) + "\n")
        if isinstance(command, click.Group) and name != "notoneless":
            continue
        if options:
            headings = [
                say("选项", "Option"),
                say("取值", "Takes"),
                say("默认", "Default"),
                say("意思", "Meaning"),
            ]
            parts.append(table(headings, options))
    return "\n".join(parts)


def _takes(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return " ".join(code(choice) for choice in option.type.choices)
    return code(option.metavar or option.type.name.upper())


def _default(option: click.Option) -> str:
    shown = option.show_default and option.default is not None and not option.is_flag
    return code(option.default) if shown else ""

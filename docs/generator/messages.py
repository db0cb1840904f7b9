"""The message catalogues: extracted from code, templates, help texts and data; compiled; checked.

Traditional Chinese is drafted for what is new and stays as a person leaves it. The conversion is of
characters only (OpenCC's ``s2tw``: the standard forms, 為 and not 爲): the words of mainland law and of
the lists, 学籍 or 低保, must not be exchanged for those of another place, which ``s2twp`` would do.
English is written by people. Data that bring their own English are in the Traditional catalogue only.
"""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import opencc
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import notoneless
from generator.commands import help_texts
from notoneless.bureau.accounts.policy import policy
from notoneless.i18n import LOCALES, Text
from notoneless.kernel import load_facts, load_rulebook, shipped
from notoneless.rosters.fields import fields, kinds

PACKAGE = Path(notoneless.__file__).parent
HEADER = """\
# Messages of Not One Less. Written by docs/generate.py; translate the msgstr, keep the {names}.
"""
LANGUAGES = ("en", "zh_Hant")
_CONVERSION = opencc.OpenCC("s2tw")
FIRST_DAY = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)  # a date of writing would change each time
MISREAD = {
    "足額髮放": "足額發放",
    "有采用": "有採用",
    "舍不入": "捨不入",
    "規則里加": "規則裡加",
    "單元格里": "單元格裡",
    "看看錶": "看看表",
    "週歲": "周歲",
}
"""Phrases that the conversion reads wrongly, and what a person put there."""

KEYWORDS = {"gettext": None, "N_": None, "_": None}
"""What marks a message."""


@dataclass
class Catalogues:
    """The files as they should be, and what only a person can mend."""

    files: dict[Path, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def catalogues() -> Catalogues:
    """Merge what is translated already with what the code says now."""
    said, data = said_in_code(), said_in_data()
    answer = Catalogues()
    for name in LANGUAGES:
        folder = LOCALES / name / "LC_MESSAGES"
        wanted = dict(said)
        if name == "zh_Hant":
            wanted = {**{text: {where} for text, where in data.items()}, **said}
        catalogue = _merge(folder / "notoneless.po", name, wanted)
        for message in catalogue:
            if message.id and (fault := _fault(message)):
                answer.faults.append(
                    f"{(folder / 'notoneless.po').relative_to(PACKAGE.parent.parent)}: "
                    f"{fault}: {message.id!r}"
                )
        answer.files[folder / "notoneless.po"] = _po(catalogue)
        answer.files[folder / "notoneless.mo"] = _mo(catalogue)
    return answer


def said_in_code() -> dict[str, set[str]]:
    """Every message of code, templates and help texts, with the files that say it."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py":
            texts = _in_python(path)
        elif path.suffix == ".jinja":
            texts = _in_template(path)
        elif path.suffix == ".html":
            texts = _in_page(path)
        else:
            continue
        for text in texts:
            found.setdefault(text, set()).add(path.relative_to(PACKAGE).as_posix())
    for command, text in help_texts():
        found.setdefault(text, set()).add(command)
    return found


def _in_python(path: Path) -> Iterator[str]:
    """By syntax tree: Babel's own reader does not look inside f-strings before Python 3.12."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            said = node.args[0]
            if node.func.id in KEYWORDS and isinstance(said, ast.Constant) and said.value:
                yield str(said.value)


def _in_template(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        options = {"encoding": "utf-8"}
        for _, message, _, _ in extract("jinja2", file, KEYWORDS, options=options):
            yield from (message,) if isinstance(message, str) else filter(None, message)


SAID_IN_PAGE = re.compile(r"""\{%\s*t\s+(?:"([^"]+)"|'([^']+)')|\{\{\s*"([^"]+)"\|t\b""")
"""``{% t "..." %}`` and ``{{ "..."|t }}`` of Django's templates."""


def _in_page(path: Path) -> Iterator[str]:
    for found in SAID_IN_PAGE.finditer(path.read_text("utf-8")):
        yield next(filter(None, found.groups()))


def said_in_data() -> dict[str, str]:
    """Chinese texts of data that bring their own English, with the file that says them."""
    found = {str(item.label.zh): "rosters/kinds.toml" for item in kinds().values()}
    found |= {str(item.label.zh): "rosters/fields.toml" for item in fields().values()}
    table = policy()
    found |= {str(row.text.zh): "bureau/accounts/policy.toml" for row in table.roles.values()}
    found |= {str(row.text.zh): "bureau/accounts/policy.toml" for row in table.permissions.values()}
    facts = load_facts(shipped("facts"))
    found |= dict.fromkeys(_texts(facts), "rulebooks/facts.yaml")
    for path in sorted((PACKAGE / "rulebooks").glob("*.yaml")):
        if path.stem != "facts":
            found |= dict.fromkeys(_texts(load_rulebook(path)), f"rulebooks/{path.name}")
    return found


def _texts(thing: object) -> set[str]:
    """The Chinese of every `Text` inside a dataclass, however deep."""
    if isinstance(thing, Text):
        return {thing.zh} if thing.zh else set()
    if isinstance(thing, Mapping):
        thing = list(thing.values())
    elif hasattr(thing, "__dataclass_fields__"):
        thing = [getattr(thing, name) for name in thing.__dataclass_fields__]
    if isinstance(thing, list | tuple):
        return set().union(*map(_texts, thing))
    return set()


def _traditional(text: str) -> str:
    converted = str(_CONVERSION.convert(text))
    for wrong, right in MISREAD.items():
        converted = converted.replace(wrong, right)
    return converted


def _merge(path: Path, name: str, wanted: dict[str, set[str]]) -> Catalog:
    """A catalogue of the wanted messages, with the translations there are."""
    known: dict[str, str] = {}
    if path.exists():
        with path.open("rb") as file:
            known = {str(m.id): str(m.string) for m in read_po(file, locale=name) if m.id}
    draft = _traditional if name == "zh_Hant" else lambda _: ""
    catalogue = Catalog(
        locale=name,
        domain="notoneless",
        project="Not One Less",
        header_comment=HEADER.strip(),
        creation_date=FIRST_DAY,
        revision_date=FIRST_DAY,
        last_translator="Not One Less contributors",
        language_team="Not One Less contributors",
        charset="utf-8",
        fuzzy=False,
    )
    for text in sorted(wanted, key=lambda text: (min(wanted[text]), text)):
        catalogue.add(
            text,
            known.get(text) or draft(text),
            locations=[(min(wanted[text]), 0)],
        )
    return catalogue


def placeholders(text: str) -> set[str]:
    """What is put into a message: ``{name}``, and ``%(name)s`` of templates."""
    try:
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:  # braces that are no places, in a help text
        named = set()
    return named | set(re.findall(r"%\((\w+)\)s", text))


def _fault(message: Message) -> str:
    """What is wrong with a translation; empty when nothing is."""
    if not message.string:
        return "not translated"
    if placeholders(message.id) != placeholders(message.string):
        return "the places in braces differ"
    return ""


def _po(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=100, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def _mo(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()

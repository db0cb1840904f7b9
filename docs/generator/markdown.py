"""Small pieces of Markdown, in the language in use (see `notoneless.i18n.use`)."""

from __future__ import annotations

from collections.abc import Iterable

from notoneless.i18n import Text, gettext, language

NOTE = Text(
    "<!-- 由 docs/generate.py 从代码生成，不要手改 -->",
    "<!-- Written from the code by docs/generate.py; do not edit -->",
)


def say(zh: str, en: str) -> str:
    """One of two texts of the documentation itself."""
    return en if language() == "en" else zh


def title(zh: str, en: str, *paragraphs: str) -> str:
    """The head of a page: the note, its title, and what it is about."""
    return "\n\n".join([str(NOTE), f"# {say(zh, en)}", *paragraphs]) + "\n"


def cell(value: object) -> str:
    """A value as it can stand in a table."""
    text = str(gettext(value) if isinstance(value, str) else value)
    return text.replace("|", "\\|").replace("\n", " ").strip()


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; texts in it are translated where the catalogue knows them."""
    head = [cell(heading) for heading in headings]
    lines = [head, ["---"] * len(head), *([cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def code(text: object) -> str:
    """A text in the fixed-width face."""
    return f"`{text}`" if str(text) else ""

"""Documents from templates: filled, as .docx and as .pdf.

A template is a small text (``documents.toml``): a line ``# `` is the title, ``> `` stands to the right,
``| a | b`` is a row of a form, ``~ a ~ b`` are places to sign, else a paragraph. From it come both files. A
bureau puts its own into its data folder, where it counts before ours::

    <data>/templates/documents/return_notice.txt     the text: gives .docx and .pdf
    <data>/templates/documents/return_notice.docx    a document of Word or WPS with the same fields: gives .docx

Fields are written ``{{child}}``. A template names fields only, it can hold no program: the text is filled
here, a .docx by docxtpl in a sandbox.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from notoneless.bureau.cases import faults
from notoneless.bureau.cases.codes import documents
from notoneless.faults import Refusal

FIELDS = ("child", "sex", "born", "id_number", "school", "pupil", "home", "guardian", "number", "case", "issuer",
          "county", "township", "today", "deadline", "since", "found", "absence", "gap", "reason", "contacts",
          "last_contact", "blank")  # fmt: skip
"""What a template can name."""

BLANK = "＿＿＿＿＿＿＿＿"
"""What an office fills in by hand: the system does not decide it, or does not know it."""

_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a document: ``title``, ``right``, ``row``, ``sign`` or ``text``, with its cells."""

    kind: str
    cells: tuple[str, ...]


def own(kind: str, suffix: str) -> Path | None:
    """The bureau's own template of a kind, None where it uses ours."""
    path = Path(settings.INSTALLATION.data) / "templates" / "documents" / f"{kind}.{suffix}"
    return path if path.is_file() else None


def template(kind: str) -> str:
    """The text in force. `Refusal` when the bureau's own one names a field that does not exist."""
    path = own(kind, "txt")
    text = path.read_text("utf-8-sig") if path else str(documents()[kind]["text"])
    if unknown := sorted(set(_FIELD.findall(text)) - set(FIELDS)):
        raise Refusal([faults.NO_SUCH_FIELD.at(seen=unknown[0], document=f"{kind}.txt")])
    return text.strip()


def filled(kind: str, fills: Mapping[str, str]) -> list[Part]:
    """The lines of a document with its fields filled; a field without a value is left to write on."""
    return list(_parts(template(kind), fills))


def _parts(text: str, fills: Mapping[str, str]) -> Iterator[Part]:
    def fill(words: str) -> str:
        return _FIELD.sub(lambda field: fills.get(field[1]) or BLANK, words).strip()

    for line in map(str.strip, text.splitlines()):
        if line.startswith("# "):
            yield Part("title", (fill(line[2:]),))
        elif line.startswith("> "):
            yield Part("right", (fill(line[2:]),))
        elif line.startswith("|"):
            yield Part("row", tuple(fill(cell) for cell in line[1:].split("|")))
        elif line.startswith("~"):
            yield Part("sign", tuple(fill(cell) for cell in line[1:].split("~")))
        elif line:
            yield Part("text", (fill(line),))


# --- .docx ---------------------------------------------------------------------------------------------

HAN_TEXT, HAN_TITLE = "仿宋", "黑体"
"""Fonts of official papers, as Word and WPS in China have them; others take what they have."""


def docx(kind: str, fills: Mapping[str, str]) -> bytes:
    """The document for Word and WPS, A4."""
    path = own(kind, "docx")
    return _docx_of(path, fills) if path else _docx(filled(kind, fills))


def _docx_of(path: Path, fills: Mapping[str, str]) -> bytes:
    from docxtpl import DocxTemplate
    from jinja2.sandbox import SandboxedEnvironment

    book, out = DocxTemplate(str(path)), io.BytesIO()
    if unknown := sorted(book.get_undeclared_template_variables() - set(FIELDS)):
        raise Refusal([faults.NO_SUCH_FIELD.at(seen=unknown[0], document=path.name)])
    values = {name: fills.get(name) or BLANK for name in FIELDS}
    book.render(values, SandboxedEnvironment(autoescape=True), autoescape=True)
    book.save(out)
    return out.getvalue()


def _docx(parts: list[Part]) -> bytes:
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    book = Document()
    page = book.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(27)
    page.top_margin = page.bottom_margin = Mm(30)
    normal = book.styles["Normal"]
    normal.font.size = Pt(16)
    normal.font.name = HAN_TEXT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), HAN_TEXT)
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)

    def paragraph(text: str, where: Any = None, indent: float = 0) -> Any:
        one = book.add_paragraph(text)
        one.alignment = where
        one.paragraph_format.first_line_indent = Pt(indent)
        return one

    for kind, lot in _grouped(parts):
        if kind == "title":
            run = paragraph("", ALIGN.CENTER).add_run(lot[0].cells[0])
            run.font.size, run.font.bold, run.font.name = Pt(22), True, HAN_TITLE
            run._element.rPr.rFonts.set(qn("w:eastAsia"), HAN_TITLE)
            paragraph("")
        elif kind == "right":
            for part in lot:
                paragraph(part.cells[0], ALIGN.RIGHT)
        elif kind == "row":
            _table(book, lot, Pt(12))
        elif kind == "sign":
            paragraph("")
            _places_to_sign(book, lot[0].cells)
        else:
            for part in lot:
                text = part.cells[0]
                paragraph(text, indent=0 if text.endswith("：") else 32)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


LABEL, PAPER = 26, 156
"""Width of a form's label and of what is printed on a page, in mm."""


def _table(book: Any, rows: list[Part], size: Any) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Mm, Pt

    width = max(len(row.cells) for row in rows)
    table = book.add_table(rows=0, cols=width)
    table.style, table.autofit = "Table Grid", False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    wide = (PAPER - LABEL * ((width + 1) // 2)) // max(1, width // 2)
    widths = [Mm(wide if number % 2 else LABEL) for number in range(width)]
    for number, column in enumerate(table.columns):
        column.width = widths[number]
    for row in rows:
        cells = table.add_row().cells
        for number, cell in enumerate(cells):
            cell.width = widths[number]
        if len(row.cells) < width:
            cells[len(row.cells) - 1].merge(cells[width - 1])
        for number, text in enumerate(row.cells):
            place = cells[number].paragraphs[0]
            place.paragraph_format.line_spacing = Pt(20)
            place.paragraph_format.space_before = place.paragraph_format.space_after = Pt(3)
            place.add_run(text).font.size = size


def _places_to_sign(book: Any, cells: Sequence[str]) -> None:
    """Side by side with room for a signature, each on one line."""
    from docx.shared import Pt

    table = book.add_table(rows=1, cols=len(cells))
    for place, text in zip(table.rows[0].cells, cells, strict=True):
        place.paragraphs[0].add_run(f"{text}：").font.size = Pt(14)


def _grouped(parts: list[Part]) -> Iterator[tuple[str, list[Part]]]:
    """Rows of a form that follow each other are one table; the same for lines to the right."""
    lot: list[Part] = []
    for part in parts:
        if lot and lot[0].kind != part.kind:
            yield lot[0].kind, lot
            lot = []
        lot.append(part)
    if lot:
        yield lot[0].kind, lot


# --- .pdf ----------------------------------------------------------------------------------------------

_PAGE = """
#set page(paper: "a4", margin: (x: 27mm, y: 30mm), numbering: none)
#set text(font: "Noto Serif SC", size: 15pt, lang: "zh", region: "cn")
#set par(leading: 13pt, spacing: 13pt, justify: true)
"""


def pdf(kind: str, fills: Mapping[str, str]) -> bytes | None:
    """The document as PDF, A4; None where the bureau has a .docx of its own: that one is printed."""
    if own(kind, "docx") and not own(kind, "txt"):
        return None
    import pylopdf_fonts_zh_cn
    import typst

    fonts = str(Path(pylopdf_fonts_zh_cn.__file__).parent)
    source = _PAGE + "\n".join(_typst(kind, lot) for kind, lot in _grouped(filled(kind, fills)))
    compiled: Any = typst.compile  # its types do not know that it takes bytes alone
    return bytes(compiled(source.encode(), font_paths=[fonts], ignore_system_fonts=True))


def _typst(kind: str, lot: list[Part]) -> str:
    if kind == "title":
        title = _text(lot[0].cells[0])
        return f'#align(center, text(size: 22pt, font: "Noto Sans SC", {title}))\n#v(8pt)'
    if kind == "right":
        return "\n".join(f"#align(right, text({_text(part.cells[0])}))" for part in lot)
    if kind == "sign":
        places = ", ".join(f"[#text({_text(cell)})：]" for cell in lot[0].cells)
        count = len(lot[0].cells)
        return f"#v(24pt)\n#grid(columns: (1fr,) * {count}, {places})"
    if kind == "row":
        width = max(len(part.cells) for part in lot)
        cells = []
        for part in lot:
            *first, last = part.cells
            cells += [f"[#text({_text(cell)})]" for cell in first]
            cells.append(f"table.cell(colspan: {width - len(first)})[#text({_text(last)})]")
        return (
            f"#text(size: 12pt, table(columns: (auto, 1fr) * {width // 2} + (1fr,) * {width % 2}, "
            f"inset: 8pt, stroke: 0.5pt, {', '.join(cells)}))"
        )
    return "\n".join(
        f"#par({'' if part.cells[0].endswith('：') else 'first-line-indent: (amount: 2em, all: true), '}"
        f"text({_text(part.cells[0])}))"
        for part in lot
    )


def _text(words: str) -> str:
    """A string of Typst's: nothing in it is markup or program."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'

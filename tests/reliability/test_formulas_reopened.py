"""Every export, opened again by the program that people use: nothing in it calculates or leads anywhere.

Names of children, lists and sources begin with ``=``, ``+``, ``-``, ``@``, tab and their full-width twins.
LibreOffice opens each workbook and writes down what it took for a formula or a link.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import xlsxwriter
from addressed import asked
from django.urls import reverse
from filling import Filled
from invented_bureau import logged_in
from payloads import PAYLOADS, marked

pytestmark = [
    pytest.mark.skipif(
        not shutil.which("soffice"),
        reason="NOT TESTED: no LibreOffice (apt-get install libreoffice-calc)",
    ),
]

LIVE = re.compile(r'table:formula="[^"]*"|xlink:href="[^"]*"')


def reopened(books: list[Path], folder: Path) -> dict[str, str]:
    """Each book as LibreOffice understands it, in its flat XML."""
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "fods",
            "--outdir",
            folder / "opened",
            *books,
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return {path.stem: path.read_text("utf-8") for path in (folder / "opened").iterdir()}


@pytest.mark.django_db
def test_no_export_calculates_when_it_is_opened_again(filled: Filled, tmp_path: Path) -> None:
    """The mutant lies among them: a workbook that believes what begins with ``=``."""
    bureau, _, _ = filled
    books = []
    for who in ("owner", "security_admin"):
        client = logged_in(bureau[who])
        for name, pattern in asked().items():
            if not pattern.pattern.converters:
                answer = client.get(reverse(name), {"export": "xlsx"})
                if answer.status_code == 200 and answer.content[:2] == b"PK":
                    books.append(tmp_path / f"{who}-{name.replace(':', '-')}.xlsx")
                    books[-1].write_bytes(answer.content)
    assert len(books) >= 4
    naive = tmp_path / "naive.xlsx"
    with xlsxwriter.Workbook(naive) as book:
        sheet = book.add_worksheet()
        for at, payload in enumerate(PAYLOADS):
            sheet.write(at, 0, payload.format(sign="1"))
    seen = reopened([*books, naive], tmp_path)
    assert set(seen) == {path.stem for path in [*books, naive]}
    assert len(LIVE.findall(seen.pop("naive"))) >= 2
    assert sum(f"=甲{marked('child')}1+1" in text for text in seen.values()) >= 1, (
        "the names are in the books"
    )
    assert {name: LIVE.findall(text) for name, text in seen.items() if LIVE.search(text)} == {}

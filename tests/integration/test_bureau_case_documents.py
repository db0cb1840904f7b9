"""Documents: from the text to Word and PDF, numbered, issued, served; nothing decided by the system."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import zipfile

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from invented_bureau import Bureau
from invented_cases import opened, opening

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions, drafting, files, filling
from notoneless.bureau.cases.codes import documents
from notoneless.bureau.cases.models import Case, Document
from notoneless.faults import Refusal

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 9, 18)
HOSTILE = '"; #read("/etc/passwd") {{child}} <w:p/> \\'


def draft(bureau: Bureau, case: Case, kind: str = "return_notice", **more: object) -> Document:
    told = {"issuer": bureau["township"], "deadline": dt.date(2026, 9, 25)} | more
    return actions.draft_document(by=bureau["county_officer"], case=case, kind=kind, **told)


def words(docx: bytes) -> str:
    """All the text of a document of Word."""
    import docx as word

    book = word.Document(io.BytesIO(docx))
    cells = [c.text for t in book.tables for row in t.rows for c in row.cells]
    return "\n".join([one.text for one in book.paragraphs] + cells)


def issuer_of(bureau: Bureau, kind: str):
    level = documents()[kind]["issuers"][0]
    return bureau[level]


@pytest.mark.parametrize("kind", list(documents()))
def test_every_document_is_drafted_as_word_and_pdf(bureau: Bureau, kind: str) -> None:
    _, case = opened(bureau)
    document = draft(bureau, case, kind, issuer=issuer_of(bureau, kind))
    made = dict(filling.files_of(document))
    assert "孩0" in words(made["docx"]) or kind == "visit"
    assert "（草稿，未编号）" in words(made["docx"])
    assert "{{" not in words(made["docx"])
    assert made["pdf"].startswith(b"%PDF-")


def test_the_penalty_is_left_to_the_office(bureau: Bureau) -> None:
    _, case = opened(bureau)
    parts = drafting.filled("penalty", filling.of(draft(bureau, case, "penalty")))
    decided = next(part.cells[0] for part in parts if part.cells[0].startswith("决定"))
    assert decided == f"决定：{drafting.BLANK}"
    with pytest.raises(Refusal, match="B616"):
        draft(bureau, case, "penalty", issuer=bureau["school"])


def test_issued_and_served_under_numbers_that_are_one(bureau: Bureau) -> None:
    _, case = opened(bureau)
    one, two = draft(bureau, case), draft(bureau, case)
    with pytest.raises(PermissionDenied):
        actions.issue_document(by=bureau["township_cadre"], document=one, on=DAY)
    leader = bureau["township_leader"]
    one = actions.issue_document(by=leader, document=one, on=DAY)
    assert one.number == "甲一镇控辍〔2026〕1号"
    kept = {file.name: files.kept(file.digest) for file in one.files.all()}
    assert "甲一镇控辍〔2026〕1号" in words(kept["return_notice.docx"])
    with pytest.raises(Refusal, match="B615"):
        actions.issue_document(by=leader, document=two, on=DAY, number=one.number)
    assert actions.issue_document(by=leader, document=two, on=DAY).number.endswith("2号")
    with pytest.raises(Refusal, match="B613"):
        actions.issue_document(by=leader, document=two, on=DAY)
    receipt = ("a.jpg", b"\xff\xd8\xff receipt")
    told = {"document": one, "who": "何干部", "to": "mother", "receipt": receipt}
    with pytest.raises(Refusal, match="B617"):
        actions.serve_document(by=bureau["village_cadre"], on=DAY - dt.timedelta(days=1), **told)
    actions.serve_document(by=bureau["village_cadre"], on=DAY, **told)
    one.refresh_from_db()
    assert (one.state, one.served_by, one.files.count()) == ("served", "何干部", 3)
    with pytest.raises(Refusal, match="B613"):
        actions.withdraw_document(by=bureau["county_officer"], document=one)


class TestOwnTemplates:
    @pytest.fixture
    def folder(self):
        import shutil

        folder = settings.INSTALLATION.data / "templates" / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        shutil.rmtree(folder)

    def test_a_text_gives_both(self, folder, bureau: Bureau) -> None:
        (folder / "return_notice.txt").write_text("# 通知\n致{{guardian}}，{{child}}\n", "utf-8")
        _, case = opened(bureau)
        made = dict(filling.files_of(draft(bureau, case)))
        assert words(made["docx"]).split() == ["通知", "致陈大山，孩0"]
        assert made["pdf"].startswith(b"%PDF-")

    def test_a_word_document_is_filled(self, folder, bureau: Bureau) -> None:
        import docx

        book = docx.Document()
        book.add_paragraph("致{{ guardian }}：{{ child }}")
        book.save(folder / "return_notice.docx")
        _, case = opened(bureau)
        made = dict(filling.files_of(draft(bureau, case)))
        assert words(made["docx"]) == "致陈大山：孩0"
        assert "pdf" not in made

    @pytest.mark.parametrize("suffix", ["txt", "docx"])
    def test_a_field_that_does_not_exist_is_refused(self, folder, bureau, suffix: str) -> None:
        import docx

        if suffix == "txt":
            (folder / "return_notice.txt").write_text("{{religion}}", "utf-8")
        else:
            book = docx.Document()
            book.add_paragraph("{{ religion }}")
            book.save(folder / "return_notice.docx")
        _, case = opened(bureau)
        with pytest.raises(Refusal, match="B619"):
            list(filling.files_of(draft(bureau, case)))


def test_what_is_filled_in_is_text_and_no_program() -> None:
    fills = {"child": HOSTILE, "guardian": HOSTILE}
    made = drafting.docx("return_notice", fills)
    assert HOSTILE in words(made)
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None
    pdf = drafting.pdf("return_notice", fills)
    assert pdf
    shown = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=False)
    if shown.returncode == 0:
        assert "root:" not in shown.stdout.decode()
        assert "passwd" in shown.stdout.decode()


def test_a_notice_says_since_when_and_never_more_than_is_known(bureau: Bureau) -> None:
    """The first day missed where somebody knows it; else the day on which it was found."""
    child, case = opened(bureau)
    said = words(drafting.docx("return_notice", filling.of(draft(bureau, case))))
    assert "2026年9月14日发现没有到校接受义务教育" in said
    seen = opening(child, source="rollcall", since=dt.date(2026, 9, 9), on=dt.date(2026, 9, 15))
    actions.open_cases(by=SYSTEM, openings=[seen])
    said = words(drafting.docx("return_notice", filling.of(draft(bureau, case))))
    assert "自2026年9月9日起没有到校接受义务教育" in said
    assert "发现没有到校" not in said

"""Every document of cases and every workbook of this work opens in LibreOffice and holds its values."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from django.utils import timezone
from invented_bureau import Bureau, logged_in
from invented_cases import opened

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions, filling
from notoneless.bureau.cases.codes import documents, word
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.inspections import actions as inspections
from notoneless.bureau.placements import actions as placements
from notoneless.bureau.reports import actions as reports
from notoneless.bureau.reports.kinds import kinds
from notoneless.bureau.reports.ledgers import LEDGERS
from notoneless.calendar import Term

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not SOFFICE, reason="NOT TESTED: LibreOffice (soffice) is not installed"),
]


def printed(files: list[Path]) -> dict[str, str]:
    """What LibreOffice prints of each file, by its name, without spaces; all in one start of it."""
    folder = files[0].parent
    subprocess.run(
        [SOFFICE, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--convert-to", "pdf", "--outdir", folder, *files],
        capture_output=True, timeout=300, check=True,
    )  # fmt: skip
    found = {}
    for file in files:
        told = subprocess.run(
            ["pdftotext", file.with_suffix(".pdf"), "-"], capture_output=True, check=True
        )
        found[file.name] = re.sub(r"\s", "", told.stdout.decode())
    return found


def test_every_document_of_a_case(bureau: Bureau, tmp_path: Path) -> None:
    _, case = opened(bureau)
    files = []
    for kind, row in documents().items():
        document = actions.draft_document(
            by=bureau["county_officer"], case=case, kind=kind, issuer=bureau[row["issuers"][0]],
            deadline=dt.date(2026, 9, 25),
        )  # fmt: skip
        path = tmp_path / f"{kind}.docx"
        path.write_bytes(dict(filling.files_of(document))["docx"])
        files.append(path)
    told = printed(files)
    for kind in documents():
        words = told[f"{kind}.docx"]
        title = word("documents", kind).removesuffix("（草稿）")
        for value in (title, "孩0", "陈大山", "（草稿，未编号）"):
            assert value in words, (kind, value)
        assert "{{" not in words
        pages = subprocess.run(
            ["pdfinfo", tmp_path / f"{kind}.pdf"], capture_output=True, check=True, text=True
        )
        assert re.search(r"Pages:\s+1\n", pages.stdout), f"{kind}: one sheet of paper"
    for kind in ("return_notice", "order"):
        assert "2026年9月25日前" in told[f"{kind}.docx"]


def test_who_never_was_a_pupil_is_called_none(bureau: Bureau) -> None:
    _, case = opened(bureau)
    case.school = None
    told = filling.fills(case, bureau["township"], None)
    assert told["pupil"] == "还没有学籍"
    assert told["gap"] == "在籍不在校", "not the rule's rows, which say nothing to a family"


def test_every_workbook(bureau: Bureau, tmp_path: Path) -> None:
    """Lists of this work as they are exported: printed across, as wide as the paper, values whole."""
    child, case = opened(bureau)
    officer, today = logged_in(bureau["county_officer"]), timezone.localdate()
    filed = (("school_month", "2026-09", "school"), ("county_quarter", "2026-Q3", "county"),
             ("city_term", "2026-spring", "city"))  # fmt: skip
    for kind, period, place in filed:
        reports.file_report(
            by=SYSTEM, kind=kinds()[kind], organisation=bureau[place], period=period
        )
    campaign = inspections.open_campaign(
        by=SYSTEM, county=bureau["county"], term=Term(2026, "autumn"), begins=today, ends=today
    )
    placements.place(
        by=SYSTEM, child=child, kind="home", school=bureau["school"], first=dt.date(2026, 9, 1)
    )
    placements.receive(
        by=SYSTEM, county=bureau["county"], name="周远来", birth_date=dt.date(2019, 5, 3),
        guardian="周来", phone="13900000000", origin="other", stage="primary", grade=1,
    )  # fmt: skip
    actions.ask_department(by=SYSTEM, case=case, department="labour", what="核查用工")
    for way, result in (("phone", "refused"), ("home", "refused")):
        actions.write_contact(
            by=bureau["township_cadre"], case=case, key=uuid.uuid4(), at=timezone.now(),
            way=way, whom="mother", text="在外地务工", result=result,
        )  # fmt: skip
    actions.move(
        by=bureau["school_head"], case=case, way="verify", seen=case.state,
        told=Told(on=today, reason="D2"),
    )  # fmt: skip
    wanted: dict[str, tuple[str, ...]] = {
        "/cases": (case.number, "孩0", "甲县一小"),
        "/cases/tasks": (case.number, "人力资源和社会保障"),
        "/reports/school_month/2026-09": ("甲县一小", "甲县二小", "在读学生"),
        "/reports/county_quarter/2026-Q3": ("甲县", "本季新增疑似辍学"),
        f"/inspections/{campaign.pk}": ("甲县一小",),
        "/placements": ("孩0", "送教上门"),
        "/home-lessons": ("孩0",),
        "/admissions": ("周远来", "甲县"),
        "/attendance/day": ("甲县一小",),
        f"/attendance/classes/{bureau['class'].pk}/month": ("孩0",),
        **{
            f"/reports/ledgers/{name}": (f"甲县{one.label}", "孩0", "甲一村")
            for name, one in LEDGERS.items()
        },
    }  # fmt: skip
    files, values = [], {}
    for number, (path, words) in enumerate(wanted.items()):
        answer = officer.get(path, {"export": "xlsx"})
        assert "sheet" in answer.headers["Content-Type"], path
        file = tmp_path / f"{number:02}.xlsx"
        file.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        files.append(file)
        values[file.name] = (path, words)
    for name, told in printed(files).items():
        path, words = values[name]
        for value in words:
            assert re.sub(r"\s", "", value) in told, (path, value, told[:300])

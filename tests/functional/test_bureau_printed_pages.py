"""Pages that people print and sign: on A4, whole, with the headings of a table on every sheet.

The ledgers, the yearly report, a case's file of ten parts, the sheets of campaigns and spot checks.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from invented_bureau import Bureau, logged_in
from invented_cases import opening
from invented_children import row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions as cases
from notoneless.bureau.cases.models import Case
from notoneless.bureau.inspections import actions as inspections
from notoneless.bureau.people.models import Child
from notoneless.bureau.reports import actions as reports
from notoneless.bureau.reports.kinds import kinds
from notoneless.bureau.reports.ledgers import LEDGERS
from notoneless.calendar import Term

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="NO BROWSER: install Chromium to print the pages"),
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="NOT TESTED: no pdftotext"),
]
A4 = {(595, 842), (842, 595)}
PUPILS = 45
"""So many that no list of the class fits on one sheet."""


class Paper:
    """What came out of the printer, page by page, without spaces."""

    def __init__(self, path: Path) -> None:
        told = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
        self.pages = [re.sub(r"\s", "", one) for one in told.stdout.decode().split("\f")[:-1]]
        self.whole = "".join(self.pages)
        sizes = subprocess.run(
            ["pdfinfo", "-f", "1", "-l", "99", path], capture_output=True, check=True, text=True
        )
        self.sizes = {
            (round(float(wide)), round(float(high)))
            for wide, high in re.findall(r"size:\s+([\d.]+) x ([\d.]+) pts", sizes.stdout)
        }


@pytest.fixture
def printed(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[..., Paper]]:
    """``printed(user, path)``: the page as this person's browser prints it."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
    base = live_server.url.replace("127.0.0.1", "localhost")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

        def of(user: Any, path: str) -> Paper:
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
            cookie = logged_in(user).cookies["session"].value
            context.add_cookies([{"name": "session", "value": cookie, "url": base}])
            page = context.new_page()
            answer = page.goto(base + path)
            assert answer is not None
            assert answer.ok, (path, answer.status)
            file = tmp_path / (re.sub(r"\W+", "-", path.strip("/")) + ".pdf")
            page.pdf(path=file, prefer_css_page_size=True, print_background=True)
            context.close()
            return Paper(file)

        yield of
        browser.close()


@pytest.fixture
def big_class(real_bureau: Bureau) -> Bureau:
    """A class of more pupils than a sheet of paper has rows, one of them with a case."""
    rows = [
        row(n, f"白雨辰{n:02}", head_name="白大山", nation="汉族", guardian_id=None)
        for n in range(1, PUPILS + 1)
    ]
    taken_in(real_bureau, rows)
    keys = dict(Child.objects.values_list("name", "pk"))
    taken_in(real_bureau, [one | {"child": keys[one["name"]]} for one in rows], "roll")
    return real_bureau


def test_every_page_that_is_signed_is_whole_on_paper(
    big_class: Bureau, printed: Callable[..., Paper]
) -> None:
    bureau, today = big_class, timezone.localdate()
    officer = bureau["county_officer"]
    children = list(Child.objects.order_by("name"))
    cases.open_cases(by=SYSTEM, openings=[opening(one) for one in children[:3]])
    case = Case.objects.order_by("pk")[0]
    for n in range(1, 30):
        cases.write_note(by=officer, case=case, text=f"第{n}次：电话里说月底回来，已约家访的日子")
    reports.file_report(by=SYSTEM, kind=kinds()["county_quarter"], organisation=bureau["county"],
                        period=kinds()["county_quarter"].period_of(today))  # fmt: skip
    campaign = inspections.open_campaign(
        by=SYSTEM, county=bureau["county"], term=Term(2026, "autumn"), begins=today, ends=today
    )
    check = inspections.plan_spot_check(
        by=officer, organisation=bureau["county"], day=today + dt.timedelta(days=1), size=1
    )
    units = inspections.draw_sample(by=officer, spot_check=check, on=check.day)
    quarter = kinds()["county_quarter"].period_of(today)

    ledger = printed(officer, "/reports/ledgers/of-age")
    assert ledger.sizes == {(842, 595)}
    columns = "".join(text for _, text in LEDGERS["of-age"].columns)
    for page in ledger.pages:  # headings are broken over lines, so their characters stand apart
        assert "备注" in page, "the last column is on every sheet"
        assert set(columns) <= set(page)
    assert all(child.name[-2:] in ledger.whole for child in children)
    assert "单位负责人（签字）" in ledger.whole

    report = printed(officer, f"/reports/county_quarter/{quarter}/{bureau['county'].pk}")
    assert report.sizes == {(595, 842)}
    assert len(report.pages) == 1
    for words in ("甲县", "已报", "本季新增疑似辍学", "填报人（签名）", "单位（盖章）"):
        assert words in report.whole
    assert "现在的记录" not in report.whole, "what was filed is on paper, nothing newer beside it"

    file = printed(officer, f"/cases/{case.pk}/file")
    assert file.sizes == {(595, 842)}
    parts = ("一、基本", "二、家庭", "三、就学", "四、原因", "五、目标", "六、双线", "七、经过", "八、文书",
             "九、本学期资助", "十、结果")  # fmt: skip
    at = [file.whole.index(part) for part in parts]
    assert at == sorted(at)
    assert all(f"第{n}次" in file.whole for n in range(1, 30))
    assert str(today) in file.whole, "the year stands beside every line, the file is kept for years"
    for words in ("班主任签字", "乡镇人民政府（盖章）"):
        assert words in file.pages[-1]
    timeline = [page for page in file.pages if "做了什么" in page]
    assert len(timeline) >= 2, "its heading stands on every sheet"

    for path in (
        f"/inspections/spot/units/{units[0].pk}",
        f"/inspections/{campaign.pk}/schools/{bureau['school'].pk}",
    ):
        sheet = printed(bureau["school_head"] if "schools" in path else officer, path)
        assert sheet.sizes == {(595, 842)}, path
        assert "（签名" in sheet.pages[-1], path
    unit = printed(officer, f"/inspections/spot/units/{units[0].pk}")
    assert all(child.name in unit.whole for child in children)
    assert all("没有到的原因" in page for page in unit.pages if "白雨辰" in page)

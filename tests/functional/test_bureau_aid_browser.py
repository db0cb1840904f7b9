"""A term from the lists to the bank's answer, in a real browser, by four roles.

School aid officer, county aid officer, county leader, auditor. With ``SHOTS=folder`` every page is kept as a
picture, wide and on a phone.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path

from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.utils import timezone
from invented_aid import card, number, students
from invented_bureau import Bureau, build, logged_in

from notoneless.bundle import recompute
from notoneless.bureau.aid import actions
from notoneless.bureau.aid.models import Award, Batch, Finding
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.models import Case
from notoneless.calendar import term_on

WIDTHS = {"wide": (1366, 768), "phone": (390, 844)}


class TestTerm(StaticLiveServerTestCase):
    """From what is owed to what came back."""

    bureau: Bureau

    def setUp(self) -> None:
        self.bureau = build()
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread

    def tearDown(self) -> None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]

    def page_of(self, browser, who: str):
        context = browser.new_context(
            viewport={"width": WIDTHS["wide"][0], "height": WIDTHS["wide"][1]},
            accept_downloads=True,
            locale="zh-CN",
        )
        cookie = logged_in(self.bureau[who]).cookies["session"].value
        context.add_cookies([{"name": "session", "value": cookie, "url": self.live_server_url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    def go(self, page, path: str, name: str = "") -> None:
        """Open a page; nothing of it stands too far to the right, wide or narrow."""
        page.goto(self.live_server_url + path)
        for kind, (width, height) in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            across = page.evaluate("document.documentElement.scrollWidth")
            assert across <= width + 1, f"{path} {kind}: {across}"
            if name and (folder := os.environ.get("SHOTS")):
                Path(folder).mkdir(parents=True, exist_ok=True)
                page.screenshot(path=f"{folder}/{name}-{kind}.png", full_page=True)
        page.set_viewport_size({"width": WIDTHS["wide"][0], "height": WIDTHS["wide"][1]})

    def test_a_term_by_four_roles(self) -> None:
        from playwright.sync_api import expect, sync_playwright

        bureau, today = self.bureau, timezone.localdate()
        term = str(term_on(today))
        children = students(bureau, 4)
        actions.keep_cards(
            by=SYSTEM,
            county=bureau["county"],
            cards=[
                (one.pk, card(1 if at < 3 else at), "虚构银行", "")
                for at, one in enumerate(children, 1)
            ],
        )
        actions.propose_term(by=SYSTEM, on=today)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium")
            try:
                school = self.page_of(browser, "school_aid_officer")
                self.go(school, "/aid", "1-school")
                expect(school.get_by_role("heading", name="应助未助")).to_be_visible()
                expect(school.get_by_role("button", name="提出发放批次")).to_have_count(0)

                officer = self.page_of(browser, "county_aid_officer")
                self.go(officer, "/aid", "2-waiting")
                officer.get_by_role("button", name="提出发放批次").click()
                officer.wait_for_url("**/aid/batches/*")
                batch = Batch.objects.get()
                self.go(officer, f"/aid/batches/{batch.pk}", "3-proposed")
                expect(officer.get_by_role("button", name="审批通过")).to_have_count(0)

                leader = self.page_of(browser, "county_leader")
                self.go(leader, f"/aid/batches/{batch.pk}", "4-to-approve")
                expect(leader.get_by_text("一张卡收几个孩子的钱")).to_be_visible()
                leader.get_by_role("button", name="审批通过").click()
                leader.get_by_role("button", name="发放", exact=True).click()
                expect(leader.get_by_text("已发放，等银行回盘")).to_be_visible()

                self.go(officer, f"/aid/batches/{batch.pk}", "5-released")
                with officer.expect_download() as sent:
                    officer.get_by_role("link", name="银行文件 csv").click()
                text = Path(sent.value.path()).read_text("utf-8-sig")
                rows = list(csv.reader(io.StringIO(text)))
                answer = io.StringIO()
                writer = csv.writer(answer)
                writer.writerow(("序号", "卡号", "金额", "结果", "失败原因"))
                for row in rows[1:]:
                    bad = row[0] == "4"
                    writer.writerow(
                        (row[0], row[3], row[5], "失败" if bad else "成功", "销户" if bad else "")
                    )
                officer.get_by_role("link", name="收银行回盘").click()
                officer.locator("input[type=file]").set_input_files(
                    {"name": "a.csv", "mimeType": "text/csv", "buffer": answer.getvalue().encode()}
                )
                officer.get_by_role("button", name="收回盘").click()
                expect(officer.get_by_text("银行已全部回盘")).to_be_visible()
                self.go(officer, f"/aid/batches/{batch.pk}", "6-answered")

                # Somebody was paid elsewhere too; the bank sent one back.
                with_twice(bureau, children[0], today)
                actions.propose_term(by=SYSTEM, on=today)
                self.go(officer, "/aid/findings?open=1", "7-findings")
                twice = Finding.objects.get(verdict="paid_twice")
                self.go(officer, f"/aid/findings/{twice.pk}", "8-finding")
                officer.get_by_role("link", name="登记追回的款").click()
                officer.get_by_label("凭证号").fill("收1号")
                officer.get_by_role("button", name="登记").click()
                expect(officer.get_by_text("已追回", exact=True)).to_be_visible()
                self.go(officer, f"/aid/findings/{twice.pk}", "9-recovered")
                self.go(
                    officer,
                    f"/aid/awards/{Award.objects.get(child=children[0], term=term).pk}",
                    "10-award",
                )

                auditor = self.page_of(browser, "auditor")
                self.go(auditor, "/aid/findings", "11-auditor")
                self.go(auditor, "/ledger", "12-ledger")
                self.go(auditor, "/aid/bundle", "13-bundle")
                with auditor.expect_download() as taken:
                    auditor.get_by_role("button", name="取审计包").click()
                assert all(one.equal for one in recompute(Path(taken.value.path())))
                assert zipfile.is_zipfile(taken.value.path())
            finally:
                browser.close()
        open_ = {case.child for case in Case.objects.filter(closed_on__isnull=True)}
        assert open_ == {
            children[3]
        }  # whose money the bank sent back; the one paid twice is settled


def with_twice(bureau: Bureau, child, day) -> None:
    """A list of the school's own, on which a child stands who was paid by us."""
    head = ("姓名", "身份证号", "学校", "资助项目", "学期", "金额", "发放日期")
    row = (child.name, number(1), "甲县一小", "寄宿生生活补助", str(term_on(day)), "625.00", day)
    file = io.StringIO()
    csv.writer(file).writerows((head, row))
    actions.take_paid_list(
        by=SYSTEM, county=bureau["county"], file=file.getvalue().encode("utf-8-sig"),
        name="家庭经济困难学生生活补助发放名册.csv",
    )  # fmt: skip

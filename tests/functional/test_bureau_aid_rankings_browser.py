"""Who is chosen where places are few: ranked, published, objected to, settled, confirmed, by two in a browser.

With ``SHOTS=folder`` every page is kept as a picture.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from invented_bureau import Bureau, logged_in
from invented_children import row, taken_in
from playwright.sync_api import expect, sync_playwright

from notoneless.bureau.aid.models import ChosenNotice, Ranking
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import actions as rules

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="NO BROWSER: install Chromium to see students chosen (apt-get install chromium)",
    ),
]

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def seen(page: Any, name: str) -> None:
    """Only a table may be wider than the window, and then it scrolls by itself; both widths."""
    for kind, size in (("phone", PHONE), ("wide", LAPTOP)):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{page.url} {kind}: {wide}"
        if folder := os.environ.get("SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}-{kind}.png", full_page=True)


@pytest.fixture
def people(real_bureau: Bureau) -> dict[str, str]:
    """Three recognised seniors for one place; the cookie of who ranks and of who checks."""
    rows = [row(one, f"学生{one}", stage="senior", grade=10) for one in range(1, 4)]
    taken_in(real_bureau, rows, "roll")
    listed = [
        {"row": at, "child": child.pk, "name": child.name, "recognised": "special"}
        for at, child in enumerate(Child.objects.order_by("pk"), 4)
    ]
    taken_in(real_bureau, listed, "recognition")
    rules.settle(
        by=SYSTEM, organisation=real_bureau["school"], key="aid.quota_zihui", value=1,
        valid_from=dt.date(2020, 1, 1), source="虚构文件",
    )  # fmt: skip
    roles = ("school_aid_officer", "school_head")
    return {role: logged_in(real_bureau[role]).cookies["session"].value for role in roles}


def test_the_chosen_are_published_and_an_objection_is_heard(
    people, live_server, monkeypatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def as_(role: str) -> Any:
            context = browser.new_context(locale="zh-CN", viewport=LAPTOP)
            if role:
                cookie = {"name": "session", "value": people[role], "url": live_server.url}
                context.add_cookies([cookie])
            page = context.new_page()
            page.set_default_timeout(20_000)
            return page

        officer, head, public = as_("school_aid_officer"), as_("school_head"), as_("")
        officer.goto(live_server.url + "/aid/rankings")
        seen(officer, "rankings")
        officer.get_by_role("link", name="列出候选学生").click()
        officer.get_by_label("政策").select_option("zihui")
        officer.get_by_label("学校或县").select_option("甲县一小")
        seen(officer, "new")
        officer.get_by_role("button", name="列出", exact=True).click()
        officer.get_by_role("textbox", name="学生2").fill("92.5")
        officer.get_by_role("textbox", name="学生3").fill("90")
        seen(officer, "scores")
        officer.get_by_role("button", name="排序").click()
        seen(officer, "ranked")
        address = officer.url
        expect(officer.get_by_text("等别人公示")).to_be_visible()

        head.goto(address)
        head.get_by_role("button", name="公示入选学生").click()
        seen(head, "published")
        notice = head.get_by_role("link", name="/open/chosen/").get_attribute("href")
        public.goto(notice)
        seen(public, "notice")
        expect(public.locator("tbody tr")).to_have_count(1)
        expect(public.locator("tbody tr")).to_contain_text("学生2")

        officer.goto(address)
        for text in ("有人来电话说已经退学", "家长说受过处分"):
            officer.get_by_text("登记异议").first.click()
            officer.get_by_label("异议", exact=False).last.fill(text)
            officer.get_by_label("对谁").select_option(index=1)
            officer.get_by_role("button", name="登记异议").click()
        seen(officer, "objected")
        head.goto(address)
        seen(head, "to-settle")
        first = head.locator("form", has=head.get_by_role("button", name="处理完")).first
        first.get_by_label("核实情况").fill("查过学籍，在读")
        first.get_by_role("button", name="处理完").click()
        expect(head.get_by_text("查过学籍，在读")).to_be_visible()
        last = head.locator("form", has=head.get_by_role("button", name="处理完")).last
        last.get_by_label("核实情况").fill("查过档案，没有处分")
        last.get_by_role("button", name="处理完").click()
        expect(head.get_by_role("button", name="确认排序")).to_have_count(0)

        over = timezone.localdate() - dt.timedelta(days=1)
        ChosenNotice.objects.update(first=over - dt.timedelta(days=9), last=over)
        assert public.goto(notice).status == 404
        head.goto(address)
        seen(head, "over")
        head.get_by_role("button", name="确认排序").click()
        seen(head, "confirmed")
        browser.close()
    assert Ranking.objects.get().state == "confirmed"

"""A policy raised in the middle of a school year, by two people in a real browser, on a laptop and a phone."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from invented_aid import students
from invented_bureau import Bureau, logged_in
from playwright.sync_api import expect, sync_playwright

from notoneless.bureau.aid.models import Award, Change

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="NO BROWSER: install Chromium to see policies changed (apt-get install chromium)",
    ),
]

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def fits(page: Any) -> None:
    """Only a table may be wider than the window, and then it scrolls by itself."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], page.url


def work() -> None:
    """Do what waits in the queue, as the worker would."""
    for one in DBTaskResult.objects.filter(status="READY").order_by("enqueued_at"):
        one.task.func(*one.args_kwargs["args"], **one.args_kwargs["kwargs"])
        DBTaskResult.objects.filter(pk=one.pk).update(status="SUCCESSFUL")


@pytest.fixture
def people(real_bureau: Bureau) -> dict[str, str]:
    """The cookie of who proposes and of who approves."""
    students(real_bureau)
    roles = ("city_officer", "city_leader")
    return {role: logged_in(real_bureau[role]).cookies["session"].value for role in roles}


def proposed(page: Any, url: str) -> str:
    """The officer goes from the policies to the amount and types the new one."""
    page.goto(url + "/aid/policies")
    fits(page)
    page.get_by_role("link", name="家庭经济困难寄宿生生活补助", exact=True).click()
    fits(page)
    page.get_by_role("row", name="小学寄宿生").get_by_role("link", name="改标准").click()
    page.get_by_label("从哪天起").fill("2026-09-01")
    page.get_by_label("新标准").fill("1400")
    page.get_by_label("依据").fill("虚构市教育局文件")
    fits(page)
    page.get_by_role("button", name="提出并试算").click()
    expect(page.locator(".note")).to_contain_text("正在全部学生上试算")
    return str(page.url)


def approved(page: Any, address: str) -> None:
    """The leader reads on a phone what it means to whom, and approves."""
    page.goto(address)
    expect(page.locator("main")).to_contain_text("3人增加，0人减少，每学期多支出225.00元")
    expect(page.locator("main")).to_contain_text("1400元（虚构市教育局文件，未核实）")
    fits(page)
    page.get_by_text("原文的不同").click()
    fits(page)
    page.get_by_role("button", name="批准，今天起施行").click()
    expect(page.locator(".head")).to_contain_text("已批准")
    page.get_by_role("link", name="所有改动").click()
    expect(page.locator("main")).to_contain_text("已批准")
    fits(page)


def test_proposed_on_a_laptop_approved_on_a_phone(people: dict[str, str], live_server: Any) -> None:
    said: list[str] = []
    url = live_server.url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

        def page_of(role: str, size: dict[str, int]) -> Any:
            context = browser.new_context(viewport=size, locale="zh-CN")
            context.add_cookies([{"name": "session", "value": people[role], "url": url}])
            page = context.new_page()
            page.on("console", lambda message: said.append(message.text))
            return page

        address = proposed(page_of("city_officer", LAPTOP), url)
        wait(work)
        approved(page_of("city_leader", PHONE), address)
        wait(work)
        browser.close()
    assert said == []
    assert wait(lambda: Change.objects.get().state) == "approved"
    assert wait(lambda: set(Award.objects.values_list("amount", flat=True))) == {70_000}


def wait(act: Any) -> Any:
    """Do something with the database: not in the thread where the browser's own loop runs."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def closing() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(closing).result()

"""A county officer's first morning in a real browser: twelve lists, the doubtful pairs by keyboard, second thoughts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import oneroster_export
import pytest
from demo_bureau import OWN, environment, people, served, settled
from python_calamine import CalamineWorkbook
from small_county import Child, census

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: install Chromium to see lists taken in (apt-get install chromium)",
)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
LONG = 120_000
"""Milliseconds; reading and taking in are the worker's."""

SET_UP = """
from pathlib import Path
from notoneless import demo
from notoneless.bureau.web import server
from notoneless.cli._screen import show_people

county, lists = demo.make_county(300, 7), Path("lists")
demo.write_lists(county, lists)
server.settle(Path("bureau"))
from notoneless.demo.bureau import filling, organisations, people

filling.PROGRAMMES = (organisations, people)
show_people(filling.fill(county, lists, print).people)
"""
"""A county with its places and people, and no list yet."""

TWELVE = (
    *("附件1-*个乡镇*", "附件1-*(红沙镇)*", "附件2-*等2校*", "附件2-*高级中学*"),
    *("附件3-城关街道*", "附件4-*", "附件9-*", "1-脱贫户*", "2-*残疾人*", "3-*农村低保*"),
    *("7-*孤儿*", "2026年秋季学期义务教育*补助发放名册*"),
)
"""The registers, two rolls, a roll-call, special education, recognition, the poor, disabled, orphans, payments."""


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[tuple[Path, str, str]]:
    """The folder, the address, the county officer's one-time password."""
    home = tmp_path_factory.mktemp("twelve")
    done = subprocess.run(
        [sys.executable, "-c", SET_UP],
        cwd=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with served(home / "bureau") as address:
        yield home, address, people(done.stdout)["county_officer"].password


@pytest.fixture(scope="module")
def page(county) -> Iterator[Any]:
    """The county officer's window, logged in; the tests follow one another like a morning."""
    # Playwright drives its own loop in this thread; Django is not used in it.
    from playwright.sync_api import sync_playwright

    _, address, one_time = county
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=address
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.said = []
        page.on("console", lambda said: page.said.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto("/login")
        for fields in (
            {"login": "county_officer", "password": one_time},
            {"password": OWN, "again": OWN},
            {"login": "county_officer", "password": OWN},
        ):
            for name, value in fields.items():
                page.fill(f"[name={name}]", value)
            page.click("main button.main")
            page.wait_for_load_state()
        yield page
        said = [one for one in page.said if not one.startswith(("debug", "verbose"))]
        assert not [one for one in said if "409" not in one], said
        browser.close()


def twelve(home: Path) -> list[Path]:
    found = [next((home / "lists").glob(pattern)) for pattern in TWELVE]
    assert len(set(found)) == 12
    return found


def drop(page: Any, *files: Path) -> str:
    page.goto("/lists")
    page.set_input_files("[name=lists]", files)
    page.click("main button.main")
    return settled(page)


def states(page: Any) -> list[str]:
    """The state of every list on the page of lists, newest first."""
    column = page.locator("#all-lists thead th").all_inner_texts().index("情形")
    return [
        cell.strip()
        for cell in page.locator(f"#all-lists tbody td:nth-child({column + 1})").all_inner_texts()
    ]


def sums(page: Any) -> list[int]:
    """What the list on this page would change, or has."""
    return [int(cell.replace(",", "")) for cell in page.locator(".changes td").all_inner_texts()]


def test_twelve_lists_are_dropped_looked_at_and_taken_in(page: Any, county: Any) -> None:
    files = twelve(county[0])
    assert "交来12份" in drop(page, *files)
    page.reload()  # the work goes on by itself, and the page shows how far it is
    assert len(states(page)) == 12
    page.locator("#all-lists[hx-trigger]").wait_for(state="detached", timeout=LONG)
    assert set(states(page)) == {"等决定"}, "the page followed without being touched"

    page.goto("/")
    task = page.locator("tr", has_text="决定名单入库")
    assert task.locator(".qty").inner_text() == "12"
    task.locator(".act").click()
    page.locator("#all-lists tbody a").last.click()
    remarks, in_all = 0, 0
    for number in range(12):
        assert "头几行" in settled(page)
        in_all += sum(sums(page))
        link = page.get_by_role("link", name="下载带备注的原表")
        if link.count() and not remarks:
            with page.expect_download() as sheet:
                link.click()
            book = CalamineWorkbook.from_filelike(BytesIO(Path(sheet.value.path()).read_bytes()))
            rows = book.get_sheet_by_index(0).to_python()
            remarks = sum(any("L" in str(cell) for cell in row[-1:]) for row in rows)
            assert any("备注" in str(row[-1]) for row in rows)
        # Money that was paid is the aid officer's: the list is not refused silently.
        if "发放名册" in page.locator("h1").inner_text():
            assert "发放名册等由资助模块办理" in settled(page)
            page.get_by_role("button", name="不要").click()
            page.get_by_text("不要了", exact=True).wait_for()
        else:
            page.get_by_role("button", name="入库").click()
            page.wait_for_load_state()
            if not number:
                page.reload()
            page.get_by_text("撤回这份名单").wait_for(timeout=LONG)
        if number < 11:
            page.get_by_role("link", name="下一份等决定的").click()
    assert not page.get_by_role("link", name="下一份等决定的").count()
    assert remarks, "a faulty row came back with its remark"
    assert in_all > 500
    page.goto("/lists")
    assert sorted(states(page)) == ["不要了"] + ["已入库"] * 11


def test_the_same_files_again_change_nothing(page: Any, county: Any) -> None:
    page.goto("/children")
    before = page.locator(".tally").inner_text()
    again = [file for file in twelve(county[0]) if "发放名册" not in file.name]
    assert "其中11份以前交过，一字不差，没有改动任何数据" in drop(page, *again)
    assert sorted(states(page)) == ["不要了"] + ["已入库"] * 11
    page.goto("/children")
    assert page.locator(".tally").inner_text() == before


def test_the_queue_is_emptied_by_keyboard(page: Any) -> None:
    page.goto("/matches")
    left = int(re.search(r"还剩(\d+)对", settled(page))[1])
    assert left >= 1
    decided = 0
    while page.locator(".decide").count():
        with page.expect_navigation():
            page.keyboard.press("k")
        decided += 1
        assert decided <= left, "more was asked than waited"
    said = settled(page)
    assert "没有等着判的" in said
    assert f"今天你判了{decided}对：同一人0，不同{decided}，说不准0" in said
    page.goto("/")
    assert "判定是不是同一个孩子" not in settled(page)


def test_a_list_is_taken_back_only_after_a_second_look(page: Any) -> None:
    page.goto("/lists")
    page.locator("#all-lists tbody tr", has_text="已入库").first.locator("a").click()
    path = page.url
    page.get_by_role("link", name="撤回这份名单").click()
    assert "不再采信" in settled(page)
    page.get_by_role("link", name="不撤回").click()
    assert page.url == path
    assert "已入库" in settled(page)
    page.get_by_role("link", name="撤回这份名单").click()
    page.get_by_role("button", name="撤回", exact=True).click()
    assert page.url == path
    assert "已撤回" in settled(page)
    page.goto("/lists")
    assert states(page).count("已撤回") == 1


def test_two_children_are_merged_and_parted(page: Any, county: Any) -> None:
    """One child under two spellings, known without a number: merged by hand, and parted again."""
    page.goto("/organisations?kind=township")
    township = page.locator("main tbody a").first.inner_text()
    two = [
        Child(name, born, sex="女", township=township, id_number=" ")
        for name, born in (("欧阳小禾", "20150302"), ("欧阳晓荷", "20160711"))
    ]
    drop(page, census(county[0], two, "户籍适龄儿童名单2026.10.1.csv"))
    page.get_by_role("button", name="入库").wait_for(timeout=LONG)
    assert sums(page)[0] == 2
    page.get_by_role("button", name="入库").click()
    page.get_by_text("撤回这份名单").wait_for(timeout=LONG)

    page.goto("/children/find")
    page.fill("main [name=q]", "欧阳")
    page.click("main button.main")
    page.wait_for_load_state()
    found = [str(link.get_attribute("href")) for link in page.locator("main tbody a").all()]
    whole, other = sorted(found)
    key = other.rsplit("/", 1)[1]
    page.goto(f"{whole}/merge")
    page.fill("[name=other]", key)
    page.fill("[name=reason]", "走访看过，是同一个孩子")
    page.click("main button.main")
    assert page.url.endswith(whole)
    assert f"编号{key}" in settled(page)
    page.goto(other)
    assert page.url.endswith(whole), "the old address leads to the whole"
    page.get_by_role("link", name="撤回合并").click()
    page.fill("[name=reason]", "看错了，是两个孩子")
    page.click("main button.main")
    assert "并入的档案" not in settled(page)
    page.goto(other)
    assert page.url.endswith(other), "a child of its own again"
    assert "欧阳" in page.locator("h1").inner_text()


def test_a_oneroster_export_is_read_as_a_roll(page: Any, county: Any) -> None:
    page.goto("/organisations?kind=school")
    school = page.locator("main tbody a").first.inner_text()
    orgs = [list(row) for row in oneroster_export.TABLES["orgs"]]
    orgs[1][2], orgs[2][2:4] = "棠川县", [school, "school"]
    orgs[2][4] = ""
    drop(page, oneroster_export.write(county[0] / "oneroster.zip", {"orgs": orgs}))
    page.get_by_role("button", name="入库").wait_for(timeout=LONG)
    said = settled(page)
    assert "学籍名册" in said
    assert "3行有人，读成3人" in said
    assert sums(page)[0] == 3, "three new children"
    page.get_by_role("button", name="不要").click()
    assert "不要了" in settled(page)

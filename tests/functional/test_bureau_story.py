"""One invented child, from the roll-call that missed it to the closed case and the county's report.

Six people at their own browsers, one of them on a phone without a signal; days go by between them. What each
saw is kept as a picture beside the test's other files, to be looked at.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from invented_bureau import Bureau, logged_in
from invented_children import SEPTEMBER, row, taken_in
from invented_class import NAMES

from notoneless.bureau.attendance import actions as attendance
from notoneless.bureau.attendance import jobs
from notoneless.bureau.attendance.models import Call
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.cases.models import Case, Document, Entry
from notoneless.bureau.people.models import Child
from notoneless.bureau.reports.kinds import kinds
from notoneless.bureau.reports.models import Filing
from notoneless.bureau.reports.queries import values
from notoneless.bureau.rules import queries as rules

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
SOFFICE = shutil.which("soffice")
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}

MISSED = [dt.date(2026, 9, day) for day in (14, 15, 16)]
"""Three school days in a row: the default of the rule that takes a child for a candidate."""
VERIFIED, TOLD, VISITED, SERVED, BACK = (dt.date(2026, 9, day) for day in (17, 21, 22, 23, 24))
PLACED, WATCHED, CLOSED = dt.date(2026, 9, 28), dt.date(2026, 10, 19), dt.date(2026, 10, 20)
"""Ten school days of watching, the holidays of October between."""

SAID = "母亲说孩子跟叔叔去了外县的工地，愿意叫他回来"


class Days:
    """The clock of the bureau, which a test turns to a day; hours go on as they do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = timezone.now
        self._ahead = dt.timedelta()
        self._real = real
        monkeypatch.setattr(timezone, "now", lambda: real() + self._ahead)

    def turn(self, day: dt.date, hour: int = 9) -> None:
        moment = dt.datetime.combine(day, dt.time(hour), timezone.get_default_timezone())
        self._ahead = moment - self._real()


class Person:
    """Somebody with a browser of their own; ``page`` is what they look at."""

    def __init__(
        self, browser: Any, base: str, user: Any, size: dict[str, int], pictures: Path, clock: bool
    ) -> None:
        self.context = browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True
        )
        if clock:
            self.context.clock.set_fixed_time(timezone.now())
        cookie = logged_in(user).cookies["session"].value
        self.context.add_cookies([{"name": "session", "value": cookie, "url": base}])
        self.page, self._base, self._pictures = self.context.new_page(), base, pictures
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def open(self, path: str) -> Any:
        answer = self.page.goto(self._base + path)
        assert answer.ok, (path, answer.status)
        return self.page

    def fill(self, **fields: str) -> None:
        """Fill in the fields of the form by their names."""
        for name, given in fields.items():
            field = self.page.locator(f"main [name={name}]")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(given)
            else:
                field.fill(given)

    def picture(self, name: str) -> None:
        """Keep what the screen shows; nothing of it may stand beside the screen."""
        self.page.screenshot(path=self._pictures / f"{name}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name}: {wide} px too wide"

    def download(self, text: str, name: str) -> Path:
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=text).click()
        path = self._pictures / name
        coming.value.save_as(path)
        return path

    def leave(self) -> None:
        assert self.problems == []
        self.context.close()


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    """Turned to the first of September before anything is made."""
    turned = Days(monkeypatch)
    turned.turn(SEPTEMBER)
    return turned


@pytest.fixture
def class_of_eight(days: Days, real_bureau: Bureau) -> Bureau:
    """A class on the roll and in the register, with its guardians; and the second of each of two days."""
    rows = [row(n, name, guardian_id=None) for n, name in enumerate(NAMES, 1)]
    taken_in(real_bureau, rows)
    found = dict(Child.objects.values_list("name", "pk"))
    taken_in(real_bureau, [one | {"child": found[one["name"]]} for one in rows], "roll")
    return real_bureau


@pytest.fixture
def person(
    class_of_eight: Bureau, live_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Any]:
    """``person("county_officer")`` sits down at a browser; ``size`` says whether it is a phone.

    ``clock``: the browser's clock is turned to the story's day (that of a service worker cannot be).
    """
    if CHROMIUM is None:
        pytest.skip("NO BROWSER: install Chromium to see the story played")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
    base = live_server.url.replace("127.0.0.1", "localhost")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

        def sits_down(who: str, size: dict[str, int] = DESK, *, clock: bool = True) -> Person:
            return Person(browser, base, class_of_eight[who], size, tmp_path, clock)

        yield sits_down
        browser.close()


def paper(file: Path) -> str:
    """The words of a .docx."""
    with zipfile.ZipFile(file) as packed:
        return re.sub("<[^>]+>", "", packed.read("word/document.xml").decode())


def opened_in_libreoffice(file: Path) -> str:
    """LibreOffice opens it and prints it; the words on the paper, a picture of it beside."""
    profile = (file.parent / "profile").as_uri()
    subprocess.run(
        [SOFFICE, "--headless", f"-env:UserInstallation={profile}", "--convert-to", "pdf",
         "--outdir", file.parent, file],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    printed = file.with_suffix(".pdf")
    subprocess.run(["pdftoppm", "-r", "60", "-png", printed, file.with_suffix("")], check=True)
    told = subprocess.run(["pdftotext", printed, "-"], capture_output=True, check=True)
    return re.sub(r"\s", "", told.stdout.decode())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_from_the_missed_roll_call_to_the_closed_case(
    person: Any, days: Days, class_of_eight: Bureau, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    bureau = class_of_eight
    child = Child.objects.get(name="程浩宇")
    roll_call = f"/attendance/classes/{bureau['class'].pk}"

    # Three mornings: the class teacher's phone; at the first the whole class is there but one.
    for number, day in enumerate(MISSED, 1):
        days.turn(day, 8)
        teacher = person("class_teacher", PHONE)
        page = teacher.open(roll_call)
        if number == 1:
            page.locator(".pupil > label", has_text=child.name).click()
            teacher.picture("01-roll-call")
        else:
            expect(page.get_by_text(f"连续{number - 1}个校日无故未到")).to_be_visible()
            teacher.picture(f"01-roll-call-{number}")
        page.locator(".send .btn").click()
        expect(page.locator("#done")).to_contain_text("7人到，1人未到")
        teacher.leave()
        jobs.follow(day)
        assert Case.objects.count() == (number == 3)
    case = Case.objects.get()
    assert (case.child, case.state, case.opened_on) == (child, "suspected", MISSED[-1])

    # The same day the teacher writes whom she reached.
    days.turn(MISSED[-1], 12)
    teacher = person("class_teacher", PHONE)
    page = teacher.open("/")
    teacher.picture("02-today")
    teacher.open(f"/cases/{case.pk}")
    teacher.picture("02-case")
    page.locator(".now .btn.main").click()
    teacher.fill(way="phone", whom="grandparent", result="not_found", next_step="明天上门",
                 text="奶奶接的电话，说孩子星期天就出门了，不知道去了哪里")  # fmt: skip
    teacher.picture("03-contact")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("奶奶接的电话")).to_be_visible()
    teacher.leave()

    # The county verifies; it says on Monday what was found on Thursday.
    days.turn(TOLD)
    officer = person("county_officer")
    page = officer.open("/cases")
    officer.picture("04-cases")
    page.get_by_role("link", name=case.number).click()
    officer.picture("05-to-verify")
    page.get_by_role("link", name="核实：应在校而不在").click()
    officer.fill(on=VERIFIED.isoformat(), reason="D2")
    officer.picture("06-verify")
    page.get_by_role("button", name="办", exact=True).click()
    expect(page.locator(".now .state")).to_have_text("已核实，待劝返")
    page.get_by_role("link", name="开始劝返").click()
    officer.fill(word="学校和村里一起上门")
    page.get_by_role("button", name="办", exact=True).click()
    expect(page.locator(".now .state")).to_have_text("劝返中")
    officer.leave()

    # The village cadre goes to the door where there is no signal.
    days.turn(VISITED, 15)
    cadre = person("village_cadre", PHONE, clock=False)
    page = cadre.open("/cases/visits")
    expect(page.get_by_text(child.name)).to_be_visible()
    page.evaluate(
        "async () => { await navigator.serviceWorker.ready;"
        " while (!(await caches.match('/cases/visits', {cacheName: 'visits'})))"
        " await new Promise(done => setTimeout(done, 50)); }"
    )
    cadre.context.set_offline(True)
    page.reload()
    page.get_by_text("记家访").click()
    cadre.fill(
        at=f"{VISITED}T14:20", whom="mother", text=SAID, result="promised", next_step="送通知书"
    )
    cadre.picture("07-visit-offline")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("存在手机上等着发的")).to_be_visible()
    cadre.picture("08-visit-kept")
    assert Entry.objects.filter(kind="contact").count() == 1, "it cannot have arrived"
    cadre.context.set_offline(False)
    expect(page.get_by_text("已发到个案里")).to_be_visible(timeout=20000)
    cadre.picture("09-visit-sent")
    cadre.leave()
    assert Entry.objects.get(way="home").text.reveal() == SAID

    # The township drafts a notice, its leader issues it, it is served.
    days.turn(SERVED)
    township = person("township_cadre")
    page = township.open(f"/cases/{case.pk}/document")
    township.fill(kind="return_notice", issuer=str(bureau["township"].pk), deadline="2026-09-28")
    township.picture("10-draft")
    page.get_by_role("button", name="起草").click()
    township.picture("11-drafted")
    drafted = township.download("下载 .docx", "notice.docx")
    for words in ("限期返校通知书", child.name, "陈大山", "2026年9月28日", "自2026年9月14日起"):
        assert words in paper(drafted), words
    leader = person("township_leader")
    document = Document.objects.get()
    page = leader.open(f"/cases/documents/{document.pk}")
    page.get_by_role("link", name="签发").click()
    leader.picture("12-issue")
    page.get_by_role("button", name="签发").click()
    leader.picture("13-issued")
    leader.leave()
    document.refresh_from_db()
    township.open(f"/cases/documents/{document.pk}")
    issued = township.download("下载 .docx", "issued.docx")
    assert document.number in paper(issued)
    page = township.page
    page.get_by_role("link", name="记送达").click()
    township.fill(who="township_cadre甲", to="mother")
    page.get_by_role("button", name="记下").click()
    township.picture("14-served")
    township.leave()
    document.refresh_from_db()
    assert document.state == "served"

    # The child is in class again: the roll-call sees it, the school head says so.
    days.turn(BACK, 8)
    teacher = person("class_teacher", PHONE)
    page = teacher.open(roll_call)
    page.locator(".hold .chips label", has_text="来了").click()
    teacher.picture("15-back")
    page.locator(".send .btn").click()
    expect(page.get_by_text("全班都到了")).to_be_visible()
    teacher.leave()
    jobs.follow(BACK)
    case.refresh_from_db()
    assert case.state == "persuading", "what a roll-call sees closes nothing"
    head = person("school_head")
    page = head.open(f"/cases/{case.pk}")
    page.get_by_role("link", name="孩子返校了").click()
    head.fill(word="母亲送到学校，班主任接的")
    page.get_by_role("button", name="办", exact=True).click()
    head.leave()
    days.turn(PLACED)
    head = person("school_head")
    page = head.open(f"/cases/{case.pk}/move/place")
    head.fill(placement="same")
    page.get_by_role("button", name="办", exact=True).click()
    expect(page.locator(".now .state")).to_have_text("稳控中")
    head.picture("16-watched")
    head.leave()

    # On 30 September the county knows this much; it files its quarter on 9 October.
    days.turn(dt.date(2026, 10, 9))
    officer = person("county_officer")
    page = officer.open(f"/reports/county_quarter/2026-Q3/{bureau['county'].pk}")
    officer.picture("17-report")
    page.get_by_role("button", name="按现在的记录报送").click()
    expect(page.get_by_text("第1稿")).to_be_visible()
    officer.picture("18-report-filed")
    officer.open("/reports/county_quarter/2026-Q3")
    officer.picture("19-reports-of-the-quarter")
    filed = Filing.objects.get().values
    assert {name: told["count"] for name, told in filed.items() if "register" not in name} == {
        "people.enrolled": 8, "reports.of_age": 8, "reports.of_age_enrolled": 8,
        "reports.suspected_quarter": 1, "reports.suspected": 0, "reports.dropout": 0,
        "reports.returned_quarter": 1, "reports.closed_quarter": 0,
    }  # fmt: skip
    a_month_earlier = values(
        kinds()["county_quarter"], bureau["county"], dt.date(2026, 9, 30), dt.date(2026, 9, 9)
    )
    assert a_month_earlier["reports.suspected_quarter"]["count"] == 0
    assert a_month_earlier["people.enrolled"]["count"] == 8
    for on, known_on, count in (
        (VERIFIED, "", 0),  # the county said on the 21st what it had found on the 17th,
        (VERIFIED, VERIFIED, 1),  # and on the 17th nobody could know that;
        (MISSED[-1], "", 1),
        (MISSED[-1], dt.date(2026, 8, 16), 0),  # a month earlier nobody knew anything
    ):
        page = officer.open(f"/figures/reports.suspected?on={on}&known_on={known_on}")
        expect(page.locator(".big")).to_have_text(str(count))
    officer.leave()

    # Ten school days of watching are not over in September, but on 19 October.
    days.turn(dt.date(2026, 10, 9), 16)
    early = person("county_leader")
    expect(early.open(f"/cases/{case.pk}").get_by_role("link", name="销号")).to_have_count(0)
    early.leave()
    days.turn(WATCHED, 8)
    watched = rules.calendar(bureau["county"]).days(PLACED, WATCHED)
    for day in watched:
        attendance.call(by=SYSTEM, school_class=bureau["class"], day=day, half="am", absent={})
    teacher = person("class_teacher", PHONE)
    page = teacher.open(f"/cases/{case.pk}/note")
    teacher.fill(text="十个校日天天到，作业能交上")
    page.get_by_role("button", name="记下").click()
    teacher.picture("20-watched-note")
    teacher.leave()
    days.turn(CLOSED)
    leader = person("county_leader")
    page = leader.open(f"/cases/{case.pk}")
    leader.picture("21-to-close")
    page.get_by_role("link", name="销号：稳定在校").click()
    leader.fill(word="班主任每天点名都在，同意销号")
    page.get_by_role("button", name="办", exact=True).click()
    expect(page.locator(".now .state")).to_have_text("销号：稳定在校")
    leader.picture("22-closed")
    page = leader.open(f"/cases/{case.pk}/file")
    leader.picture("23-file")
    page.pdf(path=tmp_path / "file.pdf", format="A4")
    leader.leave()

    case.refresh_from_db()
    assert (case.state, case.closed_on) == ("closed", CLOSED)
    assert Call.objects.count() == 4 + len(watched)
    wrote = Entry.objects.filter(case=case, by__isnull=False).values_list("by__username", flat=True)
    assert set(wrote) == {
        "class_teacher", "county_officer", "village_cadre", "township_leader", "township_cadre",
        "school_head", "county_leader",
    }  # fmt: skip
    assert not Event.objects.filter(details__contains=child.name).exists()

    if SOFFICE:
        told = opened_in_libreoffice(issued)
        for words in (document.number, child.name, "2026年9月28日前", "甲一镇人民政府"):
            assert words in told, words

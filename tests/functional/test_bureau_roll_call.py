"""The roll-call on a phone: one tap for all, without a signal, without a script; and what pages tell."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from invented_bureau import logged_in
from invented_class import pupils

from notoneless.bureau.attendance import actions
from notoneless.bureau.attendance.models import Call
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.rules import actions as rules

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
PHONE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def every_day_is_a_school_day(request: pytest.FixtureRequest) -> None:
    """Tests run on Sundays too."""
    place = request.getfixturevalue(
        "real_bureau" if "real_bureau" in request.fixturenames else "bureau"
    )
    today = timezone.localdate()
    rules.settle_days(
        by=SYSTEM,
        organisation=place["city"],
        kind="school",
        first=today - dt.timedelta(days=9),
        last=today,
        name="照常上课",
        source="测试（虚构）",
    )


# --- without a script --------------------------------------------------------------------------------


def test_the_form_alone_calls_and_corrects(bureau) -> None:
    children = pupils(bureau)
    path = f"/attendance/classes/{bureau['class'].pk}"
    browser = logged_in(bureau["class_teacher"])
    assert browser.get("/attendance").headers["Location"] == path
    page = browser.get(path).content.decode()
    assert "8人全到，提交" in page
    today = str(timezone.localdate())
    sent = {"day": today, "half": "am", "key": "", "noted": "", "out": [children[0].pk]}
    answer = browser.post(path, sent, follow=True)
    page = answer.content.decode()
    assert "7人到，1人未到" in page
    assert children[0].name in page
    assert "8人全到，提交" not in page
    assert (
        f'id="p{children[0].pk}" checked'
        in browser.get(f"{path}?half=am&correct=1").content.decode()
    )
    browser.post(path, {**sent, "out": []})
    assert Call.objects.get(replaced_at=None).marks.count() == 0
    assert Call.objects.count() == 2


def test_the_missing_of_before_stand_first(bureau) -> None:
    children = pupils(bureau)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    for days in (1, 0):
        actions.call(
            by=SYSTEM,
            school_class=bureau["class"],
            day=yesterday - dt.timedelta(days=days),
            half="am",
            absent={children[2].pk: "unreached"},
        )
    path = f"/attendance/classes/{bureau['class'].pk}"
    browser = logged_in(bureau["class_teacher"])
    page = browser.get(path).content.decode()
    assert "上次没到的，来了吗" in page
    assert "连续2个校日无故未到" in page
    assert "其余7人全到，提交" in page
    sent = {"day": str(timezone.localdate()), "half": "am"}
    browser.post(path, {**sent, f"was-{children[2].pk}": "out", f"why-{children[2].pk}": "sick"})
    assert Call.objects.latest("pk").marks.get().reason == "sick"
    browser.post(path, {**sent, f"was-{children[2].pk}": "here"})
    assert Call.objects.latest("pk").marks.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "tomorrow"},
        {"half": ""},
        {"key": "1"},
        {"out": ["x"]},
        {"was-1": "maybe"},
        {"was-x": "out"},
        {"noted": "2026-13-01T00:00:00Z"},
    ],
)
def test_a_roll_call_half_understood_is_refused_whole(bureau, wrong) -> None:
    pupils(bureau)
    path = f"/attendance/classes/{bureau['class'].pk}"
    sent = {"day": str(timezone.localdate()), "half": "am"} | wrong
    browser = logged_in(bureau["class_teacher"])
    answer = browser.post(path, sent)
    assert answer.status_code == 409
    assert "A105" in answer.content.decode()
    data = browser.post(path, sent, headers={"X-Outbox": "1"})
    assert data.json()["faults"][0]["code"] == "A105"
    assert not Call.objects.exists()


def test_strangers(bureau) -> None:
    children = pupils(bureau)
    actions.call(
        by=SYSTEM,
        school_class=bureau["class"],
        day=timezone.localdate(),
        half="am",
        absent={children[0].pk: ""},
    )
    key, school = bureau["class"].pk, bureau["school"].pk
    own = logged_in(bureau["class_teacher"])
    for name in ("class_teacher_乙", "county_officer_乙", "school_head_乙"):
        browser = logged_in(bureau[name])
        for path in (f"classes/{key}/month", f"schools/{school}"):
            assert browser.get(f"/attendance/{path}").status_code == 404, name
        for path in ("absent", "day", "absent?export=xlsx"):
            page = browser.get(f"/attendance/{path}")
            assert children[0].name not in page.content.decode("utf-8", "replace")
        assert browser.post(f"/attendance/classes/{key}").status_code in (403, 404)
    assert children[0].name in own.get("/attendance/absent").content.decode()
    assert own.get(f"/attendance/schools/{school}").status_code == 404
    assert logged_in(bureau["township_cadre"]).get("/attendance/day").status_code == 403


def test_pages_tell_what_is_known_and_what_is_not(bureau) -> None:
    children = pupils(bureau)
    head, officer = logged_in(bureau["school_head"]), logged_in(bureau["county_officer"])
    school = f"/attendance/schools/{bureau['school'].pk}"
    page = head.get(f"{school}?half=am").content.decode()
    assert "1个班还没有点名" in page
    assert "09:00截止" in page
    actions.call(
        by=SYSTEM,
        school_class=bureau["class"],
        day=timezone.localdate(),
        half="am",
        absent={children[0].pk: "", children[1].pk: "sick"},
    )
    assert "各班都点了名" in head.get(f"{school}?half=am").content.decode()
    page = officer.get("/attendance/day?half=am").content.decode()
    assert "1个班点了1个。已点的班应到8人，实到6人，请假1人，无故未到1人" in page
    assert "没有点名，这些班不知道" in officer.get("/attendance/day?half=pm").content.decode()
    page = head.get(f"/attendance/classes/{bureau['class'].pk}/month").content.decode()
    assert "×" in page
    assert "班主任签字" in page
    for path in (f"{school}?export=xlsx", "/attendance/day?export=xlsx&half=am"):
        assert head.get(path).headers["Content-Disposition"]
    month = f"/attendance/classes/{bureau['class'].pk}/month?export=xlsx"
    assert officer.get(month).headers["Content-Disposition"]
    assert officer.get("/attendance/day?day=x&half=y").status_code == 200
    assert officer.get(f"{month}&month=x").status_code == 200
    assert "联系家长，家访" in head.get("/").content.decode()


def test_the_first_page_says_which_classes_wait(bureau) -> None:
    children = pupils(bureau)
    teacher, officer = logged_in(bureau["class_teacher"]), logged_in(bureau["county_officer"])
    for browser in (teacher, officer):
        assert "上午还没有点名" in browser.get("/").content.decode()
    actions.call(
        by=SYSTEM,
        school_class=bureau["class"],
        day=timezone.localdate(),
        half="am",
        absent={},
    )
    for browser in (teacher, officer):
        assert "上午还没有点名" not in browser.get("/").content.decode()
    assert children[0].name not in teacher.get("/").content.decode()


def test_logout_clears_what_the_phone_kept(bureau) -> None:
    browser = logged_in(bureau["class_teacher"])
    assert "Clear-Site-Data" not in browser.get("/").headers
    assert browser.post("/logout").headers["Clear-Site-Data"] == '"cache", "storage"'


# --- in a browser ----------------------------------------------------------------------------------


@pytest.fixture
def phone(real_bureau, live_server, monkeypatch) -> Iterator[Any]:
    """The class teacher's phone, at the roll-call page; ``problems`` are what its console complained of."""
    if CHROMIUM is None:
        pytest.skip("NO BROWSER: install Chromium to see the roll-call tested")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    children = pupils(real_bureau)
    cookie = logged_in(real_bureau["class_teacher"]).cookies["session"].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai")
        context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.problems, page.children, page.place = [], children, real_bureau["class"].pk
        page.on(
            "console",
            lambda said: page.problems.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(f"{live_server.url}/attendance/classes/{page.place}")
        yield page
        browser.close()


def settled(page: Any) -> None:
    """Wait until the page is kept for the time without a signal."""
    from playwright.sync_api import expect

    expect(page.locator("#call")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(50):
        kept = page.evaluate(
            "caches.open('roll-call').then(async c =>"
            " [!!await c.match(location.pathname, {ignoreVary: true}), (await c.keys()).length])"
        )
        if kept[0] and kept[1] >= 4:  # the page, the stylesheet and two scripts
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page was not kept")


@pytest.mark.django_db(transaction=True)
def test_one_tap_and_one_missing_child(phone) -> None:
    from playwright.sync_api import expect

    send = phone.locator(".send .btn")
    expect(send).to_contain_text("8人全到，提交")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.locator(".pupil > label").first.click()
    expect(phone.locator(".pupil .why").first).to_be_visible()
    phone.locator(".pupil .chips label").first.click()
    send.click()
    expect(phone.locator("#done")).to_contain_text("7人到，1人未到")
    assert Call.objects.get().marks.get().reason == "sick"
    assert phone.problems == []


@pytest.mark.django_db(transaction=True)
def test_without_a_signal_it_is_kept_and_sent_once_when_there_is_one(phone) -> None:
    from playwright.sync_api import expect

    settled(phone)
    phone.context.set_offline(True)
    phone.reload()  # the phone was put away; the page comes from the phone itself
    phone.locator(".pupil > label").nth(1).click()
    phone.locator(".send .btn").click()
    expect(phone.locator("#kept")).to_be_visible()
    assert not Call.objects.exists()
    kept = phone.evaluate("localStorage.getItem('roll-calls')")
    assert phone.children[1].name not in kept
    phone.reload()
    expect(phone.locator("#kept")).to_be_visible()
    phone.context.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#sent")).to_be_visible()
    one = Call.objects.get()
    assert one.marks.get().child_id == phone.children[1].pk
    assert one.noted_at < one.at
    assert phone.evaluate("localStorage.getItem('roll-calls')") == "[]"


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_of_another_day_is_not_shown(phone) -> None:
    settled(phone)
    phone.context.set_offline(True)
    phone.evaluate(
        "caches.open('roll-call').then(async c => { const p = location.pathname;"
        "const k = await c.match(p); const h = new Headers(k.headers);"
        "h.set('Date', 'Mon, 01 Jan 2024 00:00:00 GMT');"
        "await c.put(p, new Response(await k.text(), {headers: h})); })"
    )
    with pytest.raises(Exception, match="ERR_"):
        phone.reload()


@pytest.mark.django_db(transaction=True)
def test_an_answer_lost_on_the_way_makes_no_second_roll_call(phone) -> None:
    from playwright.sync_api import expect

    lost: list[int] = []

    def once(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    phone.route("**/attendance/classes/*", once)
    phone.locator(".pupil > label").first.click()
    phone.locator(".send .btn").click()
    expect(phone.locator("#kept")).to_be_visible()
    assert lost == [200]
    assert Call.objects.count() == 1
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#sent")).to_be_visible()
    assert Call.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_session_that_ended_sends_to_the_login_and_keeps_the_roll_call(phone) -> None:
    from playwright.sync_api import expect

    phone.context.clear_cookies(name="session")
    phone.locator(".send .btn").click()
    expect(phone.locator("#kept a")).to_be_visible()
    assert phone.locator("#kept a").get_attribute("href").startswith("/login?next=")
    assert not Call.objects.exists()
    assert phone.evaluate("JSON.parse(localStorage.getItem('roll-calls')).length") == 1


@pytest.mark.django_db(transaction=True)
def test_what_the_server_refuses_is_told_in_words(phone) -> None:
    from playwright.sync_api import expect

    phone.evaluate("document.querySelector('#call [name=day]').value = '2024-01-01'")
    phone.locator(".send .btn").click()
    expect(phone.locator("#refused")).to_contain_text("A103")
    assert not Call.objects.exists()

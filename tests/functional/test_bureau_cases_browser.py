"""Cases as people use them: pages by role, a visit written without a signal."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.utils import timezone
from invented_bureau import Bureau, build, logged_in
from invented_cases import MONDAY, opened

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.cases import actions
from notoneless.bureau.cases.models import Case, Entry, Excuse, PublicWord
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.figures.kinds import figures, records, value

SAID = "母亲在外县餐馆打工"


def write(bureau: Bureau, case: Case, who: str = "township_cadre") -> Entry:
    at = dt.datetime(2026, 9, 15, 10, tzinfo=timezone.get_default_timezone())
    return actions.write_contact(
        by=bureau[who], case=case, key=uuid.uuid4(), at=at, way="home", whom="mother",
        text=SAID, result="promised", next_step="再访", next_on=dt.date(2026, 9, 16),
    )  # fmt: skip


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def case(self, bureau: Bureau) -> Case:
        _, case = opened(bureau, reason="连续5个校日不在课堂")
        write(bureau, case)
        write(bureau, case, "class_teacher")
        actions.ask_department(
            by=bureau["county_officer"], case=case, department="labour", what="核查用工"
        )
        return case

    def test_every_page_opens_for_who_is_responsible_and_for_nobody_else(
        self, bureau: Bureau, case: Case
    ) -> None:
        document = actions.draft_document(
            by=SYSTEM, case=case, kind="return_notice", issuer=bureau["township"]
        )
        own, other = logged_in(bureau["county_officer"]), logged_in(bureau["stranger"])
        for path in (
            f"/cases/{case.pk}", f"/cases/{case.pk}/file", f"/cases/{case.pk}/contact",
            f"/cases/{case.pk}/move/verify", f"/cases/{case.pk}/task", f"/cases/{case.pk}/document",
            f"/cases/documents/{document.pk}", f"/cases/documents/{document.pk}.docx",
            f"/cases/documents/{document.pk}.pdf", f"/cases/tasks/{case.tasks.get().pk}",
            f"/cases/doubts/{case.entries.exclude(beside=None).get().pk}",
            f"/children/{case.child_id}/case", f"/children/{case.child_id}/excuse",
        ):  # fmt: skip
            assert own.get(path).status_code == 200, path
            assert other.get(path).status_code == 404, path
        for path in ("/cases", "/cases/visits", "/cases/tasks", "/cases/documents", "/cases/doubts",
                     "/cases/excuses", "/cases/public"):  # fmt: skip
            assert own.get(path).status_code == 200, path
            shown = other.get(path).content.decode()
            assert case.number not in shown, path

    def test_one_case_says_state_next_step_people_and_one_button(self, bureau, case) -> None:
        shown = logged_in(bureau["county_officer"]).get(f"/cases/{case.pk}").content.decode()
        for text in ("疑似，待核实", "再访", SAID, "class_teacher甲", "township_cadre甲", "去判定",
                     "连续5个校日不在课堂", "核查用工"):  # fmt: skip
            assert text in shown, text
        assert shown.count("btn main") == 1
        assert Event.objects.filter(verb="case.read").exists()

    def test_a_step_from_the_page(self, bureau, case) -> None:
        client = logged_in(bureau["school_head"])
        path = f"/cases/{case.pk}/move/verify"
        assert "还缺依据" not in client.get(path).content.decode()
        answer = client.post(path, {"seen": "suspected", "on": "2026-09-16", "reason": "D2"})
        assert answer.status_code == 302
        again = client.post(path, {"seen": "suspected", "on": "2026-09-16", "reason": "D2"})
        assert "B602" in again.content.decode()
        case.refresh_from_db()
        assert (case.state, case.reason_code) == ("verified", "D2")
        assert client.get(f"/cases/{case.pk}/move/close").status_code == 404
        assert client.get(f"/cases/{case.pk}/move/nonsense").status_code == 404

    def test_the_first_page_names_no_child_and_no_circumstance(self, bureau, case) -> None:
        for who in ("class_teacher", "village_cadre", "township_cadre", "county_officer"):
            shown = logged_in(bureau[who]).get("/").content.decode()
            assert "办理逾期个案" in shown or who != "class_teacher"
            for secret in ("孩0", SAID, "在籍不在校", case.number):
                assert secret not in shown

    def test_by_hand_an_excuse_and_the_word_of_the_public(self, bureau, case) -> None:
        client = logged_in(bureau["county_officer"])
        told = {"kind": "no_place", "source": "check", "on": "2026-09-16", "reason": "入户时在家"}
        answer = client.post(f"/children/{case.child_id}/case", told)
        assert answer.status_code == 302
        assert Case.objects.get(kind="no_place").grounds.get().source == "check"
        told = {"excuse": "suspended", "valid_from": "2026-09-01", "until": "2027-01-31",
                "document": "甲教〔2026〕1号"}  # fmt: skip
        client.post(f"/children/{case.child_id}/excuse", told)
        excuse = Excuse.objects.get()
        assert "等另一位" in client.get(f"/cases/excuses/{excuse.pk}").content.decode()
        client.post(f"/cases/excuses/{excuse.pk}", {"answer": "approve"})
        logged_in(bureau["county_leader"]).post(
            f"/cases/excuses/{excuse.pk}", {"answer": "approve"}
        )
        excuse.refresh_from_db()
        assert (excuse.state, excuse.decided_by) == ("approved", bureau["county_leader"])
        client.post(
            "/cases/public/new",
            {"county": bureau["county"].pk, "told_on": "2026-09-16", "text": "四组有个孩子"},
        )
        word = PublicWord.objects.get()
        client.post(f"/cases/public/{word.pk}", {"number": case.number, "answer": "已立案"})
        word.refresh_from_db()
        assert word.case == case

    def test_figures_follow_the_timeline_and_what_was_known(self, bureau, case) -> None:
        actions.move(
            by=bureau["school_head"], case=case, way="verify", seen="suspected",
            told=Told(on=dt.date(2026, 9, 16), reason="D2"),
        )  # fmt: skip
        in_work = figures()["cases.in_work"]

        def state(on: dt.date, known_on: dt.date | None = None) -> list:
            return value(in_work, on=on, known_on=known_on).parts["state"]

        assert state(dt.date(2026, 9, 15)) == [("疑似，待核实", 1)]
        assert state(dt.date(2026, 9, 17)) == [("已核实，待劝返", 1)]
        assert state(dt.date(2026, 9, 17), dt.date(2026, 9, 17)) == [], "it was not known yet"
        assert value(in_work, on=MONDAY - dt.timedelta(days=1)).count == 0
        assert value(figures()["cases.opened"], on=dt.date(2026, 9, 17)).count == 1
        assert value(figures()["cases.closed"], on=dt.date(2026, 9, 17)).count == 0
        seen = {"on": dt.date(2026, 9, 17), "known_on": None, "first": 0, "most": 9}
        assert records(in_work, by=bureau["county_officer"], **seen) == [case.pk]
        assert records(in_work, by=bureau["stranger"], **seen) == []


class TestOnThePhone(StaticLiveServerTestCase):
    """A cadre in a village without a signal."""

    def test_a_visit_written_without_signal_arrives_once(self) -> None:
        import os

        from playwright.sync_api import expect, sync_playwright

        bureau = build()
        _, case = opened(bureau)
        cookie = logged_in(bureau["township_cadre"]).cookies["session"].value
        base = self.live_server_url.replace("127.0.0.1", "localhost")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path="/usr/bin/chromium")
                phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
                phone.add_cookies([{"name": "session", "value": cookie, "url": base}])
                page = phone.new_page()
                page.goto(f"{base}/cases/visits")
                page.get_by_text("出门前取门牌和电话").click()
                page.get_by_label("用途").fill("今天上门劝返")
                page.get_by_role("button", name="取今天的门牌和电话").click()
                expect(page.get_by_text("甲一村四组17号")).to_be_visible()
                page.evaluate(
                    "async () => { await navigator.serviceWorker.ready;"
                    " while (!(await caches.match('/cases/visits', {cacheName: 'visits'})))"
                    " await new Promise(done => setTimeout(done, 50)); }"
                )
                phone.set_offline(True)
                page.goto(f"{base}/cases/visits")
                expect(page.get_by_text("甲一村四组17号")).to_be_visible()
                page.get_by_text("记家访").click()
                page.get_by_label("说了什么").fill(SAID)
                page.get_by_label("签字表的照片").set_input_files(
                    {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff photo"}
                )
                page.get_by_role("button", name="记下").click()
                expect(page.get_by_text("存在手机上等着发的")).to_be_visible()
                assert not Entry.objects.filter(kind="contact").exists()
                page.reload()
                expect(page.get_by_text("存在手机上等着发的")).to_be_visible()
                phone.set_offline(False)
                expect(page.get_by_text("已发到个案里")).to_be_visible(timeout=15000)
                expect(page.get_by_text("存在手机上等着发的")).to_be_hidden()
                browser.close()
        finally:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        entry = Entry.objects.get(kind="contact")
        assert (entry.text.reveal(), entry.case, entry.by) == (SAID, case, bureau["township_cadre"])
        assert entry.files.count() == 1
        assert Event.objects.filter(verb="child.revealed", purpose="今天上门劝返").count() == 1

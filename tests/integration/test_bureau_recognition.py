"""Recognition: steps by two people, what a public notice shows and until when, what the rules are told."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import number, row, taken_in

from notoneless.bureau import publication
from notoneless.bureau.accounts.models import LoginTry, User
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.figures.kinds import figures, value
from notoneless.bureau.people.models import Child
from notoneless.bureau.recognition import actions, facts, night, today, views_open
from notoneless.bureau.recognition.models import Application, Decision, Notice, Objection, Round
from notoneless.bureau.rules import actions as rules
from notoneless.bureau.sweeps.deciding import gather
from notoneless.engines.duckdb import connect
from notoneless.faults import Refusal

MONDAY = dt.date(2026, 10, 12)
REASON, CONTACT, GUARDIAN = "父亲患病住院", "13866667777", "孙大麦"
WHY, MEMBERS = "家访属实，收入中断", "某甲、某乙"


@pytest.fixture
def clock(monkeypatch):
    """``clock(day, hour, minute)`` stops the clock there."""

    def stop(day: dt.date, hour: int = 9, minute: int = 0) -> None:
        now = timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))
        monkeypatch.setattr(timezone, "now", lambda: now)

    stop(MONDAY)
    return stop


def build(bureau):
    """Three pupils of a school, one of them on the list of destitute people; the year has begun."""
    rows = [row(1, "孙小麦"), row(2, "李小谷"), row(3, "赵小豆")]
    taken_in(bureau, rows, "census")
    keys = dict(Child.objects.values_list("name", "pk"))
    taken_in(bureau, [{**one, "child": keys[one["name"]]} for one in rows], "roll")
    listed = Child.objects.get(name="赵小豆")
    taken_in(
        bureau,
        [{"row": 4, "child": listed.pk, "name": "赵小豆", "id_number": number(3)}],
        "destitute",
    )
    return actions.begin_round(
        by=SYSTEM, school=bureau["school"], apply_until=dt.date(2026, 10, 31), on=MONDAY
    )


@pytest.fixture
def round_(bureau, clock):
    return build(bureau)


def applied(by, name="孙小麦"):
    return actions.receive(
        by=by, child=Child.objects.get(name=name), asked="special", channel="teacher", accepted=True,
        reason=REASON, guardian=GUARDIAN, contact=CONTACT, on=MONDAY,
    )  # fmt: skip


def reviewed(bureau, name="孙小麦", level="special"):
    one, _ = applied(bureau["class_teacher"], name)
    actions.review(
        by=bureau["school_aid_officer"], application=one, level=level, reason=WHY, members=MEMBERS
    )
    return one


def published(bureau, round_, **more):
    one = reviewed(bureau, **more)
    notice = actions.publish(by=bureau["school_head"], round_=round_, on=MONDAY)
    one.refresh_from_db()
    return one, notice


def codes(caught) -> set[str]:
    return {fault.code for fault in caught.value.faults}


# --- four eyes ----------------------------------------------------------------------------------------


def test_nobody_checks_what_is_their_own(bureau, round_):
    officer, head = bureau["school_aid_officer"], bureau["school_head"]
    one, _ = applied(officer)
    with pytest.raises(Refusal) as own:
        actions.review(by=officer, application=one, level="special", reason=WHY)
    assert codes(own) == {"H102"}
    with pytest.raises(Refusal) as system:
        actions.review(by=SYSTEM, application=one, level="special", reason=WHY)
    assert codes(system) == {"H102"}
    actions.review(by=head, application=one, level="special", reason=WHY)
    with pytest.raises(Refusal) as alone:
        actions.publish(by=head, round_=round_)
    assert codes(alone) == {"H109"}
    with pytest.raises(PermissionDenied):
        actions.publish(by=officer, round_=round_)
    with pytest.raises(PermissionDenied):
        actions.review(by=bureau["class_teacher"], application=one, level="special", reason=WHY)
    actions.publish(by=bureau["central_school_head"], round_=round_)
    one.refresh_from_db()
    assert one.state == "published"


def test_a_role_lent_by_the_reviewer_checks_nothing(bureau, round_):
    from notoneless.bureau.accounts import actions as accounts

    head = bureau["school_head"]
    one, _ = applied(bureau["class_teacher"])
    actions.review(by=head, application=one, level="special", reason=WHY)
    friend = User.objects.create(username="friend", name="朋友")
    accounts.delegate(
        by=head, assignment=head.assignments.get(), to=friend, until=timezone.localdate()
    )
    with pytest.raises(Refusal) as lent:
        actions.publish(by=friend, round_=round_)
    assert codes(lent) == {"H109"}


def test_a_check_that_ignores_who_made_it_would_be_seen(bureau, round_, monkeypatch):
    """The mutant: the right alone is asked, not whether it is another person."""
    monkeypatch.setattr(actions, "may_check", lambda *_: True)
    with pytest.raises(pytest.fail.Exception):
        test_nobody_checks_what_is_their_own(bureau, round_)


def test_only_lawful_ways(bureau, round_):
    one = reviewed(bureau, level="none")
    head = bureau["school_head"]
    with pytest.raises(Refusal) as nothing:
        actions.publish(by=head, round_=round_)
    assert codes(nothing) == {"H109"}
    with pytest.raises(Refusal) as early:
        actions.object_to(by=head, application=one, text="早了")
    assert codes(early) == {"H101"}
    actions.send_back(by=head, application=one)
    assert one.state == "received"
    actions.review(
        by=bureau["school_aid_officer"], application=one, level="general", reason="再去了一次"
    )
    with pytest.raises(Refusal):
        actions.refuse(by=head, application=one)  # a level was proposed
    actions.publish(by=head, round_=round_)
    assert list(one.decisions.order_by("pk").values_list("level", "outcome")) == [
        ("none", "dropped"),
        ("general", ""),
    ]


def test_an_application_wants_a_promise_a_reason_and_a_level_in_use(bureau, round_):
    child = Child.objects.get(name="孙小麦")
    told = {
        "by": bureau["class_teacher"], "child": child, "asked": "special", "channel": "guardian",
        "accepted": True, "reason": REASON, "guardian": GUARDIAN, "contact": CONTACT, "on": MONDAY,
    }  # fmt: skip
    for more, code in (
        ({"accepted": False}, "H105"),
        ({"reason": " "}, "H108"),
        ({"asked": "none"}, "H107"),
        ({"on": dt.date(2027, 10, 1)}, "H104"),
    ):
        with pytest.raises(Refusal) as wrong:
            actions.receive(**told | more)
        assert codes(wrong) == {code}
    rules.settle(
        by=SYSTEM, organisation=bureau["county"], key="recognition.levels", value=2,
        valid_from=dt.date(2026, 9, 1), source="本省规定",
    )  # fmt: skip
    with pytest.raises(Refusal) as two:
        actions.receive(**told | {"asked": "difficult"})
    assert codes(two) == {"H107"}
    new, _ = actions.receive(**told)
    assert "承诺" in new.commitment
    with pytest.raises(Refusal) as twice:
        actions.receive(**told)
    assert codes(twice) == {"H103"}


def test_who_is_on_a_list_need_not_apply_and_only_who_may_know_is_told(bureau, round_):
    with pytest.raises(Refusal) as listed:
        applied(bureau["school_aid_officer"], "赵小豆")
    assert codes(listed) == {"H106"}
    one, _ = applied(bureau["class_teacher"], "赵小豆")  # must not learn it by a refusal
    assert one.state == "received"
    officer, teacher = logged_in(bureau["school_aid_officer"]), logged_in(bureau["class_teacher"])
    page = officer.get(f"/recognitions/{one.pk}").content.decode()
    assert "城乡特困人员" in page
    told = officer.get(f"/recognitions/rounds/{round_.pk}/listed").content.decode()
    assert "赵小豆" in told
    assert "2026-09-01" in told
    assert "孙小麦" not in told
    child = f"/children/{one.child_id}"
    assert "按名单认定" in officer.get(child).content.decode()
    assert "按名单认定" not in teacher.get(child).content.decode()
    assert "特困" not in teacher.get("/recognitions/receive").content.decode()


# --- the public page ------------------------------------------------------------------------------------


def forbidden(one: Application) -> list[str]:
    child = one.child
    return [
        REASON, CONTACT, CONTACT[-4:], GUARDIAN, WHY, MEMBERS, number(1), number(1)[-4:], "特别困难",
        "一般困难", "困难", "special", "2015-03-12", "20150312", "四组17号", "陈大山", "甲一村", "特困",
        "低保", "残疾", "G" + number(1), "班主任", f"recognitions/{one.pk}", f"children/{child.pk}", one.fingerprint,
    ]  # fmt: skip


def public_page(notice: Notice) -> str:
    answer = Client().get(f"/open/notices/{notice.code}")
    assert answer.status_code == 200
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    page = answer.content.decode()
    assert 'name="robots"' in page
    # A token against forgery is random and may hold any four digits.
    return re.sub(r'"X-CSRFToken": "[^"]*"|value="[A-Za-z0-9]{64}"', "", page)


def test_a_notice_shows_name_school_grade_class_and_nothing_else(bureau, round_):
    one, notice = published(bureau, round_)
    page = public_page(notice)
    for shown in ("孙小麦", "甲县一小", "1年级", "1班"):
        assert shown in page
    assert "赵小豆" not in page
    assert [value for value in forbidden(one) if value in page] == []


def test_a_page_that_says_one_word_more_would_be_seen(bureau, round_, monkeypatch):
    """The mutant: the class column also tells the level."""
    one, notice = published(bureau, round_)
    mutant = [publication.Name("孙小麦", 1, "1班 特别困难", "")]
    monkeypatch.setattr(views_open.queries, "names", lambda _notice: mutant)
    assert [value for value in forbidden(one) if value in public_page(notice)]


def up_until(notice: Notice, clock) -> None:
    """The last minute of the last day, and the next one; the night did not run."""
    path = f"/open/notices/{notice.code}"
    clock(notice.last, 23, 59)
    assert Client().get(path).status_code == 200
    clock(notice.last + dt.timedelta(days=1), 0, 0)
    assert Client().get(path).status_code == 404
    assert Notice.objects.get(pk=notice.pk).removed_at is None


def test_a_notice_is_gone_the_minute_after_its_end_and_the_night_takes_its_address(
    bureau, round_, clock
):
    _, notice = published(bureau, round_)
    assert notice.last == dt.date(2026, 10, 19)  # five school days after the Monday it went up
    up_until(notice, clock)
    path = f"/open/notices/{notice.code}"
    night.night(notice.last + dt.timedelta(days=1))
    notice.refresh_from_db()
    assert notice.code is None
    assert notice.removed_at is not None
    clock(MONDAY)
    assert Client().get(path).status_code == 404  # a clock set back brings nothing up again
    sheet = logged_in(bureau["school_head"]).get(f"/recognitions/notices/{notice.pk}")
    assert sheet.status_code == 200


def test_a_page_that_waits_for_the_night_would_be_seen(bureau, round_, clock, monkeypatch):
    """The mutant: only what the night has marked is gone."""
    _, notice = published(bureau, round_)
    monkeypatch.setattr(
        views_open.queries,
        "open_notice",
        lambda code: Notice.objects.filter(code=code, removed_at__isnull=True).first(),
    )
    with pytest.raises(AssertionError):
        up_until(notice, clock)


def test_the_days_are_a_floor_and_holidays_do_not_count(bureau, round_, clock):
    told = {
        "by": SYSTEM, "organisation": bureau["county"], "key": "recognition.public_days",
        "valid_from": dt.date(2026, 9, 1), "source": "本县规定",
    }  # fmt: skip
    with pytest.raises(Refusal):
        rules.settle(value=4, **told)
    rules.settle(value=7, **told)
    reviewed(bureau)
    before_holidays = dt.date(2026, 9, 28)
    clock(before_holidays)
    notice = actions.publish(by=bureau["school_head"], round_=round_, on=before_holidays)
    from notoneless.bureau.rules.queries import calendar

    first = before_holidays + dt.timedelta(days=1)
    assert calendar(bureau["school"]).count(first, notice.last) == 7
    assert (notice.last - before_holidays).days > 9  # the first days of October are free


def test_a_withdrawn_name_is_gone_at_once(bureau, round_):
    one, notice = published(bureau, round_)
    actions.withdraw(by=bureau["school_aid_officer"], application=one)
    assert "孙小麦" not in public_page(notice)


# --- objections, results ----------------------------------------------------------------------------------


def concluded(bureau, notice, clock):
    after = notice.last + dt.timedelta(days=1)
    clock(after)
    return actions.conclude(by=bureau["school_head"], notice=notice, on=after)


def test_an_open_objection_holds_that_child_only(bureau, round_, clock):
    reviewed(bureau, "李小谷", level="general")
    one, notice = published(bureau, round_)
    officer, head = bureau["school_aid_officer"], bureau["school_head"]
    with pytest.raises(Refusal) as early:
        actions.conclude(by=head, notice=notice, on=notice.last)
    assert codes(early) == {"H110"}
    first = actions.object_to(by=head, application=one, text="家里刚买了车")
    second = actions.object_to(by=bureau["county_aid_officer"], application=one, text="同上")
    assert concluded(bureau, notice, clock) == 1
    one.refresh_from_db()
    assert one.state == "objected"
    for who in (head, officer):  # who wrote it down, who reviewed
        with pytest.raises(Refusal) as own:
            actions.settle(by=who, objection=first, outcome="dismiss", finding="车是借的")
        assert codes(own) == {"H102"}
    actions.settle(
        by=bureau["county_aid_officer"], objection=first, outcome="dismiss", finding="车是借的"
    )
    one.refresh_from_db()
    assert one.state == "objected"
    actions.settle(by=head, objection=second, outcome="dismiss", finding="车是借的")
    one.refresh_from_db()
    assert one.state == "published"
    assert concluded(bureau, notice, clock) == 1


def test_an_objection_upheld_refuses_and_its_reason_stays(bureau, round_, clock):
    one, notice = published(bureau, round_)
    found = actions.object_to(by=bureau["school_head"], application=one, text="不属实")
    actions.settle(
        by=bureau["county_aid_officer"], objection=found, outcome="uphold", finding="收入不低"
    )
    one.refresh_from_db()
    assert one.state == "refused"
    assert "孙小麦" not in public_page(notice)
    assert list(one.decisions.order_by("pk").values_list("level", "outcome")) == [
        ("special", "dropped"),
        ("none", "confirmed"),
    ]
    assert Objection.objects.get().finding.reveal() == "收入不低"


def told(on: dt.date, known_on: dt.date | None = None) -> dict[str, str]:
    names = dict(Child.objects.values_list("pk", "name"))
    rows = facts.facts(on=on, known_on=known_on).to_pylist()
    return {names[one["child"]]: one["recognised"] for one in rows}


def test_the_fact_follows_confirmed_levels_and_ends_with_the_year(bureau, round_, clock):
    one, notice = published(bureau, round_)
    assert told(notice.last) == {}
    concluded(bureau, notice, clock)
    after = notice.last + dt.timedelta(days=1)
    assert told(after) == {"孙小麦": "special"}
    assert told(notice.last) == {}
    assert told(dt.date(2027, 8, 31)) == {"孙小麦": "special"}
    assert told(dt.date(2027, 9, 1)) == {}
    # The next term: a new decision beside the old one.
    spring = dt.date(2027, 3, 3)
    clock(spring)
    actions.adjust(
        by=bureau["school_aid_officer"], application=one, level="general", reason="父亲已经上班"
    )
    assert told(spring) == {"孙小麦": "special"}  # nobody confirmed it yet
    with pytest.raises(Refusal) as twice:
        actions.adjust(
            by=bureau["school_aid_officer"], application=one, level="none", reason="又一次"
        )
    assert codes(twice) == {"H114"}
    actions.settle_change(by=bureau["school_head"], application=one, adopted=True)
    assert told(spring) == {"孙小麦": "general"}
    assert told(spring - dt.timedelta(days=1)) == {"孙小麦": "special"}
    assert told(spring, known_on=after) == {"孙小麦": "special"}
    assert Decision.objects.filter(application=one, outcome="confirmed").count() == 2
    figure = figures()["recognition.recognised"]
    counted = value(figure, on=spring)
    assert counted.count == 1
    assert counted.parts == {
        "county": [("甲县", 1)],
        "school": [("甲县一小", 1)],
        "level": [("一般困难", 1)],
    }


def test_none_is_known_only_where_the_school_has_finished(bureau, round_, clock):
    _, notice = published(bureau, round_)
    head = bureau["school_head"]
    with pytest.raises(Refusal) as early:
        actions.complete_round(by=head, round_=round_)
    assert codes(early) == {"H111"}
    concluded(bureau, notice, clock)
    listed = Child.objects.get(name="李小谷")
    taken_in(
        bureau,
        [{"row": 4, "child": listed.pk, "name": "李小谷", "id_number": number(2), "recognised": "general"}],
        "recognition",
    )  # fmt: skip
    after = notice.last + dt.timedelta(days=1)
    assert told(after) == {"孙小麦": "special"}
    actions.complete_round(by=head, round_=round_)
    # The list of recognised students that was handed in keeps its word.
    assert told(after) == {"孙小麦": "special", "赵小豆": "none"}
    db = connect()
    gather(db, after, None)
    rows = db.execute("SELECT recognised, count(*) FROM facts GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [("general", 1), ("none", 1), ("special", 1)]


# --- the guardian's code ----------------------------------------------------------------------------------


def test_a_guardian_sees_the_state_and_one_character(bureau, round_):
    one, code = applied(bureau["class_teacher"])
    assert code.replace("-", "") not in str(vars(Application.objects.get(pk=one.pk)))
    anyone = Client()
    answer = anyone.post("/open/application", {"code": code.lower().replace("-", " ")})
    page = answer.content.decode()
    assert "孙*" in page
    assert "已受理，待评议" in page
    assert "noindex" in answer["X-Robots-Tag"]
    for value_ in ("孙小麦", "甲县", "特别困难", REASON, GUARDIAN, CONTACT):
        assert value_ not in page
    wrong = anyone.post("/open/application", {"code": "AAAA-BBBB-CCCC-DDDD"})
    assert "没有这个查询码" in wrong.content.decode()


def test_ten_wrong_tries_close_the_door_for_that_address_only(bureau, round_, clock):
    _, code = applied(bureau["class_teacher"])
    here = Client()
    for _ in range(9):
        here.post("/open/application", {"code": "WRONG"})
        assert here.post("/open/application", {"code": code}).status_code == 200
    assert here.post("/open/application", {"code": "WRONG"}).status_code == 200  # the tenth
    shut = here.post("/open/application", {"code": code})
    assert shut.status_code == 429
    assert "孙*" not in shut.content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/open/application", {"code": code}).status_code == 200
    assert not LoginTry.objects.filter(address_index="127.0.0.1").exists()
    clock(MONDAY, 9, 16)
    assert here.post("/open/application", {"code": code}).status_code == 200


# --- pages ------------------------------------------------------------------------------------------------


def test_pages_and_strangers(bureau, round_, clock):
    teacher, officer = logged_in(bureau["class_teacher"]), logged_in(bureau["school_aid_officer"])
    head, stranger = logged_in(bureau["school_head"]), logged_in(bureau["school_head_乙"])
    child = Child.objects.get(name="孙小麦")
    posted = teacher.post(
        "/recognitions/receive",
        {
            "child": child.pk, "channel": "guardian", "guardian": GUARDIAN, "contact": CONTACT,
            "asked": "special", "reason": REASON, "accepted": "on",
        },
    )  # fmt: skip
    assert re.search(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", posted.content.decode())
    one = Application.objects.get()
    assert teacher.get("/recognitions").status_code == 403
    assert REASON not in teacher.get("/recognitions/receive").content.decode()
    path = f"/recognitions/{one.pk}"
    sent = officer.post(f"{path}/review", {"level": "special", "reason": WHY, "members": MEMBERS})
    assert sent.status_code == 302
    assert officer.post(f"/recognitions/rounds/{round_.pk}/publish").status_code == 403
    assert head.post(f"/recognitions/rounds/{round_.pk}/publish").status_code == 302
    notice = Notice.objects.get()
    assert head.post(f"{path}/object", {"text": "不属实"}).status_code == 302
    objection = Objection.objects.get()
    for name in (
        path,
        f"/recognitions/rounds/{round_.pk}",
        f"/recognitions/rounds/{round_.pk}/listed",
        f"/recognitions/notices/{notice.pk}",
    ):
        assert head.get(name).status_code == 200, name
        assert stranger.get(name).status_code == 404, name
    for name in (f"{path}/review", f"{path}/settle", f"{path}/object",
                 f"/recognitions/objections/{objection.pk}",
                 f"/recognitions/rounds/{round_.pk}/publish",
                 f"/recognitions/rounds/{round_.pk}/complete",
                 f"/recognitions/notices/{notice.pk}/conclude"):  # fmt: skip
        assert stranger.post(name).status_code == 404, name
    for name in ("/recognitions", "/recognitions/rounds", "/recognitions/notices"):
        assert head.get(name).status_code == 200
        assert "甲县一小" not in stranger.get(name).content.decode()
    assert CONTACT not in head.get(path).content.decode()
    county = logged_in(bureau["county_aid_officer"])
    done = county.post(
        f"/recognitions/objections/{objection.pk}", {"outcome": "dismiss", "finding": "属实"}
    )
    assert done.status_code == 302
    clock(notice.last + dt.timedelta(days=1))
    head = logged_in(bureau["school_head"])
    assert head.post(f"/recognitions/notices/{notice.pk}/conclude").status_code == 302
    assert head.post(f"/recognitions/rounds/{round_.pk}/complete").status_code == 302
    assert "特别困难" in head.get(f"/children/{child.pk}").content.decode()
    officer = logged_in(bureau["school_aid_officer"])
    assert officer.get("/recognitions?export=xlsx").status_code == 200


def test_todays_tasks(bureau, round_, clock):
    def counts(role: str) -> dict[str, int]:
        found = today.tasks(bureau[role], timezone.localdate())
        return {one.what: one.count for one in found if one.count}

    assert counts("class_teacher") == {"告诉家长，受理认定申请": 1}
    assert counts("class_teacher_乙") == {}
    one, _ = applied(bureau["class_teacher"])
    assert counts("school_aid_officer")["评议认定申请"] == 1
    actions.review(by=bureau["school_aid_officer"], application=one, level="special", reason=WHY)
    assert counts("school_head") == {"公示评议结果": 1}
    notice = actions.publish(by=bureau["school_head"], round_=round_, on=MONDAY)
    assert counts("school_head") == {}
    actions.object_to(by=bureau["school_head"], application=one, text="不属实")
    assert counts("county_aid_officer") == {"处理公示异议": 1}
    actions.settle(
        by=bureau["county_aid_officer"], objection=Objection.objects.get(), outcome="dismiss",
        finding="属实",
    )  # fmt: skip
    clock(notice.last + dt.timedelta(days=1))
    assert counts("school_head") == {"公示期满，认定": 1}


# --- races ------------------------------------------------------------------------------------------------


def at_once(acts) -> list[str]:
    def run(act) -> str:
        try:
            act()
            return "done"
        except Refusal as why:
            return why.faults[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.mark.both_databases
def test_two_decisions_at_once_are_one(real_bureau):
    bureau, year = real_bureau, build(real_bureau)
    one, _ = applied(bureau["class_teacher"])

    def review(by, level):
        mine = Application.objects.get(pk=one.pk)
        actions.review(by=by, application=mine, level=level, reason=WHY)

    reviewers = (bureau["school_aid_officer"], bureau["central_school_head"])
    acts = [
        lambda by=by, level=level: review(by, level)
        for by in reviewers
        for level in ("special", "none")
    ]
    assert at_once(acts) == ["H101"] * 3 + ["done"]
    assert Decision.objects.count() == 1
    Decision.objects.update(level="special", proposed_by=bureau["school_aid_officer"])
    heads = (bureau["school_head"], bureau["central_school_head"])
    acts = [lambda by=by: actions.publish(by=by, round_=year, on=MONDAY) for by in heads * 2]
    assert at_once(acts) == ["H109"] * 3 + ["done"]
    assert Notice.objects.count() == 1
    notice = Notice.objects.get()
    after = notice.last + dt.timedelta(days=1)

    def object_() -> None:
        mine = Application.objects.get(pk=one.pk)
        actions.object_to(by=bureau["county_aid_officer"], application=mine, text="不属实")

    def conclude() -> None:
        if not actions.conclude(by=bureau["school_head"], notice=notice, on=after):
            raise Refusal([actions.faults.NOBODY_TO_PUBLISH.at()])

    results = at_once([object_, conclude])
    one.refresh_from_db()
    assert results.count("done") == 1, (results, one.state)
    assert (one.state == "objected") == (Objection.objects.count() == 1)
    assert Decision.objects.filter(outcome="confirmed").exists() == (one.state == "recognised")


@pytest.mark.both_databases
def test_a_family_that_applies_eight_times_at_once_has_one_application(real_bureau):
    build(real_bureau)
    acts = [lambda: applied(real_bureau["class_teacher"])] * 8
    assert at_once(acts) == ["H103"] * 7 + ["done"]
    assert Round.objects.count() == 1

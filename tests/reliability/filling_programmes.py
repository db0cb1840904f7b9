"""The builders of `filling` for the programmes: checks, money, recognition, placements, reports, tokens.

Each goes the whole way of its app through the app's own actions, by the people who may, and writes a payload
with the county's sign wherever a person can write.
"""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

from django.utils import timezone
from invented_aid import answer_file, card
from invented_bureau import Bureau
from invented_children import number, taken_in
from payloads import names, said

MONDAY = dt.date(2026, 11, 16)
TERM_DAY = dt.date(2026, 11, 20)
POLICY = "living_day"


def people(bureau: Bureau, prefix: str) -> dict[str, Any]:
    """The people of a county by their role."""
    end = "_乙" if prefix else ""
    return {
        role.removesuffix(end): user
        for role, user in bureau.people.items()
        if role.endswith("_乙") is bool(prefix)
    }


def pupils(bureau: Bureau, prefix: str) -> list[Any]:
    """The children of the county's class, in the order of their keys."""
    from notoneless.bureau.people.models import Child

    return list(Child.objects.filter(school=bureau[prefix + "class"], on_roll=True).order_by("pk"))


def fill_cases(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """A case of a pupil not in class: two people wrote of one day, a photo, papers, an excuse, a word."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.models import Case
    from notoneless.bureau.cases.openings import Opening

    who, child = people(bureau, prefix), pupils(bureau, prefix)[0]
    officer, county = who["county_officer"], bureau[prefix + "county"]
    opening = Opening(
        subject=child.pk, kind="absent", guarantee="in_class", source="sweep", on=MONDAY
    )
    actions.open_cases(by=SYSTEM, openings=[opening])
    case = Case.objects.get(child=child)
    at = timezone.make_aware(dt.datetime.combine(MONDAY, dt.time(10)))
    for by in (who["township_cadre"], who["class_teacher"]):
        actions.write_contact(
            by=by,
            case=case,
            key=uuid.uuid4(),
            at=at,
            way="home",
            whom="mother",
            text=said(sign, "contact"),
            result="promised",
            who=said(sign, "visitor"),
            next_step=said(sign, "next_step"),
            next_on=MONDAY + dt.timedelta(days=2),
            photos=[(f"{sign}.jpg", b"\xff\xd8\xff photo " + sign.encode())],
        )
    actions.ask_department(by=officer, case=case, department="labour", what=said(sign, "task"))
    actions.draft_document(
        by=officer, case=case, kind="return_notice", issuer=bureau[prefix + "township"]
    )
    actions.apply_for_excuse(
        by=who["roll_keeper"],
        child=child,
        excuse="suspended",
        valid_from=MONDAY,
        until=dt.date(2027, 1, 31),
        document=said(sign, "excuse"),
        word=said(sign, "excuse_word"),
    )
    actions.write_public_word(
        by=officer, county=county, told_on=MONDAY, text=said(sign, "public_word")
    )


def fill_ledger(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """What the state gave, once too much and taken back; payments bring the rest."""
    from notoneless.bureau.ledger import actions
    from notoneless.calendar import term_on

    officer = people(bureau, prefix)["county_aid_officer"]
    entries = [
        actions.give_budget(
            by=officer,
            county=bureau[prefix + "county"],
            term=term_on(TERM_DAY),
            policy=POLICY,
            amounts={"centre": 1_000_000},
            text=text,
        )
        for text in names(sign)[:2]
    ]
    actions.correct(by=officer, entry=entries[1], text=names(sign)[2])


def fill_aid(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """Awards, cards, a batch that was paid and partly bounced, one proposed, one sent back, findings."""
    from notoneless.bureau.aid import actions
    from notoneless.bureau.aid.models import Award, Delivery, Finding, Ranked, Ranking
    from notoneless.bureau.audit.actions import SYSTEM

    county, who, told = bureau[prefix + "county"], people(bureau, prefix), names(sign)
    officer, leader = who["county_aid_officer"], who["county_leader"]
    actions.propose_term(by=SYSTEM, on=TERM_DAY)
    awards = list(Award.objects.filter(county=county).order_by("pk"))
    first = 100 if prefix else 1
    cards = [
        (award.child_id, card(at), said(sign, "bank"), said(sign, "card_holder"))
        for at, award in enumerate({one.child_id: one for one in awards}.values(), first)
    ]
    actions.keep_cards(by=officer, county=county, cards=cards)

    def batch(*some: Award) -> Any:
        keys = [one.pk for one in some]
        return actions.propose_batch(by=officer, county=county, term=some[0].term, awards=keys)

    paid = batch(*awards[:2])
    actions.approve(by=leader, batch=paid)
    actions.release(by=leader, batch=paid)
    bounced = answer_file(paid, (2, {"结果": "失败", "失败原因": said(sign, "bounce")}))
    actions.take_answers(by=officer, batch=paid, file=bounced, name="回盘.csv")
    actions.send_back(by=leader, batch=batch(awards[2]), reason=told[2])
    batch(awards[3])
    listed = (
        "姓名,身份证号,学校,资助项目,学期,金额,发放日期\n"
        f"{sign}某,{number(900)},{sign}县一小,寄宿生生活补助,{awards[0].term},1.00,2026-10-20\n"
    )
    name = f"2026秋家庭经济困难学生生活补助发放名册{sign}<b data-injected>.csv"
    actions.take_paid_list(by=officer, county=county, file=listed.encode("utf-8-sig"), name=name)
    actions.propose_term(by=SYSTEM, on=TERM_DAY)
    finding = Finding.objects.filter(county=county, outcome="").order_by("pk")[0]
    actions.end_finding(by=officer, finding=finding, outcome="refused", text=told[0])
    Delivery.objects.create(
        school=bureau[prefix + "school"], county=county, policy="textbooks", kind="in_kind",
        term=awards[0].term, day=TERM_DAY, paper=told[0], count=1, fen=100, recorded_by=officer,
    )  # fmt: skip
    # The invented children are too young for what is ranked, so nobody could be listed by the action.
    ranking = Ranking.objects.create(
        policy="motivation_scholarship", school_year=2026, place=county, rules="0", as_of=TERM_DAY,
        state="ranked", ranked_by=officer,
    )  # fmt: skip
    chosen = Ranked.objects.create(
        ranking=ranking, child_id=awards[0].child_id, rank=1, tier="chosen"
    )
    actions.publish_ranking(by=leader, ranking_=ranking)
    settled, _ = [
        actions.object_to_chosen(by=officer, ranked=chosen, text=said(sign, "objection"))
        for _ in range(2)
    ]
    actions.settle_chosen(
        by=leader, objection=settled, outcome="dismiss", finding=said(sign, "settled")
    )


def fill_inspections(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """A school counted and signed; a spot check with a finding put right, one open, and one to come."""
    from notoneless.bureau.inspections import actions
    from notoneless.bureau.inspections.models import Finding
    from notoneless.calendar import term_on

    county, who = bureau[prefix + "county"], people(bureau, prefix)
    officer, head, today = who["county_officer"], who["school_head"], timezone.localdate()
    campaign = actions.open_campaign(
        by=officer,
        county=county,
        term=term_on(today),
        begins=today,
        ends=today + dt.timedelta(days=9),
    )
    pupil, absent = pupils(bureau, prefix)[:2]
    actions.count_class(
        by=who["class_teacher"],
        campaign=campaign,
        school_class=bureau[prefix + "class"],
        not_here={pupil.pk: "leave", absent.pk: "suspected"},
        note=said(sign, "count_note"),
    )
    actions.sign_school(by=head, campaign=campaign, school=bureau[prefix + "school"])
    waiting, check = [
        actions.plan_spot_check(by=officer, organisation=county, day=today, size=1)
        for _ in range(2)
    ]
    actions.draw_sample(by=officer, spot_check=waiting)
    [unit] = actions.draw_sample(by=officer, spot_check=check)
    kinds = Finding.Kind
    actions.enter_result(
        by=officer,
        unit=unit,
        counted=unit.expected - 1,
        unexplained=1,
        visitors=said(sign, "inspector"),
        findings=[
            actions.Found(kinds.NOT_HERE, said(sign, "finding"), absent.pk),
            actions.Found(kinds.NOT_HERE, said(sign, "finding"), pupil.pk),
        ],
    )
    actions.correct(
        by=head, finding=unit.findings.order_by("pk")[0], words=said(sign, "correction")
    )
    tomorrow = today + dt.timedelta(days=1)
    actions.plan_spot_check(by=officer, organisation=county, day=tomorrow, size=1)


def fill_placements(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """A disabled child taught at home; an application that has a place and one that lacks papers."""
    from notoneless.bureau.placements import actions
    from notoneless.bureau.placements.papers import asked

    county, who = bureau[prefix + "county"], people(bureau, prefix)
    officer, school, child = (
        who["county_officer"],
        bureau[prefix + "school"],
        pupils(bureau, prefix)[3],
    )
    listed = {"row": 4, "child": child.pk, "name": child.name}
    taken_in(bureau, [listed], "disabled", organisation=county)
    day = dt.date(2026, 9, 14)
    actions.give_opinion(
        by=officer, child=child, given_on=day, advice="enrol", document=said(sign, "opinion")
    )
    placed = actions.place(
        by=officer, child=child, kind="home", school=school, first=day, plan=said(sign, "plan")
    )
    actions.write_visit(
        by=who["school_head"],
        placement=placed,
        day=day,
        minutes=60,
        teachers=said(sign, "teacher"),
        content=said(sign, "lesson"),
        answer=said(sign, "lesson"),
    )
    papers = tuple(paper.code for paper in asked(transfer=False))
    for given in (papers, papers[:1]):
        admission = actions.receive(
            by=officer,
            county=county,
            name=said(sign, "applicant"),
            birth_date=dt.date(2019, 3, 12),
            guardian=said(sign, "guardian"),
            phone="13866667777",
            origin="province",
            stage="primary",
            grade=1,
            papers=given,
        )
        if given == papers:
            actions.offer_place(by=officer, admission=admission, school=school, funding="public")


def fill_recognition(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """Applications received, reviewed, on a notice, objected to; the objection of one is settled."""
    from notoneless.bureau.recognition import actions

    who, today = people(bureau, prefix), timezone.localdate()
    teacher, group, head = who["class_teacher"], who["school_aid_officer"], who["school_head"]
    school = bureau[prefix + "school"]
    round_ = actions.begin_round(by=group, school=school, apply_until=today)

    def applied(child: Any) -> Any:
        one, _ = actions.receive(
            by=teacher,
            child=child,
            asked="special",
            channel="teacher",
            accepted=True,
            reason=said(sign, "hardship"),
            guardian=said(sign, "guardian"),
            contact="13866667777",
        )
        return one

    def reviewed(child: Any) -> Any:
        one = applied(child)
        actions.review(
            by=group,
            application=one,
            level="special",
            reason=said(sign, "review"),
            members=said(sign, "members"),
        )
        return one

    free = pupils(bureau, prefix)[
        5:
    ]  # the first five are on a list, which stands for a recognition
    on_it = [reviewed(child) for child in free[:2]]
    actions.publish(by=head, round_=round_, on=today)
    settled, waiting = [
        actions.object_to(
            by=who["county_aid_officer"], application=one, text=said(sign, "objection")
        )
        for one in on_it
    ]
    actions.settle(by=head, objection=settled, outcome="dismiss", finding=said(sign, "settled"))
    assert waiting.outcome == ""
    reviewed(free[2])
    applied(free[3])


def fill_reports(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """A school's month with a correction, a county's quarter; rates of all, counted at the end."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.reports import actions
    from notoneless.bureau.reports.kinds import kinds

    who, told, today = people(bureau, prefix), names(sign), timezone.localdate()
    month, quarter = kinds()["school_month"], kinds()["county_quarter"]

    def file(by: Any, kind: Any, where: str, **more: Any) -> None:
        actions.file_report(
            by=by,
            kind=kind,
            organisation=bureau[prefix + where],
            period=kind.period_of(today),
            note=told[0],
            **more,
        )

    file(who["school_head"], month, "school")
    file(who["school_head"], month, "school", seen=1, reason=told[1])
    file(who["county_officer"], quarter, "county")
    if prefix:
        actions.count_rates(by=SYSTEM, on=today)


def fill_api(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """A token of a program of the county."""
    from notoneless.bureau.api import actions
    from notoneless.bureau.audit.actions import SYSTEM

    actions.make_token(
        by=SYSTEM,
        purpose=names(sign)[0],
        role="county_officer",
        organisation=bureau[prefix + "county"],
        expires_on=timezone.localdate() + dt.timedelta(days=30),
    )

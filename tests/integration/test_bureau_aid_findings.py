"""Owed against paid: all four faults are found, none is invented, each ends in words."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import timezone
from invented_aid import TERM, TODAY, answer_file, batch_of, number, released, students, with_cards
from invented_bureau import logged_in

from notoneless.bureau.aid import actions, queries
from notoneless.bureau.aid.models import Award, Finding, PaidRow, Payment
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.figures.kinds import figures, value
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NAME = "2026秋家庭经济困难学生生活补助发放名册.csv"


def paid_elsewhere(*rows: tuple[int, str, str], name: str = "学生") -> bytes:
    """A list of payments: sequence of the ID number, yuan, day."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("姓名", "身份证号", "学校", "资助项目", "学期", "金额", "发放日期"))
    for sequence, yuan, day in rows:
        writer.writerow(
            (
                f"{name}{sequence}",
                number(sequence),
                "甲县一小",
                "寄宿生生活补助",
                "2026-autumn",
                yuan,
                day,
            )
        )
    return file.getvalue().encode("utf-8-sig")


def found() -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for one in Finding.objects.filter(outcome="").order_by("pk"):
        told.setdefault(one.verdict, []).append(one.child.name if one.child else "")
    return told


@pytest.fixture
def six(bureau):
    children = students(bureau, 6)
    with_cards(bureau, children)
    return children


def take(bureau, file: bytes):
    return actions.take_paid_list(by=SYSTEM, county=bureau["county"], file=file, name=NAME)


def test_the_four_lists(bureau, six) -> None:
    """1 paid; 2 nothing; 3 short; 4 twice; 5 the whole year at once; 6 paid; 7 is nobody's."""
    actions.propose_term(by=SYSTEM, on=TODAY)
    _, wrong = take(bureau, paid_elsewhere(
        (1, "625.00", "2026-10-20"), (3, "600.00", "2026-10-20"), (4, "625.00", "2026-10-20"),
        (4, "625.00", "2026-10-21"), (5, "1250.00", "2026-10-20"), (6, "625.00", "2026-10-20"),
        (7, "625.00", "2026-10-20")))  # fmt: skip
    assert wrong == []
    assert PaidRow.objects.filter(child__isnull=True).count() == 1
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {
        "owed": ["学生2"],
        "short": ["学生3"],
        "paid_twice": ["学生4"],
        "paid_not_owed": ["学生5", ""],
    }
    short = Finding.objects.get(verdict="short")
    assert "少 25 元" in short.text
    assert "list" in short.evidence
    assert "全年" in Finding.objects.get(verdict="paid_not_owed", child__isnull=False).text
    with pytest.raises(Refusal, match="S106"):
        take(bureau, paid_elsewhere(
            (1, "625.00", "2026-10-20"), (3, "600.00", "2026-10-20"), (4, "625.00", "2026-10-20"),
            (4, "625.00", "2026-10-21"), (5, "1250.00", "2026-10-20"), (6, "625.00", "2026-10-20"),
            (7, "625.00", "2026-10-20")))  # fmt: skip


def test_one_wrong_digit_makes_nobody_unpaid(bureau, six) -> None:
    """A row whose number is nobody's is matched as a row of any list, before it is called a stranger's."""
    actions.propose_term(by=SYSTEM, on=TODAY)
    rows = paid_elsewhere(*((one, "625.00", "2026-10-20") for one in range(1, 7))).decode()
    slipped = number(2)[:15] + str((int(number(2)[15]) + 1) % 10) + number(2)[16:]
    _, wrong = take(bureau, rows.replace(number(2), slipped).encode())
    assert [fault.kind.code for fault in wrong] == ["L043"]
    assert set(PaidRow.objects.values_list("child", "doubted")) == {(one.pk, False) for one in six}
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {}


def test_what_this_system_paid_counts_and_a_bounce_does_not(bureau, six) -> None:
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {"owed": [f"学生{one}" for one in range(1, 7)]}
    batch = released(bureau, batch_of(bureau))
    bad = {"结果": "失败", "失败原因": "销户"}
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch, (2, bad)), name="a.csv")
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {"owed": ["学生2"]}
    assert "银行退回（销户）" in Finding.objects.get(outcome="").text
    take(bureau, paid_elsewhere((1, "625.00", "2026-10-20")))
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {"owed": ["学生2"], "paid_twice": ["学生1"]}
    one = Finding.objects.get(verdict="paid_twice")
    payment = Payment.objects.get(award__child=six[0])
    assert f"payment {payment.pk}" in one.evidence


def test_a_finding_ends_in_words_and_comes_back_only_with_other_sums(bureau, six) -> None:
    actions.propose_term(by=SYSTEM, on=TODAY)
    take(bureau, paid_elsewhere(*((one, "625.00", "2026-10-20") for one in range(2, 7))))
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert Finding.objects.filter(outcome="paid").count() == 5
    one = Finding.objects.get(outcome="")
    officer = logged_in(bureau["county_aid_officer"])
    page = officer.post(f"/aid/findings/{one.pk}", {"outcome": "refused", "text": ""})
    assert "有1处要改" in page.content.decode()
    officer.post(f"/aid/findings/{one.pk}", {"outcome": "refused", "text": "家长书面放弃"})
    actions.propose_term(by=SYSTEM, on=TODAY)
    one.refresh_from_db()
    assert one.outcome == "refused"
    assert Award.objects.get(child=one.child).state == "waived"  # in no batch any more
    with pytest.raises(Refusal, match="S112"):
        actions.end_finding(by=SYSTEM, finding=one, outcome="paid", text="x")
    take(bureau, paid_elsewhere((1, "100.00", "2026-10-20")))
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {"short": ["学生1"]}
    stranger = logged_in(bureau["county_aid_officer_乙"])
    assert stranger.get(f"/aid/findings/{one.pk}").status_code == 404
    assert "学生1" not in stranger.get(f"/aid/findings?term={TERM}").content.decode()
    assert "学生1" in officer.get(f"/aid/findings?term={TERM}&verdict=short").content.decode()


def test_the_first_page_the_child_s_page_and_the_figures(bureau, six) -> None:
    actions.propose_term(by=SYSTEM, on=timezone.localdate())
    officer = logged_in(bureau["county_aid_officer"])
    assert "提出发放批次" in officer.get("/").content.decode()
    award = Award.objects.filter(child=six[0]).first()
    assert award is not None
    batch = actions.propose_batch(
        by=bureau["county_aid_officer"], county=bureau["county"], term=award.term, awards=[award.pk]
    )
    assert "审批发放批次" in logged_in(bureau["county_leader"]).get("/").content.decode()
    released(bureau, batch)
    page = officer.get(f"/children/{six[0].pk}").content.decode()
    assert "625.00" in page
    today = timezone.localdate()
    told = value(figures()["aid.person_times"], on=today)
    assert told.count == 1
    assert dict(told.parts["county"]) == {"甲县": 1}
    assert value(figures()["aid.registered_poor_person_times"], on=today).count == 0
    assert value(figures()["aid.person_times"], on=today.replace(year=today.year - 1)).count == 0
    assert queries.counts(bureau["county_aid_officer"], TERM)

"""How long aid takes: ``python -m bench.aid --children 450000 --payments 517700``.

A term's proposal for every student and policy with its reason, a batch of 50,000 built, passed, exported,
answered and reconciled, and the pages of a book with three years of payments. In a data folder of its own; with
DATABASE_URL on PostgreSQL. Nobody in it exists.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bench.bureau.__main__ import invented_rows, measured, places
from bench.pages import median
from bench.sweep import take_in

BATCH = 50_000


def fill(children: int) -> object:
    """A register, a roll with stages, and two lists that entitle."""
    from notoneless.bureau.people.models import Child

    with measured("places"):
        county = places()
    rows = invented_rows(children)
    grades = rows["grade"].to_pylist()
    rows = rows.append_column("stage", pa.array(["primary" if g < 7 else "junior" for g in grades]))
    take_in(county, "census", rows.drop_columns(["stage"]))
    keys = pa.array(Child.objects.order_by("pk").values_list("pk", flat=True), pa.int64())
    known = rows.set_column(rows.schema.get_field_index("child"), "child", keys)
    take_in(county, "roll", known)

    def some(of: int, rest: int) -> pa.Table:
        return known.filter(pc.equal(pc.bit_wise_and(known["row"], of - 1), rest))

    take_in(county, "rural_minimum", some(8, 1))
    take_in(county, "poverty_relieved", some(16, 3))
    return county


def users(county: object) -> tuple[object, object]:
    """A maker and a checker, who may pass a batch of any sum."""
    import datetime as dt

    from django.utils import timezone

    from notoneless.bureau.accounts import actions
    from notoneless.bureau.accounts.models import User
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.rules.models import Setting

    Setting.objects.create(
        key="aid.county_approves_up_to", organisation=county, value="900000000", source="bench",
        status="unverified", valid_from=dt.date(2020, 1, 1), settled_at=timezone.now(),
    )  # fmt: skip
    made = []
    for name, role in (("maker", "county_aid_officer"), ("checker", "county_leader")):
        user = User.objects.create(username=name, name=name)
        actions.grant(
            by=SYSTEM, user=user, role=role, organisation=county, valid_from=dt.date(2020, 1, 1)
        )
        made.append(user)
    return made[0], made[1]


def batch(county: object, maker: object, checker: object) -> None:
    """50,000 payments from the proposal to the bank's last answer."""
    import csv
    import io

    from notoneless.bureau.aid import actions, bankfile, queries
    from notoneless.bureau.aid.models import Award

    awards = list(Award.objects.order_by("pk").values_list("pk", "child", "term")[:BATCH])
    with measured(f"cards of {len(awards):,} students"):
        cards = [
            (child, f"62179900{at:08}", "虚构银行", "") for at, (_, child, _) in enumerate(awards)
        ]
        actions.keep_cards(by=maker, county=county, cards=cards)
    begun = time.perf_counter()
    with measured("batch built"):
        one = actions.propose_batch(
            by=maker, county=county, term=awards[0][2], awards=[key for key, _, _ in awards]
        )
    with measured("looked at"):
        queries.unusual(one)
    with measured("passed: payments and commitments"):
        actions.approve(by=checker, batch=one)
    with measured("released"):
        actions.release(by=checker, batch=one)
    with measured("bank's file"):
        bankfile.as_xlsx(one)
    lines = list(bankfile.lines(one))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("序号", "卡号", "金额", "结果", "失败原因"))
    for at, line in enumerate(lines):
        bad = at % 100 == 7
        writer.writerow(
            (line[0], line[3], line[5], "失败" if bad else "成功", "销户" if bad else "")
        )
    with measured("answers taken in"):
        actions.take_answers(by=maker, batch=one, file=file.getvalue().encode(), name="a.csv")
    told = queries.answered(one)
    assert sum(count for count, _ in told.values()) == one.count, told
    with measured("owed held against paid, all students"):
        actions.propose_term(by=maker)
    print(f"{one.count:,} payments in {time.perf_counter() - begun:.1f} s: {told}")


def history(county: object, payments: int) -> None:
    """Three years of payments in the book."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.ledger import actions
    from notoneless.calendar import Term

    terms = [Term(year, season) for year in (2022, 2023, 2024) for season in ("spring", "autumn")]
    policies = ("living_boarder", "living_day", "senior_grant", "vocational_grant", "yulu")
    each, award = payments // (len(terms) * len(policies)) + 1, 10_000_000
    with measured(f"{payments:,} payments into the book"):
        for term in terms:
            for policy in policies:
                sums = [actions.Sum(award + at, policy, 62_500, award + at) for at in range(each)]
                award += each
                for cause in ("commit", "release"):
                    actions.move(
                        by=SYSTEM, cause=cause, programme="aid", county=county, term=term, sums=sums
                    )


def pages(runs: int = 7) -> None:
    """How long its pages take a county's aid officer, the first time left out."""
    from django.test import Client

    from notoneless.bureau.accounts.models import User
    from notoneless.bureau.ledger.models import Account, Entry

    browser = Client()
    browser.force_login(User.objects.get(username="maker"))
    account = Account.objects.order_by("-lines").first()
    entry = Entry.objects.order_by("-number").first()
    for page in (
        "/ledger", "/ledger?along=term,county,policy,fund", "/ledger/accounts", "/ledger/entries",
        f"/ledger/accounts/{account.pk}", f"/ledger/accounts/{account.pk}?page=200",
        f"/ledger/entries/{entry.pk}", "/aid", "/aid/awards", "/aid/findings", "/aid/batches", "/aid/policies",
    ):  # fmt: skip
        median(page, lambda page=page: browser.get(page), runs)


def main() -> None:
    """All of it; in a folder that is kept (``--data``) only the pages, once it is filled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=450_000)
    parser.add_argument("--payments", type=int, default=517_700)
    parser.add_argument("--data", type=Path, help="a folder to keep, filled if it is new")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = asked.data or Path(folder)
        os.environ["NOTONELESS_DATA"] = str(data)
        from notoneless.bureau.web import server

        server.settle(data)
        from django.conf import settings
        from django.core.management import call_command

        from notoneless.bureau.aid import actions
        from notoneless.bureau.aid.models import Award

        settings.ALLOWED_HOSTS = ["*"]
        call_command("collectstatic", verbosity=0, interactive=False)
        if not Award.objects.exists():
            county = fill(asked.children)
            maker, checker = users(county)
            with measured("a term proposed, with every reason"):
                actions.propose_term(by=maker)
            print(f"{Award.objects.count():,} awards", flush=True)
            batch(county, maker, checker)
            history(county, asked.payments)
        pages()


if __name__ == "__main__":
    sys.exit(main())

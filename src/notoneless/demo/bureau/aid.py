"""A term of student aid: lists of payments, what the rules owe, budget, batches, the bank, what was wrong.

The county paid the term from its own lists before the bureau had this system. Here it is found who was left
out, paid twice, too little or wrongly; who is still owed is paid, by two people, and the bank answers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils import timezone

from notoneless.bureau.aid import actions, bankfile, drafting, queries, rulebook
from notoneless.bureau.aid.models import Award, Batch, Finding, Reason
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.ledger import actions as ledger
from notoneless.bureau.ledger.shares import share
from notoneless.calendar import term_on
from notoneless.demo.bureau.lists import PAYMENTS
from notoneless.demo.bureau.stories import Story, at
from notoneless.faults import Refusal

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import User
    from notoneless.demo.bureau.scene import Scene

BANK = "虚构农村商业银行"
NO_CARD = 9
"""Of so many students one has brought no card yet."""
FAILURES = ("户名不符", "账户已销户", "卡号错误")
GIVEN = ("textbooks", "exercise_books")
"""What schools give otherwise than by the bank: in kind, and a waiver."""


def stories(scene: Scene) -> Iterator[Story]:
    """The term as it was, and what waits for whom today."""
    aid = _Aid(scene)
    yield aid.term()
    yield aid.given()
    yield aid.lately()


class _Aid:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.county = scene, scene.here
        self.officer: User = scene.user("county_aid_officer")
        self.leader: User = scene.user("county_leader")
        self.of = term_on(scene.listed)
        self.cards = 0

    # --- the term -------------------------------------------------------------------------------

    def term(self) -> Story:
        """From the lists of payments to the bank's last answer."""
        day = self.scene.day
        yield at(day(2), 9)
        for path in sorted(self.scene.lists.glob(f"*秋季学期*{PAYMENTS}*")):
            actions.take_paid_list(
                by=self.officer, county=self.county, file=path.read_bytes(), name=path.name
            )
        yield at(day(2), 15)
        actions.propose_term(by=self.officer)
        yield at(day(3), 9)
        self._budget()
        self._keep_cards()
        yield at(day(4), 10)
        ready = self._ready()
        batch = self._propose(ready[: -(-len(ready) * 2 // 3)])
        if batch is None:
            return
        yield at(day(5), 10)
        actions.approve(by=self.leader, batch=batch)
        yield at(day(5), 16)
        actions.release(by=self.leader, batch=batch)
        yield at(day(8), 10)
        bounced = [1, batch.count] if batch.count > 3 else []
        self._answer(batch, bounced)
        yield at(day(10), 10)
        self._other_card(batch, bounced[:1])
        again = self._try(lambda: actions.propose_again(
            by=self.officer, county=self.county, term=str(self.of), note="换卡重发"
        ))  # fmt: skip
        yield at(day(11), 10)
        yield from self._through(again)
        yield at(day(15), 9)  # what the lists paid too little
        more = self._try(lambda: actions.propose_difference(
            by=self.officer, county=self.county, term=str(self.of), findings=self._open("short")[:2]
        ))  # fmt: skip
        yield from self._through(more)
        yield at(day(19), 10)
        self._recover()

    def _through(self, batch: Batch | None) -> Story:
        """Passed, released and answered well, on the days after."""
        if batch is None:
            return
        start = timezone.localdate()
        yield at(start, 16)
        actions.approve(by=self.leader, batch=batch)
        actions.release(by=self.leader, batch=batch)
        yield at(self.scene.calendar.add(start, 3), 11)
        self._answer(batch, [])

    def _budget(self) -> None:
        """What the levels gave for each policy: enough for all whom the rules owe it."""
        sums = dict(
            Award.objects.filter(term=str(self.of), county=self.county)
            .values_list("policy")
            .annotate(Sum("amount"))
        )
        proposal = queries.last_proposal(str(self.of))
        for policy, fen in Reason.objects.filter(
            proposal=proposal, county=self.county, policy__in=GIVEN, verdict="owed"
        ).values_list("policy").annotate(Sum("fen")):  # fmt: skip
            sums[policy] = fen // 2
        for number, (policy, fen) in enumerate(sorted(sums.items()), 1):
            whole = (
                -(-fen // 1_000_000) * 1_000_000 + 1_000_000
            )  # to the next 10,000 yuan, and as much
            split = share(policy, self.of.first_day, self.county.code)
            ledger.give_budget(
                by=self.officer, county=self.county, term=self.of, policy=policy,
                amounts=split.split(whole), text=f"虚构财教〔{self.of.first_day.year}〕{20 + number}号",
            )  # fmt: skip

    def _ready(self) -> list[int]:
        """The awards that can go into a batch."""
        term = str(self.of)
        rows = [row.key for row in queries.waiting(self.officer, term) if row.ready]
        return sorted(queries.chosen(self.officer, term, rows).get(self.county.pk, ()))

    def _keep_cards(self) -> None:
        """Cards as the schools hand them in; of some children none has come."""
        owed = Award.objects.filter(county=self.county, term=str(self.of)).order_by("child")
        children = list(dict.fromkeys(owed.values_list("child", flat=True)))
        self._keep([key for place, key in enumerate(children) if (place + 3) % NO_CARD])

    def _keep(self, children: Sequence[int]) -> None:
        # No bank's cards begin with 99, so no card here can be anybody's.
        told = []
        for child in children:
            self.cards += 1
            told.append((child, f"99510699{self.cards:011d}", BANK, ""))
        if told:
            actions.keep_cards(by=self.officer, county=self.county, cards=told)

    def _propose(self, awards: Sequence[int], note: str = "") -> Batch | None:
        return self._try(lambda: actions.propose_batch(
            by=self.officer, county=self.county, term=str(self.of), awards=awards, note=note
        ))  # fmt: skip

    def _try(self, act: Callable[[], Batch]) -> Batch | None:
        """A small county may have nothing to put into a batch."""
        try:
            return act()
        except Refusal:
            return None

    def _answer(self, batch: Batch, bounced: Sequence[int]) -> None:
        """The bank's file as it comes back."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(("序号", "姓名", "卡号", "金额", "结果", "失败原因"))
        for position, name, _, card, _, amount, _ in bankfile.lines(batch):
            place = bounced.index(int(position)) if int(position) in bounced else -1
            result = ("成功", "") if place < 0 else ("失败", FAILURES[place % len(FAILURES)])
            writer.writerow((position, name, card, amount, *result))
        batch.refresh_from_db()
        actions.take_answers(
            by=self.officer, batch=batch, file=file.getvalue().encode("gb18030"),
            name=f"回盘{batch.pk}.csv",
        )  # fmt: skip

    def _other_card(self, batch: Batch, positions: Sequence[int]) -> None:
        rows = batch.items.filter(position__in=positions)
        self._keep(list(rows.values_list("award__child", flat=True)))

    def _open(self, verdict: str) -> list[int]:
        rows = Finding.objects.filter(
            term=str(self.of), county=self.county, verdict=verdict, outcome="", child__isnull=False
        )
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def _recover(self) -> None:
        """Paid twice: one comes back whole, one in part; paid wrongly: one is verified as right."""
        today = timezone.localdate()
        for number, key in enumerate(self._open("paid_twice")[:2]):
            one = Finding.objects.get(pk=key)
            paid = queries.payments_of(one)[0]
            actions.recover(
                by=self.officer, finding=one, of=paid, day=today, paper=f"缴款书2026-{number + 1:04}",
                amount=(one.paid - one.owed) // (number + 1),
            )  # fmt: skip
        for key in self._open("paid_not_owed")[:1]:
            actions.end_finding(
                by=self.officer, finding=Finding.objects.get(pk=key), outcome="right",
                text="发放时仍在享受名单上，名单十月才更正；村委会证明2026-11号",
            )  # fmt: skip

    # --- in kind and waived -----------------------------------------------------------------------

    def given(self) -> Story:
        """Books at the first school, settled; exercise books, waived, that wait to be settled."""
        school = next(one.place for one in self.scene.people if one.role.id == "school_aid_officer")
        by = self.scene.user("school_aid_officer")
        for number, policy in enumerate(GIVEN):
            yield at(self.scene.day(4 + number), 14)
            try:
                one = actions.deliver(
                    by=by, school=school, policy=policy, day=timezone.localdate(),
                    paper=f"发放签收表2026-{number + 1:02}",
                )  # fmt: skip
            except Refusal:  # nobody of a small county's school is owed it
                return
            if number == 0:
                yield at(self.scene.day(4), 17)
                actions.settle_delivery(by=self.leader, delivery=one)

    # --- today ------------------------------------------------------------------------------------

    def lately(self) -> Story:
        """A batch at the bank, one to release, one to approve, a raise to approve; the rest waits."""
        days = self.scene.school_days()
        if len(days) < 24:
            return
        yield at(days[-4], 10)
        self._raise()
        left = self._ready()  # a quarter each: at the bank, to be released, to be approved, waiting
        batches = [self._propose(left[number::4]) for number in range(3)]
        yield at(days[-3], 10)
        for batch in batches[:2]:
            if batch is not None:
                actions.approve(by=self.leader, batch=batch)
        yield at(days[-3], 15)
        if batches and batches[0] is not None:
            actions.release(by=self.leader, batch=batches[0])
        yield at(days[-1], 22)
        actions.propose_term(by=SYSTEM)

    def _raise(self) -> None:
        """The city proposes a raise, tries it on the real students; its leader has not settled it."""
        day = timezone.localdate().replace(day=1)
        source = "虚构：市里征求意见稿"
        text = drafting.with_value(
            rulebook.text(), "living_boarder_primary", since=day, value=140_000, source=source,
            status="unverified",
        )  # fmt: skip
        by = self.scene.user("city_officer")
        change = actions.propose_change(
            by=by, text=text, what="小学寄宿生生活补助从1250元提高到1400元", source=source
        )
        actions.try_change(by=by, change=change)

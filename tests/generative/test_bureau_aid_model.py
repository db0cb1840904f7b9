"""Money and people: whoever tries what with batches in which order, no fen is lost and no batch is one person's.

Awards are put into batches, passed, recalled, released, answered by the bank (in part, twice, too late), paid
again, given up, recovered, and the term is closed. Four people try everything: one of them holds both roles, one
only acts for him. After each step the book must say what the payments say. Each mutant is a naive version of a
part of `aid.actions`: the machine must find it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter

import pytest
from beancount import loader
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from invented_aid import TERM, TODAY, card, students, with_cards

from notoneless.bureau.accounts.models import Assignment
from notoneless.bureau.aid import actions, answering, queries
from notoneless.bureau.aid.actions import answers, batches, recoveries
from notoneless.bureau.aid.models import (
    AnswerLine,
    Award,
    Batch,
    Finding,
    Item,
    Payment,
    Recovery,
)
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.ledger import actions as ledger
from notoneless.bureau.ledger import queries as book
from notoneless.bureau.ledger.models import Account
from notoneless.bureau.ledger.terms import is_closed
from notoneless.calendar import Term
from notoneless.faults import Refusal

pytestmark = pytest.mark.django_db

CHILDREN = 5
TERMS = (Term(2026, "autumn"), Term(2027, "spring"))


def people(bureau) -> dict[str, object]:
    """``both`` holds both roles; ``proxy`` passes batches only in his name."""
    today, county = timezone.localdate(), bureau["county"]

    def grant(user, role: str, **more) -> Assignment:
        return Assignment.objects.create(
            user=user, role=role, organisation=county, valid_from=today, **more
        )

    both, proxy = bureau["county_officer"], bureau["city_officer"]
    grant(both, "county_aid_officer")
    own = grant(both, "county_leader")
    grant(proxy, "county_leader", delegated_from=own, valid_to=today + dt.timedelta(days=9))
    return {
        "officer": bureau["county_aid_officer"],
        "both": both,
        "proxy": proxy,
        "leader": bureau["county_leader"],
    }


WHO = st.sampled_from(("officer", "both", "proxy", "leader"))
MAKERS = st.sampled_from(("officer", "both"))
SOME = st.sets(st.integers(0, CHILDREN - 1), min_size=1)


def there(*states: str) -> bool:
    """Is there a payment in one of these states?"""
    return Payment.objects.filter(state__in=states).exists()


class Aid(RuleBasedStateMachine):
    """Batches in a bundle; everything else stands in the database."""

    bureau = who = None
    batches = Bundle("batches")

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()
        self.sent_lines = 0
        self.cards = 1000

    def teardown(self) -> None:
        try:
            for term in TERMS:
                text = "".join(book.beancount(self.bureau["county"], str(term)))
                _, errors, _ = loader.load_string(text)
                assert errors == []
        finally:
            transaction.set_rollback(True)
            self.all_of_it.__exit__(None, None, None)

    def attempt(self, act, **told) -> bool:
        """Do it as people do: a refusal is an answer."""
        try:
            with transaction.atomic():
                act(**told)
        except (Refusal, PermissionDenied):
            return False
        return True

    def awards(self, some: set[int]) -> list[int]:
        keys = list(Award.objects.filter(term=TERM).order_by("pk").values_list("pk", flat=True))
        return [keys[one] for one in sorted(some)]

    @initialize(target=batches, some=SOME)
    def begin(self, some: set[int]):
        """Some have been paid already."""
        made = actions.propose_batch(
            by=self.who["officer"], county=self.bureau["county"], term=TERM,
            awards=self.awards(some),
        )  # fmt: skip
        actions.approve(by=self.who["leader"], batch=made)
        actions.release(by=self.who["both"], batch=made)
        return made.pk

    @rule(target=batches, by=MAKERS, some=SOME)
    def propose(self, by: str, some: set[int]):
        before = Batch.objects.count()
        self.attempt(
            actions.propose_batch, by=self.who[by], county=self.bureau["county"], term=TERM,
            awards=self.awards(some),
        )  # fmt: skip
        return self.new(before)

    @precondition(lambda self: there("returned"))
    @rule(target=batches, by=MAKERS, some=SOME)
    def again(self, by: str, some: set[int]):
        """New cards for some, and what came back is paid again."""
        keys = self.awards(some)
        cards = []
        for child in Award.objects.filter(pk__in=keys).values_list("child", flat=True):
            self.cards += 1
            cards.append((child, card(self.cards), "虚构银行", ""))
        actions.keep_cards(by=SYSTEM, county=self.bureau["county"], cards=cards)
        before = Batch.objects.count()
        self.attempt(
            actions.propose_again, by=self.who[by], county=self.bureau["county"], term=TERM
        )
        return self.new(before)

    def new(self, before: int):
        made = Batch.objects.order_by("-pk")[: Batch.objects.count() - before]
        return multiple(*(one.pk for one in made))

    @rule(batch=batches, by=WHO)
    def approve(self, batch: int, by: str) -> None:
        self.attempt(actions.approve, by=self.who[by], batch=Batch.objects.get(pk=batch))

    @rule(batch=batches, by=WHO)
    def release(self, batch: int, by: str) -> None:
        self.attempt(actions.release, by=self.who[by], batch=Batch.objects.get(pk=batch))

    @rule(batch=batches, by=WHO)
    def approve_and_release(self, batch: int, by: str) -> None:
        self.approve(batch, by)
        self.release(batch, by)

    @rule(batch=batches, by=WHO)
    def send_back(self, batch: int, by: str) -> None:
        self.attempt(
            actions.send_back, by=self.who[by], batch=Batch.objects.get(pk=batch), reason="x"
        )

    @rule(batch=batches, by=WHO, some=SOME)
    def recall(self, batch: int, by: str, some: set[int]) -> None:
        self.attempt(
            actions.recall, by=self.who[by], batch=Batch.objects.get(pk=batch),
            awards=self.awards(some), reason="x",
        )  # fmt: skip

    @rule(batch=batches, some=SOME)
    def approve_and_recall(self, batch: int, some: set[int]) -> None:
        self.approve(batch, "leader")
        self.recall(batch, "leader", some)

    @rule(
        batch=batches,
        told=st.lists(
            st.tuples(st.integers(0, CHILDREN), st.sampled_from("++--?$x")), min_size=1, max_size=7
        ),
    )
    def answer(self, batch: int, told: list[tuple[int, str]]) -> None:
        """A file: any lines, some twice, some with a wrong sum, an unknown account, a word nobody knows."""
        one = Batch.objects.get(pk=batch)
        items = list(one.items.select_related("card").order_by("position"))
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(("序号", "卡号", "金额", "结果", "失败原因"))
        for place, kind in told:
            item = items[place % len(items)]
            number = "62000000000000" if kind == "x" else item.card.number.reveal()
            fen = item.amount + (kind == "$")
            word = {"-": "失败", "?": "处理中"}.get(kind, "成功")
            writer.writerow((item.position, number, f"{fen // 100}.{fen % 100:02}", word, ""))
        done = self.attempt(
            actions.take_answers, by=SYSTEM, batch=one, file=file.getvalue().encode(), name="a.csv"
        )
        self.sent_lines += len(told) * done

    @rule(batch=batches)
    def all_arrive(self, batch: int) -> None:
        self.answer(batch, [(place, "+") for place in range(CHILDREN)])

    @precondition(lambda self: there("returned"))
    @rule(by=WHO, which=st.integers(0, CHILDREN - 1))
    def drop(self, by: str, which: int) -> None:
        back = list(Payment.objects.filter(state="returned").order_by("pk"))
        payment = back[which % len(back)]
        self.attempt(actions.drop, by=self.who[by], payment=payment, reason="x")

    @precondition(lambda self: there("sent", "confirmed"))
    @rule(which=st.integers(0, CHILDREN - 1), fen=st.integers(1, 70_000))
    def recover(self, which: int, fen: int) -> None:
        """Somebody was paid though it was not owed; some of it comes back."""
        out = list(Payment.objects.filter(state__in=("sent", "confirmed")).order_by("pk"))
        payment = out[which % len(out)]
        award = payment.award
        finding, _ = Finding.objects.update_or_create(
            child=award.child, policy=award.policy, term=award.term,
            defaults={
                "county": award.county, "verdict": "paid_not_owed", "owed": 0, "outcome": "",
                "paid": award.amount - recoveries.came_back(payment), "as_of": TODAY, "text": "x",
            },
        )  # fmt: skip
        self.attempt(
            actions.recover, by=self.who["officer"], finding=finding, of=payment, amount=fen,
            day=TODAY, paper="收1号",
        )  # fmt: skip

    @rule(which=st.integers(0, CHILDREN - 1), fen=st.integers(1, 99_999))
    def amend(self, which: int, fen: int) -> None:
        """The rules owe another sum: only what nobody has passed follows."""
        (key,) = self.awards({which})
        Award.objects.filter(pk=key, state="proposed").update(amount=fen)

    @precondition(lambda self: not (is_closed(self.bureau["county"], TERMS[0]) or there("due")))
    @rule()
    def close(self) -> None:
        self.attempt(ledger.close_term, by=SYSTEM, county=self.bureau["county"], term=TERMS[0])

    # --- what must always hold ---------------------------------------------------------------------------

    @invariant()
    def the_book_says_what_the_payments_say(self) -> None:
        stands: Counter[str] = Counter()
        for one in Account.objects.filter(county=self.bureau["county"]):
            stands[one.kind] += one.balance
        assert sum(stands.values()) == 0
        states: Counter[str] = Counter()
        for state, fen in Payment.objects.values_list("state").annotate(Sum("amount")):
            states[state] += fen
        back = Recovery.objects.aggregate(fen=Sum("amount", default=0))["fen"]
        assert stands["committed"] == states["due"]
        assert stands["paid"] == states["sent"] + states["confirmed"] - back
        assert stands["returned"] == states["returned"]

    @invariant()
    def nobody_is_paid_twice(self) -> None:
        for award in Award.objects.prefetch_related("payments"):
            live = [one for one in award.payments.all() if one.state != "recalled"]
            assert len(live) <= 1
            assert sum(one.amount for one in live) <= award.amount

    @invariant()
    def two_people(self) -> None:
        names = {user.pk: name for name, user in self.who.items()}
        for one in Batch.objects.exclude(state="proposed"):
            for other in (one.approved_by_id, one.released_by_id):
                if other is not None:
                    assert other != one.proposed_by_id
                    assert (names[other], names[one.proposed_by_id]) != ("proxy", "both")
                    assert names[other] != "officer"

    @invariant()
    def no_line_is_dropped(self) -> None:
        assert AnswerLine.objects.count() == self.sent_lines
        for one in Batch.objects.filter(state__in=("released", "answered")):
            told = queries.answered(one)
            assert sum(count for count, _ in told.values()) == one.count
            assert sum(fen for _, fen in told.values()) == one.fen
        assert not Item.objects.filter(answer="bounced", stands=True).exists()


def run(bureau, examples: int, *, mutant: bool = False) -> None:
    children = students(bureau, CHILDREN)
    with_cards(bureau, children)
    actions.propose_term(by=SYSTEM, on=TODAY)
    Aid.bureau, Aid.who = bureau, people(bureau)
    run_state_machine_as_test(
        Aid,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate] if mutant else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )


def test_no_fen_is_lost_and_no_batch_is_one_person_s(bureau) -> None:
    run(bureau, 15)


def _naive_step(patch) -> None:
    def step(batch, before, after, act, by, **more) -> None:
        if after in batches._STAMPS:
            more |= {f"{after}_by": by, f"{after}_at": timezone.now()}
        Batch.objects.filter(pk=batch.pk).update(state=after, **more)
        batch.refresh_from_db()

    patch.setattr(batches, "_step", step)


def _one_person(patch) -> None:
    patch.setattr(batches, "require_another", lambda by, permission, at, maker: None)


def _forgets_the_delegate(patch) -> None:
    def another(by, permission, at, maker) -> None:
        if by.pk == maker:
            raise Refusal([])

    patch.setattr(batches, "require_another", another)


def _release_is_not_booked(patch) -> None:
    real = batches._book
    patch.setattr(
        batches, "_book", lambda by, batch, cause: cause != "release" and real(by, batch, cause)
    )


def _recalled_money_stays_promised(patch) -> None:
    real = batches._move

    def move(by, batch, cause, rows, origin) -> None:
        if cause != "recall":
            real(by, batch, cause, rows, origin)

    patch.setattr(batches, "_move", move)


def _without(module, cause: str):
    def patch(patcher) -> None:
        real = ledger.move

        class Entry:
            number = 1

        def move(**told):
            return Entry if told["cause"] == cause else real(**told)

        patcher.setattr(module.ledger, "move", move)

    return patch


def _drops_lines(patch) -> None:
    real = answers.answering.judge
    patch.setattr(
        answering, "judge", lambda batch, lines: [j for j in real(batch, lines) if j.item]
    )


MUTANTS = {
    "looks at no state": _naive_step,
    "one person does it all": _one_person,
    "who acts for the maker is another": _forgets_the_delegate,
    "release is not booked": _release_is_not_booked,
    "recalled money stays promised": _recalled_money_stays_promised,
    "a bounce is not booked": _without(answers, "bounce"),
    "what is given up stays returned": _without(answers, "drop"),
    "what came back is not booked": _without(recoveries, "recovery"),
    "lines that fit nowhere are dropped": _drops_lines,
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_naive_version_is_caught(bureau, monkeypatch, name: str) -> None:
    MUTANTS[name](monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever the machine finds first
        run(bureau, 60, mutant=True)

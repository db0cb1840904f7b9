"""What a sweep says of one child, to whom it may be told; and which sweep answers for a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from notoneless import kernel
from notoneless.bureau import offers
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.models import Child, Fact, RollCall
from notoneless.bureau.people.standing import When
from notoneless.bureau.people.timeline import Line, lines, told_by
from notoneless.bureau.sweeps import rules
from notoneless.bureau.sweeps.models import Held, Night, Outcome, Standing, Sweep, Verdict
from notoneless.bureau.sweeps.telling import tells
from notoneless.i18n import gettext
from notoneless.kernel.expressions import facts_in
from notoneless.kernel.words import in_words

MARKS = {
    "kept": "kept",
    "excused": "excused",
    "gap": "gap",
    "unknown": "unknown",
    "unsure": "unknown",
}
"""The sign of each verdict."""


ORDER = ("gap", "unknown", "kept", "excused", "unsure", "outside")
"""What is told first: what somebody must act on."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A condition in the rule's words, and the lists or persons who tell what it asks for."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """From a day on it was so."""

    since: dt.date
    verdict: str

    @property
    def label(self) -> str:
        """The verdict in words."""
        return str(Verdict(self.verdict).label)


@dataclass(frozen=True, slots=True)
class Told:
    """A guarantee and a child: the verdict, why, on what grounds, and how it was before (newest first)."""

    guarantee: kernel.Guarantee
    verdict: str
    reason: str
    grounds: tuple[Ground, ...]
    history: tuple[Change, ...]

    @property
    def text(self) -> str:
        """What the guarantee is called."""
        return str(self.guarantee.text)

    @property
    def label(self) -> str:
        """The verdict in words."""
        return str(Verdict(self.verdict).label)

    @property
    def mark(self) -> str:
        """Its sign; "" for outside."""
        return MARKS.get(self.verdict, "")

    @property
    def since(self) -> dt.date:
        """From when on it is so."""
        return self.history[0].since


def latest(when: When | None = None) -> Sweep | None:
    """The last sweep, or the one that answers for a day as known on a day; None when there was none."""
    done = Sweep.objects.filter(state=Sweep.State.DONE)
    if when is not None:
        done = done.filter(as_of__lte=when.on)
        if when.known_on is not None:
            done = done.filter(known_at__lte=when.end)
    return done.order_by("-pk").first()


def standing(child: Child, sweep: Sweep) -> Standing | None:
    """How a child stood at a sweep; None when it was on no list."""
    then = Q(until__isnull=True) | Q(until__gt=sweep.pk)
    return Standing.objects.filter(then, child=child, since__lte=sweep.pk).first()


def verdicts(by: User, child: Child, when: When) -> list[Told]:
    """What the guarantees say of a child, in `ORDER`.

    What is about need is left out for who has no right to know of it.
    """
    sweep = latest(when)
    stood = standing(child, sweep) if sweep else None
    if sweep is None or stood is None:
        return []
    book = rules.of(sweep)
    need = may(by, "child.need", people.where(child))
    reasons = rules.explain(stood.pattern, sweep)
    outcomes = {one.guarantee: one for one in stood.pattern.outcomes.all()}
    known = _holding(lines(child, when, need=need))
    said = _said_elsewhere(child, when)
    history = _history(child, sweep)
    found = [
        Told(
            one,
            outcomes[one.id].verdict,
            reasons[one.id].text
            if one.id in reasons
            else str(Verdict(outcomes[one.id].verdict).label),
            tuple(_grounds(one, outcomes[one.id], known, said)),
            history[one.id],
        )
        for one in book.guarantees
        if one.id in outcomes and (need or one.id not in book.of_need)
    ]
    return sorted(found, key=lambda told: ORDER.index(told.verdict))


def _holding(known: Sequence[Line]) -> list[Fact]:
    """The facts that count now, the newest first; a roll-call's word counts until the next one."""
    holding = [one.fact for one in known if not one.ended or isinstance(one.fact, RollCall)]
    called = [fact for fact in holding if isinstance(fact, RollCall)]
    return [fact for fact in holding if fact not in called[1:]]


def _said_elsewhere(child: Child, when: When) -> dict[str, str]:
    """Who tells a fact that no list told last: by the fact's name, as the apps' ``facts.sources`` say."""
    found: dict[str, str] = {}
    for module in offers.found("facts"):
        if hasattr(module, "sources"):
            found |= module.sources(child, when)
    return found


def _grounds(
    guarantee: kernel.Guarantee, outcome: Outcome, known: Sequence[Fact], said: Mapping[str, str]
) -> list[Ground]:
    """The conditions of the universe, and the one way that counted, each with who tells it."""
    if outcome.verdict in (Verdict.OUTSIDE, Verdict.UNSURE):
        return []
    ways = [way.line for way in (*guarantee.excused, *guarantee.kept) if way.id == outcome.way]
    found = []
    for line in (*guarantee.universe, *ways):
        wanted = set(facts_in(line.condition))
        sources = dict.fromkeys(text for name, text in said.items() if name in wanted)
        told = (fact for fact in known if (wanted - said.keys()) & tells(fact))
        sources |= dict.fromkeys(told_by(fact) for fact in told)
        found.append(Ground(in_words(line.condition), tuple(sources)[:3]))
    return found


def _history(child: Child, sweep: Sweep) -> dict[str, tuple[Change, ...]]:
    """Per guarantee every change of the verdict until a sweep, the newest first."""
    stood = Standing.objects.filter(child=child, since__lte=sweep.pk).order_by("since")
    changes: dict[str, list[Change]] = {}
    for one in stood.select_related("since").prefetch_related("pattern__outcomes"):
        for outcome in one.pattern.outcomes.all():
            before = changes.setdefault(outcome.guarantee, [])
            if not before or before[-1].verdict != outcome.verdict:
                before.append(Change(one.since.as_of, outcome.verdict))
    return {name: tuple(reversed(those)) for name, those in changes.items()}


def failed(by: User) -> list[str]:
    """What of the last sweep and the last night went wrong, in words; nothing for whom it is no matter."""
    if not may(by, "sweep.run"):
        return []
    found = []
    last = Sweep.objects.exclude(state="running").order_by("-pk").first()
    if last is not None and last.broken:
        found.append(gettext("{day}：{kind}").format(day=last.as_of, kind=last.broken))
    night = Night.objects.order_by("-on").first()
    if night is not None and night.broken:
        found.append(gettext("{day}夜间工作：{kind}").format(day=night.on, kind=night.broken))
    return found


def held(by: User) -> QuerySet[Held]:
    """The counties whose new cases wait for this person's word."""
    here = reach(by, "case.open_many")
    return Held.objects.filter(county__in=here).select_related("county", "sweep").order_by("county")


def sweeps(by: User) -> QuerySet[Sweep]:
    """Every sweep, newest first, for who may have one made."""
    found = Sweep.objects.order_by("-pk")
    return found if may(by, "sweep.run") else found.none()

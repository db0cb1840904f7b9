"""The only writes of sweeps: one begins, its findings are written, it failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import actions as cases
from notoneless.bureau.people import bulk
from notoneless.bureau.rules import queries as place_rules
from notoneless.bureau.sweeps import deciding, faults, handing_over, rules, thinning
from notoneless.bureau.sweeps.deciding import Found
from notoneless.bureau.sweeps.models import (
    VERDICTS,
    Held,
    Night,
    Outcome,
    Pattern,
    Rulebook,
    Standing,
    Sweep,
    Tally,
)
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {
    "sweep.asked": N_("要求逐人核对一遍"),
    "sweep.begun": N_("开始逐人核对"),
    "sweep.done": N_("逐人核对完"),
    "sweep.failed": N_("逐人核对没有算成"),
    "sweep.handed_over": N_("把缺口交给个案"),
    "sweep.not_handed_over": N_("缺口没有交给个案"),
    "sweep.held_opened": N_("决定一次立案"),
    "night.begun": N_("开始夜间工作"),
    "night.done": N_("夜间工作做完"),
}
"""What the verbs of this app mean."""

LONGEST = dt.timedelta(minutes=15)
"""A sweep that has run for longer has died with its process; the next one takes its place."""


@audit.long_action
def sweep(
    *, by: User | audit.Actor, on: dt.date | None = None, cause: str = Sweep.Cause.ASKED
) -> Sweep:
    """Hold every child against every guarantee, of today or of ``on``, as known now.

    First everything is worked out, then written in one short transaction; then gaps go to `cases`. `Refusal`
    while another one runs, when that took this one's place meanwhile, and for a day before the last one's.
    """
    day = on or timezone.localdate()
    begun = begin(by=by, on=day, cause=cause)
    try:
        found = deciding.decide(rules.current(day), on=day)
        try:
            write(by=by, sweep=begun, found=found)
        finally:
            found.db.close()
    except BaseException as error:
        failed(by=by, sweep=begun, reason=type(error).__name__)
        raise
    try:
        hand_over(by=audit.SYSTEM, sweep=begun)
    except Exception as error:
        not_handed_over(by=audit.SYSTEM, sweep=begun, reason=type(error).__name__)
        raise
    bulk.measure_tables()
    begun.refresh_from_db()
    return begun


@audit.action
def ask(*, by: User) -> None:
    """Have a sweep made in the background, now."""
    from notoneless.bureau.sweeps import jobs

    require(by, "sweep.run")
    jobs.want_sweep(dt.timedelta(0))
    audit.record(by, "sweep.asked")


@audit.action
def begin(*, by: User | audit.Actor, on: dt.date, cause: str) -> Sweep:
    """Take the place of the one sweep that may run. `Refusal` as `sweep` says."""
    require(by, "sweep.run")
    now = timezone.now()
    for dead in Sweep.objects.filter(state="running", started_at__lt=now - LONGEST):
        _end(dead, Sweep.State.FAILED, broken="Abandoned")
        audit.record(audit.SYSTEM, "sweep.failed", dead, reason="Abandoned")
    last = Sweep.objects.filter(state="done").order_by("-pk").first()
    if last and on < last.as_of:
        raise Refusal([faults.BEFORE_THE_LAST.at(last=last.as_of, day=on)])
    try:
        with transaction.atomic():
            begun = Sweep.objects.create(as_of=on, cause=cause, started_at=now, known_at=now)
    except IntegrityError:
        running = Sweep.objects.filter(state="running").first()
        minutes = (now - running.started_at).seconds // 60 if running else 0
        raise Refusal([faults.RUNNING.at(minutes=minutes)]) from None
    audit.record(by, "sweep.begun", begun, cause=cause)
    return begun


@audit.action
def write(*, by: User | audit.Actor, sweep: Sweep, found: Found) -> None:
    """Write what a sweep found: what changed, the sums, and that it is done; all or nothing.

    `Refusal` when another sweep has taken its place.
    """
    require(by, "sweep.run")
    changed = found.changed()
    _end(
        sweep,
        Sweep.State.DONE,
        rules=found.rules.key,
        children=found.children,
        changed=len(changed),
    )
    for name, digest in found.rules.sweep.books:
        book, _ = Rulebook.objects.get_or_create(
            hash=digest, defaults={"name": name, "text": dict(found.rules.texts)[name]}
        )
        sweep.rulebooks.add(book)
    patterns = _patterns(found)
    _close(sweep, found.ended())
    bulk.insert(
        Standing,
        ("child_id", "pattern_id", "home_id", "school_id", "since_id"),
        (
            (child, patterns[signature], home, school, sweep.pk)
            for child, signature, home, school in changed
        ),
    )
    bulk.insert(
        Tally,
        ("sweep_id", "organisation_id", "guarantee", *VERDICTS),
        ((sweep.pk, *row) for row in found.tallies()),
    )
    thinning.thin(sweep)
    audit.record(by, "sweep.done", sweep, children=found.children, changed=len(changed))


@audit.action
def hand_over(*, by: audit.Actor, sweep: Sweep) -> None:
    """Give every gap that stands to `cases`, and say which are not seen any more.

    A county of which more cases would be new than it lets a sweep open (``sweeps.most_new_cases``) is held:
    there only gaps that have a case already are given, until somebody opens them all (`open_held`).
    """
    require(by, "sweep.run")
    found = handing_over.gaps(sweep)
    new = handing_over.new_by_county(found, sweep.as_of)
    limits = place_rules.values("sweeps.most_new_cases", new, sweep.as_of)
    held = {county for county, those in new.items() if len(those) > int(limits[county])}
    waiting = {about for county in held for about in new[county]}
    openings = [gap for gap in found if gap.about not in waiting]
    opened = cases.open_cases(by=by, openings=openings)
    gone = cases.gap_gone(by=by, gone=handing_over.gone(sweep, found))
    Held.objects.exclude(county__in=held).delete()
    for county in held:
        Held.objects.update_or_create(
            county_id=county, defaults={"sweep": sweep, "cases": len(new[county])}
        )
    audit.record(
        by,
        "sweep.handed_over",
        sweep,
        opened=len(opened.opened),
        gone=gone,
        held=sum(len(new[county]) for county in held),
    )


@audit.action
def not_handed_over(*, by: audit.Actor, sweep: Sweep, reason: str) -> None:
    """Note that a sweep is done, and that giving its gaps to `cases` ended in an error (its kind)."""
    require(by, "sweep.run")
    Sweep.objects.filter(pk=sweep.pk).update(broken=reason)
    audit.record(by, "sweep.not_handed_over", sweep, reason=reason)


@audit.action
def open_held(*, by: User, held: Held) -> int:
    """Open all cases of a county that a sweep held back; how many. `Refusal` when a later sweep settled it."""
    require(by, "case.open_many", held.county)
    if not Held.objects.filter(pk=held.pk, sweep=held.sweep_id).exists():
        raise Refusal([faults.NOT_HELD.at()])
    found = handing_over.gaps(held.sweep)
    new = handing_over.new_by_county(found, held.sweep.as_of).get(held.county_id, set())
    # Whoever says so need not have the right to open single ones; the sweep opens them on that word.
    opened = cases.open_cases(by=audit.SYSTEM, openings=[gap for gap in found if gap.about in new])
    Held.objects.filter(pk=held.pk).delete()
    audit.record(
        by, "sweep.held_opened", held.sweep, organisation=held.county, opened=len(opened.opened)
    )
    return len(opened.opened)


@audit.action
def failed(*, by: User | audit.Actor, sweep: Sweep, reason: str) -> None:
    """Note that a sweep ended in an error (its kind, never its text); nothing else changed."""
    require(by, "sweep.run")
    try:
        with transaction.atomic():
            _end(sweep, Sweep.State.FAILED, broken=reason)
    except Refusal:
        return  # another one has noted that already
    audit.record(by, "sweep.failed", sweep, reason=reason)


def _end(sweep: Sweep, state: str, **more: object) -> None:
    """From running to an end, in one statement; `Refusal` when it does not run any more."""
    running = Sweep.objects.filter(pk=sweep.pk, state="running")
    if not running.update(state=state, finished_at=timezone.now(), **more):
        raise Refusal([faults.OVERTAKEN.at()])


def _patterns(found: Found) -> dict[str, int]:
    """The key of every pattern met under these rules; new ones are written with their outcomes."""
    new = found.new_patterns()
    made = Pattern.objects.bulk_create(
        [Pattern(rules=found.rules.key, signature=signature) for signature in new], batch_size=500
    )
    keys = {pattern.signature: pattern.pk for pattern in made}
    kinds = {one.id: (one.case, one.place) for one in found.rules.guarantees}
    bulk.insert(
        Outcome,
        ("pattern_id", "guarantee", "verdict", "way", "case_kind", "place"),
        (
            (keys[signature], guarantee, verdict, way, *kinds[guarantee])
            for signature, guarantee, verdict, way in found.outcomes(new)
        ),
    )
    known = Pattern.objects.filter(rules=found.rules.key).values_list("signature", "pk")
    return dict(known)


def _close(sweep: Sweep, standings: list[int]) -> None:
    """Let standings end with a sweep; in one statement, since they may be all."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE standing_ended (id BIGINT PRIMARY KEY)")
        for lot in bulk.chunks(standings):
            cursor.execute(
                f"INSERT INTO standing_ended VALUES {', '.join(f'({int(key)})' for key in lot)}"
            )
        cursor.execute(
            f"UPDATE sweeps_standing SET until_id = {sweep.pk} "
            "WHERE id IN (SELECT id FROM standing_ended)"
        )
        cursor.execute("DROP TABLE standing_ended")


@audit.action
def begin_night(*, by: User | audit.Actor, on: dt.date) -> Night:
    """Note that the work of a night begins; a second time on the same day it is the same night."""
    require(by, "sweep.run")
    night, _ = Night.objects.update_or_create(
        on=on, defaults={"began_at": timezone.now(), "ended_at": None, "broken": ""}
    )
    audit.record(by, "night.begun", night)
    return night


@audit.action
def end_night(*, by: User | audit.Actor, night: Night, broken: Sequence[str]) -> None:
    """Note how a night went: ``broken`` are the parts that failed, each with the kind of its error."""
    require(by, "sweep.run")
    night.broken, night.ended_at = ", ".join(broken)[:200], timezone.now()
    night.save()
    audit.record(by, "night.done", night, broken=list(broken))

"""What differs between two rulebooks, in words: amounts with their first days, policies, conditions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from notoneless import kernel
from notoneless.bureau.aid.rulebook import KINDS, PERIODS
from notoneless.i18n import gettext
from notoneless.kernel.rulebook import STATUSES, UNITS, DatedValue, ParameterSpec
from notoneless.kernel.words import in_words, yuan


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one thing what was and what will be; "" where it was not or will not be."""

    what: str
    before: str
    after: str


def in_all(present: kernel.Rulebook, changed: kernel.Rulebook) -> list[Difference]:
    """Every difference of meaning, amounts first, then policy by policy."""
    return [*_amounts(present, changed), *_policies(present, changed)]


def amount(spec: ParameterSpec, value: int) -> str:
    """A parameter's value with its unit."""
    return (yuan(value) if spec.unit == "yuan" else str(value)) + gettext(UNITS[spec.unit])


def _amounts(present: kernel.Rulebook, changed: kernel.Rulebook) -> Iterator[Difference]:
    for name in dict.fromkeys((*present.parameters, *changed.parameters)):
        old, new = present.parameters.get(name), changed.parameters.get(name)
        spec = new or old
        assert spec is not None
        held = {one.start: one for one in old.values} if old else {}
        will = {one.start: one for one in new.values} if new else {}
        for day in sorted(held.keys() | will.keys()):
            if held.get(day) != will.get(day):
                what = gettext("{text}，{day}起").format(text=spec.text, day=day)
                yield Difference(what, _dated(spec, held.get(day)), _dated(spec, will.get(day)))


def _dated(spec: ParameterSpec, value: DatedValue | None) -> str:
    if value is None:
        return ""
    return gettext("{value}（{source}，{status}）").format(
        value=amount(spec, value.value), source=value.source, status=gettext(STATUSES[value.status])
    )


def _policies(present: kernel.Rulebook, changed: kernel.Rulebook) -> Iterator[Difference]:
    old = {one.id: one for one in present.policies}
    new = {one.id: one for one in changed.policies}
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        told = [
            _told(one, book) if one else {} for one, book in ((before, present), (after, changed))
        ]
        policy = after or before
        assert policy is not None
        for part in dict.fromkeys((*told[0], *told[1])):
            was, will = told[0].get(part, ""), told[1].get(part, "")
            if was != will:
                yield Difference(f"{policy.text}：{part}", was, will)
        if (
            before
            and after
            and [one.condition for one in before.conditions]
            != [one.condition for one in after.conditions]
        ):
            same = [one.written for one in before.conditions] == [
                one.written for one in after.conditions
            ]
            if same:  # what a named condition means was changed
                what = f"{policy.text}：{gettext('条件的含义')}"
                yield Difference(what, gettext("见下面的原文"), gettext("见下面的原文"))


def _told(policy: kernel.Policy, book: kernel.Rulebook) -> dict[str, str]:
    """What a policy says, part by part."""
    group = book.groups.get(policy.group)
    return {
        gettext("条件"): gettext("；").join(in_words(one.condition) for one in policy.conditions),
        gettext("标准"): in_words(policy.amount),
        gettext("怎样给"): gettext(KINDS[policy.kind]),
        gettext("周期"): gettext(PERIODS[policy.period])
        + (
            gettext("，分{count}次发").format(count=policy.instalments)
            if policy.instalments > 1
            else ""
        ),
        gettext("同类"): str(group.text) if group else "",
        gettext("起始日"): policy.since.isoformat() if policy.since else "",
        gettext("来源"): policy.source,
        gettext("核实"): gettext(STATUSES[policy.status]),
    }


def lines(before: str, after: str) -> list[tuple[int, str, str]]:
    """The lines of the text that go (``-``) and come (``+``), each with its number in its own text."""
    old, new = before.split("\n"), after.split("\n")
    found = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            found += [(at + 1, "-", old[at]) for at in range(i1, i2)]
            found += [(at + 1, "+", new[at]) for at in range(j1, j2)]
    return found

"""Twenty policies as data, so that both sides decide the same thing; from them the rulebook.

The amounts are invented: what is measured is deciding, not the law.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STAGES = ("preschool", "primary", "junior", "senior", "vocational", "higher")
FLAGS = (
    "boards", "enrolled", "relieved", "monitored", "minimum", "extreme", "orphan", "disabled",
    "martyr", "rural", "farm_major", "approved", "pilot",
)  # fmt: skip
TERMS = {
    "four_classes": ("relieved", "minimum", "extreme", "disabled"),
    "hardship": (
        "relieved", "monitored", "minimum", "extreme", "orphan", "disabled", "martyr",
    ),
}  # fmt: skip
"""A term holds when one of its flags does."""


@dataclass(frozen=True)
class Policy:
    """Who (all must hold; ``!`` negates) gets how many yuan, by stage where it differs."""

    stages: tuple[str, ...]
    who: tuple[str, ...]
    amount: dict[str, int]
    grades: tuple[int, int] | None = None


POLICIES = {
    "preschool_aid": Policy(("preschool",), ("enrolled", "approved", "hardship"), {"": 1000}),
    "preschool_free": Policy(("preschool",), ("enrolled", "approved", "old_enough"), {"": 2400}),
    "tuition": Policy(("primary", "junior"), ("enrolled",), {"primary": 720, "": 940}),
    "textbooks": Policy(("primary", "junior"), ("enrolled", "of_age"), {"primary": 105, "": 210}),
    "exercise_books": Policy(("primary", "junior"), ("enrolled",), {"primary": 20, "": 30}),
    "boarder_funds": Policy(("primary", "junior"), ("enrolled", "boards"), {"": 300}),
    "special_funds": Policy(("primary", "junior"), ("enrolled", "disabled"), {"": 7000}),
    "living_boarder": Policy(
        ("primary", "junior"), ("enrolled", "boards", "hardship"), {"primary": 1250, "": 1500}
    ),
    "living_day": Policy(
        ("primary", "junior"), ("enrolled", "!boards", "four_classes"), {"primary": 625, "": 750}
    ),
    "nutrition": Policy(("primary", "junior"), ("enrolled", "rural", "pilot"), {"": 1000}),
    "senior_grant": Policy(("senior",), ("enrolled", "hardship"), {"": 2300}),
    "senior_free": Policy(("senior",), ("enrolled", "four_classes"), {"": 800}),
    "senior_prize": Policy(("senior",), ("enrolled", "hardship"), {"": 2000}, (11, 12)),
    "vocational_free": Policy(("vocational",), ("enrolled", "rural"), {"": 2000}, (10, 12)),
    "vocational_farm": Policy(("vocational",), ("enrolled", "!rural", "farm_major"), {"": 2000}),
    "vocational_grant": Policy(("vocational",), ("enrolled", "hardship"), {"": 2300}, (10, 12)),
    "household_aid": Policy(("vocational", "higher"), ("enrolled", "monitored"), {"": 3000}),
    "orphan_study": Policy(("vocational", "higher"), ("enrolled", "orphan"), {"": 10000}),
    "higher_grant": Policy(("higher",), ("enrolled", "hardship"), {"": 3700}),
    "higher_loan": Policy(("higher",), ("enrolled", "hardship", "!martyr"), {"": 20000}),
}


def facts_yaml() -> str:
    """The contract of the bench's facts."""
    flags = "".join(
        f"      {flag}: {{text: {{zh: {flag}}}, type: bool, nullable: {str(flag != 'enrolled').lower()}}}\n"
        for flag in FLAGS
    )
    stages = ", ".join(f"{stage}: {{zh: {stage}}}" for stage in STAGES)
    return f"""subjects:
  student:
    key: student
    facts:
      birth_date: {{text: {{zh: 出生日期}}, type: date, nullable: true}}
      stage: {{text: {{zh: 学段}}, type: enum, values: {{{stages}}}}}
      grade: {{text: {{zh: 年级}}, type: int, nullable: true}}
{flags}"""


def rulebook_yaml() -> str:
    """The twenty policies as a rulebook."""
    amounts = sorted({yuan for policy in POLICIES.values() for yuan in policy.amount.values()})
    params = "".join(
        f"""  yuan_{yuan}:
    text: {{zh: 标准{yuan}}}
    unit: yuan
    values: [{{from: 2019-09-01, value: {yuan}, source: invented for the bench, status: unverified}}]
"""
        for yuan in amounts
    )
    terms = "".join(
        f'  {name}: {{text: {{zh: {name}}}, when: "{" or ".join(flags)}"}}\n'
        for name, flags in TERMS.items()
    )
    policies = "".join(_policy(name, policy) for name, policy in POLICIES.items())
    return f"""rulebook: twenty
title: {{zh: 二十项}}
subject: student
params:
{params}terms:
{terms}  old_enough: {{text: {{zh: 满五周岁}}, when: "age_on(birth_date, age_day) >= 5"}}
  of_age: {{text: {{zh: 适龄}}, when: "age_on(birth_date, age_day) between 6 and 17"}}
policies:
{policies}"""


def _policy(name: str, policy: Policy) -> str:
    stages = ", ".join(f"'{stage}'" for stage in policy.stages)
    lines = [f"stage in ({stages})" if len(policy.stages) > 1 else f"stage = {stages}"]
    lines += [f"not {who[1:]}" if who.startswith("!") else who for who in policy.who]
    if policy.grades:
        lines.append(f"grade between {policy.grades[0]} and {policy.grades[1]}")
    conditions = "".join(f'      - "{line}"\n' for line in lines)
    other = f":yuan_{policy.amount['']}"
    special = [(stage, yuan) for stage, yuan in policy.amount.items() if stage]
    amount = other
    if special:
        ((stage, yuan),) = special
        amount = f"case when stage = '{stage}' then :yuan_{yuan} else {other} end"
    return f"""  {name}:
    text: {{zh: {name}}}
    source: invented for the bench
    status: unverified
    kind: cash_student
    period: year
    conditions:
{conditions}    amount: "{amount}"
"""


def write(folder: Path) -> tuple[Path, Path]:
    """``facts.yaml`` and ``twenty.yaml`` in a folder."""
    facts, rules = folder / "facts.yaml", folder / "twenty.yaml"
    facts.write_text(facts_yaml(), "utf-8")
    rules.write_text(rulebook_yaml(), "utf-8")
    return facts, rules

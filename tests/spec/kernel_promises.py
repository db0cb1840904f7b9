"""What the kernel promises: a small table in, a promise, a small table out.

Each `Promise` holds on every engine (``test_kernel_promises.py``) and is a page of the reference. In the
tables ``-`` is unknown; money is written in yuan; a column that is not given is unknown, or false
where it cannot be.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

FACTS = """
subjects:
  child:
    key: child
    facts:
      birth_date: {text: {zh: 出生日期, en: Birth date}, type: date, nullable: true}
      stage:
        text: {zh: 学段, en: Stage}
        type: enum
        values: {preschool: {zh: 学前, en: Preschool}, primary: {zh: 小学, en: Primary}, junior: {zh: 初中, en: Junior}}
        nullable: true
      boards: {text: {zh: 寄宿, en: Boards}, type: bool, nullable: true}
      low_income: {text: {zh: 低保, en: Low income}, type: bool, nullable: true}
      orphan: {text: {zh: 孤儿, en: Orphan}, type: bool, nullable: true}
      on_roll: {text: {zh: 在籍, en: On the roll}, type: bool}
      grade: {text: {zh: 年级, en: Grade}, type: int, nullable: true}
      fee: {text: {zh: 学费, en: Fee}, type: money, nullable: true}
"""

PARAMETERS = """
params:
  big:
    text: {zh: 大标准}
    unit: yuan
    values:
      - {from: 2019-09-01, value: 1000, source: a document, status: unverified}
      - {from: 2024-02-01, value: 1250, source: a document, status: verified}
  small:
    text: {zh: 小标准}
    unit: yuan
    values:
      - {from: 2019-09-01, value: 500, source: a document, status: unverified}
"""


@dataclass(frozen=True)
class Promise:
    """One behaviour: its title and words, the rules, facts in, results out, on a day."""

    title: str
    words: str
    rules: str
    given: str
    then: str
    as_of: dt.date = dt.date(2026, 9, 10)


def policy(name: str, conditions: str, amount: str, more: str = "") -> str:
    """A policy in the rulebook's own words."""
    return f"""
  {name}:
    text: {{zh: {name}}}
    source: a document
    status: unverified
    kind: cash_student
    period: year
    conditions: {conditions}
    amount: "{amount}"{more}"""


def guarantee(universe: str, kept: str, excused: str = "") -> str:
    """A guarantee in the rulebook's own words; ways are ``id: condition`` separated by commas."""

    def ways(text: str) -> str:
        found = [part.split(":", 1) for part in text.split(",") if part.strip()]
        return "".join(
            f'\n      - {{id: {way.strip()}, text: {{zh: {way.strip()}}}, when: "{when.strip()}"}}'
            for way, when in found
        )

    end = f"\n    excused:{ways(excused)}" if excused else ""
    return f"""
guarantees:
  place:
    text: {{zh: 有学上}}
    source: a law
    status: verified
    universe: {universe}
    kept:{ways(kept)}{end}
    case: no_place
"""


PROMISES = (
    Promise(
        "An award is owed when every condition is true",
        "One false condition is enough for nothing to be owed, however much is unknown.",
        PARAMETERS
        + "policies:"
        + policy("aid", "[boards, low_income]", ":big")
        + policy("rest", "[boards]", ":small"),
        """
        child  boards  low_income
        1      yes     yes
        2      yes     no
        3      no      -
        4      -       no
        """,
        """
        child  award_aid
        1      1250
        2      0
        3      0
        4      0
        """,
    ),
    Promise(
        "An unknown fact is never paid and never silently not owed",
        "When it depends on what is not known, the award is unknown: it needs data.",
        PARAMETERS
        + "policies:"
        + policy("aid", "[boards, low_income]", ":big")
        + policy("rest", "[boards]", ":small"),
        """
        child  boards  low_income
        1      yes     -
        2      -       yes
        3      -       -
        """,
        """
        child  award_aid
        1      -
        2      -
        3      -
        """,
    ),
    Promise(
        "One true part of an or is enough",
        "Poor by one list is poor, though other lists were not given; not poor needs all of them.",
        PARAMETERS
        + "policies:"
        + policy("aid", '["low_income or orphan"]', ":big")
        + policy("rest", "[boards]", ":small"),
        """
        child  low_income  orphan
        1      yes         -
        2      -           yes
        3      no          -
        4      no          no
        """,
        """
        child  award_aid
        1      1250
        2      1250
        3      -
        4      0
        """,
    ),
    Promise(
        "Not unknown is unknown",
        "Who is not known to board is not a day pupil either.",
        PARAMETERS
        + "policies:"
        + policy("aid", "[not boards]", ":big")
        + policy("rest", "[low_income]", ":small"),
        """
        child  boards
        1      yes
        2      no
        3      -
        """,
        """
        child  award_aid
        1      0
        2      1250
        3      -
        """,
    ),
    Promise(
        "Whether a fact is known can be asked",
        "`is null` itself is always known.",
        PARAMETERS
        + "policies:"
        + policy("aid", '["stage is not null"]', ":big")
        + policy("rest", '["boards is null"]', ":small"),
        """
        child  stage    boards
        1      primary  -
        2      -        no
        """,
        """
        child  award_aid  award_rest
        1      1250       500
        2      0          0
        """,
    ),
    Promise(
        "The amount is that of the day",
        "A dated value holds from its first day until the next one begins.",
        PARAMETERS
        + "policies:"
        + policy("aid", "[boards]", ":big")
        + policy("rest", "[low_income]", ":small"),
        """
        child  boards
        1      yes
        """,
        """
        child  award_aid
        1      1000
        """,
        dt.date(2024, 1, 31),
    ),
    Promise(
        "Before its first value a policy is not in force",
        "Nobody is owed it, and nothing about it is unknown.",
        PARAMETERS
        + "policies:"
        + policy("aid", "[boards]", ":big")
        + policy("rest", "[low_income]", ":small"),
        """
        child  boards
        1      yes
        2      -
        """,
        """
        child  award_aid
        1      0
        2      0
        """,
        dt.date(2019, 8, 31),
    ),
    Promise(
        "An amount can depend on facts",
        "When the fact that decides it is unknown, so is the amount; a branch is taken only when it is known.",
        PARAMETERS
        + "policies:"
        + policy("aid", "[boards]", "case when stage = 'primary' then :big else :small end")
        + policy("rest", "[low_income]", "least(fee, :big)"),
        """
        child  boards  stage    low_income  fee
        1      yes     primary  yes         300
        2      yes     junior   yes         9000
        3      yes     -        yes         -
        4      no      -        no          -
        """,
        """
        child  award_aid  award_rest
        1      1250       300
        2      500        1250
        3      -          -
        4      0          0
        """,
    ),
    Promise(
        "Arithmetic on money is in whole fen and never below zero",
        "What would be negative is nothing: nobody owes the school for an award.",
        PARAMETERS
        + "policies:"
        + policy("aid", "[boards]", ":big - fee")
        + policy("rest", "[low_income]", ":small * grade"),
        """
        child  boards  fee     low_income  grade
        1      yes     0.01    yes         3
        2      yes     2000    yes         -
        3      yes     -       yes         0
        """,
        """
        child  award_aid  award_rest
        1      1249.99    1500
        2      0          -
        3      -          0
        """,
    ),
    Promise(
        "Ages are whole years, days are whole days",
        "Born on 29 February, one turns a year older on 1 March. `age_day` is 31 August of the school year.",
        PARAMETERS
        + "policies:"
        + policy("aid", '["age_on(birth_date, age_day) >= 6"]', ":big")
        + policy("rest", '["days_between(birth_date, as_of) = 1"]', ":small"),
        """
        child  birth_date
        1      2020-08-31
        2      2020-09-01
        3      2026-09-09
        4      -
        """,
        """
        child  award_aid  award_rest
        1      1250       0
        2      0          0
        3      0          500
        4      -          -
        """,
    ),
    Promise(
        "Of a group that takes the highest, one award is owed",
        "Of two equal ones, the first in the rulebook. An unknown rival that could win leaves it unknown.",
        PARAMETERS
        + "policies:"
        + policy("small_one", "[boards]", ":small", "\n    group: living")
        + policy("big_one", "[low_income]", ":big", "\n    group: living")
        + policy("third", "[orphan]", ":big", "\n    group: living")
        + "\ngroups:\n  living: {text: {zh: 生活}, rule: highest}",
        """
        child  boards  low_income  orphan
        1      yes     yes         no
        2      yes     no          no
        3      no      yes         yes
        4      yes     -           no
        5      -       yes         no
        6      no      yes         -
        7      no      -           yes
        """,
        """
        child  award_small_one  award_big_one  award_third
        1      0                1250           0
        2      500              0              0
        3      0                1250           0
        4      -                -              0
        5      0                1250           0
        6      0                1250           0
        7      0                -              -
        """,
    ),
    Promise(
        "Of a group that takes the first, the first that is owed",
        "An unknown one before it leaves the later ones unknown.",
        PARAMETERS
        + "policies:"
        + policy("one", "[boards]", ":small", "\n    group: living")
        + policy("two", "[low_income]", ":big", "\n    group: living")
        + "\ngroups:\n  living: {text: {zh: 生活}, rule: first}",
        """
        child  boards  low_income
        1      yes     yes
        2      no      yes
        3      -       yes
        4      yes     -
        5      -       no
        """,
        """
        child  award_one  award_two
        1      500        0
        2      0          1250
        3      -          -
        4      500        0
        5      -          0
        """,
    ),
    Promise(
        "A cap limits the sum, first come first served",
        "What is left under the cap goes to the later ones; where that cannot be told, they are unknown.",
        PARAMETERS
        + "policies:"
        + policy("one", "[boards]", ":small", "\n    group: living")
        + policy("two", "[low_income]", "fee", "\n    group: living")
        + "\ngroups:\n  living: {text: {zh: 生活}, rule: cap, amount: ':big'}",
        """
        child  boards  low_income  fee
        1      yes     yes         400
        2      yes     yes         2000
        3      no      yes         2000
        4      -       yes         400
        5      -       yes         1000
        6      yes     yes         -
        """,
        """
        child  award_one  award_two
        1      500        400
        2      500        750
        3      0          1250
        4      -          400
        5      -          -
        6      500        -
        """,
    ),
    Promise(
        "A guarantee is kept, excused or a gap",
        "An excuse that is true counts before a way of keeping that is true; of several, the first.",
        guarantee(
            "[\"stage = 'primary'\"]",
            "enrolled: on_roll, boarding: boards",
            "ill: orphan, poor: low_income",
        ),
        """
        child  stage    on_roll  boards  orphan  low_income
        1      primary  yes      yes     no      no
        2      primary  no       yes     no      no
        3      primary  yes      no      yes     yes
        4      primary  no       no      no      yes
        5      primary  no       no      no      no
        6      junior   no       no      no      no
        """,
        """
        child  verdict_place  way_place
        1      kept           enrolled
        2      kept           boarding
        3      excused        ill
        4      excused        poor
        5      gap            -
        6      outside        -
        """,
    ),
    Promise(
        "A gap is certain only when nothing unknown could close it",
        "Who is known to be in school stays kept though a list of excuses is missing.",
        guarantee("[\"stage = 'primary'\"]", "enrolled: on_roll", "ill: orphan"),
        """
        child  stage    on_roll  orphan
        1      primary  no       -
        2      primary  yes      -
        3      -        no       no
        4      junior   no       -
        """,
        """
        child  verdict_place  way_place
        1      unknown        -
        2      kept           enrolled
        3      unknown        -
        4      outside        -
        """,
    ),
)
"""All promises, in the order of the reference."""

"""The same twenty policies with OpenFisca: run in a fresh process of its own environment.

Its model is the plainest and fastest we could write: every condition is a variable of its own, so
each is worked out once; an award is one ``numpy`` expression over them; its explanation is a number
with a bit for each condition that failed. OpenFisca has no unknown: a missing fact is its default.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from policies import FLAGS, POLICIES, STAGES, TERMS

YEAR = "2026"
AGE_DAY = dt.date(2026, 8, 31)
Person = build_entity(key="person", plural="persons", label="A student", is_person=True)


def variable(name: str, kind: type, formula: object = None, default: object = None) -> type:
    """One OpenFisca variable."""
    content = {
        "value_type": kind, "entity": Person, "definition_period": DateUnit.YEAR, "label": name,
    }  # fmt: skip
    if formula:
        content["formula"] = formula
    if default is not None:
        content["default_value"] = default
    return type(name, (Variable,), content)


def whole_years(person: object, period: object) -> np.ndarray:
    """Age on the day, from the number yyyymmdd of the birth date."""
    day = AGE_DAY.year * 10000 + AGE_DAY.month * 100 + AGE_DAY.day
    return (day - person("born", period)) // 10000  # type: ignore[operator]


def any_of(flags: tuple[str, ...]) -> object:
    """The formula of a term: one of its flags."""

    def formula(person: object, period: object) -> np.ndarray:
        held = person(flags[0], period)  # type: ignore[operator]
        for flag in flags[1:]:
            held = held | person(flag, period)  # type: ignore[operator]
        return held

    return formula


def system() -> TaxBenefitSystem:
    """Facts, conditions, awards and explanations as variables."""
    made = TaxBenefitSystem([Person])
    made.add_variable(variable("stage", int))
    made.add_variable(variable("grade", int))
    made.add_variable(variable("born", int))
    for flag in FLAGS:
        made.add_variable(variable(flag, bool))
    for name, flags in TERMS.items():
        made.add_variable(variable(name, bool, any_of(flags)))
    made.add_variable(variable("age", int, whole_years))
    made.add_variable(variable("old_enough", bool, lambda p, t: p("age", t) >= 5))
    made.add_variable(
        variable("of_age", bool, lambda p, t: (p("age", t) >= 6) & (p("age", t) <= 17))
    )
    for name, policy in POLICIES.items():
        conditions = [add_stages(made, policy.stages), *policy.who]
        if policy.grades:
            conditions.append(add_grades(made, policy.grades))
        add_policy(made, name, conditions, policy.amount)
    return made


def add_once(made: TaxBenefitSystem, name: str, formula: object) -> str:
    """Add a condition unless it is there."""
    if name not in made.variables:
        made.add_variable(variable(name, bool, formula))
    return name


def add_stages(made: TaxBenefitSystem, stages: tuple[str, ...]) -> str:
    """In one of some stages."""
    numbers = [STAGES.index(stage) for stage in stages]

    def formula(person: object, period: object) -> np.ndarray:
        stage = person("stage", period)
        held = stage == numbers[0]
        for number in numbers[1:]:
            held = held | (stage == number)
        return held

    return add_once(made, "stage_" + "_".join(map(str, numbers)), formula)


def add_grades(made: TaxBenefitSystem, grades: tuple[int, int]) -> str:
    """Between two grades."""
    low, high = grades

    def formula(person: object, period: object) -> np.ndarray:
        grade = person("grade", period)
        return (grade >= low) & (grade <= high)

    return add_once(made, f"grade_{low}_{high}", formula)


def add_policy(
    made: TaxBenefitSystem, name: str, conditions: list[str], amounts: dict[str, int]
) -> None:
    """An award and its explanation."""

    def truths(person: object, period: object) -> list[np.ndarray]:
        return [
            ~person(condition[1:], period) if condition[0] == "!" else person(condition, period)
            for condition in conditions
        ]

    def failed(person: object, period: object) -> np.ndarray:
        bits = np.zeros(person.count, dtype=np.int32)  # type: ignore[attr-defined]
        for place, held in enumerate(truths(person, period)):
            bits |= (~held).astype(np.int32) << place
        return bits

    def award(person: object, period: object) -> np.ndarray:
        amount: object = amounts[""]
        for stage, yuan in amounts.items():
            if stage:
                amount = np.where(person("stage", period) == STAGES.index(stage), yuan, amount)
        return (person(f"failed_{name}", period) == 0) * (np.asarray(amount) * 100)

    made.add_variable(variable(f"failed_{name}", int, failed))
    made.add_variable(variable(f"award_{name}", int, award))


def main() -> None:
    """Decide ``facts`` into ``--out``, both Parquet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    table = pq.read_table(chosen.facts)
    simulation = SimulationBuilder().build_default_simulation(system(), count=table.num_rows)
    stages = {stage: number for number, stage in enumerate(STAGES)}
    coded = table["stage"].combine_chunks().dictionary_encode()
    known = np.array([stages[stage] for stage in coded.dictionary.to_pylist()], dtype=np.int32)
    simulation.set_input("stage", YEAR, known[coded.indices.to_numpy()])
    simulation.set_input("grade", YEAR, table["grade"].fill_null(0).to_numpy().astype(np.int32))
    born = table["birth_date"].fill_null(dt.date(9999, 1, 1)).to_numpy().astype("datetime64[D]")
    months = born.astype("datetime64[M]")
    years = born.astype("datetime64[Y]")
    number = (years.astype(np.int32) + 1970) * 10000 + (months - years).astype(np.int32) * 100 + 100
    simulation.set_input("born", YEAR, number + (born - months).astype(np.int32) + 1)
    for flag in FLAGS:
        simulation.set_input(flag, YEAR, table[flag].fill_null(False).to_numpy())
    columns = {"student": table["student"]}
    del table
    for name in POLICIES:
        columns[f"award_{name}"] = pa.array(simulation.calculate(f"award_{name}", YEAR))
        columns[f"failed_{name}"] = pa.array(simulation.calculate(f"failed_{name}", YEAR))
    pq.write_table(pa.table(columns), chosen.out, compression="zstd", row_group_size=100_000)


if __name__ == "__main__":
    main()

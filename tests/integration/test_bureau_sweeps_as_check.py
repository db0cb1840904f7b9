"""One rule, three ways to it: a sweep of the bureau, a check of the folder, the plain engine; child by child."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from handed_in import children, work
from small_county import Child, census, listed, roll, rollcall

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.intake import actions as intake
from notoneless.bureau.intake.doubted import doubted
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people.facts import PLACES, facts
from notoneless.bureau.sweeps import actions, rules
from notoneless.bureau.sweeps.models import Standing
from notoneless.check import decisions
from notoneless.check.folder import gather
from notoneless.kernel import reference

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAY = dt.date(2026, 10, 31)
Verdicts = Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county's eleven lists, on which each child stands by chance."""
    folder, chance = tmp_path_factory.mktemp("lists"), random.Random(20261031)
    everybody = children(90)
    for one in everybody:
        one.born = (
            f"{chance.choice((2009, 2010, 2011, 2015, 2016, 2019, 2020, 2021))}{one.born[4:]}"
        )
        one.id_number = ""
        one.__post_init__()
        one.school = chance.choice(("甲县一小", "甲县二小"))
        one.class_name = chance.choice(("1班", "2班"))

    def some(share: float) -> list[Child]:
        return [one for one in everybody if chance.random() < share]

    def words(those: list[Child], *choices: str) -> list[str]:
        return [chance.choice(choices) for _ in those]

    census(folder, some(0.85))
    pupils = some(0.75)
    states = chance.choices(
        ("在读", "休学", "退学", "转学(转出)", "毕业"), (80, 5, 5, 5, 5), k=len(pupils)
    )
    roll(folder, pupils, states=states)
    called = [
        one
        for one in pupils
        if (one.school, one.class_name) != ("甲县二小", "2班") and chance.random() < 0.9
    ]
    rollcall(
        folder,
        called,
        chance.choices(("到课", "旷课", "病假", "休学"), (80, 8, 8, 4), k=len(called)),
    )
    away, ill, moved = some(0.06), some(0.06), some(0.05)
    listed(
        folder,
        "4-县外就读适龄儿童名单2026.9.3.csv",
        away,
        {"就读地": words(away, "省外", "省内市外")},
    )
    listed(folder, "5-休学延缓入学审批名册2026.9.3.csv", ill, {"情形": words(ill, "休学", "延缓入学"),
           "截止日期": words(ill, "2026-10-01", "2027-08-31")})  # fmt: skip
    listed(
        folder, "6-迁出死亡名单2026.9.3.csv", moved, {"去向": words(moved, "迁出", "死亡", "出境")}
    )
    listed(folder, "7-送教上门学生名册2026.9.3.csv", some(0.05))
    listed(folder, "8-脱贫户信息-继续享受政策2026.9.3.csv", some(0.2))
    listed(
        folder,
        "9-持证残疾人名单2026.9.3.csv",
        some(0.15),
    )
    listed(folder, "10-随迁子女名册2026.9.3.csv", some(0.1))
    return folder


def taken_in(bureau, folder: Path) -> None:
    """Every list of the folder, handed in by the county's officer and taken in."""
    for path in sorted(folder.iterdir(), key=lambda path: int(path.name.split("-")[0])):
        upload, _ = intake.hand_in(
            by=bureau["owner"],
            organisation=bureau["county"],
            name=path.name,
            content=path.read_bytes(),
        )
        work()
        upload.refresh_from_db()
        intake.ask_to_take_in(by=bureau["owner"], upload=upload)
        work()
    assert {upload.state for upload in Upload.objects.all()} == {"committed"}


def of_the_bureau(*, split: bool = False) -> Verdicts:
    """By child's name each guarantee's verdict; the two unknowns as one unless ``split``."""
    rows = Standing.objects.filter(until=None).values_list(
        "child__name", "pattern__outcomes__guarantee", "pattern__outcomes__verdict"
    )
    found: dict[str, dict[str, str]] = {}
    for name, guarantee, verdict in rows:
        same = "unknown" if verdict == "unsure" and not split else verdict
        found.setdefault(name, {})[guarantee] = same
    return found


def of_the_check(folder: Path, work: Path) -> Verdicts:
    """The same of ``notoneless check``."""
    from notoneless.check import facts as check_facts
    from notoneless.check import guarantees, people, rows
    from notoneless.engines.duckdb import connect

    book = guarantees.load(())
    with connect() as con:
        gathered = gather(folder, work)
        rows.load(con, gathered.lists)
        people.find(con, gathered, decisions.read(None), lambda _: None)
        check_facts.build(con, gathered, book.schema)
        guarantees.decide(con, book, DAY)
        asked = [one.id for one in rules.current(DAY).guarantees]
        columns = ", ".join(f"verdict_{name}" for name in asked)
        told = con.execute(f"SELECT r.name, {columns} FROM registry r JOIN verdicts USING (child)")
        return {name: dict(zip(asked, those, strict=True)) for name, *those in told.fetchall()}


def of_the_plain_engine() -> Verdicts:
    from notoneless.bureau.people.models import Child as Known

    names = dict(Known.objects.values_list("pk", "name"))
    book = rules.current(DAY)
    table = facts(on=DAY, doubted=doubted()).drop_columns(list(PLACES)).to_pylist()
    return {
        names[row["child"]]: {one.id: row[f"verdict_{one.id}"] for one in book.guarantees}
        for row in reference.decide(table, book.sweep)
    }


def careless(verdicts: Verdicts) -> Verdicts:
    """What an engine says that takes not knowing for kept."""
    return {
        name: {one: "kept" if told == "unknown" else told for one, told in those.items()}
        for name, those in verdicts.items()
    }


def test_the_sweep_says_what_the_check_and_the_plain_engine_say(
    bureau, lists: Path, tmp_path: Path
) -> None:
    taken_in(bureau, lists)
    actions.sweep(by=SYSTEM, on=DAY)
    swept = of_the_bureau()
    met = Counter(told for those in swept.values() for told in those.values())
    assert set(met) == {"kept", "excused", "gap", "unknown", "outside"}, met
    assert len(swept) > 80
    checked = of_the_check(lists, tmp_path)
    assert set(swept) == set(checked)
    assert {
        name: (swept.get(name), those)
        for name, those in checked.items()
        if swept.get(name) != those
    } == {}
    assert swept == of_the_plain_engine()
    assert swept != careless(of_the_plain_engine())
    assert "unsure" in {
        told for those in of_the_bureau(split=True).values() for told in those.values()
    }

"""The pieces of matching, each against an independent way to say the same."""

from __future__ import annotations

import random

import pytest
from invented_lists import child, number, table

from notoneless.engines.duckdb import connect
from notoneless.identity import normalise, readings, repair, score
from notoneless.identity.pipeline import Pipeline, Step
from notoneless.rosters import id_number


@pytest.fixture(scope="module")
def db():
    with connect() as opened:
        yield opened


def judged(db, texts: list[str]) -> list[bool]:
    db.execute("CREATE OR REPLACE TABLE t AS SELECT unnest(?::VARCHAR[]) AS text", [texts])
    seventeen, digit = normalise.seventeen("text"), normalise.check("text")
    return [
        bool(found)
        for (found,) in db.execute(
            f"""SELECT {normalise.is_valid("number", "digit")}
            FROM (SELECT {seventeen} AS number, {digit} AS digit FROM t)"""
        ).fetchall()
    ]


def test_validity_is_that_of_the_reader(db) -> None:
    draw = random.Random(5)
    texts = ["11010519491231002X", "440524188001010014", "110105194912310021", "", "1" * 18]
    texts += ["51069920150230001X", "510699201513010012", "5106992015010100", "51069920150101e212"]
    for _ in range(500):
        text = number(
            f"20{draw.randint(10, 20)}{draw.randint(1, 13):02}{draw.randint(1, 31):02}", 7
        )
        if draw.random() < 0.5:
            at = draw.randrange(18)
            text = text[:at] + draw.choice("0123456789X eE+-._") + text[at + 1 :]
        texts.append(text)
    assert judged(db, texts) == [id_number.state(text) == "valid" for text in texts]


def test_every_single_slip_is_mended(db) -> None:
    """Whatever one digit is wrong or two neighbours turned, the right number is among the repairs."""
    right = number("20150102", 38)
    slips = [right[:at] + other + right[at + 1 :] for at in range(18) for other in "0123456789"]
    slips += [right[:at] + right[at + 1] + right[at] + right[at + 2 :] for at in range(17)]
    slips += [right[:at] + right[at + 1 :] for at in range(18)]
    slips += [right[:at] + other + right[at:] for at in range(18) for other in "05X"]
    slips += [right[:at] + "O" + right[at + 1 :] for at in range(18)]
    slips = sorted(text for text in set(slips) if text != right)
    rows = [child(n, "张伟", None, id_number=text) for n, text in enumerate(slips)]
    source = normalise.listed(db, table(db, "slipped", rows))
    wanted = Step("wanted", "SELECT *, false AS settled FROM $rows", ("side", "row"))
    with Pipeline(db, readings=readings.load(db)) as pipeline:
        pipeline.run(normalise.rows_step(source), wanted, normalise.fetch_step(source))
        pipeline.run(*normalise.STEPS, repair.MENDED, repair.RESHAPED)
        mended = dict(
            pipeline.rows(
                f"""SELECT row, bool_or(number = {right[:17]}) FROM
                (SELECT row, number FROM $mended UNION ALL SELECT row, number FROM $reshaped)
                GROUP BY row"""
            )
        )
        most = pipeline.number(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM $mended GROUP BY row)"
        )
    assert [slips[n] for n in range(len(slips)) if not mended.get(n)] == []
    assert most <= 24


def test_sounds(db) -> None:
    assert readings.syllable("zhāng") == "zhang"
    assert readings.syllable("lǜ") == "lu:"
    readings.load(db)
    sounds = dict(
        db.execute(f"FROM {readings.TABLE} WHERE character IN ('张','章','吕','a','A')").fetchall()
    )
    assert sounds["张"] == sounds["章"] != sounds["吕"]
    assert sounds["a"] == sounds["A"]
    assert db.execute(
        f"SELECT max(syllable) < 511, min(syllable) > 0 FROM {readings.TABLE}"
    ).fetchall() == [(True, True)]


@pytest.mark.parametrize("comparison", score.COMPARISONS, ids=lambda one: one.name)
def test_levels_are_shares(comparison: score.Comparison) -> None:
    """Where counting starts, the levels of a comparison add up to one in each class."""
    if not comparison.learned:
        return
    for kind in score.CLASSES:
        assert sum(getattr(level, kind) for level in comparison.levels) == pytest.approx(
            1, abs=0.02
        )


def test_a_step_names_only_what_there_is(db) -> None:
    with Pipeline(db) as pipeline, pytest.raises(KeyError):
        pipeline.run(Step("lost", "SELECT * FROM $nowhere", ()))

"""The same lists with Splink 5: run in a fresh process of its own environment, timed from outside.

Its model is the best we could build for these rows: household fields folded into one comparison,
place into one, the sound of the name from pypinyin's table, a guardian's number in the child's place
taken out. u from random pairs, m by expectation maximisation from two blockings, as its
documentation advises.
"""

from __future__ import annotations

import argparse
import logging
import unicodedata
from pathlib import Path

import duckdb
import pyarrow as pa
import splink.comparison_level_library as level
import splink.comparison_library as comparison
from pypinyin.pinyin_dict import pinyin_dict
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI


def readings() -> pa.Table:
    """The first toneless reading of every character, as a small number."""
    numbers: dict[str, int] = {}
    characters, syllables = [], []
    for code, sounds in pinyin_dict.items():
        plain = "".join(
            letter
            for letter in unicodedata.normalize("NFD", sounds.split(",")[0])
            if not unicodedata.combining(letter)
        )
        characters.append(chr(code))
        syllables.append(numbers.setdefault(plain, len(numbers) + 1))
    return pa.table({"character": characters, "syllable": pa.array(syllables, pa.int64())})


def prepared(side: str, path: Path) -> str:
    """The rows with what Splink needs beside them."""
    letters = [f"s{n}" for n in range(1, 9)]
    joins = " ".join(
        f"LEFT JOIN readings {letter} ON {letter}.character = substr(plain, {n}, 1)"
        for n, letter in enumerate(letters, 1)
    )
    sound = ", ".join(f"coalesce({letter}.syllable, 0)" for letter in letters)
    return f"""CREATE TABLE {side}_list AS
        SELECT t.row, t.name, t.sex, t.guardian_name, t.guardian_id, t.phone, t.township, t.village,
               CASE WHEN t.id_number = t.guardian_id
                         OR year(t.birth_date) - CAST(substr(t.id_number, 7, 4) AS INTEGER) > 14
                    THEN NULL ELSE t.id_number END AS id_number,
               strftime(t.birth_date, '%Y%m%d') AS born, concat_ws('.', {sound}) AS sound
        FROM (SELECT *, replace(name, '·', '') AS plain FROM '{path}') t {joins}"""


def main() -> None:
    """Link ``folder/left.parquet`` with ``right.parquet`` into ``--out``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    api = DuckDBAPI(connection)
    connection.register("readings", readings())
    lists = []
    for side in ("left", "right"):
        connection.execute(prepared(side, chosen.folder / f"{side}.parquet"))
        lists.append(api.register(f"{side}_list", dataset_display_name=side[0]))

    def custom(name: str, *levels: tuple[str, str], null: str) -> comparison.CustomComparison:
        return comparison.CustomComparison(
            output_column_name=name,
            comparison_levels=[
                level.CustomLevel(null, label_for_charts="null").configure(is_null_level=True),
                *(level.CustomLevel(sql, label_for_charts=label) for label, sql in levels),
                level.ElseLevel(),
            ],
        )

    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="row",
        comparisons=[
            comparison.DamerauLevenshteinAtThresholds("id_number", [1, 2]),
            custom(
                "name",
                ("same", "name_l = name_r"),
                ("sound", "sound_l = sound_r"),
                ("family", "left(name_l, 1) = left(name_r, 1)"),
                null="name_l IS NULL OR name_r IS NULL",
            ),
            comparison.DamerauLevenshteinAtThresholds("born", [1, 2]),
            comparison.ExactMatch("sex"),
            custom(
                "household",
                (
                    "guardian's number or phone",
                    "guardian_id_l = guardian_id_r OR phone_l = phone_r",
                ),
                ("guardian's name", "guardian_name_l = guardian_name_r"),
                null="(guardian_id_l IS NULL OR guardian_id_r IS NULL) AND (phone_l IS NULL OR phone_r IS NULL)",
            ),
            custom(
                "place",
                ("village", "village_l = village_r AND township_l = township_r"),
                ("township", "township_l = township_r"),
                null="township_l IS NULL OR township_r IS NULL",
            ),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("id_number"),
            block_on("sound", "born"),
            block_on("guardian_id", "born"),
            block_on("phone", "born"),
            block_on("sound", "guardian_id"),
            block_on("sound", "phone"),
            block_on("sound", "village", "township"),
            block_on("village", "township", "born"),
        ],
        retain_matching_columns=False,
    )
    linker = Linker(lists, settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("id_number"), block_on("sound", "born", "guardian_id")], recall=0.95
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=7)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("id_number"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("sound", "born"))
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    connection.execute(
        f"""COPY (SELECT row_l AS left_row, row_r AS right_row, match_probability AS probability,
                         match_weight AS weight
                  FROM {predicted.physical_name}) TO '{chosen.out}' (FORMAT parquet)"""
    )


if __name__ == "__main__":
    main()

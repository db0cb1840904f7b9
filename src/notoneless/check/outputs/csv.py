"""The machine-readable tables: UTF-8 with a byte-order mark, RFC 4180, always in the same order.

A text that a spreadsheet program would take for a formula gets an apostrophe in front; numbers,
negative ones too, stay numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notoneless.i18n import N_

BATCH = 10_000

_FORMULA = re.compile(r"^[\s\ufeff\u200b]*[=+\-@＝＋－＠﹢﹣﹦﹫−\t\r]")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_FIRST = frozenset("=+-@＝＋－＠﹢﹣﹦﹫−\ufeff\u200b") | {
    character for character in map(chr, range(0x3001)) if character.isspace()
}
"""What a text that could be a formula begins with: one look tells that nearly all cells are harmless."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its heading, what it holds, and the SQL that gives it ("" = its own name)."""

    name: str
    meaning: str
    sql: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its name, the view it is read from, its columns and its order."""

    file: str
    meaning: str
    view: str
    order: str
    columns: tuple[Column, ...]

    @property
    def query(self) -> str:
        """The rows as they are written."""
        columns = ", ".join(
            f'{column.sql or column.name} AS "{column.name}"' for column in self.columns
        )
        return f"SELECT {columns} FROM {self.view} ORDER BY {self.order}"


def yuan(column: str) -> str:
    """Whole fen as an exact decimal of yuan."""
    return f"CAST({column} AS DECIMAL(18, 0)) * CAST(0.01 AS DECIMAL(3, 2))"


_SIDES = (("left", N_("左边")), ("right", N_("右边")))

TABLES: tuple[Table, ...] = (
    Table(
        "children.csv",
        N_("每个孩子一行：户籍适龄儿童，和户籍以外的在籍学生"),
        "shown_children",
        "universe, township, school, name, id_number, birth_date, child",
        (
            Column("name", N_("姓名")),
            Column("id_number", N_("身份证件号")),
            Column("birth_date", N_("出生日期")),
            Column("sex", N_("性别：M男，F女")),
            Column("township", N_("乡镇（街道）")),
            Column("school", N_("学校")),
            Column("state", N_("去向，每个孩子只有一个")),
            Column("state_label", N_("去向的中文")),
            Column("reason", N_("为什么")),
            Column("lists", N_("在哪些名单上")),
            Column("evidence", N_("根据哪份名单的哪一行")),
            Column("universe", N_("register：户籍适龄儿童；roll：户籍以外的在籍学生")),
        ),
    ),
    Table(
        "aid.csv",
        N_("每个孩子每项资助一行：该发的、已发的，或两者都有"),
        "shown_aid",
        "school, name, id_number, policy_id, term, paid_on, child",
        (
            Column("name", N_("姓名")),
            Column("id_number", N_("身份证件号")),
            Column("school", N_("学校")),
            Column("policy", N_("资助项目")),
            Column("owed_yuan", N_("应发，元；缺数据时为空"), yuan("owed_fen")),
            Column("paid_yuan", N_("已发，元"), yuan("paid_fen")),
            Column(
                "verdict",
                N_("结论：owed、paid、short、late、paid_twice、paid_not_owed、needs_data"),
            ),
            Column("reason", N_("为什么")),
            Column("term", N_("学期")),
            Column("paid_on", N_("发放日期")),
            Column("policy_id", N_("资助项目在规则里的编号")),
            Column(
                "status",
                N_("verified：规则有文件可查；unverified：未核实"),
                "CASE WHEN unverified THEN 'unverified' ELSE 'verified' END",
            ),
        ),
    ),
    Table(
        "review.csv",
        N_("疑似同一人，每对一行；填好 answer 一栏，用 --decisions 交回"),
        "shown_review",
        "left_place, left_name, right_name, left_file, left_row, right_file, right_row, pair_id",
        (
            Column("pair_id", N_("这一对的编号，不要改")),
            Column("answer", N_("由人填写：same 同一个，different 不是，unknown 说不准"), "''"),
            *(
                Column(f"{side}_{column}", meaning)
                for column, meaning in (
                    ("name", N_("姓名")),
                    ("id", N_("身份证件号")),
                    ("birth_date", N_("出生日期")),
                    ("place", N_("住地或学校")),
                )
                for side, _ in _SIDES
            ),
            Column("probability", N_("机器估计是同一人的可能性，0到1")),
            Column("step", N_("哪一步找出来的")),
            Column("evidence", N_("为什么拿不准")),
            *(
                Column(f"{side}_{column}", meaning)
                for side, _ in _SIDES
                for column, meaning in (
                    ("file", N_("文件")),
                    ("sheet", N_("工作表")),
                    ("row", N_("行号，与表格软件里看到的相同")),
                )
            ),
        ),
    ),
    Table(
        "faults.csv",
        N_("名单里的问题，每处一行"),
        "shown_faults",
        'file, sheet, "row", column_, code, seen',
        (
            Column("file", N_("文件")),
            Column("sheet", N_("工作表")),
            Column("row", N_("行号，与表格软件里看到的相同"), 'nullif("row", 0)'),
            Column("column", N_("列"), "column_"),
            Column("code", N_("问题编号")),
            Column("severity", N_("error：这一处不能用；warning：能用，请看一眼")),
            Column("seen", N_("看到的内容（已遮盖）")),
            Column("message", N_("是什么问题")),
            Column("next_step", N_("怎么办")),
        ),
    ),
)

CHANGES = Table(
    "changes.csv",
    N_("与上一次相比：新出现、已解决、仍未解决（给了 --previous 才有）"),
    "shown_changes",
    "change, township, school, name, id_number, child",
    (
        Column("name", N_("姓名")),
        Column("id_number", N_("身份证件号")),
        Column("township", N_("乡镇（街道）")),
        Column("school", N_("学校")),
        Column("state", N_("去向")),
        Column("state_label", N_("去向的中文")),
        Column("change", N_("new：新出现；resolved：已解决；open：仍未解决")),
    ),
)


def safe(value: Any) -> Any:
    """A cell that no spreadsheet program runs: texts that look like formulas get an apostrophe."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return "'" + value
    return value


def batches(con: Any, query: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query, some thousands at a time."""
    answer = con.execute(query)
    while rows := answer.fetchmany(BATCH):
        yield rows


def write_table(con: Any, table: Table, folder: Path) -> None:
    """Write one file into ``folder``, holding no more than one batch of rows in memory."""
    with (folder / table.file).open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file)
        write.writerow(column.name for column in table.columns)
        for rows in batches(con, table.query):
            write.writerows(_safe_rows(rows))


def _safe_rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    for row in rows:
        yield [safe(cell) if isinstance(cell, str) and cell[:1] in _FIRST else cell for cell in row]

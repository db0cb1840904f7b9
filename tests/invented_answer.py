"""The tables that a check hands to its outputs, filled with invented children of no real county.

Area code 510699 was never assigned. A few values are canaries: hostile or rare texts that must come
through every output whole and harmless.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from notoneless.check.result import CheckResult, Comparison, ListUsed, RulebookUsed
from notoneless.engines.duckdb import connect

SCRIPT_NAME = "<script>alert(1)</script>"
FORMULA_NAME = '=HYPERLINK("http://example.invalid","李")'
RARE_NAME = "𠮷瀬阿依"
DOTTED_NAME = "尔古·拉则"
CANARIES = (SCRIPT_NAME, FORMULA_NAME, RARE_NAME, DOTTED_NAME)

TOWNSHIPS = ("云溪镇", "柳林镇", "清河镇", "白鹤镇", "双河镇", "青松乡", "石桥乡", "桐梓镇")
SCHOOLS = (*(f"{township}中心小学" for township in TOWNSHIPS), "柳林初级中学", "云溪初级中学")
SURNAMES = "罗王周李唐何蒋谢赵郭邹夏袁叶彭谭冉"
GIVEN = (
    "梓萱",
    "雨涵",
    "子轩",
    "欣怡",
    "浩",
    "佳怡",
    "一鸣",
    "雨桐",
    "梦琪",
    "俊杰",
    "文轩",
    "子豪",
    "小雨",
)
STATES = {
    "in_class": "在校在课堂",
    "special": "特教安置（含送教上门）",
    "elsewhere": "县外就读",
    "excused": "依法除外",
    "gone": "迁出、出境、死亡、已完成学业",
    "suspected_no_place": "疑似未入学",
    "suspected_absent": "疑似辍学",
    "data_problem": "数据有误",
    "unknown": "待核",
}
REASONS = {
    "in_class": "2026-09-21 点名到课",
    "special": "送教上门",
    "elsewhere": "在省内市外就读",
    "excused": "经批准休学，至 2027-08-31",
    "gone": "户籍已迁出",
    "suspected_no_place": "户籍在册，学籍名册上没有；没有县外就读名单，未能排除",
    "suspected_absent": "2026-09-21 点名缺课：云溪初级中学 8年级 2班",
    "data_problem": "没有可用的出生日期和身份证号，无法判断",
    "unknown": "没有学籍名册，无法判断",
}
POLICIES = (
    ("boarder_primary", "义务教育家庭经济困难学生生活补助（小学寄宿）", 62_500, True),
    ("day_primary", "义务教育家庭经济困难学生生活补助（小学非寄宿）", 31_250, True),
    ("boarder_junior", "义务教育家庭经济困难学生生活补助（初中寄宿）", 75_000, True),
    ("preschool", "学前教育保教费减免", 50_000, False),
)
VERDICTS = {
    "paid": "已足额发放",
    "owed": "应助未助",
    "short": "少发",
    "late": "迟发",
    "paid_twice": "重复发放",
    "paid_not_owed": "不应发已发",
    "needs_data": "缺数据，判不了",
}

SCHEMA = """
CREATE TABLE children (child BIGINT, universe VARCHAR, name VARCHAR, id_number VARCHAR, birth_date DATE,
  sex VARCHAR, township VARCHAR, village VARCHAR, school VARCHAR, grade INTEGER, class_name VARCHAR,
  state VARCHAR, state_label VARCHAR, reason VARCHAR, lists VARCHAR, evidence VARCHAR, poor BOOLEAN);
CREATE TABLE aid (child BIGINT, name VARCHAR, id_number VARCHAR, school VARCHAR, policy_id VARCHAR,
  policy VARCHAR, term VARCHAR, owed_fen BIGINT, paid_fen BIGINT, paid_on DATE, verdict VARCHAR,
  verdict_label VARCHAR, reason VARCHAR, unverified BOOLEAN);
CREATE TABLE review (left_file VARCHAR, left_sheet VARCHAR, left_row BIGINT, right_file VARCHAR,
  right_sheet VARCHAR, right_row BIGINT, left_name VARCHAR, right_name VARCHAR, left_id VARCHAR,
  right_id VARCHAR, left_birth_date DATE, right_birth_date DATE, left_place VARCHAR, right_place VARCHAR,
  probability DOUBLE, step VARCHAR, evidence VARCHAR, pair_id VARCHAR);
CREATE TABLE faults (file VARCHAR, sheet VARCHAR, row BIGINT, column_ VARCHAR, code VARCHAR,
  severity VARCHAR, seen VARCHAR, message VARCHAR, next_step VARCHAR);
CREATE TABLE guarantees (guarantee VARCHAR, label VARCHAR, universe BIGINT, kept BIGINT, excused BIGINT,
  gap BIGINT, unknown BIGINT);
CREATE TABLE verdicts (child BIGINT, verdict_school_place VARCHAR, signature BIGINT);
"""
CHANGES = """
CREATE TABLE changes (child BIGINT, name VARCHAR, id_number VARCHAR, township VARCHAR, school VARCHAR,
  state VARCHAR, state_label VARCHAR, change VARCHAR);
"""


def database(children: int = 200, *, changes: bool = False) -> Any:
    """An open connection with all tables; every state, verdict and canary occurs."""
    con = connect()
    con.execute(SCHEMA)
    insert = "INSERT INTO {} VALUES ({})"
    rows = [_child(number) for number in range(1, children + 1)]
    con.executemany(insert.format("children", ",".join("?" * 17)), rows)
    con.executemany(
        insert.format("aid", ",".join("?" * 14)),
        [_aid(row, number) for number, row in enumerate(rows[: children // 2])],
    )
    con.executemany(
        insert.format("review", ",".join("?" * 18)), [_pair(n, rows[n]) for n in range(8)]
    )
    con.executemany(insert.format("faults", ",".join("?" * 9)), _faults())
    con.executemany(
        insert.format("guarantees", ",".join("?" * 7)),
        [
            ("in_class", "在籍在校", 160, 140, 8, 12, 0),
            ("school_place", "适龄儿童入学", 180, 150, 10, 15, 5),
            ("registered_poor", "脱贫户、监测户子女就学", 30, 30, 0, 0, 0),
        ],
    )
    con.executemany(
        insert.format("verdicts", "?,?,?"), [(row[0], "kept", row[0] % 7) for row in rows]
    )
    if changes:
        con.execute(CHANGES)
        con.execute(
            "INSERT INTO changes SELECT child, name, id_number, township, school, state, state_label,"
            " CASE child % 3 WHEN 0 THEN 'new' WHEN 1 THEN 'open' ELSE 'resolved' END"
            " FROM children WHERE state LIKE 'suspected%'"
        )
    return con


def _child(number: int) -> tuple[Any, ...]:
    state = _state(number)
    born = dt.date(2012 + number % 8, 1 + number % 12, 1 + number % 28)
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
    if number <= 2 * len(CANARIES) and number % 2:
        name = CANARIES[number // 2]
    enrolled = state not in ("suspected_no_place", "data_problem", "unknown", "gone", "elsewhere")
    id_number = f"510699{born:%Y%m%d}{number % 1000:03d}{'X' if number % 11 == 0 else number % 10}"
    evidence = f"户籍2026-09.xlsx 第{number + 3}行"
    if enrolled:
        evidence += f"；学籍2026秋.xlsx 第{number + 1}行，号码相同"
    if state == "suspected_no_place":
        evidence += f"；与{name}（{id_number}，{born}）同户2人都已对上"
    return (
        number,
        "roll" if number % 10 == 9 and enrolled else "register",
        name,
        "" if state == "data_problem" else id_number,
        None if state == "data_problem" else born,
        "MF"[number % 2],
        TOWNSHIPS[number % 8],
        f"石板村{number % 5 + 1}组",
        SCHOOLS[number % 10] if enrolled else "",
        1 + number % 9,
        f"{number % 4 + 1}班",
        state,
        STATES[state],
        REASONS[state],
        "户籍、学籍、点名" if enrolled else "户籍",
        evidence,
        number % 4 == 0,
    )


def _state(number: int) -> str:
    if number <= 2 * len(CANARIES):
        return ("suspected_no_place", "suspected_absent")[number // 2 % 2]
    return {
        1: "suspected_no_place",
        4: "suspected_absent",
        6: "special",
        7: "elsewhere",
        9: "excused",
        11: "gone",
        13: "data_problem",
        15: "unknown",
    }.get(number % 23, "in_class")


def _aid(row: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    policy, label, fen, unverified = POLICIES[number % 4]
    verdict = tuple(VERDICTS)[number % len(VERDICTS)]
    owed, paid = {
        "paid": (fen, fen),
        "owed": (fen, 0),
        "short": (fen, fen - 10_000),
        "late": (fen, fen),
        "paid_twice": (fen, 2 * fen),
        "paid_not_owed": (0, fen),
        "needs_data": (None, 0),
    }[verdict]
    reason = {
        "owed": "在农村低保名单（2026-09-01，第46行）；寄宿；没有发放记录",
        "needs_data": "没有寄宿生名册，不知道是否寄宿",
        "paid_not_owed": "未满足：在困难名单上；其余2项满足，规则第36行",
    }.get(verdict, "按规则应发，发放名册第12行")
    return (
        row[0], row[2], row[3], row[8], policy, label, "2026-autumn", owed, paid,
        dt.date(2026, 9, 20) if paid else None, verdict, VERDICTS[verdict], reason, unverified,
    )  # fmt: skip


def _pair(number: int, row: tuple[Any, ...]) -> tuple[Any, ...]:
    right = row[2][:1] + ("子" if number % 2 else "") + row[2][1:]
    born = row[4] or dt.date(2015, 1, 1)
    other = born.replace(day=1 + (born.day + 4) % 28)
    return (
        "户籍2026-09.xlsx", "", number + 4, "学籍2026秋.xlsx", "小学", number + 2, row[2], right,
        row[3], row[3][:13] + "9" + row[3][14:], born, other,
        f"{row[6]}{row[7]}", f"{row[6]}中心小学", 0.35 + number / 20, "candidates",
        f"姓名同音 +2.2；{row[3]}只差一位 +6.1；同户双胞胎 -5.6", f"pair-{number:04d}",
    )  # fmt: skip


def _faults() -> list[tuple[Any, ...]]:
    checksum = (
        "C",
        "L021",
        "error",
        "51**************",
        "身份证号校验不符",
        "对照户口簿改正这一格",
    )
    lost = (
        "B",
        "L030",
        "error",
        "5.1*E+17",
        "号码成了科学计数法，后几位已丢失",
        "改成文本格式，重新导出",
    )
    return [
        *(("低保2026-09.xls", "Sheet1", 12 + n, *checksum) for n in range(9)),
        ("残疾人.csv", "", 4, *lost),
        ("发放2026秋.et", "小学", 7, "F", "L044", "warning", "312.5元", "金额里有文字", "只写数字"),
        ("说明.docx", "", 0, "", "L002", "error", "", "不是表格文件", "移出这个文件夹"),
    ]


def result(**changed: Any) -> CheckResult:
    """What goes with `database`."""
    values: dict[str, Any] = {
        "as_of": dt.date(2026, 9, 21),
        "county": "云上县",
        "lists": (
            ListUsed(
                "户籍2026-09.xlsx",
                "census",
                "户籍适龄儿童名单",
                dt.date(2026, 9, 1),
                180,
                0,
                "a" * 64,
            ),
            ListUsed(
                "学籍2026秋.xlsx",
                "roll",
                "学籍名册",
                dt.date(2026, 9, 2),
                160,
                0,
                "b" * 64,
                ("小学",),
            ),
            ListUsed("点名.csv", "rollcall", "在校点名册", dt.date(2026, 9, 21), 160, 0, "c" * 64),
            ListUsed("低保2026-09.xls", "rural_minimum", "农村低保", None, 40, 9, "d" * 64),
        ),
        "rulebooks": (
            RulebookUsed("compulsory-education", "义务教育有保障", "e" * 64),
            RulebookUsed("sichuan-aid", "四川学生资助", "f" * 64, 6),
        ),
        "comparisons": (
            Comparison("register_roll", 180),
            Comparison("roll_class", 160),
            Comparison("absent_poor", 12),
        ),
        "missing": ("没有寄宿生名册：15人次无法判断",),
        "quality": ("对上的8,102对里，号码相同的占97.1%；拿不准8对，占0.1%。",),
        "version": "0.1.0",
        "settings": {"term": "2026-autumn"},
    }
    return CheckResult(**{**values, **changed})

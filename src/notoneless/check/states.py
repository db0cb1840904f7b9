"""Every child ends in exactly one explained state, and the states add up to the children.

The rules say what is kept, excused or missing; the state says where the child is. The ladder below
runs from what is surest to what is not known. A child who is not on the roll is suspected even when
a list that might excuse him (children who study elsewhere, say) was not given: the reason then names
that list. Not knowing never clears a child.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from notoneless import rosters
from notoneless.check import faults as fc
from notoneless.check.folder import Folder
from notoneless.engines.duckdb import quote
from notoneless.faults import Place, Refusal
from notoneless.i18n import N_, gettext

STATES = {
    "in_class": N_("在校在课堂"),
    "on_roll": N_("在籍，未点名"),
    "special": N_("特教安置（含送教上门）"),
    "elsewhere": N_("县外就读"),
    "excused": N_("依法除外"),
    "gone": N_("迁出、出境、死亡、已完成学业"),
    "suspected_no_place": N_("疑似未入学"),
    "suspected_absent": N_("疑似辍学"),
    "data_problem": N_("数据有误"),
    "unknown": N_("待核"),
}
"""The states in the order they are shown, with their words."""

SUSPECTED = ("suspected_no_place", "suspected_absent")

GONE_WAYS = ("moved", "abroad", "deceased", "finished")

CLEARING_LISTS = ("elsewhere", "excused", "gone", "special")
"""Lists that can clear a child who is not on the roll."""

ENROLLED = "(coalesce(f.on_roll, false) AND coalesce(f.roll_state, 'enrolled') IN ('enrolled', 'suspended'))"
"""On the roll and not noted there as having left: the meaning of the rulebook's term ``enrolled``."""

NOBODY = "(r.name IS NULL AND r.id_number IS NULL)"

LADDER = f"""CASE
    WHEN f.attendance = 'present' THEN 'in_class'
    WHEN v.way_school_place IN {GONE_WAYS} THEN 'gone'
    WHEN v.way_school_place = 'special' OR v.way_in_class = 'special' THEN 'special'
    WHEN v.verdict_school_place = 'excused' OR v.verdict_in_class = 'excused' THEN 'excused'
    WHEN v.way_school_place = 'elsewhere' OR v.way_in_class = 'elsewhere' THEN 'elsewhere'
    WHEN v.verdict_in_class = 'gap' THEN 'suspected_absent'
    WHEN v.verdict_school_place = 'gap' THEN 'suspected_no_place'
    WHEN {ENROLLED} THEN 'on_roll'
    WHEN {NOBODY} OR f.birth_date IS NULL THEN 'data_problem'
    WHEN v.verdict_school_place = 'outside' THEN 'excused'
    WHEN f.on_roll IS NULL THEN 'unknown'
    ELSE 'suspected_no_place' END"""
"""The ladder, first true wins."""


def build(con: duckdb.DuckDBPyConnection, folder: Folder) -> None:
    """Make the table ``states(child, state, state_label, reason)`` and prove that it adds up."""
    labels = " ".join(
        f"WHEN '{state}' THEN {quote(gettext(label))}" for state, label in STATES.items()
    )
    con.execute(f"""
        CREATE TABLE states AS
        WITH laid AS (
            SELECT f.*, v.way_school_place, v.way_in_class, v.verdict_school_place, {LADDER} AS state
            FROM facts f JOIN verdicts v USING (child) JOIN registry r USING (child)
        ), doubtful AS (
            SELECT DISTINCT r.child FROM registry r
            JOIN doubts d ON r.census_row IN (d.left_row, d.right_row)
            WHERE (d.left_row >> 32) <> (d.right_row >> 32)
        )
        SELECT s.child, s.state, CASE s.state {labels} END AS state_label,
               {_reason(folder)} AS reason
        FROM laid s JOIN registry r USING (child)
        LEFT JOIN roll_facts o USING (child) LEFT JOIN attendance_facts a USING (child)
        LEFT JOIN doubtful d USING (child)
        ORDER BY s.child
    """)
    _must_add_up(con, folder)


def _words(column: str, texts: dict[str, str]) -> str:
    cases = " ".join(f"WHEN {quote(value)} THEN {quote(text)}" for value, text in texts.items())
    return f"CASE {column} {cases} ELSE '' END"


def _reason(folder: Folder) -> str:
    """One sentence per child, as SQL; every value in it stands on a list."""
    seat = (
        f"concat_ws(' ', coalesce(o.school, {quote(gettext('学校不详'))}), "
        f"o.grade || {quote(gettext('年级'))}, o.class_name)"
    )
    day = "coalesce(strftime(a.call_date, '%Y-%m-%d') || ' ', '')"
    until = (
        f"CASE WHEN s.excuse_until IS NOT NULL THEN {quote(gettext('，至 '))} || "
        "strftime(s.excuse_until, '%Y-%m-%d') ELSE '' END"
    )
    placement = _words(
        "s.placement",
        {
            "special_school": gettext("在特殊教育学校"),
            "regular_class": gettext("随班就读"),
            "special_class": gettext("在附设特教班"),
            "home": gettext("送教上门"),
        },
    )
    elsewhere = _words(
        "s.elsewhere",
        {
            "city": gettext("在市内县外就读"),
            "province": gettext("在省内市外就读"),
            "other_province": gettext("在省外就读"),
            "vocational": gettext("在中职（技工）学校就读"),
        },
    )
    gone = _words(
        "s.way_school_place",
        {
            "moved": gettext("户籍已迁出"),
            "abroad": gettext("已出境"),
            "deceased": gettext("已死亡"),
            "finished": gettext("已完成义务教育"),
        },
    )
    excused = _words(
        "CASE WHEN s.verdict_school_place = 'excused' THEN s.way_school_place ELSE s.way_in_class END",
        {
            "deferred": gettext("经批准延缓入学"),
            "suspended": gettext("经批准休学"),
            "exempt": gettext("经专家委员会评估免于入学"),
            "leave": gettext("点名当日请假"),
            "missing": gettext("失踪失联，公安已立案"),
            "custody": gettext("羁押或在专门学校"),
        },
    )
    absent = _words(
        "s.attendance",
        {"absent": gettext("点名缺课"), "not_called": gettext("本班已点名，表上没有这个学生")},
    )
    kinds = rosters.kinds()
    not_given = [str(kinds[kind].label) for kind in CLEARING_LISTS if kind not in folder.kinds()]
    uncleared = (
        gettext("；没有{lists}，未能排除").format(lists=gettext("、").join(not_given))
        if not_given
        else ""
    )
    left = _words(
        "coalesce(s.roll_state, 'enrolled')",
        {
            "transferred_out": gettext("学籍已转出，未查到转入学校"),
            "graduated": gettext("学籍标注毕业，未到完成义务教育的年龄或没有去向"),
            "withdrawn": gettext("学籍标注退学或流失"),
            "deceased": gettext("学籍标注死亡，没有证明"),
            "left": gettext("学籍标注其他离校"),
            "missing": gettext("学籍标注下落不明"),
            "enrolled": gettext("只在幼儿园有学籍"),
        },
    )
    expired = (
        f"CASE WHEN s.excuse_until IS NOT NULL THEN {quote(gettext('；批准的期限已过：'))} || "
        "strftime(s.excuse_until, '%Y-%m-%d') ELSE '' END"
    )
    doubtful = f"CASE WHEN d.child IS NOT NULL THEN {quote(gettext('；有疑似同一人的记录，待人工判定'))} ELSE '' END"
    return f"""CASE s.state
        WHEN 'in_class' THEN {day} || {quote(gettext("点名到课："))} || {seat}
        WHEN 'on_roll' THEN {quote(gettext("在学籍名册，没有点名："))} || {seat}
        WHEN 'special' THEN {placement}
        WHEN 'elsewhere' THEN {elsewhere}
        WHEN 'gone' THEN {gone}
        WHEN 'excused' THEN CASE WHEN s.verdict_school_place = 'outside' AND coalesce(s.way_in_class, '') = ''
            THEN {quote(gettext("不在义务教育年龄"))} ELSE {excused} || {until} END
        WHEN 'suspected_absent' THEN {day} || {absent} || {quote(gettext("："))} || {seat} || {expired}
        WHEN 'suspected_no_place' THEN CASE WHEN coalesce(s.on_roll, false) THEN {left}
            ELSE {quote(gettext("户籍在册，学籍名册上没有"))} END || {expired} || {quote(uncleared)} || {doubtful}
        WHEN 'data_problem' THEN {quote(gettext("没有可用的出生日期和身份证号，无法判断"))}
        WHEN 'unknown' THEN {quote(gettext("没有学籍名册，无法判断"))} END"""


def _must_add_up(con: duckdb.DuckDBPyConnection, folder: Folder) -> None:
    """Per universe, the children of all known states must be the children there are."""
    known = tuple(STATES)
    sums = con.execute(
        "SELECT r.universe, count(DISTINCT r.child), count(s.state) FILTER (s.state IN "
        f"{known}) FROM registry r LEFT JOIN states s USING (child) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    faults = [
        fc.STATES_DO_NOT_ADD_UP.at(
            Place(file=folder.path.name),
            universe=universe,
            children=children,
            states=states,
            difference=children - states,
        )
        for universe, children, states in sums
        if children != states
    ]
    if faults:
        raise Refusal(faults)


def parse_date(text: str) -> dt.date:
    """``2026-09-21``; a `Refusal` says how to write it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Refusal([fc.DATE_UNREADABLE.at(None, text[:20])]) from error

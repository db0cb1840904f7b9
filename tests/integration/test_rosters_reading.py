"""Whole lists, from the bytes to the rows: layouts that county offices keep (shared layouts 1 to 10)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sheets_as_kept import codes, number, rows, text, understood, xls, xlsx

from notoneless.rosters import LayoutMemory, Reading, fields, read, read_many
from notoneless.rosters import memory as layouts
from notoneless.rosters.headings import normal
from notoneless.rosters.memory import Remembered

CHILD, SISTER, HEAD = number("20150901", 11), number("20170302", 22), number("19800101", 13)


def household(width: int, head_at: int, members: dict[int, int], names: bool = True) -> list[Any]:
    """A heading of a household's row: the head's number at one column, members' at others."""
    heading: list[Any] = [f"列{at}" for at in range(width)]
    heading[0] = "序号"
    heading[1], heading[2] = "乡镇（街道）", "村（社区）"
    heading[head_at - 1], heading[head_at] = "户主姓名", "户主身份证号"
    for order, at in members.items():
        if names:
            heading[at - 1] = f"家庭成员{order}姓名"
        heading[at] = f"家庭成员{order}身份证号"
    return heading


LAYOUTS = [
    ("3-02025.9.1-2025年9月份农村低保备案表", 6, [15, 17, 19, 21, 23, 25, 27, 29], "rural_minimum"),
    ("4-2025.9.1-2025年9月份城乡特困人员备案表", 5, [26, 31, 33, 35, 37, 39, 41], "destitute"),
    ("5-2025.9.1-2025年9月份城镇低保全部备案表", 6, [16, 18, 20, 22, 24], "urban_minimum"),
]


@pytest.mark.parametrize(("name", "head_at", "at", "kind"), LAYOUTS)
@pytest.mark.parametrize("make", ["xls", "xlsx"])
def test_a_household_in_one_row_yields_its_members(
    tmp_path: Path, name: str, head_at: int, at: list[int], kind: str, make: str
) -> None:
    members = dict(enumerate(at, 1))
    heading = household(at[-1] + 2, head_at, members)
    row: list[Any] = [None] * len(heading)
    row[0], row[1], row[2] = 1.0, "集凤镇", "石垭村"
    row[head_at - 1], row[head_at] = "张大", HEAD
    row[at[0] - 1], row[at[0]] = "张三", CHILD
    row[at[-1] - 1], row[at[-1]] = "张小妹", SISTER
    total = [None, "合计", None, None, None]
    note = ["注：本表一式三份，由民政办保存。"]
    data = [["2025年9月份备案表"], heading, row, total, note]
    write = {"xls": xls, "xlsx": xlsx}[make]
    reading = understood(
        write(
            tmp_path / f"{name}.{make}",
            {"汇总": [["乡镇", "户数"], ["集凤镇", 1.0]], "备案表": data},
        )
    )
    assert [(sheet.sheet, sheet.kind) for sheet in reading.recognised] == [("备案表", kind)]
    found = rows(reading)
    assert [(one["row"], one["data_row"], one["member"], one["name"]) for one in found] == [
        (3, 1, 0, "张大"),
        (3, 1, 1, "张三"),
        (3, 1, len(at), "张小妹"),
    ]
    assert [one["id_number"] for one in found] == [HEAD, CHILD, SISTER]
    assert all(one["township"] == "集凤镇" and one["accepted"] for one in found)
    assert [one.get("guardian_id") for one in found] == [None, HEAD, HEAD]
    assert reading.recognised[0].skipped == 2
    assert codes(reading) == []


def test_members_keep_their_own_sex(tmp_path: Path) -> None:
    """What is said of the head is not said of the child."""
    heading = ["户主姓名", "性别", "户主身份证号", "成员姓名", "成员身份证号", "与户主关系"]
    row = ["张大", "男", HEAD, "张小妹", SISTER, "女儿"]
    found = rows(understood(xlsx(tmp_path / "农村低保.xlsx", [heading, row])))
    assert [one.get("sex") for one in found] == ["M", None]
    assert [one["relation"] for one in found] == ["户主", "女儿"]


def test_members_in_groups_under_merged_headings(tmp_path: Path) -> None:
    upper = ["序号", "户主", None, "家庭成员一", None, None, "家庭成员二", None, None, "备注"]
    lower = [None, "姓名", "身份证号", "姓名", "身份证号", "关系", "姓名", "身份证号", "关系", None]
    row = [1.0, "张大", HEAD, "张三", CHILD, "儿子", "张小妹", SISTER, "女儿", None]
    reading = understood(xlsx(tmp_path / "农村低保.xlsx", [["2025年9月"], upper, lower, row]))
    assert reading.recognised[0].heading_rows == (2, 3)
    assert [(one["member"], one["name"], one["relation"]) for one in rows(reading)] == [
        (0, "张大", "户主"), (1, "张三", "儿子"), (2, "张小妹", "女儿"),
    ]  # fmt: skip


def test_a_guardian_s_columns_under_a_group_are_not_the_child_s(tmp_path: Path) -> None:
    upper = ["序号", "姓名", "身份证号", "监护人", None, None, "备注"]
    lower = [None, None, None, "姓名", "身份证号", "联系电话", None]
    row = [1.0, "张三", CHILD, "张大", HEAD, 13800000000.0, None]
    reading = understood(xlsx(tmp_path / "户籍适龄儿童名单.xlsx", [["名单"], upper, lower, row]))
    (child,) = rows(reading)
    assert (child["name"], child["id_number"]) == ("张三", CHILD)
    assert (child["guardian_name"], child["guardian_id"]) == ("张大", HEAD)
    assert child["phone"] == "13800000000"


NATIONAL = [
    "学籍号(个人标识码)",
    "学校名称",
    "学校标识码",
    "姓名",
    "性别",
    "出生日期",
    "出生地",
    "籍贯",
    "民族",
    "国籍/地区",
    "身份证件类型",
    "身份证件号",
    "港澳台侨外",
    "政治面貌",
    "健康状况",
    "照片",
    "姓名拼音",
    "曾用名",
    "身份证件有效期",
    "户口所在地",
    "户口性质",
    "特长",
    "学籍辅号",
    "班内学号",
    "年级",
    "班级",
    "入学年月",
    "入学方式",
    "就读方式",
    "学生来源",
    "学籍变动日期",
    "学籍变动情况",
    "现住址",
    "通信地址",
    "家庭地址",
    "联系电话",
    "邮政编码",
    "电子信箱",
    "主页地址",
    "是否独生子女",
    "是否受过学前教育",
    "是否留守儿童",
    "是否进城务工人员随迁子女",
    "是否孤儿",
    "是否烈士或优抚子女",
    "随班就读",
    "残疾人类型",
    "是否由政府购买学位",
    "是否需要申请资助",
    "是否享受一补",
    "上下学距离",
    "上下学交通方式",
    "是否需要乘坐校车",
]
FAMILY = [
    "姓名",
    "关系",
    "关系说明",
    "民族",
    "工作单位",
    "现住址",
    "户口所在地",
    "联系电话",
    "是否监护人",
    "身份证件类型",
    "身份证件号",
    "职务",
]


@pytest.mark.parametrize("codes_used", [True, False])
@pytest.mark.parametrize("prefix", ["成员{}", ""])
def test_the_national_sheet_with_codes_or_words(
    tmp_path: Path, codes_used: bool, prefix: str
) -> None:
    heading = [*NATIONAL, *(prefix.format(n) + name for n in (1, 2) for name in FAMILY)]
    values: dict[str, Any] = {
        "学籍号(个人标识码)": f"G{CHILD}", "学校名称": "石垭小学", "姓名": "张三", "出生日期": "20150901",
        "身份证件号": CHILD, "政治面貌": "群众", "年级": "四年级", "班级": "四年级(01)班", "入学年月": "202109",
        "性别": "1" if codes_used else "男", "就读方式": "2" if codes_used else "住校",
        "是否留守儿童": "1" if codes_used else "单亲留守儿童", "是否孤儿": "0" if codes_used else "否",
        "是否进城务工人员随迁子女": "0" if codes_used else "否", "身份证件类型": "1" if codes_used else "居民身份证",
        "随班就读": "非随班就读", "残疾人类型": "无残疾",
    }  # fmt: skip
    father = ["张大", "父亲", None, None, None, None, None, "13800000001", "否", None, HEAD, None]
    mother = [
        "李大",
        "母亲",
        None,
        None,
        None,
        None,
        None,
        "13800000002",
        "是",
        None,
        number("19820202", 24),
        None,
    ]
    row = [*(values.get(name) for name in NATIONAL), *father, *mother]
    reading = understood(xlsx(tmp_path / "学生基础信息表.xlsx", [heading, row]))
    assert reading.recognised[0].kind == "roll"
    (child,) = rows(reading)
    assert child["name"] == "张三"
    assert child["member"] == 0
    assert (child["sex"], child["boards"], child["left_behind"], child["orphan"]) == (
        "M",
        True,
        True,
        False,
    )
    assert (child["grade"], child["class_name"], child["enrolled_month"]) == (4, "1班", "202109")
    assert (child["guardian_name"], child["phone"]) == ("李大", "13800000002")
    assert child["guardian_id"] == number("19820202", 24)
    assert child["roll_number"] == f"G{CHILD}"
    assert codes(reading) == ["L025", "L025"]  # 政治面貌, 照片
    assert not {"placement", "disability_kind"} & set(child)


def test_what_is_sensitive_is_dropped_and_said(tmp_path: Path) -> None:
    never = ["政治面貌", "宗教信仰", "血型", "照片", "是否信教", "饮食习惯"]
    reading = understood(
        xlsx(
            tmp_path / "学籍.xlsx",
            [["姓名", "学籍号", *never], ["张三", f"G{CHILD}", *("某" for _ in never)]],
        )
    )
    (sheet,) = reading.recognised
    assert sum(column.left_out == "forbidden" for column in sheet.columns) == len(never)
    assert codes(reading) == ["L025"] * len(never)
    assert "某" not in json.dumps(rows(reading), ensure_ascii=False, default=str)
    assert not any("某" in str(fault) for fault in reading.faults)


def test_columns_doubled_under_two_names(tmp_path: Path) -> None:
    heading = ["姓名", "学生姓名", "身份证号", "身份证件号", "性别", "性别", "学校", "班级"]
    data = [
        ["张三", "张三", CHILD, None, "男", "男", "石垭小学", "1班"],
        [None, "李四", None, SISTER, None, "女", "石垭小学", "1班"],
        ["王五", "王武", CHILD, CHILD, "男", "男", "石垭小学", "1班"],
    ]
    reading = understood(xlsx(tmp_path / "在校生信息.xlsx", [heading, *data]))
    assert [one["name"] for one in rows(reading)] == ["张三", "李四", "王五"]
    assert [one["id_number"] for one in rows(reading)] == [CHILD, SISTER, CHILD]
    assert codes(reading) == ["L050"]
    assert reading.faults[0].place.row == 4
    assert "王武" not in str(reading.faults[0])


def test_numbers_that_were_lost_are_refused_and_listed(tmp_path: Path) -> None:
    data = [
        ["张三", 5.10699201509e17],
        ["李四", "5.10699E+17"],
        ["王五", float(CHILD[:15])],
        ["赵六", CHILD],
    ]
    reading = understood(xlsx(tmp_path / "持证残疾人.xlsx", [["姓名", "身份证号"], *data]))
    assert codes(reading) == ["L041"] * 3
    assert [str(fault.place) for fault in reading.faults] == [
        f"持证残疾人.xlsx [Sheet1] B{row}" for row in (2, 3, 4)
    ]
    assert [one.get("id_number") for one in rows(reading)] == [None, None, None, CHILD]
    assert all(one["accepted"] for one in rows(reading))
    assert reading.recognised[0].faulty == 3


def test_contradictions_are_said_and_the_list_s_value_kept(tmp_path: Path) -> None:
    wrong = CHILD[:17] + ("0" if CHILD[17] != "0" else "1")
    data = [["张三", "女", "2015-09-02", CHILD], ["李四", "男", "2015-09-01", wrong]]
    reading = understood(
        xlsx(tmp_path / "学籍.xlsx", [["姓名", "性别", "出生日期", "身份证号"], *data])
    )
    assert sorted(codes(reading)) == ["L043", "L044", "L045"]
    assert all(fault.kind.severity == "warning" for fault in reading.faults)
    first, second = rows(reading)
    assert (first["sex"], first["birth_date"]) == ("F", dt.date(2015, 9, 2))
    assert second["id_number"] == wrong
    for fault in reading.faults:
        assert CHILD not in str(fault)
        assert "2015-09" not in str(fault)


def test_rows_of_nobody_and_rows_that_are_no_rows(tmp_path: Path) -> None:
    data: list[list[Any]] = [
        ["序号", "姓名", "身份证号", "村（社区）"],
        [1.0, "张三", CHILD, "石垭村"],
        [2.0, None, None, None],
        [3.0, None, None, "石垭村"],
        ["序号", "姓名", "身份证号", "村（社区）"],
        [4.0, "李四", None, "石垭村"],
        [None, None, None, None],
        ["合计", None, "2", None],
        ["填表人：王某", None, None, "审核人：李某"],
        ["说明：1. 本表由村委会填报，一式两份。"],
    ]
    reading = understood(xlsx(tmp_path / "户籍适龄儿童.xlsx", data))
    found = rows(reading)
    assert [(one["row"], one["accepted"]) for one in found] == [(2, True), (4, False), (6, True)]
    assert [one["data_row"] for one in found] == [1, 3, 5]
    assert codes(reading) == ["L040"]
    assert reading.faults[0].place.row == 4


def test_a_damaged_heading_is_not_trusted(tmp_path: Path) -> None:
    """Most columns lost their heading: what is left may be the guardian's name."""
    data = [["序号", None, None, None, None, "姓名", "公民身份号码"]]
    data += [[1.0, "集凤镇", "张三", "男", "子", "张大", HEAD]] * 3
    reading = understood(xlsx(tmp_path / "户籍适龄儿童.xlsx", data))
    assert codes(reading) == ["L031"]
    assert reading.refused


def test_a_payment_list_takes_policy_and_term_from_its_title(tmp_path: Path) -> None:
    title = "棠川县2025年秋季学期义务教育家庭经济困难学生生活补助发放表"
    heading = ["序号", "姓名", "身份证号", "卡号", "开户行", "金额", "备注"]
    data = [
        [1.0, "张三", CHILD, "6228480000000000000", "农商行", 625.0, None],
        [2.0, "李四", SISTER, "6228480000000000001", "农商行", "750.00", "户名不符"],
        ["合计", None, None, None, None, 1375.0, None],
    ]
    reading = understood(xlsx(tmp_path / "附件3.xlsx", [[title], heading, *data]))
    assert reading.recognised[0].kind == "payments"
    first, second = rows(reading)
    assert (first["amount"], second["amount"]) == (62500, 75000)
    assert {first["term"], second["term"]} == {"2025-autumn"}
    assert "义务教育家庭经济困难学生生活补助" in first["policy"]
    assert second["payment_result"] == "failed"
    assert first["card_number"] == "6228480000000000000"


def test_a_roll_call_with_marks_and_with_a_column_a_day(tmp_path: Path) -> None:
    one = [
        ["石垭小学点名册（2025年9月5日）"],
        ["班级", "姓名", "到课"],
        ["1班", "张三", "√"],
        ["1班", "李四", "病假"],
    ]
    found = rows(understood(xlsx(tmp_path / "点名册.xlsx", one)))
    assert [(row["attendance"], row["call_date"]) for row in found] == [
        ("present", dt.date(2025, 9, 5)), ("leave", dt.date(2025, 9, 5)),
    ]  # fmt: skip
    many = [
        ["班级", "姓名", "9月1日", "9月2日", "9月3日"],
        ["1班", "张三", "√", "√", "×"],
        ["1班", "李四", "×", "√", None],
        ["1班", "王五", None, None, None],
    ]
    reading = understood(xlsx(tmp_path / "石垭小学2025年9月考勤表.xlsx", many))
    assert reading.recognised[0].kind == "rollcall"
    found = rows(reading)
    assert [row.get("attendance") for row in found] == ["absent", "present", None]
    assert [row.get("call_date") for row in found] == [
        dt.date(2025, 9, 3),
        dt.date(2025, 9, 2),
        None,
    ]


def test_a_roll_call_says_which_half_of_the_day_it_is(tmp_path: Path) -> None:
    """In its title, in a column of its own, in a column for each half, and in a column a day and half."""

    def read(name: str, *lines: list[str | None]) -> list[tuple[object, ...]]:
        wanted = ("attendance", "half", "attendance_am")
        found = rows(understood(xlsx(tmp_path / name, list(lines))))
        return [tuple(one.get(field) for field in wanted) for one in found]

    assert read("点名册.xlsx", ["石垭小学点名册（2025年9月5日下午）"], ["班级", "姓名", "到课"],
                ["1班", "张三", "√"]) == [("present", "pm", None)]  # fmt: skip
    assert read("点名册2.xlsx", ["班级", "姓名", "到课", "半天"], ["1班", "张三", "×", "上午"],
                ["1班", "张三", "√", "下午"]) == [("absent", "am", None), ("present", "pm", None)]  # fmt: skip
    both = [["石垭小学点名册（2025年9月5日）"], ["班级", "姓名", "上午", "下午"]]
    marks = [["1班", "张三", "√", "×"], ["1班", "李四", "病假", None], ["1班", "王五", None, None]]
    assert read("点名册3.xlsx", *both, *marks) == [
        ("absent", "pm", "present"), ("leave", "am", None), (None, None, None),
    ]  # fmt: skip
    days = [
        ["班级", "姓名", "9月4日", None, "9月5日", None],
        [None, None, "上午", "下午", "上午", "下午"],
    ]
    found = read("石垭小学2025年9月考勤表.xlsx", *days, ["1班", "张三", "√", "√", "√", "×"],
                 ["1班", "李四", "√", "√", "×", None])  # fmt: skip
    assert found == [("absent", "pm", None), ("absent", "am", None)]


def test_the_head_of_the_household_is_kept_beside_the_guardian(tmp_path: Path) -> None:
    lines = [
        ["户主姓名", "姓名", "民族", "与户主关系", "监护人姓名", "出生日期", "村"],
        ["张大山", "张三", "汉族", "孙", "张小山", "2016-03-01", "石垭村"],
    ]
    (child,) = rows(understood(xlsx(tmp_path / "适龄儿童户籍名单.xlsx", lines)))
    assert (child["name"], child["head_name"], child["guardian_name"], child["nation"]) == (
        "张三", "张大山", "张小山", "汉族",
    )  # fmt: skip
    alone = [["户主姓名", "姓名", "与户主关系", "村"], ["张大山", "张三", "孙", "石垭村"]]
    (child,) = rows(understood(xlsx(tmp_path / "适龄儿童户籍名单2.xlsx", alone)))
    assert (child["head_name"], child["guardian_name"]) == ("张大山", "张大山")


def test_the_older_provincial_export_has_both_numbers(tmp_path: Path) -> None:
    heading = ["序号", "全国学籍号", "身份证件号", "姓名", "性别", "学校名称", "年级", "班级"]
    row = [1.0, f"G{HEAD}", CHILD, "张三", "男", "石垭小学", "七年级", 2501.0]
    (child,) = rows(understood(xlsx(tmp_path / "在校生信息.xlsx", [heading, row])))
    assert (child["roll_number"], child["id_number"]) == (f"G{HEAD}", CHILD)
    assert (child["grade"], child["class_name"]) == (7, "2501班")


def test_certificates_of_disability_tell_kind_and_degree(tmp_path: Path) -> None:
    data = [["张三", CHILD + "43"], ["李四", SISTER + "21B1"], ["王五", HEAD]]
    reading = understood(xlsx(tmp_path / "持证残疾人名单.xlsx", [["姓名", "残疾人证号"], *data]))
    found = rows(reading)
    assert [one["id_number"] for one in found] == [CHILD, SISTER, HEAD]
    assert [one.get("disability_kind") for one in found] == ["肢体", "听力", None]
    assert [one.get("disability_level") for one in found] == [3, 1, None]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ","),
        ("gbk", ","),
        ("gb18030", "\t"),
        ("utf-16", "\t"),
        ("utf-8", ";"),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".txt"])
def test_text_in_any_usual_encoding(tmp_path: Path, encoding: str, mark: str, suffix: str) -> None:
    name = "张三" if encoding == "gbk" else "𬭳三"  # GBK has no such character
    data = [["姓名", "身份证号", "学校"], [name, CHILD, "石垭小学"]]
    reading = understood(text(tmp_path / f"学籍{suffix}", data, encoding=encoding, mark=mark))
    (child,) = rows(reading)
    assert (child["name"], child["id_number"]) == (name, CHILD)
    assert codes(reading) == []


def test_a_parquet_file_of_ours_is_a_list_too(tmp_path: Path) -> None:
    (child,) = rows(
        understood(
            xlsx(
                tmp_path / "学籍.xlsx",
                [
                    ["姓名", "身份证号", "出生日期", "学籍号"],
                    ["张三", CHILD, "2015.9.1", f"G{CHILD}"],
                ],
            )
        )
    )
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = {name: [child[name]] for name in fields() if name in child}
    pq.write_table(pa.table(names), tmp_path / "roll.parquet")
    (again,) = rows(understood(tmp_path / "roll.parquet"))
    assert {name: again[name] for name in names} == {name: child[name] for name in names}


def test_reading_is_a_function_of_the_bytes(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "学籍.xlsx", [["姓名", "身份证号"], ["张三", CHILD], ["李四", 5e17]])
    first = understood(file)
    before = first.recognised[0].path
    assert before
    content = before.read_bytes()
    assert understood(file) == first
    assert before.read_bytes() == content
    apart = read(file, into=tmp_path / "rows")
    assert apart.to_json() == first.to_json()
    assert Reading.from_json(json.loads(json.dumps(first.to_json()))) == first


def test_several_files_are_answered_in_order(tmp_path: Path) -> None:
    files = [
        xlsx(
            tmp_path / f"学籍{n}.xlsx",
            [["姓名", "身份证号"], *[[f"张{i}", CHILD] for i in range(n)]],
        )
        for n in (3, 1, 2)
    ]
    told: list[tuple[str, int, bool]] = []
    readings = read_many(
        [*files, tmp_path / "没有这个.xlsx"],
        into=tmp_path / "rows",
        progress=lambda *event: told.append(event),
    )
    assert [reading.file for reading in readings] == [
        "学籍3.xlsx",
        "学籍1.xlsx",
        "学籍2.xlsx",
        "没有这个.xlsx",
    ]
    assert [sum(sheet.rows for sheet in reading.recognised) for reading in readings] == [3, 1, 2, 0]
    assert readings[3].refused
    assert codes(readings[3]) == ["L011"]
    assert {name for name, _, done in told if done} == {reading.file for reading in readings}


def test_what_a_person_said_is_remembered_for_next_month(tmp_path: Path) -> None:
    odd = [["学生", "证号", "住在"], ["张三", CHILD, "石垭村"]]
    september = xlsx(tmp_path / "附件2-集凤镇名单(9月).xlsx", odd)
    assert understood(september).refused
    said = Remembered(
        kind="boarders",
        columns={normal("学生"): "name", normal("证号"): "id_number", normal("住在"): "village"},
    )
    first = read(september, into=tmp_path / "rows", chosen=said)
    assert rows(first)[0]["village"] == "石垭村"
    entry = Remembered(
        said.kind, said.columns, layouts.stem(september.name), "", first.recognised[0].fingerprint
    )
    layouts.save(LayoutMemory().with_entry(entry), tmp_path / layouts.FILE)
    memory = layouts.load(tmp_path / layouts.FILE)
    assert memory.entries == (entry,)
    october = xlsx(tmp_path / "附件2-集凤镇名单(10月).xlsx", odd)
    again = understood(october, memory)
    assert [(sheet.kind, sheet.why) for sheet in again.recognised] == [("boarders", "remembered")]
    other_shape = xlsx(
        tmp_path / "附件2-集凤镇名单(11月).xlsx", [["学生", "证号"], ["张三", CHILD]]
    )
    assert understood(other_shape, memory).refused
    other_name = xlsx(tmp_path / "附件2-松坪镇名单(10月).xlsx", odd)
    assert understood(other_name, memory).refused


def test_a_memory_written_badly_says_so(tmp_path: Path) -> None:
    from notoneless.faults import Refusal

    (tmp_path / layouts.FILE).write_text('[[list]]\nkind = "no_such_kind"\n', encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        layouts.load(tmp_path / layouts.FILE)
    assert refused.value.faults[0].code == "L030"


def test_formula_errors_and_odd_pupil_numbers_are_said(tmp_path: Path) -> None:
    data = [["#N/A", CHILD, f"G{CHILD}"], ["李四", SISTER, "G123"], ["王五", HEAD, "#REF!"]]
    reading = understood(xlsx(tmp_path / "学籍.xlsx", [["姓名", "身份证号", "学籍号"], *data]))
    assert sorted(codes(reading)) == ["L053", "L053", "L054"]
    assert [row.get("name") for row in rows(reading)] == [None, "李四", "王五"]


def test_a_list_without_name_and_number_is_not_used(tmp_path: Path) -> None:
    """A pupil's relatives are there, the pupil is not."""
    data = [["成员1姓名", "成员1身份证号", "学校"], ["张大", HEAD, "石垭小学"]]
    reading = understood(xlsx(tmp_path / "学籍.xlsx", data))
    assert codes(reading) == ["L023"]
    assert reading.refused

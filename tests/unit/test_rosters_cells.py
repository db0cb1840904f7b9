"""Cells as offices write them: one line each of what was seen in real lists."""

from __future__ import annotations

from typing import Any

import pytest

from notoneless.rosters import cells
from notoneless.rosters.fields import data, fields


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("sex", "1", "M"),
        ("sex", "男", "M"),
        ("sex", "1-男", "M"),
        ("sex", 2.0, "F"),
        ("sex", "女性", "F"),
        ("boards", "1", False),
        ("boards", "2", True),
        ("boards", "2-住校", True),
        ("boards", "走读", False),
        ("boards", "是", True),
        ("boards", "寄宿", True),
        ("left_behind", "0", False),
        ("left_behind", "2", True),
        ("left_behind", "单亲留守儿童", True),
        ("left_behind", "非留守儿童", False),
        ("migrant", "1", True),
        ("migrant", "否", False),
        ("orphan", "是", True),
        ("orphan", "0", False),
        ("grade", "一年级", 1),
        ("grade", "九年级", 9),
        ("grade", "初一", 7),
        ("grade", "初三年级", 9),
        ("grade", "高一", 10),
        ("grade", "七年级", 7),
        ("grade", "7", 7),
        ("grade", 7.0, 7),
        ("grade", "小学六年级", 6),
        ("grade", "高中二年级", 11),
        ("grade", "中职一年级", 10),
        ("grade", "初中七年级", 7),
        ("grade", "十二年级", 12),
        ("grade", "大班", None),
        ("class_name", "2501班", "2501班"),
        ("class_name", 2501.0, "2501班"),
        ("class_name", "七年级2501班", "2501班"),
        ("class_name", "(01)班", "1班"),
        ("class_name", "三班", "3班"),
        ("phone", "13800000000.0", "13800000000"),
        ("phone", 13800000000.0, "13800000000"),
        ("phone", "138 0000 0000", "13800000000"),
        ("phone", "0838-2500000", "08382500000"),
        ("phone", "13800000000/13900000000", "13800000000"),
        ("phone", "无", None),
        ("attendance", "√", "present"),
        ("attendance", "✓", "present"),
        ("attendance", "到课", "present"),
        ("attendance", "×", "absent"),
        ("attendance", "旷课", "absent"),
        ("attendance", "缺", "absent"),
        ("attendance", "病假", "leave"),
        ("attendance", "事假", "leave"),
        ("attendance", "请假", "leave"),
        ("attendance", "出勤", "present"),
        ("attendance", "休学", "suspended"),
        ("attendance", "外出务工", "absent"),
        ("attendance", "×（打工）", "absent"),
        ("attendance", "转学", "absent"),
        ("attendance", "√（迟到）", "present"),
        ("attendance", "v", "present"),
        ("roll_state", "01", "enrolled"),
        ("roll_state", "在读", "enrolled"),
        ("roll_state", "02", "suspended"),
        ("roll_state", "转学(转出)", "transferred_out"),
        ("roll_state", "10-转学(转出)", "transferred_out"),
        ("roll_state", "其他离校", "left"),
        ("roll_state", "11", "deceased"),
        ("roll_state", "15", "missing"),
        ("placement", "送教上门", "home"),
        ("placement", "随班就读", "regular_class"),
        ("placement", "非随班就读", None),
        ("placement", "特殊教育学校", "special_school"),
        ("excuse", "延缓入学", "deferred"),
        ("excuse", "休学", "suspended"),
        ("excuse", "免于接受义务教育", "exempt"),
        ("gone", "迁出", "moved"),
        ("gone", "死亡", "deceased"),
        ("gone", "出国", "abroad"),
        ("gone", "已毕业", "finished"),
        ("elsewhere", "省外", "other_province"),
        ("elsewhere", "市内县外", "city"),
        ("recognised", "特别困难", "special"),
        ("recognised", "困难", "difficult"),
        ("recognised", "一般困难", "general"),
        ("disability_kind", "4", "肢体"),
        ("disability_kind", "智力残疾", "智力"),
        ("disability_kind", "无残疾", None),
        ("disability_level", "二级", 2),
        ("disability_level", "1", 1),
        ("disability_level", 3.0, 3),
        ("payment_result", "发放成功", "paid"),
        ("payment_result", "户名不符", "failed"),
        ("payment_result", "卡号错误", "failed"),
        ("enrolled_month", "202509", "202509"),
        ("enrolled_month", "2025年9月", "202509"),
        ("enrolled_month", 202509.0, "202509"),
        ("term", "2025年秋季学期", "2025-autumn"),
        ("term", "2026春", "2026-spring"),
        ("school", " 石垭 小学 ", "石垭小学"),
        ("village", "---", None),
        ("household_no", 12.0, "12"),
        ("amount", "625", 62500),
        ("amount", 625.0, 62500),
        ("amount", "1,250.00元", 125000),
        ("amount", "-", None),
        ("name", "张 三", "张三"),
        ("name", "张　三", "张三"),
        ("name", "张三 ", "张三"),
        ("name", "无", None),
        ("name", "阿依古丽•买买提", "阿依古丽·买买提"),
        ("name", "𬭳锷", "𬭳锷"),
        ("name", "John Smith", "John Smith"),
        ("id_number", "无", None),
        ("id_number", "---", None),
        ("id_number", "NULL", None),
    ],
)
def test_a_cell_is_read(field: str, written: Any, value: Any) -> None:
    assert cells.converter(field)(written) == value


@pytest.mark.parametrize(
    ("field", "written", "code"),
    [
        ("sex", "未知性别", "L048"),
        ("birth_date", "2015年9月", "L047"),
        ("birth_date", "2015-02-30", "L052"),
        ("birth_date", "昨天", "L046"),
        ("amount", "625.005", "L049"),
        ("amount", "六百", "L049"),
        ("id_number", 5.10699201509e17, "L041"),
        ("id_number", "5.10699E+17", "L041"),
        ("guardian_id", 510699198001010000.0, "L041"),
        ("name", "张?", "L055"),
        ("name", "张\ufffd", "L055"),
        ("attendance", "火星", "L048"),
        ("grade", "2025级", "L048"),
        ("card_number", 6.22848e18, "L051"),
    ],
)
def test_what_cannot_be_read_is_said(field: str, written: Any, code: str) -> None:
    with pytest.raises(cells.Unreadable) as refused:
        cells.converter(field)(written)
    assert refused.value.kind.code == code


def test_kind_and_degree_stand_in_the_certificate() -> None:
    assert cells.disability_of("51069920150901001343") == ("肢体", 3)
    assert cells.disability_of("51069920150901001321B1") == ("听力", 1)
    assert cells.disability_of("510699201509010013") is None


def test_every_value_of_every_code_list_can_be_written() -> None:
    """A value that no word leads to could never come out of a list."""
    words = data("codes.toml")
    for name, field in fields().items():
        for value in field.values:
            assert value in words[name.removesuffix("_am")], f"{name}: {value}"
            assert cells.converter(name)(value) == value


def test_years_of_entry_are_grades_of_the_school_year() -> None:
    assert cells.cohort_grade("2026级", 2026, 9) == 10
    assert cells.cohort_grade("2024级", 2026, 9) == 12
    assert cells.cohort_grade("2020级", 2026, 9) is None

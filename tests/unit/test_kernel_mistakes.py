"""Every mistake an officer may make in a rulebook is refused, at its line and column.

Each case edits one place of a good file; the fault must have the expected code and stand on the
edited line. The good file itself has no fault, so no case can pass by accident.
"""

# ruff: noqa: E501 - one mistake, one line

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notoneless.faults import Fault, Refusal
from notoneless.kernel import FactSchema, load_facts, load_rulebook

if TYPE_CHECKING:
    from pathlib import Path

FACTS = """
subjects:
  child:
    key: child
    facts:
      birth_date: {text: {zh: 出生日期}, type: date, nullable: true}
      stage:
        text: {zh: 学段}
        type: enum
        values: {preschool: {zh: 学前}, primary: {zh: 小学}, junior: {zh: 初中}}
        nullable: true
      boards: {text: {zh: 寄宿}, type: bool, nullable: true}
      low_income: {text: {zh: 低保}, type: bool, nullable: true}
      on_roll: {text: {zh: 在籍}, type: bool}
      grade: {text: {zh: 年级}, type: int, nullable: true}
      income: {text: {zh: 家庭收入}, type: money, nullable: true}
"""

GOOD = """\
rulebook: county-aid
title: {zh: 县里的资助}
subject: child
params:
  standard:
    text: {zh: 标准}
    unit: yuan
    values:
      - {from: 2019-09-01, value: 1000, source: "县文〔2019〕1号", status: unverified}
      - {from: 2024-02-01, value: 1250.50, source: "县文〔2024〕1号", status: verified}
  small:
    text: {zh: 小标准}
    unit: yuan
    values:
      - {from: 2019-09-01, value: 500, source: "县文〔2019〕1号", status: unverified}
  age:
    text: {zh: 年龄}
    unit: years
    values:
      - {from: 1986-07-01, value: 6, source: "义务教育法第十一条", status: verified}
terms:
  hardship:
    text: {zh: 困难}
    when: low_income or income < :small
  of_age:
    text: {zh: 适龄}
    when: age_on(birth_date, age_day) >= :age
guarantees:
  school_place:
    text: {zh: 有学上}
    source: "义务教育法第十一条"
    status: verified
    universe: [of_age]
    kept:
      - {id: enrolled, text: {zh: 在籍}, when: on_roll}
    excused:
      - {id: young, text: {zh: 学前}, when: "stage = 'preschool'", source: "domain facts"}
    case: no_place
policies:
  living:
    text: {zh: 生活补助}
    also: [一补]
    source: "县文〔2019〕1号"
    status: unverified
    kind: cash_student
    period: year
    instalments: 2
    deadline: {spring: "05-31", autumn: "10-31"}
    conditions:
      - "stage in ('primary', 'junior')"
      - boards
      - hardship
      - "grade between 1 and 9"
      - "birth_date >= date '2000-01-01'"
    amount: "case when stage = 'primary' then :standard else :small end"
    group: help
  day:
    text: {zh: 走读补助}
    source: "县文〔2019〕1号"
    status: unverified
    kind: cash_student
    period: year
    conditions: [not boards, hardship]
    amount: ":small"
    group: help
groups:
  help: {text: {zh: 补助}, rule: highest}
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> FactSchema:
    path = tmp_path_factory.mktemp("facts") / "facts.yaml"
    path.write_text(FACTS, "utf-8")
    return load_facts(path)


def faults_of(text: str | bytes, facts: FactSchema, tmp_path: Path) -> tuple[Fault, ...]:
    path = tmp_path / "rules.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        load_rulebook(path, facts)
    except Refusal as refusal:
        return refusal.faults
    return ()


def test_the_good_file_is_good(facts: FactSchema, tmp_path: Path) -> None:
    assert faults_of(GOOD, facts, tmp_path) == ()


def condition(text: str) -> tuple[str, str]:
    """The edit that puts another condition in the place of ``boards`` of `living`."""
    return ("      - boards\n", f'      - "{text}"\n')


MISTAKES = {
    # the classes of the issue
    "unknown fact": (*condition("bords"), "R101", "boards"),
    "unknown term": ("[not boards, hardship]", "[not boards, hardshp]", "R101", "hardship"),
    "unknown parameter": ('amount: ":small"', 'amount: ":smal"', "R102", "small"),
    "unknown group": ('":small"\n    group: help', '":small"\n    group: helb', "R204", "help"),
    "unknown key": ("    kind: cash_student\n    period: year\n    inst", "    knd: cash_student\n    period: year\n    inst", "R008", "kind"),
    "missing key": ("    kind: cash_student\n    period: year\n    inst", "    period: year\n    inst", "R009", ""),
    "enum with a number": (*condition("stage = 3"), "R104", ""),
    "bool with a text": (*condition("boards = 'yes'"), "R104", ""),
    "date with a number": (*condition("birth_date > 2015"), "R104", ""),
    "value not in the enum": (*condition("stage = 'primry'"), "R105", "primary"),
    "30 February": (*condition("birth_date > date '2015-02-30'"), "R019", ""),
    "30 February of a value": ("from: 2024-02-01", "from: 2024-02-30", "R019", ""),
    "reversed range": (*condition("grade between 9 and 1"), "R106", ""),
    "full-width digits": ("value: 1250.50", "value: １２５０", "R015", ""),
    "three decimals": ("value: 1250.50", "value: 1250.505", "R016", ""),
    "three decimals in a condition": (*condition("income < 1250.505"), "R016", ""),
    "no conditions": ("conditions: [not boards, hardship]", "conditions: []", "R200", ""),
    "a contradiction": ("[not boards, hardship]", "[not boards, boards, hardship]", "R201", ""),
    "= null": (*condition("grade = null"), "R108", ""),
    "<> null": (*condition("grade <> null"), "R108", ""),
    "case without else": (" else :small end", " end", "R109", ""),
    "and and or without brackets": (*condition("boards and on_roll or low_income"), "R110", ""),
    "a value without source": (', source: "县文〔2024〕1号"', "", "R021", ""),
    "an empty source": ('source: "县文〔2024〕1号"', 'source: ""', "R021", ""),
    "before the first value": ("    period: year\n    inst", "    since: 2015-09-01\n    period: year\n    inst", "R206", ""),
    "dates out of order": ("from: 2024-02-01", "from: 2018-02-01", "R020", ""),
    "the same date twice": ("from: 2024-02-01", "from: 2019-09-01", "R020", ""),
    "subquery": (*condition("grade in (select 1)"), "R103", ""),
    "exists": (*condition("exists (select 1)"), "R103", ""),
    "function call": (*condition("abs(grade) = 1"), "R103", ""),
    "coalesce": (*condition("coalesce(boards, on_roll)"), "R103", ""),
    "comment": (*condition("boards -- only these"), "R103", ""),
    "block comment": (*condition("boards /* only these */"), "R103", ""),
    "semicolon": (*condition("boards; on_roll"), "R103", ""),
    "clock": (*condition("birth_date < current_date"), "R103", "as_of"),
    "clock function": (*condition("birth_date < now()"), "R103", "as_of"),
    "random": (*condition("random() < 1"), "R103", ""),
    "aggregate": (*condition("count(grade) > 1"), "R103", ""),
    "like": (*condition("stage like 'pri%'"), "R103", ""),
    "cast": (*condition("cast(grade as int) = 1"), "R103", ""),
    "double colon": (*condition("grade::int = 1"), "R103", ""),
    "division": (*condition("grade / 2 = 1"), "R103", ""),
    "duplicate key": ("    instalments: 2\n", "    instalments: 2\n    instalments: 1\n", "R007", ""),
    "duplicate policy": ("  day:\n", "  living:\n", "R007", ""),
    "an id of a guarantee and a policy": ("  day:\n", "  school_place:\n", "R012", ""),
    "a term named like a fact": ("  of_age:\n", "  grade:\n", "R012", ""),
    "duplicate way": ("    excused:\n", "      - {id: enrolled, text: {zh: 又}, when: boards}\n    excused:\n", "R012", ""),
    "anchor": ("amount: \":small\"", "amount: &a \":small\"", "R006", ""),
    "alias": ("    title", "    title", "", ""),
    "tag": ("amount: \":small\"", "amount: !!str \":small\"", "R006", ""),
    "unused parameter": ("low_income or income < :small", "low_income or income < :standard", "", ""),
    "full-width comma": (*condition("stage in ('primary'，'junior')"), "R022", ","),
    "full-width brackets": (*condition("（boards or on_roll）"), "R022", "("),
    "full-width equals": (*condition("stage ＝ 'primary'"), "R022", "="),
    "curly quotes": (*condition("stage = ‘primary’"), "R022", "'"),
    "full-width colon": ("    period: year\n    inst", "    period：year\n    inst", "R022", ":"),
    "ideographic blank": (*condition("boards　or on_roll"), "R022", ""),
    # more that people try
    "unused term": ("      - hardship\n", "", "", ""),
    "a bool compared": (*condition("boards = on_roll"), "R111", ""),
    "true": (*condition("boards = true"), "R103", ""),
    "is true": (*condition("boards is true"), "R103", ""),
    "a double-quoted name": ("      - boards\n", "      - '\"boards\"'\n", "R119", ""),
    "a value without quotes": (*condition("stage = primary"), "R101", "'primary'"),
    "double equals": (*condition("grade == 1"), "R120", "="),
    "exclamation equals": (*condition("grade != 1"), "R120", "<>"),
    "money with a plain number": (*condition("income < 5000"), "R104", ""),
    "money with years": (*condition("income < :age"), "R104", ""),
    "a number alone": (*condition("grade"), "R112", ""),
    "and with a number": (*condition("boards and grade"), "R112", ""),
    "not null": (*condition("not null"), "R103", ""),
    "null in a list": (*condition("grade in (1, null)"), "R108", ""),
    "an empty list": (*condition("grade in ()"), "R103", ""),
    "the same option twice": (*condition("grade in (1, 1)"), "R207", ""),
    "the same condition twice": ("[not boards, hardship]", "[not boards, hardship, hardship]", "R207", ""),
    "no fact": (*condition("1 = 1"), "R115", ""),
    "only parameters": (*condition(":standard > :small"), "R115", ""),
    "chained comparison": (*condition("1 < grade < 3"), "R104", ""),
    "order of an enum": (*condition("stage > 'primary'"), "R103", ""),
    "range of an enum": (*condition("stage between 'primary' and 'junior'"), "R103", ""),
    "concatenation": (*condition("stage || 'x' = 'primary'"), "R103", ""),
    "regular expression": (*condition("stage ~ 'pri'"), "R103", ""),
    "modulo": (*condition("grade % 2 = 1"), "R103", ""),
    "window": (*condition("row_number() over (partition by grade) = 1"), "R103", ""),
    "interval": (*condition("birth_date > as_of - interval 6 year"), "R101", ""),
    "date sum": (*condition("birth_date + 1 > as_of"), "R114", ""),
    "a sum of money and number": ('amount: ":small"', 'amount: ":small + 1"', "R114", ""),
    "money times money": ('amount: ":small"', 'amount: ":small * :small"', "R114", ""),
    "an amount that is a number": ('amount: ":small"', 'amount: "1250"', "R113", ""),
    "an amount that is a condition": ('amount: ":small"', 'amount: "boards"', "R113", ""),
    "an amount that is zero": ('amount: ":small"', 'amount: "0"', "R211", ""),
    "an overflow": ('amount: ":small"', 'amount: "income * grade * grade * grade"', "R118", ""),
    "a huge number": (*condition("grade = 99999999999999999999"), "R018", ""),
    "scientific notation": (*condition("grade = 1e2"), "R015", ""),
    "decimals in a condition": (*condition("income < 12.5"), "R107", ""),
    "mixed branches": (" else :small end", " else 3 end", "R116", ""),
    "else null": (" else :small end", " else null end", "R103", ""),
    "case with a value": ("case when stage = 'primary' then", "case stage when 'primary' then", "R103", ""),
    "one argument": (*condition("age_on(birth_date) > 6"), "R117", ""),
    "wrong arguments": (*condition("days_between(grade, as_of) > 6"), "R117", ""),
    "is null of a term": (*condition("hardship is null"), "R103", ""),
    "never null is null": (*condition("on_roll is null"), "R201", ""),
    "an open bracket": (*condition("(boards or on_roll"), "R100", ""),
    "an open quote": (*condition("stage = 'primary"), "R100", ""),
    "words in a row": (*condition("boards on_roll"), "R100", ""),
    "a contradiction of an enum": (*condition("stage = 'preschool'"), "R201", ""),
    "a contradiction of ranges": (*condition("grade > 9"), "R201", ""),
    "a contradiction of dates": (*condition("birth_date < date '1999-12-31'"), "R201", ""),
    "a contradiction through a term": (*condition("not hardship"), "R201", ""),
    "a contradiction within": (*condition("grade is null and grade > 3"), "R201", ""),
    "a way nobody in the universe can take": ("when: on_roll", "when: \"on_roll and age_on(birth_date, age_day) < 6\"", "R201", ""),
    "an empty text": ("text: {zh: 走读补助}", "text: {zh: }", "R013", ""),
    "text without Chinese": ("text: {zh: 走读补助}", "text: {en: Day}", "R009", ""),
    "an unknown status": ("    status: unverified\n    kind: cash_student\n    period: year\n    inst", "    status: sure\n    kind: cash_student\n    period: year\n    inst", "R014", ""),
    "an unknown kind": ("kind: cash_student\n    period: year\n    cond", "kind: cash\n    period: year\n    cond", "R014", ""),
    "an unknown period": ("period: year\n    cond", "period: weekly\n    cond", "R014", ""),
    "an unknown unit": ("unit: years", "unit: yeas", "R014", "years"),
    "an unknown rule": ("rule: highest", "rule: hightest", "R014", "highest"),
    "an unknown subject": ("subject: child", "subject: chidl", "R214", "child"),
    "a cap without amount": ("rule: highest", "rule: cap", "R009", ""),
    "an amount without cap": ("rule: highest}", 'rule: highest, amount: ":small"}', "R008", ""),
    "a negative amount": ("value: 1250.50", "value: -1250", "R017", ""),
    "an amount with a comma": ("value: 1250.50", 'value: "1,250"', "R015", ""),
    "an amount with a unit": ("value: 1250.50", "value: 1250元", "R015", ""),
    "an amount in a boolean": ("value: 1250.50", "value: yes", "R015", ""),
    "a decimal number of years": ("value: 6", "value: 6.5", "R015", ""),
    "too many yuan": ("value: 1250.50", "value: 99999999999", "R018", ""),
    "no values": ("    values:\n      - {from: 1986-07-01, value: 6, source: \"义务教育法第十一条\", status: verified}\n", "    values: []\n", "R013", ""),
    "too many instalments": ("instalments: 2", "instalments: 24", "R015", ""),
    "instalments in words": ("instalments: 2", "instalments: two", "R015", ""),
    "a deadline that does not exist": ('"05-31"', '"06-31"', "R019", ""),
    "a deadline of no season": ("spring:", "summer:", "R008", ""),
    "a bad id": ("  day:\n", "  Day-1:\n", "R011", ""),
    "a Chinese id": ("  day:\n", "  走读:\n", "R011", ""),
    "an id that is a word of the language": ("  day:\n", "  when:\n", "R011", ""),
    "a bad rulebook id": ("rulebook: county-aid", "rulebook: County Aid", "R011", ""),
    "a text where a list belongs": ("conditions: [not boards, hardship]", "conditions: boards", "R010", ""),
    "a list where a text belongs": ('amount: ":small"', "amount: [a, b]", "R010", ""),
    "a tab": ("    period: year\n    cond", "\tperiod: year\n    cond", "R023", ""),
    "broken YAML": ("text: {zh: 走读补助}", "text: {zh: 走读补助", "R003", ""),
    "a bare star": (*condition("*"), "R103", ""),
    "groups of different periods": ("period: year\n    cond", "period: term\n    cond", "R209", ""),
    "a group of one": ('amount: ":small"\n    group: help', 'amount: ":small"', "R208", ""),
    "no way to keep": ("    kept:\n      - {id: enrolled, text: {zh: 在籍}, when: on_roll}\n", "    kept: []\n", "R215", ""),
}  # fmt: skip
ELSEWHERE = {"unknown group", "a group of one", "groups of different periods", "an id of a guarantee and a policy",
             "broken YAML", "missing key", "a value without source", "text without Chinese", "a cap without amount",
             "before the first value", "a contradiction of dates", "a contradiction of ranges", "no values", "unknown key", "an empty text"}  # fmt: skip
"""Mistakes that show best on another line than the edited one, or on one beside it."""
NOT_ONE_EDIT = {"alias", "unused parameter", "unused term"}


@pytest.mark.parametrize("name", sorted(set(MISTAKES) - NOT_ONE_EDIT))
def test_refused(name: str, facts: FactSchema, tmp_path: Path) -> None:
    old, new, code, hinted = MISTAKES[name]
    assert GOOD.count(old) == 1, f"the edit must change one place: {GOOD.count(old)}"
    found = faults_of(GOOD.replace(old, new), facts, tmp_path)
    assert code in {fault.code for fault in found}, list(map(str, found))
    fault = next(fault for fault in found if fault.code == code)
    assert fault.place.file == "rules.yaml"
    assert fault.place.row > 0
    assert int(fault.place.column) > 0
    assert fault.message
    assert hinted in fault.next_step + fault.message
    if name not in ELSEWHERE:
        edited = GOOD[: GOOD.index(old)].count("\n") + 1
        assert edited <= fault.place.row <= edited + new.count("\n"), str(fault)


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ([("text: {zh: 走读补助}", "text: &t {zh: 走读补助}"), ("text: {zh: 生活补助}", "text: *t")], "R006"),
        ([("low_income or income < :small", "low_income"), ('":small"', '":standard"'), (" else :small end", " else :standard end")], "R202"),
        ([("      - hardship\n", ""), ("[not boards, hardship]", "[not boards]")], "R203"),
        ([("low_income or income < :small", "of_age"), ("age_on(birth_date, age_day) >= :age", "hardship")], "R205"),
        ([("low_income or income < :small", "hardship")], "R205"),
        ([("policies:\n", "policies: {}\nx:\n"), ("guarantees:\n", "guarantees: {}\ny:\n")], "R210"),
        ([("groups:\n", "---\ngroups:\n")], "R005"),
        ([("rulebook: county", "%YAML 1.1\n---\nrulebook: county")], "R006"),
        ([("rulebook: county-aid", "rulebook: county-aid\n? [a, b]\n: c")], "R010"),
    ],
    ids=["alias", "unused parameter", "unused term", "a circle of terms", "a term of itself",
         "nothing promised", "two documents", "a directive", "a list as a key"],
)  # fmt: skip
def test_refused_after_several_edits(
    edits: list[tuple[str, str]], code: str, facts: FactSchema, tmp_path: Path
) -> None:
    text = GOOD
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    found = faults_of(text, facts, tmp_path)
    assert code in {fault.code for fault in found}, list(map(str, found))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "R005"),
        (b"# only a comment\n", "R005"),
        (b"just a text", "R010"),
        (b"- a\n- list", "R010"),
        (GOOD.encode("gb18030"), "R002"),
        (GOOD.encode("utf-16"), "R002"),
        (b"\x00\x01\x02", "R003"),
        (b"a: " + b"[" * 5_000, "R004"),
        (b"a: " + b"x" * 4_000_000, "R004"),
        (b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "R006"),
    ],
    ids=["empty", "comment", "text", "list", "gbk", "utf16", "binary", "deep", "long", "bomb"],
)
def test_refused_as_a_whole(content: bytes, code: str, facts: FactSchema, tmp_path: Path) -> None:
    found = faults_of(content, facts, tmp_path)
    assert code in {fault.code for fault in found}, list(map(str, found))


def test_a_missing_file_is_said_so(facts: FactSchema, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="R001"):
        load_rulebook(tmp_path / "none.yaml", facts)


def test_a_byte_order_mark_and_windows_lines_are_no_fault(
    facts: FactSchema, tmp_path: Path
) -> None:
    text = GOOD.replace("\n", "\r\n")
    assert faults_of(b"\xef\xbb\xbf" + text.encode(), facts, tmp_path) == ()


def test_all_faults_come_together_in_the_order_of_the_file(
    facts: FactSchema, tmp_path: Path
) -> None:
    text = GOOD
    for name in (
        "30 February of a value",
        "value not in the enum",
        "unknown term",
        "an unknown rule",
    ):
        old, new, *_ = MISTAKES[name]
        text = text.replace(old, new)
    found = faults_of(text, facts, tmp_path)
    assert [fault.code for fault in found] == ["R019", "R105", "R101", "R014"]
    assert [fault.place.row for fault in found] == sorted(fault.place.row for fault in found)


def test_the_column_is_that_of_the_word(facts: FactSchema, tmp_path: Path) -> None:
    old, new = condition("on_roll and (boards or bords)")
    (fault,) = faults_of(GOOD.replace(old, new), facts, tmp_path)
    line = GOOD.replace(old, new).split("\n")[fault.place.row - 1]
    assert line[int(fault.place.column) - 1 :].startswith("bords")
    assert str(fault).startswith(f"rules.yaml:{fault.place.row}:{fault.place.column}: R101 ")


def test_the_column_is_found_again_in_a_folded_text(facts: FactSchema, tmp_path: Path) -> None:
    new = "      - >-\n        on_roll and\n        (boards\n         or bords)\n"
    text = GOOD.replace("      - boards\n", new)
    (fault,) = faults_of(text, facts, tmp_path)
    line = text.split("\n")[fault.place.row - 1]
    assert line[int(fault.place.column) - 1 :].startswith("bords")


def test_a_deep_expression_is_refused(facts: FactSchema, tmp_path: Path) -> None:
    old, new = condition("(" * 1500 + "boards" + ")" * 1500)
    assert {fault.code for fault in faults_of(GOOD.replace(old, new), facts, tmp_path)} & {
        "R004",
        "R100",
    }


GOOD_FACTS_EDITS = {
    "unknown type": ("type: int", "type: integer", "R014"),
    "unknown key": ("type: int", "typ: int", "R008"),
    "yes for true": ("type: int, nullable: true", "type: int, nullable: yes", "R014"),
    "values of a bool": ("type: bool}", "type: bool, values: {a: {zh: 甲}}}", "R008"),
    "no values of an enum": ("        values: {preschool: {zh: 学前}, primary: {zh: 小学}, junior: {zh: 初中}}\n", "", "R009"),
    "a reserved name": ("      grade:", "      case:", "R011"),
    "the key among the facts": ("      grade:", "      child:", "R012"),
    "twice": ("      grade:", "      boards:", "R007"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD_FACTS_EDITS)
def test_facts_are_as_strict(name: str, tmp_path: Path) -> None:
    old, new, code = GOOD_FACTS_EDITS[name]
    assert FACTS.count(old) == 1
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS.replace(old, new), "utf-8")
    with pytest.raises(Refusal, match=code):
        load_facts(path)

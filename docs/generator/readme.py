"""The READMEs' paragraph of measurements: every number in it stands in a table of bench/results."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

MATCH = {
    "README.md": (
        "- **Matching** two lists of {people} people, from cold: {wall} s and {memory} GB, F1 {f1}, {wrong} "
        "wrong links. Splink 5.0 on the same rows: {their_wall} s and {their_memory} GB, F1 {their_f1}, "
        "{their_wrong} wrong links; with the threshold that turned out best, F1 {best_f1} and "
        "{best_wrong} wrong links. [How it was measured](bench/results/match.md)"
    ),
    "README.zh-CN.md": (
        "- **对人**：两份各 {people} 人的名单，冷启动 {wall} 秒、{memory} GB，F1 {f1}，错连 {wrong} 对。同样的数据 "
        "Splink 5.0 要 {their_wall} 秒、{their_memory} GB，F1 {their_f1}，错连 {their_wrong} 对；事后取最合适的门槛，"
        "F1 {best_f1}，错连 {best_wrong} 对。[怎样测的](bench/results/match.md)（英文）"
    ),
}
DECIDE = {
    "README.md": (
        "- **Deciding** twenty policies with explanations for {students} students: {wall} s and {memory} MB, "
        "Parquet to Parquet. OpenFisca: {their_wall} s and {their_memory} MB. "
        "[How it was measured](bench/results/decide.md)"
    ),
    "README.zh-CN.md": (
        "- **计算资助**：{students} 名学生、二十项政策，连同解释，从 Parquet 到 Parquet，{wall} 秒、{memory} MB；"
        "OpenFisca 要 {their_wall} 秒、{their_memory} MB。[怎样测的](bench/results/decide.md)（英文）"
    ),
}


CHECK = {
    "README.md": (
        "- **Checking** a county of {children} children from spreadsheets to workbook ({lists}): {check} and "
        "{memory}; reading the same spreadsheets and doing nothing with them takes {floor}. "
        "[How it was measured](bench/results/check.md)"
    ),
    "README.zh-CN.md": (
        "- **核对**：{children} 名儿童的县，从表格到工作簿（{lists}），{check}、{memory}；"
        "同样的表格只读不算要 {floor}。[怎样测的](bench/results/check.md)（英文）"
    ),
}


def readmes() -> dict[Path, bytes]:
    """Both READMEs with their paragraph as the results say now."""
    written = {}
    for name in ("README.md", "README.zh-CN.md"):
        before, begin, rest = (ROOT / name).read_text("utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        assert end, f"{name} has no place for the measurements"
        lines = [
            words[name].format(**numbers(rows(file)))
            for file, (words, numbers) in PARAGRAPH.items()
            if (RESULTS / file).exists()
        ]
        written[ROOT / name] = "".join(
            (before, begin, "\n", "\n".join(lines), "\n", end, after)
        ).encode()
    return written


def rows(file: str) -> list[dict[str, str]]:
    """The rows of the tables of a result, by their headings."""
    found: list[dict[str, str]] = []
    heading: list[str] = []
    for line in (RESULTS / file).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            heading = []
        elif not heading:
            heading = cells
        elif not re.fullmatch(r"[-: ]*", "".join(cells)):
            found.append(dict(zip(heading, cells, strict=True)))
    return found


def _match(found: list[dict[str, str]]) -> dict[str, str]:
    largest = [row for row in found if row["people"] == "1,000,000"]
    ours = next(row for row in largest if row["what"] == "Not One Less")
    theirs = next(row for row in largest if row["what"].startswith("Splink"))
    best = next(row for row in largest if row["what"].endswith("best in hindsight"))
    return {
        "people": ours["people"],
        "wall": ours["wall s"],
        "memory": ours["peak GB"],
        "f1": ours["F1"],
        "wrong": ours["wrong links"],
        "their_wall": theirs["wall s"],
        "their_memory": theirs["peak GB"],
        "their_f1": theirs["F1"],
        "their_wrong": theirs["wrong links"],
        "best_f1": best["F1"],
        "best_wrong": best["wrong links"],
    }


def _decide(found: list[dict[str, str]]) -> dict[str, str]:
    row = found[-1]
    return {
        "students": row["students"],
        "wall": row["ours, s"],
        "memory": row["ours, MB"],
        "their_wall": row["OpenFisca, s"],
        "their_memory": row["OpenFisca, MB"],
    }


def _check(found: list[dict[str, str]]) -> dict[str, str]:
    row = found[-1]
    return {
        "children": row["children"],
        "lists": row["lists"],
        "check": row["check"],
        "memory": row["peak memory"],
        "floor": row["reading alone"],
    }


PARAGRAPH: dict[str, tuple[dict[str, str], Callable[[list[dict[str, str]]], dict[str, str]]]] = {
    "check.md": (CHECK, _check),
    "match.md": (MATCH, _match),
    "decide.md": (DECIDE, _decide),
}
"""The results that are quoted, largest size only: a line where the result is there."""

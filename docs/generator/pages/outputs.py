"""The files a check writes, their columns, and the states of a child."""

from __future__ import annotations

from generator.markdown import code, say, table, title
from notoneless.check.outputs.csv import CHANGES, TABLES
from notoneless.check.states import STATES
from notoneless.i18n import gettext


def page() -> str:
    """The page, from the tables that write the files."""
    parts = [
        title(
            "结果文件",
            "Output files",
            say(
                "工作簿和网页给人看，csv 和 parquet 给机器用。csv 是 UTF-8，带字节顺序标记，Excel 和 WPS 能直接打开。"
                "同样的名单得到逐字节相同的结果。",
                "The workbook and the page are for people, csv and parquet for machines. The csv files "
                "are UTF-8 with a byte-order mark, so Excel and WPS open them right. The same lists give "
                "the same bytes.",
            ),
        )
    ]
    for one in (*TABLES, CHANGES):
        parts.append(f"## {code(one.file)}\n\n{gettext(one.meaning)}\n")
        parts.append(
            table(
                [say("列", "Column"), say("意思", "Meaning")],
                [(code(column.name), column.meaning) for column in one.columns],
            )
        )
    parts.append(say("## 去向（`state`）\n", "## The states of a child\n"))
    parts.append(
        table(
            [code("state"), code("state_label")],
            [(code(state), label) for state, label in STATES.items()],
        )
    )
    return "\n".join(parts)

"""The kinds of list, the fields they bring, and how each layout is recognised."""

from __future__ import annotations

from collections.abc import Iterable

from generator.markdown import code, say, table, title
from notoneless.rosters.fields import data, fields, kinds


def page() -> str:
    """The page, from the data files of the reader."""
    headings, layouts = data("headings.toml")["fields"], data("layouts.toml")
    yes = say("是", "yes")
    return "\n".join(
        [
            title(
                "名单",
                "Lists",
                say(
                    "能读的名单有哪些种、带来哪些栏目、靠什么认出来。没列出的栏目不读；"
                    "政治面貌、宗教一类的栏目读到也丢弃，并在问题里说明。",
                    "The kinds of list that can be read, the fields they bring, and how they are "
                    "recognised. A column that is not listed is not read; columns about political "
                    "status or religion are dropped, and that is said.",
                ),
            ),
            say("## 名单的种类\n", "## Kinds of list\n"),
            table(
                [
                    say("种类", "Kind"),
                    say("名称", "Name"),
                    say("在名单上说明", "Being on it means"),
                ],
                [(code(kind.id), kind.label, code(kind.entitles)) for kind in kinds().values()],
            ),
            say("## 怎样认出一份名单\n", "## How a list is recognised\n"),
            say(
                "先看工作表名和标题行，再看文件名；“词语”是正则表达式，写了几个的都要出现。没有认出来的，"
                "再看“表头”：只有这种名单才有的栏目。更确切的一种压过“压过”一栏里的。认错或没有认出来的，"
                "可以用 `notoneless read` 确认一次，以后同样格式的都记得。\n",
                "The sheet's name and title rows come first, the file's name second; words are regular "
                "expressions and all of those given must be found. A list that no words tell is tried by "
                "its headings: fields that only this kind has. The more exact layout overrules those "
                "named. What is recognised wrongly or not at all can be confirmed once with `notoneless "
                "read` and is remembered for every file of the same shape.\n",
            ),
            table(
                [
                    say("格式", "Layout"),
                    say("种类", "Kind"),
                    say("词语", "Words"),
                    say("不能有", "Without"),
                    say("表头", "Headings"),
                    say("第几张工作表", "Sheet"),
                    say("压过", "Overrules"),
                ],
                [
                    (
                        code(layout["id"]),
                        code(layout["kind"]),
                        _codes(layout.get("words", [])),
                        _codes([*layout.get("without", []), *layout.get("shape_without", [])]),
                        _codes(
                            dict.fromkeys([*layout.get("headings", []), *layout.get("shape", [])])
                        ),
                        layout.get("position", ""),
                        _codes(layout.get("over", [])),
                    )
                    for layout in layouts["layout"]
                ],
            ),
            say(
                "写着下面字样的，可能是已不再享受的人，不猜，请人确认：",
                "With words like these, people on it may be entitled no longer: a person is asked. ",
            )
            + f"{code(layouts['ended'])}\n",
            say("## 栏目\n", "## Fields\n"),
            say(
                "“表头写法”是正则表达式，与去掉空格、星号、编号和括号的整个表头相比。\n",
                "Headings are regular expressions, held against the whole heading less spaces, stars, "
                "numbering and what stands in brackets.\n",
            ),
            table(
                [
                    say("栏目", "Field"),
                    say("名称", "Name"),
                    say("类型", "Type"),
                    say("个人信息", "Personal"),
                    say("表头写法", "Headings"),
                ],
                [
                    (
                        code(field.id),
                        field.label,
                        _codes(field.values) or code(field.type),
                        yes if field.personal else "",
                        _codes(headings.get(field.id, [])),
                    )
                    for field in fields().values()
                ],
            ),
        ]
    )


def _codes(values: Iterable[str]) -> str:
    return " ".join(code(value) for value in values)

"""What can be wrong with a list that is handed in, or with a decision (B400 to B499)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from notoneless.faults import KINDS, Fault, FaultKind
from notoneless.i18n import N_

TOO_LARGE = FaultKind(
    "B401",
    N_("文件有{size}MB，最多收{most}MB"),
    N_("按乡镇或学校分成几份再交"),
)
FINISHED = FaultKind(
    "B402",
    N_("这份名单已经{state}"),
    N_("刷新页面看现在的情形；要再来一次，就重新交文件"),
)
OTHER_PLACE = FaultKind(
    "B403",
    N_("名单里有别处的人：{places}"),
    N_("请{own}只交自己的；别处的由别处交，或者请县里统一交"),
)
NOT_KEPT_HERE = FaultKind(
    "B404",
    N_("{kind}不由学校交"),
    N_("请县里交；如果认错了种类，改正种类再读"),
)
NOTHING_TO_TAKE = FaultKind(
    "B405",
    N_("这份名单没有可以入库的行"),
    N_("看下面的问题，改好文件再交；种类没有认出的，改正种类再读"),
)
DECIDED_ALREADY = FaultKind(
    "B406",
    N_("这一对已经判过了"),
    N_("刷新页面看结果；要改判，请另一人出第二意见"),
)
OTHER_PERSON = FaultKind(
    "B407",
    N_("第二意见要由另一人出"),
    N_("请同事来判这一对"),
)
TWO_NUMBERS = FaultKind(
    "B408",
    N_("两个有效而不同的身份证号，不能判作同一人"),
    N_("先请学校或派出所改正其中一个号码，再重新交名单"),
)
BROKEN_OFF = FaultKind(
    "B409",
    N_("读这份名单时程序出错（{reason}），什么也没有改动"),
    N_("再读一次；还是这样，就把文件名和这个代码告诉系统管理员"),
)
NOBODY_MARKED = FaultKind(
    "B410",
    N_("{sheet}有到课一列，却没有一个记号"),
    N_("没有记号不能当作全到：请填上到课情况再交；全班都到，也请逐人写“到”"),
)


def to_json(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """As kept with a list; `from_json` gives them back."""
    return [
        {
            "code": fault.code,
            "details": {
                name: value if isinstance(value, int) else str(value)
                for name, value in fault.details.items()
            },
        }
        for fault in faults
    ]


def from_json(kept: Iterable[dict[str, Any]]) -> list[Fault]:
    """The faults that `to_json` wrote."""
    return [KINDS[entry["code"]].at(**entry["details"]) for entry in kept]

"""What can be wrong when files are matched."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_LIST = FaultKind(
    "M001",
    N_("文件里没有认出人员名单"),
    N_("表头要有“姓名”，最好还有身份证号、出生日期；用 notoneless read 可以看到逐列认出了什么"),
)
NO_NAME = FaultKind(
    "M002",
    N_("名单里没有姓名这一列，无法比对"),
    N_("补上“姓名”列；只有身份证号的名单不能判断是不是填错了别人的号码"),
)
SEVERAL_SHEETS = FaultKind(
    "M003",
    N_("文件里有 {count} 张名单，只用了行数最多的“{sheet}”"),
    N_("要比对别的工作表，请把它另存为单独的文件"),
    severity="warning",
)
OUTPUT_KIND = FaultKind(
    "M004",
    N_("结果文件的后缀 {seen} 不认识"),
    N_("结果文件名请以 .csv 或 .parquet 结尾"),
)
OUTPUT_FAILED = FaultKind(
    "M005",
    N_("结果文件写不了（{reason}），没有留下写了一半的文件"),
    N_("检查文件夹是否存在、是否可写、磁盘是否已满，文件是否正在别的程序里打开"),
)

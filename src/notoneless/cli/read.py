"""``notoneless read``: what is understood of a list, and every fault in it."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.faults import Fault
    from notoneless.rosters import Reading, SheetReading

ROWS_SHOWN = 3
PLACES_SHOWN = 3


@click.command("read", short_help="看一份名单被读成了什么，有哪些问题")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "kind", metavar="种类", default="", help="指定这是哪一种名单（代号或中文名）")
@click.option("--sheet", default="", help="--as 和 --column 只用于这张工作表")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="表头=字段",
    help="指定一列读作哪个字段；“表头=”表示不要这一列；可写多次",
)
@click.option("--confirm", is_flag=True, help="记住这次的认法，以后同样的表照此办理")
@click.option(
    "--memory",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="记在哪个文件  [默认：名单旁边的 notoneless-layouts.toml]",
)
@click.option("--mask", is_flag=True, help="隐去姓名、证件号等个人信息")
@click.option("--all", "show_all", is_flag=True, help="列出每一处问题")
@click.option(
    "--remarks",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="把名单抄一份，问题写在每行末尾，存为这个 .xlsx",
)
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    kind: str,
    sheet: str,
    columns: tuple[str, ...],
    confirm: bool,
    memory: Path | None,
    mask: bool,
    show_all: bool,
    remarks: Path | None,
) -> None:
    """看一份名单被读成了什么：哪一种、每一列读作什么、读到多少行、哪些地方有问题。

    认错了就用 --as 和 --column 改过来，加 --confirm 记住，下个月同样的表不用再改。
    """
    from notoneless.cli import EXIT_REFUSED
    from notoneless.rosters import memory as layouts
    from notoneless.rosters import read
    from notoneless.rosters.remarks import write_remarks

    remembered_at = memory or file.parent / layouts.FILE
    remembered = layouts.load(remembered_at)
    chosen = _chosen(kind, sheet, columns)
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="notoneless-") as folder:
        reading = read(
            file,
            into=Path(folder),
            memory=remembered,
            chosen=chosen,
            most=None if remarks or show_all else 1000,
        )
        console.print(Text(reading.file, style="bold"))
        for understood in reading.sheets:
            _show_sheet(console, understood, mask=mask)
        _show_faults(console, reading, show_all=show_all)
        if confirm:
            _confirm(console, reading, chosen, file, remembered, remembered_at)
        if remarks and any(understood.heading_rows for understood in reading.sheets):
            count = write_remarks(file, reading, remarks)
            console.print(
                gettext("已写 {path}：{count} 行有备注").format(path=remarks, count=count),
                markup=False,
            )
    if reading.refused:
        ctx.exit(EXIT_REFUSED)


def _chosen(kind: str, sheet: str, columns: Sequence[str]) -> Any:
    """What the options say about the list, or None when they say nothing."""
    from notoneless.rosters import kinds
    from notoneless.rosters.headings import normal
    from notoneless.rosters.memory import Remembered

    if not kind and not columns:
        return None
    by_name = {str(entry.label): name for name, entry in kinds().items()}
    by_name |= {entry.label.zh: name for name, entry in kinds().items()}
    known = kind if kind in kinds() else by_name.get(kind, "")
    if kind and not known:
        choices = gettext("、").join(_with_id(entry.label, name) for name, entry in kinds().items())
        raise click.BadParameter(
            gettext("没有“{kind}”这一种，可用的有：{choices}").format(kind=kind, choices=choices)
        )
    pairs = {}
    for written in columns:
        heading, equals, field = written.rpartition("=")
        if not equals or not heading:
            raise click.BadParameter(gettext("--column 要写成 表头=字段，例如 “证号=id_number”"))
        pairs[normal(heading)] = field.strip()
    return Remembered(kind=known, columns=pairs, sheet=sheet)


def _with_id(label: object, name: str) -> str:
    """A label and the name it has in files and options."""
    return gettext("{label}（{name}）").format(label=label, name=name)


def _show_sheet(console: Console, sheet: SheetReading, *, mask: bool) -> None:
    from notoneless.rosters import fields, kinds
    from notoneless.rosters.reading import LEFT_OUT, WHY

    colon = gettext("：")
    name = gettext("工作表“{name}”").format(name=sheet.sheet) if sheet.sheet else gettext("表")
    if not sheet.heading_rows:
        reason = gettext("隐藏，未用") if sheet.hidden else gettext("没有名单")
        console.print(f"\n{name}{colon}{reason}", markup=False)
        return
    if sheet.kind:
        label, why = str(kinds()[sheet.kind].label), gettext(WHY[sheet.why])
        console.print(
            f"\n{name}{colon}{_with_id(label, sheet.kind)}{gettext('，')}{why}", markup=False
        )
    else:
        console.print(f"\n{name}{colon}{gettext('种类没有认出')}", markup=False)
    for title, value in _summary(sheet):
        console.print(f"  {title}{colon}{value}", markup=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in (gettext("列"), gettext("表头"), gettext("读作"), gettext("说明")):
        table.add_column(heading, overflow="fold")
    for column in sheet.columns:
        read_as = _with_id(fields()[column.field].label, column.field) if column.field else ""
        note = gettext(LEFT_OUT[column.left_out]) if column.left_out else ""
        if column.member:
            note = gettext("第 {n} 位家庭成员").format(n=column.member)
        table.add_row(column.letter, Text(column.heading), Text(read_as), Text(note))
    console.print(table, soft_wrap=False)
    if sheet.path:
        _show_rows(console, sheet, mask=mask)


def _summary(sheet: SheetReading) -> list[tuple[str, str]]:
    lines = [
        (
            gettext("表头"),
            gettext("第 {rows} 行").format(rows=gettext("、").join(map(str, sheet.heading_rows))),
        )
    ]
    if sheet.list_date:
        lines.append((gettext("名单日期"), sheet.list_date.isoformat()))
    for title, names in ((gettext("学校"), sheet.schools), (gettext("乡镇"), sheet.townships)):
        if names:
            more = gettext("等 {n} 个").format(n=len(names)) if len(names) > 5 else ""
            lines.append((title, gettext("、").join(names[:5]) + more))
    if sheet.path:
        lines.append(
            (
                gettext("行数"),
                gettext(
                    "有人的 {lines} 行，读成 {rows} 人；不知道是谁的 {nobody} 行；"
                    "有错的 {faulty} 行；合计、说明等跳过 {skipped} 行"
                ).format(
                    lines=sheet.lines,
                    rows=sheet.accepted,
                    nobody=sheet.rows - sheet.accepted,
                    faulty=sheet.faulty,
                    skipped=sheet.skipped,
                ),
            )
        )
    return lines


def _show_rows(console: Console, sheet: SheetReading, *, mask: bool) -> None:
    """The first rows as they were understood."""
    import pyarrow.parquet as pq

    from notoneless.rosters import fields

    file = pq.ParquetFile(sheet.path)
    batch = next(file.iter_batches(ROWS_SHOWN), None)
    if batch is None:
        return
    console.print(f"  {gettext('头几行读成：')}", markup=False)
    for row in batch.to_pylist():
        shown = [
            f"{fields()[name].label} {_value(name, value, mask=mask)}"
            for name, value in row.items()
            if name in fields() and value is not None
        ]
        console.print(f"  {row['row']}. " + "；".join(shown), markup=False)


def _value(name: str, value: object, *, mask: bool) -> str:
    from notoneless.masking import mask_date, mask_id, mask_name, mask_phone, mask_seen
    from notoneless.rosters import fields

    declared = fields()[name]
    if declared.type == "money" and isinstance(value, int):
        return f"{value / 100:,.2f}"
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if not (mask and declared.personal):
        return str(value)
    text = str(value)
    if declared.type == "date":
        return mask_date(text)
    if name == "phone":
        return mask_phone(text)
    if name.endswith("name"):
        return mask_name(text)
    return mask_seen(text) if name == "address" else mask_id(text)


def _show_faults(console: Console, reading: Reading, *, show_all: bool) -> None:
    if not reading.faults:
        console.print(f"\n{gettext('没有发现问题。')}", markup=False)
        return
    groups: dict[str, list[Fault]] = defaultdict(list)
    for fault in reading.faults:
        groups[fault.code].append(fault)
    console.print()
    for code, found in sorted(groups.items(), key=lambda item: (item[1][0].kind.severity, item[0])):
        level = gettext("错误") if found[0].kind.severity == "error" else gettext("提醒")
        total = reading.counts.get(code, len(found))
        shown = found if show_all else found[:PLACES_SHOWN]
        console.print(
            gettext("{level} {code}，共 {count} 处").format(level=level, code=code, count=total),
            markup=False,
            style="bold",
        )
        for fault in shown:
            where = str(fault.place).removeprefix(reading.file).strip()
            console.print(f"  {where} {fault.message}", markup=False)
        if total > len(shown):
            console.print(f"  …… {gettext('用 --all 看全部')}", markup=False)
        console.print(f"  → {found[0].next_step}", markup=False)


def _confirm(
    console: Console, reading: Reading, chosen: Any, file: Path, remembered: Any, path: Path
) -> None:
    """Remember the kind and the corrections of every sheet that became rows."""
    from dataclasses import replace

    from notoneless.rosters import memory as layouts

    entry = chosen or layouts.Remembered()
    several = sum(1 for sheet in reading.sheets if sheet.heading_rows) > 1
    used = [sheet for sheet in reading.recognised if entry.sheet in ("", sheet.sheet)]
    for sheet in used:
        remembered = remembered.with_entry(
            replace(
                entry,
                kind=sheet.kind,
                stem=layouts.stem(file.name),
                sheet=sheet.sheet if several else "",
                headings=sheet.fingerprint,
            )
        )
    if not used:
        console.print(f"\n{gettext('没有可以记住的：先用 --as 说明是哪一种名单。')}", markup=False)
        return
    layouts.save(remembered, path)
    console.print(f"\n{gettext('已记住，写在 {path}').format(path=path)}", markup=False)

"""What stands above the tables in words, its numbers linked to their rows."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from notoneless.bureau.language import space
from notoneless.bureau.sweeps.asked import Asked
from notoneless.bureau.sweeps.board import Board, Count
from notoneless.i18n import gettext

MOST = 2
"""So many places with unknown children are named."""


def address(
    asked: Asked, guarantee: str, verdict: str, *, place: int | None = None, **more: str
) -> str:
    """Where the list behind a number is."""
    told: dict[str, str | int] = {"place": place or asked.place.pk, **more}
    if asked.on:
        told["on"] = asked.on.isoformat()
    return f"{reverse('sweeps:behind', args=(guarantee, verdict))}?{urlencode(told)}"


def number(count: int, url: str = "") -> SafeString:
    """A number grouped, linked to its rows when there are any."""
    return (
        format_html('<a href="{}">{}</a>', url, f"{count:,}")
        if url and count
        else format_html("{}", f"{count:,}")
    )


def bold(text: object) -> SafeString:
    """In bold."""
    return format_html("<b>{}</b>", text)


def listed(parts: list[SafeString]) -> SafeString:
    """One after the other, as the language separates them."""
    return format_html_join(gettext("、"), "{}", ((part,) for part in parts))


def change(by: int | None) -> str:
    """``，比上月多3人``; nothing when nobody knows."""
    if by is None:
        return ""
    if by == 0:
        return gettext("，与上月持平")
    told = gettext("，比上月多{count}人") if by > 0 else gettext("，比上月少{count}人")
    return told.format(count=f"{abs(by):,}")


def board(asked: Asked, laid: Board) -> SafeString:
    """What the board says: gaps, the change, who has most, where it is not known."""
    whole = laid.whole
    said = [_gaps(asked, laid)]
    if (worst := laid.worst) is not None:
        said.append(
            format_html(
                gettext("{place}最多，{count}件。"),
                place=bold(worst.place.name),
                count=f"{worst.count.gap:,}",
            )
        )
    if whole.count.unknown:
        cells = laid.undecided
        places = [
            format_html(
                gettext("{place}“{guarantee}”{count}人"),
                place=cell.place.name,
                guarantee=cell.promise.text,
                count=number(
                    cell.count.unknown,
                    address(asked, cell.promise.id, "unknown", place=cell.place.key),
                ),
            )
            for cell in cells[:MOST]
        ]
        rest = len(cells) - MOST
        more = gettext("，另有{count}处").format(count=rest) if rest > 0 else ""
        mark = format_html('<b class="unknown">{}</b>', gettext("待核"))
        text = gettext("{mark}：{places}{more}。")
        said.append(format_html(text, mark=mark, places=listed(places), more=more))
    return format_html_join(space(), "{}", ((part,) for part in said))


def _gaps(asked: Asked, laid: Board) -> SafeString:
    whole, count = laid.whole, len(laid.rows)
    if whole.count.gap:
        by = whole.change
        told = ""
        if by is not None:
            told = (
                gettext("，与上月持平")
                if by == 0
                else (
                    gettext("，比上月多{count}件") if by > 0 else gettext("，比上月少{count}件")
                ).format(count=f"{abs(by):,}")
            )
        return format_html(
            gettext("{place}{count}项保障，缺口{gap}件{change}。"),
            place=asked.place.name,
            count=count,
            gap=bold(number(whole.count.gap, address(asked, "all", "gap"))),
            change=told,
        )
    if not whole.count.owed:
        told = gettext("{place}{count}项保障，还没有应保障的儿童。")
    elif whole.count.unknown:
        told = gettext("{place}{count}项保障，已知的都没有缺口。")
    else:
        told = gettext("{place}{count}项保障，全部齐了。")
    return format_html(told, place=asked.place.name, count=count)


def undecided(asked: Asked, guarantee: str, count: Count, text: str) -> SafeString:
    """How many cannot be judged, linked; nothing for none."""
    if not count.unknown:
        return SafeString("")
    return format_html(text, count=number(count.unknown, address(asked, guarantee, "unknown")))

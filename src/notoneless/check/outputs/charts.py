"""Charts as SVG, made on this machine: the picture of a number that already stands in a table.

A chart's title is its finding and stands in the page; labels stand on the marks, so no chart needs
colours to be told apart. The text is measured with the glyphs of the shipped font, so the picture
is the same on every machine; a browser may show it in its own Han font.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from notoneless.check.outputs.sentences import yuan
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.check.outputs.figures import Figures, PlaceCount

FONT = "Noto Sans SC"
BARS = 12
"""Bars of one chart; the rest are in the table beside it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the sentence it shows."""

    title: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its length, its label."""

    name: str
    value: float
    label: str


def draw(figures: Figures) -> dict[str, Chart]:
    """The charts there is something to show for: ``townships``, ``aid``."""
    drawn: dict[str, Chart] = {}
    places = [place for place in figures.townships if place.gaps and place.township]
    if len(places) > 1:
        drawn["townships"] = Chart(
            _most(places),
            bars([Bar(p.township, p.gaps, f"{p.gaps:,}") for p in places[:BARS]]),
        )
    policies: dict[str, int] = {}
    for row in figures.aid:
        if row.verdict in ("owed", "short") and row.short_fen:
            policies[row.policy] = policies.get(row.policy, 0) + row.short_fen
    if len(policies) > 1:
        ranked = sorted(policies.items(), key=lambda item: (-item[1], item[0]))
        drawn["aid"] = Chart(
            gettext("{policy}欠得最多，{sum}元").format(
                policy=ranked[0][0], sum=yuan(ranked[0][1])
            ),
            bars([Bar(name, fen / 100, yuan(fen)) for name, fen in ranked[:BARS]]),
        )
    return drawn


def _most(places: list[PlaceCount]) -> str:
    """The finding; a first place shared by several is not given to one."""
    number = places[0].gaps
    first = [place.township for place in places if place.gaps == number]
    if len(first) == 1:
        return gettext("{township}要找的孩子最多，{number:,}人").format(
            township=first[0], number=number
        )
    return gettext("{townships}等{places}个乡镇要找的孩子最多，各{number:,}人").format(
        townships=gettext("、").join(first[:2]), places=len(first), number=number
    )


def bars(items: list[Bar]) -> Markup:
    """Horizontal bars in the given order, names on the left and labels at their ends."""
    import altair as alt
    import vl_convert

    _font()
    values = [{"name": item.name, "value": item.value, "label": item.label} for item in items]
    base = alt.Chart({"values": values})
    y = alt.Y(
        "name:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False, labelPadding=8)
    )
    x = alt.X("value:Q", axis=None)
    chart = (
        alt.layer(
            base.mark_bar(height=11, color="#b3271a").encode(y=y, x=x),
            base.mark_text(align="left", dx=6, color="#1c1e21").encode(y=y, x=x, text="label:N"),
        )
        .properties(width=320, height=alt.Step(22), background="transparent")
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=13, labelColor="#1c1e21", labelLimit=330)
        .configure_text(fontSize=13)
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return Markup(svg)  # noqa: S704 - Vega escapes the texts it writes


@cache
def _font() -> Path:
    """Register the shipped font with the renderer; without one, labels come out blank."""
    import pylopdf_fonts_zh_cn
    import vl_convert

    font = Path(pylopdf_fonts_zh_cn.sans_path())
    vl_convert.register_font_directory(str(font.parent))
    return font

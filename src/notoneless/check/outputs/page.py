"""The answer as one page that stands alone: no script, no request, prints on A4.

Everything on it comes through Jinja with escaping on, under a content policy that allows nothing but
the page's own stylesheets (by their hashes). Long lists are cut, so a large county's page stays small.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from notoneless.check.outputs import charts, sentences
from notoneless.check.outputs.differences import marked
from notoneless.check.outputs.figures import FINDINGS, SCHOOL_FINDINGS, UNDECIDED_AID, Figures
from notoneless.check.outputs.shown import hide_numbers
from notoneless.i18n import gettext, language
from notoneless.masking import mask_id
from notoneless.ui import stylesheet

if TYPE_CHECKING:
    from notoneless.check.result import CheckResult

FILE = "index.html"
ROWS = 100
"""Rows of one list of children on the page; the rest stand in the workbook and the CSV files."""

AID_ROWS = 30
"""Rows of one list about aid."""


def write_page(
    con: Any, result: CheckResult, figures: Figures, folder: Path, *, mask: bool
) -> None:
    """Write ``index.html`` from the shown rows (see `show`)."""
    environment = Environment(
        loader=PackageLoader("notoneless.check.outputs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        gettext, lambda one, many, n: gettext(one if n == 1 else many), newstyle=True
    )
    environment.filters.update(
        mask_id=mask_id, hide=hide_numbers, yuan=sentences.yuan, term=sentences.term
    )
    sheets = {name: Markup(_css(environment, name)) for name in ("app.css", "page.css")}  # noqa: S704 - our own
    page = environment.get_template("page.html.jinja").render(
        language=language(),
        styles=tuple(sheets.values()),
        policy=_policy(sheets),
        title=sentences.title(result),
        result=result,
        masked=mask,
        figures=figures,
        say=sentences,
        marked=marked,
        findings=FINDINGS,
        listed_findings=SCHOOL_FINDINGS,
        policies=_policies(figures),
        lists=_lists(con),
        charts=charts.draw(figures),
    )
    (folder / FILE).write_text(page, encoding="utf-8")


@dataclass
class _Policy:
    """One row of the page's table of policies."""

    label: str
    unverified: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    owed_fen: int = 0
    paid_fen: int = 0
    short_fen: int = 0


def _policies(figures: Figures) -> list[_Policy]:
    policies: dict[str, _Policy] = {}
    for row in figures.aid:
        policy = policies.setdefault(row.policy_id, _Policy(row.policy))
        policy.unverified |= row.unverified
        policy.counts[row.verdict] = row.count
        policy.owed_fen += row.owed_fen
        policy.paid_fen += row.paid_fen
        if row.verdict in ("owed", "short"):
            policy.short_fen += row.short_fen
    return list(policies.values())


def _css(environment: Environment, name: str) -> str:
    if name == "app.css":
        return stylesheet()
    return environment.get_template(name).render()


def _policy(sheets: Mapping[str, str]) -> str:
    hashes = " ".join(
        "'sha256-" + base64.b64encode(hashlib.sha256(css.encode()).digest()).decode() + "'"
        for css in sheets.values()
    )
    return f"default-src 'none'; style-src {hashes}; base-uri 'none'; form-action 'none'"


def _lists(con: Any) -> dict[str, list[dict[str, Any]]]:
    children = (
        "SELECT name, id_number, birth_date, sex, township, village, school, reason, evidence"
        " FROM shown_children WHERE {where}"
        f" ORDER BY township, village, school, name, id_number, child LIMIT {ROWS}"
    )
    lists = {
        "no_place": children.format(where="state = 'suspected_no_place'"),
        "absent": children.format(where="state = 'suspected_absent' AND NOT coalesce(poor, false)"),
        "absent_poor": children.format(where="state = 'suspected_absent' AND poor"),
        "data_problem": children.format(where="state = 'data_problem'"),
        "undecided": "SELECT reason, count(*) AS number FROM shown_children WHERE state = 'unknown'"
        f" GROUP BY reason ORDER BY number DESC, reason LIMIT {ROWS}",
        "review": "SELECT * FROM shown_review ORDER BY left_place, left_name, right_name, left_file,"
        f" left_row, right_file, right_row, pair_id LIMIT {ROWS}",
        "changes": "SELECT * FROM shown_changes ORDER BY CASE change WHEN 'new' THEN 1 WHEN 'open'"
        f" THEN 2 ELSE 3 END, township, school, name, id_number, child LIMIT {ROWS}",
    }
    lists["needs_data"] = f"{UNDECIDED_AID} LIMIT {ROWS}"
    for verdict in SCHOOL_FINDINGS:
        lists[verdict] = (
            "SELECT name, id_number, school, policy, term, owed_fen, paid_fen, paid_on, reason, unverified"
            f" FROM shown_aid WHERE verdict = '{verdict}'"
            f" ORDER BY school, policy_id, name, id_number, term, child LIMIT {AID_ROWS}"
        )
    return {key: _dicts(con, query) for key, query in lists.items()}


def _dicts(con: Any, query: str) -> list[dict[str, Any]]:
    answer = con.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

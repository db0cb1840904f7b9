"""``run.json``: what went in, what came out, by which program; no clock time, so it can be compared."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notoneless.i18n import language

if TYPE_CHECKING:
    from notoneless.check.outputs.figures import Figures
    from notoneless.check.result import CheckResult

FILE = "run.json"


def write_run_record(result: CheckResult, figures: Figures, folder: Path, *, mask: bool) -> None:
    """Write ``run.json`` beside the other files of ``folder``, whose hashes it holds; write it last."""
    record = {
        "program": {"name": "notoneless", "version": result.version},
        "as_of": result.as_of,
        "county": result.county,
        "language": language(),
        "masked": mask,
        "settings": dict(result.settings),
        "lists": [asdict(one) for one in result.lists],
        "rulebooks": [asdict(one) for one in result.rulebooks],
        "missing": result.missing,
        "quality": result.quality,
        "counts": _counts(figures),
        "files": {
            path.name: _sha256(path)
            for path in sorted(folder.iterdir())
            if path.is_file() and path.name != FILE
        },
    }
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _counts(figures: Figures) -> dict[str, Any]:
    states: dict[str, dict[str, int]] = {}
    for one in figures.states:
        states.setdefault(one.universe, {})[one.state] = one.count
    aid: dict[str, int] = {}
    for row in figures.aid:
        aid[row.verdict] = aid.get(row.verdict, 0) + row.count
    return {
        "states": states,
        "comparisons": {
            one.comparison.id: {"base": one.comparison.base, "found": one.count}
            for one in figures.found
        },
        "aid": aid,
        "faults": {one.code: one.count for one in figures.faults},
        "pairs": figures.pairs,
        "changes": figures.changes,
    }

"""Write what can be derived from the code: the reference and the message catalogues.

``python docs/generate.py`` writes, ``--check`` writes nothing and says what is not up to date.
Each file in ``generator/pages`` becomes a page of ``docs/reference``, in English and in Chinese.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from generator import messages, pages

from notoneless import i18n

DOCS = Path(__file__).resolve().parent
REFERENCE = DOCS / "reference"
SUFFIX = {"en": ".md", "zh-Hans": ".zh-CN.md"}
"""The languages of the documentation; Traditional Chinese is for screens and results only."""


def reference() -> dict[Path, bytes]:
    """Every page of the reference by its path."""
    written = {}
    for module in pkgutil.iter_modules(pages.__path__):
        page = importlib.import_module(f"generator.pages.{module.name}").page
        for language, suffix in SUFFIX.items():
            with i18n.use(language):
                written[REFERENCE / (module.name + suffix)] = page().encode()
    return written


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare; the exit code is 1 when something is not up to date."""
    catalogues = messages.catalogues()
    wanted = {**catalogues.files, **reference()}
    left_over = set(REFERENCE.glob("*.md")) - set(wanted)
    if "--check" not in arguments:
        for path, content in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for path in left_over:
            path.unlink()
    else:
        for path in [*wanted, *sorted(left_over)]:
            if path in left_over or not path.exists() or path.read_bytes() != wanted[path]:
                catalogues.faults.append(
                    f"{path.relative_to(DOCS.parent)} is not up to date: "
                    "run `make docs` (without make: `python make.py docs`) and commit what it wrote"
                )
    for fault in catalogues.faults:
        print(fault, file=sys.stderr)
    return 1 if catalogues.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

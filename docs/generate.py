"""Write what can be derived: the reference, the message catalogues, the READMEs' measurements.

``python docs/generate.py`` writes, ``--check`` writes nothing and says what is not up to date.
Each file in ``generator/pages`` becomes a page of ``docs/reference``, in English and in Chinese.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from generator import messages, pages, readme

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


def write(files: dict[Path, bytes]) -> None:
    """Put the files in their places."""
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def left_over(pages: dict[Path, bytes]) -> list[Path]:
    """Pages of the reference that nothing writes any more."""
    return sorted(set(REFERENCE.glob("*.md")) - set(pages))


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare; the exit code is 1 when something is not up to date."""
    catalogues = messages.catalogues()
    if "--check" not in arguments:
        write(catalogues.files)  # first, for the pages are translated by them
        written = {**reference(), **readme.readmes()}
        write(written)
        for path in left_over(written):
            path.unlink()
    else:
        wanted = {**catalogues.files, **reference(), **readme.readmes()}
        stale = [path for path in wanted if not path.exists() or path.read_bytes() != wanted[path]]
        catalogues.faults += [
            f"{path.relative_to(DOCS.parent)} is not up to date: "
            "run `make docs` (without make: `python make.py docs`) and commit what it wrote"
            for path in (*stale, *left_over(wanted))
        ]
    for fault in catalogues.faults:
        print(fault, file=sys.stderr)
    return 1 if catalogues.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Take the README's picture anew: the result page of the invented county, in a real browser.

``python docs/picture.py`` needs Chromium on this machine (``CHROMIUM`` names another one).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from notoneless import demo, i18n
from notoneless.check import Settings, check

PICTURE = Path(__file__).resolve().parent / "picture.png"
SIZE = {"width": 1180, "height": 780}
LARGEST = 250_000
"""Bytes; everyone who clones the project carries the picture."""


def main() -> int:
    """Invent the county, check it, open the page, take the picture."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not browser_path:
        print("no Chromium found; set CHROMIUM to one", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, i18n.use("zh-Hans"):
        lists, result = Path(folder, "lists"), Path(folder, "result")
        demo.write_lists(demo.make_county(2000, 7), lists)
        check(Settings(lists, result))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path)
            page = browser.new_page(viewport=SIZE, offline=True)
            page.goto((result / "index.html").as_uri())
            page.screenshot(path=PICTURE)
            browser.close()
    size = PICTURE.stat().st_size
    print(f"{PICTURE.name}: {size:,} bytes")
    return int(size > LARGEST)


if __name__ == "__main__":
    sys.exit(main())

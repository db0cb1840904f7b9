"""The board, the lists behind its numbers, the three comparisons, the first page."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from invented_bureau import Bureau, logged_in
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.django_db

NUMBER = re.compile(r'<a href="(/board/[^"]+)"[^>]*>([\d,.]+)(?:待核|除外)?</a>')


def numbers(page: str) -> list[tuple[str, str]]:
    """Every number of a board with the address behind it; coverage is a share and not a number of rows."""
    return [(unescape(url), text) for url, text in NUMBER.findall(page)]


def rows(client, url: str) -> int:
    """How many rows the list has that is exported there."""
    answer = client.get(url + "&export=xlsx")
    assert answer.status_code == 200, url
    return len(sheet(answer)) - 3


def sheet(answer) -> list[list[object]]:
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )


def test_every_number_is_the_number_of_rows_behind_it(judged: Bureau) -> None:
    client = logged_in(judged["owner"])
    walked = 0
    for place, by in (("county", "township"), ("county", "school"), ("township", ""), ("school", ""),
                      ("village", ""), ("class", ""), ("second township", "")):  # fmt: skip
        page = client.get(f"/board?place={judged[place].pk}&by={by}").content.decode()
        for url, text in numbers(page):
            if "." in text or text == "100":
                continue
            assert rows(client, url) == int(text.replace(",", "")), (place, by, url)
            walked += 1
    assert walked > 60

"""The board, the lists behind its numbers, the three comparisons, the first page."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from fractions import Fraction
from html import unescape

import pytest
from invented_bureau import Bureau, logged_in
from python_calamine import CalamineWorkbook

from notoneless.bureau.cases.models import Case
from notoneless.bureau.sweeps import board_reading
from notoneless.bureau.sweeps.board import Count, Place, Promise, lay_out
from notoneless.bureau.sweeps.board_reading import counts

pytestmark = pytest.mark.django_db

NUMBER = re.compile(r'<a href="(/board/[^"]+)"[^>]*>([\d,.]+)(?:待核|除外)?</a>')


def rows(client, url: str) -> int:
    """How many rows the list has that is exported there."""
    answer = client.get(url + "&export=xlsx")
    assert answer.status_code == 200, url
    return len(sheet(answer)) - 3


def sheet(answer) -> list[list[object]]:
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )


COVERAGE = re.compile(r'class="pct[^"]*"><a href="/board/(\w+)/\w+\?([^"]+)"[^>]*>([\d.]+)</a>')


def coverage(client, guarantee: str, asked: str) -> str:
    """What the board must say of coverage, reckoned from the rows of the list alone."""
    listed = sheet(client.get(f"/board/{guarantee}/owed?{asked}&export=xlsx"))
    at = listed[2].index("结论")
    verdicts = Counter(row[at] for row in listed[3:])
    share = Fraction(verdicts["已保障"], verdicts.total() - verdicts["依法除外"]) * 100
    hundredths = int(share * 100)
    return "100" if share == 100 else f"{hundredths // 100}.{hundredths % 100:02}"


def walk(client, url: str) -> int:
    """Follow every number of a board; how many there were."""
    page = client.get(url).content.decode()
    shares = {
        (guarantee, unescape(asked), text) for guarantee, asked, text in COVERAGE.findall(page)
    }
    for guarantee, asked, text in shares:
        assert coverage(client, guarantee, asked) == text, (guarantee, asked)
    told = {(unescape(url), text) for url, text in NUMBER.findall(page)}
    told -= {(url, text) for url, text in told if "." in text or text == "100"}
    for behind, text in told:
        assert rows(client, behind) == int(text.replace(",", "")), behind
    return len(shares) + len(told)


def test_every_number_is_the_number_of_rows_behind_it(judged: Bureau) -> None:
    client = logged_in(judged["owner"])
    walked = sum(
        walk(client, f"/board?place={judged[place].pk}&by={by}")
        for place, by in (("county", "township"), ("county", "school"), ("township", ""),
                          ("second township", ""), ("village", ""), ("school", ""), ("class", ""))
    )  # fmt: skip
    assert walked > 80


def test_a_board_that_counts_unknown_as_kept_is_caught(judged: Bureau, monkeypatch) -> None:
    """The mutant: who is unknown is taken for kept, so the second school looks whole."""
    client = logged_in(judged["owner"])

    def shown() -> str:
        page = client.get(f"/board?place={judged['county'].pk}&by=school").content.decode()
        return unescape(page)

    honest = shown()
    assert "9待核" in honest
    assert re.search(
        r'class="pct tot unknown"><a href="/board/in_class/unknown[^>]*>42\.85</a>', honest
    )
    monkeypatch.setattr(
        board_reading,
        "counts",
        lambda sweep, places: {
            key: Count(count.kept + count.unknown, count.excused, count.gap, 0, count.unsure)
            for key, count in counts(sweep, places).items()
        },
    )
    with pytest.raises(AssertionError, match="in_class"):
        walk(client, f"/board?place={judged['county'].pk}&by=school")
    assert "9待核" not in shown()


def test_coverage_is_cut_and_never_rounded_up() -> None:
    assert Count(kept=99_999, gap=1).coverage == "99.99"
    assert Count(kept=199_999, unknown=1).coverage == "99.99"
    assert Count(kept=3, excused=1).coverage == "100"
    assert Count(excused=4).coverage == ""
    assert Count(unsure=4).owed == 0
    assert Count(kept=2, gap=1, unsure=7).coverage == "66.66"
    rounded = f"{99_999 / 100_000 * 100:.2f}"  # the mutant
    assert rounded == "100.00"


def test_without_a_last_month_the_change_is_empty_and_never_0() -> None:
    promise, place = Promise("a", "甲"), Place(1, "甲县", "county")
    now = {(1, "a"): Count(kept=1, gap=2)}
    told = [
        lay_out([promise], [place], now, before).rows[0].cells[0]
        for before in (None, {}, {(2, "a"): Count(gap=1)}, {(1, "a"): Count(gap=5)}, now)
    ]
    assert [cell.change for cell in told] == [None, None, None, -3, 0]
    assert [cell.signed for cell in told] == ["", "", "", "−3", ""]


def test_many_places_stand_below_each_other() -> None:
    promises = [Promise("a", "甲")]
    places = [Place(key, str(key), "school") for key in range(1, 11)]
    now = {(key, "a"): Count(kept=10, gap=key % 4) for key in range(1, 11)}
    laid = lay_out(promises, places, now, None)
    assert laid.long
    assert not lay_out(promises, places[:8], now, None).long
    order = [total.place.key for total, _ in laid.down]
    assert order == [1, 3, 7, 2, 6, 10, 5, 9, 4, 8]


def test_the_change_is_that_since_last_month(judged: Bureau) -> None:
    page = logged_in(judged["owner"]).get("/board").content.decode()
    assert "比上月多2件" in page
    assert '<td class="dlt worse">+2</td>' in page
    then = logged_in(judged["owner"]).get("/board?on=2026-10-31").content.decode()
    assert "上个月没有核对过，增减都空着" in then
    assert "worse" not in then


def test_who_may_not_know_of_need_sees_no_word_of_it(judged: Bureau) -> None:
    """The pages of a class teacher and a village cadre; the county officer's have the words."""
    words = ("脱贫", "监测", "残疾", "poor", "disab")
    paths = ("/", "/board", "/comparisons", "/board/all/gap", "/board/in_class/gap", "/board/all/owed",
             "/board/all/gap?export=xlsx")  # fmt: skip
    for role in ("class_teacher", "village_cadre"):
        client = logged_in(judged[role])
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, (role, path)
            text = str(sheet(answer)) if "xlsx" in path else answer.content.decode()
            for word in words:
                assert word not in text, (role, path, word)
        for path in ("/board/registered_poor_place/gap", "/board/special_placement/owed",
                     "/board/in_class/gap?among=registered_poor_place"):  # fmt: skip
            assert client.get(path).status_code == 404, (role, path)
    assert "脱贫户" in logged_in(judged["owner"]).get("/board").content.decode()


def test_another_place_answers_like_a_missing_one(judged: Bureau) -> None:
    stranger, teacher = logged_in(judged["stranger"]), logged_in(judged["class_teacher"])
    for path in ("/board?place={}", "/board/in_class/gap?place={}", "/comparisons?place={}",
                 "/board/in_class/gap?place={}&export=xlsx", "/board?place={}&export=xlsx"):  # fmt: skip
        for client, place in ((stranger, judged["county"].pk), (stranger, judged["class"].pk),
                              (teacher, judged["county"].pk), (teacher, judged["sibling class"].pk),
                              (stranger, 10**9)):  # fmt: skip
            assert client.get(path.format(place)).status_code == 404, path
    assert "童甲" not in stranger.get("/board/all/owed").content.decode()
    for wrong in ("/board/in_class/outside", "/board/nothing/gap", "/board?place=x", "/board?on=x"):
        assert logged_in(judged["owner"]).get(wrong).status_code == 404, wrong


def test_the_export_is_the_list_as_filtered(judged: Bureau) -> None:
    client = logged_in(judged["owner"])
    url = f"/board/in_class/owed?place={judged['county'].pk}&verdict=gap&sort=-name"
    page = client.get(url).content.decode()
    rows_ = sheet(client.get(url + "&export=xlsx"))
    assert rows_[0][0] == "甲县，在籍学生在课堂，应保障"
    assert rows_[1][0] == "截至2026-11-23，单位：人"
    assert rows_[2][:3] == ["姓名", "性别", "年龄"]
    names = [row[0] for row in rows_[3:]]
    assert names == re.findall(r'<a href="/children/\d+">([^<]+)</a>', page)
    assert len(names) == 3
    assert {row[5] for row in rows_[3:]} == {"缺口"}
    assert "共3行" in page
    kept = client.get(url.replace("gap", "kept") + "&export=xlsx")
    assert len(sheet(kept)) - 3 == 9


def test_a_row_says_since_when(judged: Bureau) -> None:
    """One was absent last month already, two are since this month."""
    rows_ = sheet(logged_in(judged["owner"]).get("/board/in_class/gap?export=xlsx"))[3:]
    assert sorted(row[-1] for row in rows_) == ["2026-10-31", "2026-11-23", "2026-11-23"]
    assert "规则第" in rows_[0][5]


def test_the_three_comparisons_add_up(judged: Bureau) -> None:
    client = logged_in(judged["owner"])
    page = re.sub(r"<[^>]+>", "", client.get("/").content.decode())
    assert "24名适龄儿童中，2人查不到学籍，与上月持平" in page
    assert "21名在籍学生中，3人不在课堂，比上月多2人" in page
    assert "上面3人里，1人来自脱贫户或监测户" in page
    assert "在籍 21＋延缓入学 1＋查不到学籍 2＝24，与适龄儿童总数相符" in page
    assert "未交" in page
    for by, first in (("township", "甲一镇"), ("school", "甲县一小")):
        listed = sheet(client.get(f"/comparisons?by={by}&export=xlsx"))
        assert listed[3][0] == first
    poor = f"/board/in_class/gap?place={judged['county'].pk}&among=registered_poor_place"
    assert rows(client, poor) == 1


def test_the_four_checks_stand_above_the_comparisons(judged: Bureau) -> None:
    """Each with the list it rests on; who may not know of need has three of them."""
    page = re.sub(r"<[^>]+>", " ", logged_in(judged["owner"]).get("/comparisons").content.decode())
    page = re.sub(r"\s+", " ", page)
    assert "查户籍：适龄儿童 24 户籍适龄儿童名单" in page
    assert "查学籍：在籍学生 21 学籍名册" in page
    assert "查在校：点名在课堂 9 " in page, page[page.index("查在校") :][:60]
    assert "查脱贫户：适龄儿童" in page
    teacher = logged_in(judged["class_teacher"]).get("/comparisons").content.decode()
    assert "查脱贫户" not in teacher


def test_an_auditor_may_look_at_an_earlier_day(judged: Bureau) -> None:
    client = logged_in(judged["auditor"])
    assert '<option value="2026-10-31">' in client.get("/board").content.decode()
    assert walk(client, "/board?on=2026-10-31") > 10
    assert rows(client, "/board/in_class/gap?on=2026-10-31") == 1
    assert rows(client, "/board/in_class/gap?x=1") == 3


def test_before_the_first_sweep_it_says_what_will_come(bureau: Bureau) -> None:
    client = logged_in(bureau["owner"])
    assert "还没有逐人核对过" in client.get("/board").content.decode()
    assert "三比对" not in client.get("/").content.decode()
    assert client.get("/board/in_class/gap").status_code == 404


def test_a_gap_says_whether_it_has_a_case(judged: Bureau) -> None:
    """The sweep opened them; when one case is closed, one child of the three has none."""
    client = logged_in(judged["owner"])
    page = re.sub(r"<[^>]+>", "", client.get("/").content.decode())
    assert "已立案3人，未立案0人" in page
    closed = Case.objects.filter(kind="absent").order_by("pk")[:1].values("pk")
    Case.objects.filter(pk__in=list(closed.values_list("pk", flat=True))).update(
        state="closed", closed_on=dt.date(2026, 11, 23)
    )
    page = re.sub(r"<[^>]+>", "", client.get("/").content.decode())
    assert "已立案2人，未立案1人" in page
    url = f"/board/in_class/gap?place={judged['county'].pk}&case="
    assert (rows(client, url + "true"), rows(client, url + "false")) == (2, 1)


def test_who_hands_lists_in_is_asked_for_the_missing_ones(judged: Bureau) -> None:
    page = logged_in(judged["owner"]).get("/").content.decode()
    assert "催交名单" in page
    assert "随迁子女名册" in page
    for role in ("auditor", "class_teacher", "township_cadre", "county_leader"):
        assert "催交名单" not in logged_in(judged[role]).get("/").content.decode()

"""Lists, forms and sentences: what every page of every app is made of."""

from __future__ import annotations

import io
import re

import pytest
from django.template import engines
from invented_bureau import Bureau, logged_in
from python_calamine import CalamineWorkbook

from notoneless import i18n
from notoneless.bureau.accounts import actions
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=2", "\r=3", "＝1+1", '=HYPERLINK("http://x")']
HTML = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}",
    "{% now 'Y' %}",
]


def test_an_export_has_the_rows_as_filtered_and_sorted_and_no_formula(bureau: Bureau) -> None:
    for text in FORMULAS:
        actions.add_organisation(by=SYSTEM, kind="school", name=text, parent=bureau["county"])
    client = logged_in(bureau["owner"])
    answer = client.get("/organisations?kind=school&sort=-name&export=xlsx")
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    assert rows[0] == ["名称", "类别", "上级", "代码"]
    names = [row[0] for row in rows[1:]]
    shown = client.get("/organisations?kind=school&sort=-name").content.decode()
    assert len(names) == len(FORMULAS) + 2
    assert {name.strip() for name in FORMULAS} <= {name.strip() for name in names}
    in_page = re.findall(r'<td><a href="/organisations/\d+">', shown)
    assert len(in_page) == len(names)
    import zipfile

    sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    event = Event.objects.get(verb="list.exported")
    assert event.actor == bureau["owner"].pk
    assert '"rows": 10' in event.details


@pytest.mark.parametrize("text", HTML)
def test_what_people_write_is_shown_as_they_wrote_it(bureau: Bureau, text: str) -> None:
    from django.utils.html import escape

    school = actions.add_organisation(by=SYSTEM, kind="school", name=text, parent=bureau["county"])
    client = logged_in(bureau["owner"])
    for path in ("/organisations", f"/organisations/{school.pk}"):
        page = client.get(path).content.decode()
        assert escape(text) in page
        assert text not in page or escape(text) == text


def test_a_sort_or_page_that_does_not_exist_is_not_a_fault(bureau: Bureau) -> None:
    client = logged_in(bureau["owner"])
    for query in (
        "sort=password",
        "sort=--name",
        "page=999",
        "page=x",
        "kind=<b>",
        "sort=parent__code",
    ):
        assert client.get(f"/organisations?{query}").status_code == 200


def test_paging_keeps_the_filter(bureau: Bureau) -> None:
    for number in range(60):
        actions.add_organisation(
            by=SYSTEM, kind="school", name=f"第{number}小学", parent=bureau["county"]
        )
    page = logged_in(bureau["owner"]).get("/organisations?kind=school").content.decode()
    assert 'href="?kind=school&amp;page=2"' in page
    assert "第1页，共2页" in page


def test_a_form_keeps_what_was_typed_and_says_what_to_do(bureau: Bureau) -> None:
    client = logged_in(bureau["system_admin"])
    page = client.post(
        f"/organisations/{bureau['county'].pk}/below", {"kind": "school", "name": "甲县一小"}
    ).content.decode()
    assert "“甲县一小”在这里已经有了" in page
    assert "B202" in page
    assert 'value="甲县一小"' in page
    assert 'role="alert"' in page


def test_a_refusal_without_a_form_is_a_page(bureau: Bureau) -> None:
    me = bureau["security_admin"]
    answer = logged_in(me).post(f"/people/{me.pk}/active")
    assert answer.status_code == 409
    assert "不能给自己授权，也不能停用自己" in answer.content.decode()


@pytest.mark.django_db
def test_texts_are_translated_and_what_is_put_in_is_escaped() -> None:
    def shown(template: str, **context: object) -> str:
        return engines["django"].from_string(template).render(context)

    assert shown('{% t "共{count}行" count=n %}', n="<b>") == "共&lt;b&gt;行"
    assert (
        shown("{{ n|grouped }} {{ fen|yuan }}", n=1234567, fen=-16125001) == "1,234,567 −161,250.01"
    )
    with i18n.use("en"):
        assert shown('{% t "登录" %}') == "Log in"


def test_the_three_languages_are_a_click_away(bureau: Bureau) -> None:
    client = logged_in(bureau["owner"])
    for code, tag, word in (
        ("en", "en", "What to do today"),
        ("zh-hant", "zh-Hant", "今天要做的事"),
        ("zh-hans", "zh-Hans", "今天要做的事"),
    ):
        assert client.get(f"/language/{code}?next=/")["Location"] == "/"
        page = client.get("/").content.decode()
        assert f'<html lang="{tag}">' in page
        assert word in page or code == "en"


def test_the_menu_has_what_one_may_open(bureau: Bureau) -> None:
    def menu(role: str) -> list[str]:
        page = logged_in(bureau[role]).get("/").content.decode()
        nav = re.search(r"<nav.*?</nav>", page, re.DOTALL)[0]
        return re.findall(r">([^<>]+)</a>", nav)

    assert "人员" in menu("security_admin")
    assert "审计日志" not in menu("security_admin")
    assert "审计日志" in menu("audit_admin")
    assert "人员" not in menu("class_teacher")

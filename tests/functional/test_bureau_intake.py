"""Lists through the pages: handed in, looked at, taken in, undone; by whom and by whom not."""

from __future__ import annotations

from pathlib import Path

from handed_in import as_file, census_bytes, children, work
from invented_bureau import Bureau, logged_in

from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people.models import Child as Known


def hand_in(client, organisation, *paths: Path):
    """Drop the files; the answer, after the jobs are done."""
    files = [as_file(path) for path in paths]
    answer = client.post("/lists/new", {"organisation": organisation.pk, "lists": files})
    work()
    return answer


def test_a_county_officer_takes_a_register_in_and_back(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    path = census_bytes(tmp_path, children(12))
    answer = hand_in(client, bureau["county"], path)
    upload = Upload.objects.get()
    assert answer.status_code == 302
    assert upload.state == "read", upload.broken
    page = client.get(answer["Location"]).content.decode()
    assert "户籍适龄儿童名单" in page
    assert upload.changes["sheets"][0]["new"] == 12
    assert children(12)[0].id_number not in page, "numbers are masked"
    assert not Known.objects.exists(), "nothing is in before a person says so"

    client.post(f"/lists/{upload.pk}/take-in")
    work()
    upload.refresh_from_db()
    assert upload.state == "committed", (upload.broken, upload.changes)
    assert Known.objects.count() == 12

    client.post(f"/lists/{upload.pk}/undo")
    upload.refresh_from_db()
    assert upload.state == "undone"

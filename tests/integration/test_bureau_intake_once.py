"""Exactly once: the same file, the same list, the same child, however many come at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from handed_in import children, work
from invented_bureau import Bureau
from small_county import Child, census, roll

from notoneless.bureau.intake import actions, comparison, jobs
from notoneless.bureau.intake.models import Doubt, Taken, Upload
from notoneless.bureau.people.models import Child as Known
from notoneless.bureau.people.models import Source

AT_ONCE = 8
PEOPLE = 4

pytestmark = pytest.mark.both_databases

on_postgres = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite writes one after the other"
)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of them in threads that start together; what each gave or raised."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        try:
            start.wait(20)
            answers[number] = acts[number]()
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def hand_in(bureau: Bureau, path: Path) -> Upload:
    upload, _ = actions.hand_in(
        by=bureau["owner"],
        organisation=bureau["county"],
        name=path.name,
        content=path.read_bytes(),
    )
    return upload


def ready(bureau: Bureau, *paths: Path) -> list[Upload]:
    """Handed in, read, and asked to be taken in; the jobs themselves are the test's."""
    from django_tasks_db.models import DBTaskResult

    uploads = [hand_in(bureau, path) for path in paths]
    work()
    for upload in uploads:
        upload.refresh_from_db()
        actions.ask_to_take_in(by=bureau["owner"], upload=upload)
    DBTaskResult.objects.all().delete()
    return uploads


def take_in(bureau: Bureau, upload: Upload) -> Callable[[], object]:
    return lambda: jobs.take_in.call(upload.pk, bureau["owner"].pk)


def wait_for_each_other(monkeypatch: pytest.MonkeyPatch, parties: int) -> None:
    """Nobody records before everybody has compared: the worst moment."""
    compare, gate, first = comparison.compare, threading.Barrier(parties), threading.local()

    def compared(*args: object, **more: object) -> comparison.Compared:
        answer = compare(*args, **more)
        if not getattr(first, "passed", False):
            first.passed = True
            gate.wait(30)
        return answer

    monkeypatch.setattr(comparison, "compare", compared)


def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The register does not come first: what is proved here must hold without that order."""
    monkeypatch.setattr(jobs.waits, "before", lambda _upload: [])


def test_one_file_handed_in_eight_times_at_once(real_bureau: Bureau, tmp_path: Path) -> None:
    path = census(tmp_path, children(PEOPLE))
    answers = at_once(*[lambda: hand_in(real_bureau, path)] * AT_ONCE)
    assert [type(answer) for answer in answers] == [Upload] * AT_ONCE, answers
    assert Upload.objects.count() == 1
    assert len({answer.pk for answer in answers}) == 1


def test_one_list_taken_in_eight_times_at_once(
    real_bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [upload] = ready(real_bureau, census(tmp_path, children(PEOPLE)))
    wait_for_each_other(monkeypatch, AT_ONCE)
    answers = at_once(*[take_in(real_bureau, upload)] * AT_ONCE)
    assert answers == [None] * AT_ONCE
    upload.refresh_from_db()
    assert (upload.state, upload.broken) == ("committed", "")
    assert (Known.objects.count(), Taken.objects.count()) == (PEOPLE, 1)
    assert Source.objects.filter(undone_at__isnull=True).count() == 1


@on_postgres
def test_without_marker_and_version_it_would_be_taken_in_twice(
    real_bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: a look at the state and no more, and no marker of the file."""
    source_of = comparison.source_of

    def only_look(upload: Upload, before: tuple[str, ...], _after: str, **_: object) -> None:
        assert upload.state in before

    def unmarked(*args: object) -> object:
        from dataclasses import replace

        return replace(source_of(*args), sha256="")

    [upload] = ready(real_bureau, census(tmp_path, children(PEOPLE)))
    monkeypatch.setattr(actions, "_move", only_look)
    monkeypatch.setattr(actions, "_advance", lambda *_: None)
    monkeypatch.setattr(comparison, "source_of", unmarked)
    wait_for_each_other(monkeypatch, AT_ONCE)
    at_once(*[take_in(real_bureau, upload)] * AT_ONCE)
    assert Known.objects.count() > PEOPLE


def test_two_lists_of_the_same_children_at_once(
    real_bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Register and roll, neither knowing the other's children: the later one compares anew."""
    both = ready(real_bureau, *_register_and_roll(tmp_path))
    nobody_waits(monkeypatch)
    wait_for_each_other(monkeypatch, 2)
    assert at_once(*[take_in(real_bureau, upload) for upload in both]) == [None, None]
    assert set(Upload.objects.values_list("state", flat=True)) == {"committed"}
    assert Known.objects.count() == PEOPLE


def test_without_the_version_children_would_double(
    real_bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: what was compared is recorded, whatever came in between."""
    both = ready(real_bureau, *_register_and_roll(tmp_path))
    monkeypatch.setattr(actions, "_advance", lambda *_: None)
    nobody_waits(monkeypatch)
    wait_for_each_other(monkeypatch, 2)
    at_once(*[take_in(real_bureau, upload) for upload in both])
    assert Known.objects.count() == 2 * PEOPLE


def _register_and_roll(folder: Path) -> tuple[Path, Path]:
    who = children(PEOPLE)
    return census(folder, who), roll(folder, who)


def test_two_people_decide_one_pair_at_once(real_bureau: Bureau, tmp_path: Path) -> None:
    """One answer counts, the other person is told; the row is recorded once."""
    namesakes = [Child("罗梓萱", no=n, township="甲一镇", school="甲县一小") for n in (41, 77)]
    pupil = Child("罗梓萱", id_number=" ", township="甲一镇", school="甲县一小")
    for path in (
        census(tmp_path, [*children(PEOPLE), *namesakes]),
        roll(tmp_path, [*children(PEOPLE), pupil]),
    ):
        [upload] = ready(real_bureau, path)
        take_in(real_bureau, upload)()
    doubt = Doubt.objects.first()
    assert doubt is not None
    who = [real_bureau["owner"], real_bureau["city_officer"]] * 4
    answers = at_once(
        *[lambda by=by: actions.decide(by=by, doubt=doubt, answer="same") for by in who]
    )
    assert answers.count(None) == 1, answers
    assert Source.objects.filter(line="roll", sha256="").count() == 1

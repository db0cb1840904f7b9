"""Lists handed in to the invented bureau, and the worker that reads them, in the test's own process."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from small_county import Child


def work() -> int:
    """Do every waiting job, and those that these bring; how many there were."""
    from django_tasks_db.models import DBTaskResult

    done = 0
    while waiting := list(DBTaskResult.objects.ready()):
        for job in waiting:
            job.task.call(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
            job.set_successful(None)
            done += 1
    return done


def children(count: int, **more: object) -> list[Child]:
    """So many children of 甲一镇 at 甲县一小, with names that nobody shares."""
    given = "一二三四五六七八九十百千"
    return [
        Child(
            f"{'王李张刘陈杨赵黄周吴'[n % 10]}{given[n // 12]}{given[n % 12]}",
            no=n + 1,
            born=f"2015{n % 12 + 1:02}{n % 27 + 1:02}",
            sex="男" if n % 2 else "女",
            township="甲一镇",
            school="甲县一小",
            **more,
        )
        for n in range(count)
    ]


def as_file(path: Path) -> SimpleUploadedFile:
    """As a browser sends it."""
    return SimpleUploadedFile(path.name, path.read_bytes())

"""The whole way of a list: handed in, read, compared, recorded, while another person goes on writing."""

from __future__ import annotations

import csv
import datetime as dt
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

Measured = Callable[[str], AbstractContextManager[None]]

REGISTER = {
    "乡镇": "township", "村": "village", "户号": "household_no", "姓名": "name", "性别": "sex",
    "身份证号": "id_number", "出生日期": "birth_date", "监护人": "guardian_name",
    "监护人身份证号": "guardian_id", "联系电话": "phone", "家庭住址": "address",
}  # fmt: skip
ROLL = {
    "学生姓名": "name", "身份证件号": "id_number", "性别": "sex", "出生日期": "birth_date",
    "学校名称": "school", "年级": "grade", "班级": "class_name", "学籍号": "roll_number",
    "监护人": "guardian_name", "联系电话": "phone",
}  # fmt: skip


def write(path: Path, headings: dict[str, str], rows: pa.Table) -> Path:
    """The rows as a file of CSV with a bureau's headings."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(headings)
        columns = [rows[name].to_pylist() for name in headings.values()]
        lines.writerows(zip(*columns, strict=True))
    return path


def _writes(say: Connection, organisation: int) -> None:
    """A person who writes a little every tenth of a second; tells the longest wait and the failures."""
    import django

    django.setup()
    from django.db import OperationalError

    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.audit import actions as audit

    county = Organisation.objects.get(pk=organisation)
    longest, failed, done = 0.0, 0, 0
    say.send("ready")
    while not say.poll(0.1):
        begun = time.perf_counter()
        try:
            audit.read(audit.SYSTEM, "bench.written", county)
            done += 1
        except OperationalError:
            failed += 1
        longest = max(longest, time.perf_counter() - begun)
    say.send((longest, failed, done))


@contextmanager
def another_writer(organisation: int) -> Iterator[None]:
    """Print how long a second writer had to wait at most meanwhile."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_writes, args=(theirs, organisation)
    )
    process.start()
    ours.recv()
    yield
    ours.send("enough")
    longest, failed, done = ours.recv()
    process.join()
    print(f"    another writer: longest wait {longest:.2f} s, {done} written, {failed} refused")


def take_in(county: object, rows: pa.Table, folder: Path, measured: Measured) -> None:
    """A register of everybody, the roll of everybody, the same roll a month later with a few changes."""
    from notoneless.bureau.accounts import actions as accounts
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.intake import actions, jobs

    assert isinstance(county, Organisation)
    user = User.objects.create(username=f"officer{time.time_ns()}", name="罗敏")
    accounts.grant(
        by=SYSTEM,
        user=user,
        role="county_officer",
        organisation=county,
        valid_from=dt.date(2020, 1, 1),
    )
    later = rows.slice(len(rows) // 100)
    files = (
        ("register", write(folder / "户籍适龄儿童名单2026.9.1.csv", REGISTER, rows)),
        ("roll", write(folder / "学籍名册2026.9.2.csv", ROLL, rows)),
        ("roll, 1 % gone", write(folder / "学籍名册2026.10.2.csv", ROLL, later)),
    )
    for what, path in files:
        begun = time.perf_counter()
        with another_writer(county.pk):
            with measured(f"{what}: handed in"):
                upload, _ = actions.hand_in(
                    by=user, organisation=county, name=path.name, content=path.read_bytes()
                )
            with measured(f"{what}: read, compared, shown"):
                jobs.read.call(upload.pk, user.pk)
            upload.refresh_from_db()
            actions.ask_to_take_in(by=user, upload=upload)
            with measured(f"{what}: compared, recorded"):
                jobs.take_in.call(upload.pk, user.pk)
        upload.refresh_from_db()
        print(f"    {upload.get_state_display()} {upload.broken} {upload.changes.get('sheets')}")
        print(f"{what + ': together':<46} {time.perf_counter() - begun:8.2f} s", flush=True)

"""Sealing everything anew under another key: ``python -m bench.keys --children 450000``.

Children with a number, a guardian's number and a telephone, in a data folder of their own; with DATABASE_URL
on PostgreSQL (an empty database). Nobody in it exists. ``notoneless keys rotate`` then does its work.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.bureau.__main__ import measured

ALLOWED_SECONDS = 60.0
"""For as many rows of one column as there are children in the city."""


def main() -> None:
    """Fill, rotate, and look whether everything is under the new key."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=45_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as folder:
        os.environ["NOTONELESS_DATA"] = folder
        from notoneless.bureau.web import server

        server.settle(Path(folder))
        database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
        print(f"{asked.children:,} children on {database}")
        with measured("fill"):
            fill(asked.children)
        failed = rotate()
    sys.exit(failed)


def fill(count: int) -> None:
    """As many children as asked, each with three sealed values in two tables."""
    from django.db import transaction
    from django.utils import timezone

    from notoneless import vault
    from notoneless.bureau.accounts import actions
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people import bulk
    from notoneless.bureau.people.models import Child, Guardian, Identity, Source
    from notoneless.vault.cipher import Sealer

    county = actions.add_organisation(by=SYSTEM, kind="county", name="甲县", parent=None)
    now = timezone.now()
    source = Source.objects.create(
        line="census",
        organisation=county,
        file="x.xlsx",
        list_date=dt.date(2026, 9, 1),
        recorded_at=now,
    )
    common = {
        "line": "census",
        "source_id": source.pk,
        "recorded_in_id": source.pk,
        "valid_from": dt.date(2026, 9, 1),
        "recorded_at": now,
        "digest": "0" * 32,
    }

    def write(model: type, rows: list[dict[str, object]]) -> None:
        names = tuple(rows[0])
        bulk.insert(model, names, ([bulk.stored(row[n]) for n in names] for row in rows))

    with transaction.atomic():
        keys = list(bulk.new_keys(Child, count))
        write(
            Child,
            [
                {"id": key, "name": "陈小禾", "initials": "cxh", "sex": "", "school_name": "",
                 "stage": "", "class_name": "", "in_register": True, "on_roll": False}
                for key in keys
            ],
        )  # fmt: skip
        number, guardian, phone = (
            Sealer(model._meta.get_field(name).context)
            for model, name in (
                (Identity, "id_number"),
                (Guardian, "id_number"),
                (Guardian, "phone"),
            )
        )
        write(
            Identity,
            [
                {**common, "row": at, "child_id": key, "name": "陈小禾", "initials": "cxh",
                 "former_name": "", "sex": "", "id_number": number(f"510699{at:012}"),
                 "id_index": vault.blind("id_number", f"510699{at:012}")}
                for at, key in enumerate(keys, 1)
            ],
        )  # fmt: skip
        write(
            Guardian,
            [
                {**common, "row": at, "child_id": key, "name": "陈大山",
                 "id_number": guardian(f"510698{at:012}"), "phone": phone(f"138{at:08}"),
                 "id_index": vault.blind("id_number", f"510698{at:012}"),
                 "phone_index": vault.blind("phone", f"138{at:08}")}
                for at, key in enumerate(keys, 1)
            ],
        )  # fmt: skip


def rotate() -> int:
    """Rotate, column by column; 1 when a column took too long or something is under the old key still."""
    from notoneless import vault
    from notoneless.vault import resealing
    from notoneless.vault.keys import key_file

    vault.ring().rotated().save(key_file())
    failed, all_done, begun = 0, 0, time.perf_counter()
    for field in resealing.sealed_columns():
        column_begun = time.perf_counter()
        done = sum(resealing.reseal(field))
        took = time.perf_counter() - column_begun
        all_done += done
        if done:
            print(f"    {field.context:<30} {done:>10,} in {took:6.1f} s", flush=True)
        failed |= took > ALLOWED_SECONDS
        failed |= bool(set(resealing.under_each_key(field)) - {vault.ring().current})
    print(f"{all_done:,} values in {time.perf_counter() - begun:.1f} s", flush=True)
    return failed


if __name__ == "__main__":
    main()

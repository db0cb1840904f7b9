"""Four writers who go on writing whatever happens to the database, and say what was acknowledged.

    DATABASE_URL=... python writers.py DATA

Each writes organisations, which are rows in three tables and an event of the audit log; a line
``NAME`` on standard output means that the database said yes. When standard input ends they stop, and the
last line is JSON: what is there, and what is wrong with it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

WRITERS = 4


def main() -> None:
    from notoneless.bureau.web import server

    data = Path(sys.argv[1])
    server.settle(data)
    from django.db import DatabaseError, InterfaceError, connection

    from notoneless.bureau.accounts import actions, queries
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.audit import queries as audit
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.audit.models import Event
    from notoneless.faults import Refusal

    county = actions.add_organisation(by=SYSTEM, kind="county", name="甲县", parent=None)
    stop, say = threading.Event(), threading.Lock()

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            name = f"第{writer}-{number}小学"
            try:
                actions.add_organisation(by=SYSTEM, kind="school", name=name, parent=county)
            except (DatabaseError, InterfaceError, Refusal):
                connection.close()
                time.sleep(0.02)
                continue
            with say:
                print(name, flush=True)
        connection.close()

    connection.close()  # this thread's; the others open their own
    print("ready", flush=True)
    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()
    there = dict(Organisation.objects.filter(kind="school").values_list("name", "pk"))
    said = set(Event.objects.filter(verb="organisation.added").values_list("subject", flat=True))
    half = [name for name, key in there.items() if str(key) not in said]
    if not queries.lineage_is_right():
        half.append("lineage")
    print(
        json.dumps(
            {"there": sorted(there), "half": half, "chain": audit.verify().whole, "said": len(said)}
        ),
        flush=True,
    )
    connection.close()


if __name__ == "__main__":
    main()

"""The process that is killed: it forks, and the fork does one act on the installation it is told.

    python victim.py DATA     then, line by line on standard input: {"data": FOLDER, "act": NAME, ...}

Everything is imported once; a fork costs milliseconds, so hundreds of crashes are affordable. The fork
stops itself (SIGSTOP) before the act, for a tracer to take hold of it, and answers one line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

ACTS: dict[str, Callable[..., Any]] = {}
MUTANTS: dict[str, Callable[[], None]] = {}


def act(function: Callable[..., Any]) -> Callable[..., Any]:
    ACTS[function.__name__] = function
    return function


def mutant(function: Callable[[], None]) -> Callable[[], None]:
    MUTANTS[function.__name__] = function
    return function


def move_to(data: Path) -> None:
    """Work on another folder, or another database of the same server, from now on."""
    from django.conf import settings
    from django.db import connections

    from notoneless.bureau.web import scratch
    from notoneless.vault.keys import look_again

    os.environ.update(NOTONELESS_DATA=str(data), NOTONELESS_KEYS=str(data / "keys.json"))
    entry = connections["default"].settings_dict
    if "sqlite3" in entry["ENGINE"]:
        entry["NAME"] = str(data / "bureau.sqlite3")
    settings.MEDIA_ROOT = data / "files"
    scratch.claim(data)
    look_again()


# --- acts -------------------------------------------------------------------------------------------


@act
def begin() -> None:
    """A county with a school and its officer."""
    import datetime as dt

    from notoneless.bureau.accounts import actions
    from notoneless.bureau.accounts.models import User
    from notoneless.bureau.audit.actions import SYSTEM

    county = actions.add_organisation(by=SYSTEM, kind="county", name="甲县", parent=None)
    actions.add_organisation(by=SYSTEM, kind="township", name="甲一镇", parent=county)
    actions.add_organisation(by=SYSTEM, kind="school", name="甲县一小", parent=county)
    user = User.objects.create(username="officer", name="罗敏")
    actions.grant(
        by=SYSTEM,
        user=user,
        role="county_officer",
        organisation=county,
        valid_from=dt.date(2020, 1, 1),
    )


def _officer() -> Any:
    from notoneless.bureau.accounts.models import User

    return User.objects.get(username="officer")


@act
def hand_in(path: str) -> int:
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.intake import actions

    upload, _ = actions.hand_in(
        by=_officer(),
        organisation=Organisation.objects.get(kind="county"),
        name=Path(path).name,
        content=Path(path).read_bytes(),
    )
    return upload.pk


@act
def read() -> None:
    from notoneless.bureau.intake import jobs

    jobs.read.call(_last().pk, _officer().pk)


def _last() -> Any:
    from notoneless.bureau.intake.models import Upload

    return Upload.objects.latest("pk")


@act
def ask() -> None:
    from notoneless.bureau.intake import actions

    actions.ask_to_take_in(by=_officer(), upload=_last())


@act
def take_in() -> None:
    from notoneless.bureau.intake import jobs

    jobs.take_in.call(_last().pk, _officer().pk)


@act
def undo() -> None:
    from notoneless.bureau.intake import actions

    actions.undo(by=_officer(), upload=_last())


@act
def work() -> None:
    """As the worker of a system that starts again: what a dead one left is taken up, then all is done."""
    from django.core.management import call_command
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from notoneless.bureau.web import worker

    worker.take_up(worker.name())
    ours = DBTaskResult.objects.filter(status="READY", task_path__contains="bureau.intake")
    ours.filter(run_after__gt=timezone.now()).update(run_after=timezone.now())  # time goes by
    call_command(
        "db_worker",
        batch=True,
        interval=0,
        startup_delay=False,
        worker_id=worker.name(),
        verbosity=0,
    )


@act
def finish(path: str) -> dict[str, Any]:
    """What people do after a crash: hand the list in (again), wait for the worker, say yes, wait."""
    from notoneless.bureau.intake.models import Upload

    upload = Upload.objects.get(pk=hand_in(path))
    work()
    upload.refresh_from_db()
    if upload.state == "read":
        ask()
        work()
    return state()


@act
def state() -> dict[str, Any]:
    """What is in the database, and everything that would be wrong with it."""
    from django.apps import apps
    from django.db import connection

    from notoneless.bureau.audit import queries as audit
    from notoneless.bureau.audit.models import Event
    from notoneless.bureau.intake import storage
    from notoneless.bureau.intake.models import Upload

    wrong = []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            if (said := cursor.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                wrong.append(f"integrity: {said}")
            if said := cursor.execute("PRAGMA foreign_key_check").fetchall():
                wrong.append(f"foreign keys: {said}")
    if not (chain := audit.verify()).whole:
        wrong.append(f"audit: {chain}")
    for upload in Upload.objects.all():
        try:
            storage.kept(upload.sha256)
        except Exception as error:
            wrong.append(f"file of upload {upload.pk}: {type(error).__name__}")
    quiet = ("cache", "django_tasks_database", "sessions", "contenttypes", "auth", "audit")
    return {
        "wrong": wrong,
        "rows": {
            model._meta.label: count
            for model in apps.get_models()
            if model._meta.app_label not in quiet and (count := model._default_manager.count())
        },
        "uploads": list(Upload.objects.order_by("pk").values_list("state", "broken")),
        "said": sorted(
            Event.objects.filter(verb__startswith="upload.").values_list("verb", flat=True)
        ),
    }


@act
def page() -> int:
    """Reading goes on: the officer's children and lists, as pages."""
    from django.db import connection

    from notoneless.bureau.intake import queries as intake
    from notoneless.bureau.people import queries as people

    connection.close()
    officer = _officer()
    return people.children(officer).count() + intake.uploads(officer).count()


@act
def migrate() -> None:
    """As at the start of a new version."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


@act
def schema() -> dict[str, Any]:
    """Tables, constraints, triggers, indexes and which migrations are in."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        said = cursor.fetchall()
        cursor.execute("SELECT name, sql FROM sqlite_master ORDER BY 1")
        there = cursor.fetchall()
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
        return {"whole": said == [("ok",)], "schema": there, "in": cursor.fetchall()}


@act
def rotate(resume: bool = False) -> None:
    """``notoneless keys rotate``."""
    import time

    from notoneless.cli import keys

    keys.click.echo = lambda *_: None  # type: ignore[assignment]
    time.sleep = lambda _seconds: None  # no server runs that would have to notice
    data = Path(os.environ["NOTONELESS_DATA"])
    keys.rotate.callback(data=data, resume=resume)  # type: ignore[misc]


@act
def sealed() -> dict[str, Any]:
    """Every sealed value of the database, opened; and under how many it is not the current key."""
    from django.db import connection

    from notoneless import vault
    from notoneless.vault import resealing
    from notoneless.vault.cipher import key_number

    values, old = [], 0
    for field in resealing.sealed_columns():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {field.column} FROM {field.model._meta.db_table} "
                f"WHERE {field.column} IS NOT NULL"
            )
            for (blob,) in cursor.fetchall():
                values.append(vault.open_sealed(field.context, bytes(blob)))
                old += key_number(bytes(blob)) != vault.ring().current
    return {"values": sorted(values), "old": old, "key": vault.ring().current, **state()}


@act
def day(lists: list[str]) -> dict[str, dict[str, int]]:
    """A whole day of the bureau, by its pages; what could be read on the disk at which moment."""
    from the_day import spend

    return spend(_officer(), [Path(path) for path in lists])


# --- a case ------------------------------------------------------------------------------------------


@act
def begin_case() -> None:
    """A child of the school, and the two people without whom no case is closed."""
    import datetime as dt

    from notoneless.bureau.accounts import actions
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people.models import Child

    begin()
    township = Organisation.objects.get(kind="township")
    cadre = User.objects.create(username="cadre", name="方杰")
    actions.grant(by=SYSTEM, user=cadre, role="township_cadre", organisation=township,
                  valid_from=dt.date(2020, 1, 1))  # fmt: skip
    school = Organisation.objects.get(kind="school")
    child = Child.objects.create(name="陈小禾", home=township, school=school, on_roll=True)
    Child.objects.filter(pk=child.pk).update(person=child)


@act
def open_case() -> Any:
    """The gap of the child becomes its case; again it is the same case."""
    import datetime as dt

    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.openings import Opening
    from notoneless.bureau.people.models import Child

    opening = Opening(Child.objects.get().pk, "absent", "in_class", "rollcall",
                      dt.date(2026, 9, 14), since=dt.date(2026, 9, 9))  # fmt: skip
    actions.open_cases(by=SYSTEM, openings=[opening])


VISIT = "5b0ca0a2-6c0f-4a3c-9d3e-0a6a0b1d7f10"
PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 40


@act
def visit() -> Any:
    """The phone sends what the cadre wrote, with its photo; it may send it again."""
    import datetime as dt
    from uuid import UUID

    from django.utils import timezone

    from notoneless.bureau.accounts.models import User
    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.models import Case

    at = dt.datetime(2026, 9, 15, 10, tzinfo=timezone.get_default_timezone())
    actions.write_contact(by=User.objects.get(username="cadre"), case=Case.objects.get(),
                          key=UUID(VISIT), at=at, way="home", whom="mother", text="答应返校",
                          result="promised", next_step="再访", photos=[("a.jpg", PHOTO)])  # fmt: skip


@act
def bring_back() -> None:
    """From the visit to the last days of watching."""
    import datetime as dt

    from notoneless.bureau.accounts.models import User
    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.models import Case
    from notoneless.bureau.cases.moves import Told

    cadre = User.objects.get(username="cadre")
    for way, seen, told in (
        ("return", "suspected", Told(dt.date(2026, 9, 16), word="回来了")),
        ("place", "returned", Told(dt.date(2026, 9, 17), placement="same", instead="班主任见到")),
    ):
        actions.move(by=cadre, case=Case.objects.get(), way=way, seen=seen, told=told)


@act
def close_case() -> Any:
    """The county's officer closes it; who presses the button again is refused."""
    import datetime as dt

    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.models import Case
    from notoneless.bureau.cases.moves import Told
    from notoneless.faults import Refusal

    told = Told(dt.date(2026, 10, 30), word="稳定在校", instead="学校证明")
    try:
        actions.move(by=_officer(), case=Case.objects.get(), way="close", seen="watched", told=told)
    except Refusal as refused:
        if {fault.code for fault in refused.faults} != {"B602"}:
            raise


@act
def case_state() -> dict[str, Any]:
    """What `state` says, with the case, its timeline and its photos."""
    from notoneless.bureau.cases import files
    from notoneless.bureau.cases.models import Case, Entry, File
    from notoneless.bureau.cases.transitions import states

    found = state()
    for file in File.objects.all():
        try:
            files.kept(file.digest)
        except Exception as error:
            found["wrong"].append(f"photo {file.pk}: {type(error).__name__}")
    for case in Case.objects.all():
        last = case.entries.filter(kind="moved").order_by("-pk").first()
        if case.state != (last.state if last else "suspected"):
            found["wrong"].append(f"case {case.pk}: the timeline does not tell of {case.state}")
        if (case.closed_on is not None) != states()[case.state].final:
            found["wrong"].append(f"case {case.pk}: {case.state}, closed on {case.closed_on}")
    if Case.objects.filter(closed_on=None).count() > 1:
        found["wrong"].append("two active cases")
    return {
        "wrong": found["wrong"],
        "rows": found["rows"],
        "cases": [
            [case.pk, case.state, str(case.closed_on), case.next_step is not None]
            for case in Case.objects.all()
        ],
        "lines": list(Entry.objects.order_by("pk").values_list("kind", "way", "state", "code")),
    }


# --- a payment ---------------------------------------------------------------------------------------


@act
def begin_payment() -> None:
    """Two children with an award and a card each, who proposes and who passes."""
    import datetime as dt

    from notoneless.bureau.accounts import actions
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.bureau.aid import actions as aid
    from notoneless.bureau.aid.models import Award, Proposal
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people.models import Child

    begin()
    county = Organisation.objects.get(kind="county")
    school = Organisation.objects.get(kind="school")
    for name, role in (("maker", "county_aid_officer"), ("checker", "county_leader")):
        user = User.objects.create(username=name, name=name)
        actions.grant(by=SYSTEM, user=user, role=role, organisation=county,
                      valid_from=dt.date(2020, 1, 1))  # fmt: skip
    proposal = Proposal.objects.create(term="2026-autumn", as_of=dt.date(2026, 10, 1), rules="x")
    for at in range(2):
        child = Child.objects.create(name=f"学生{at}", school=school, on_roll=True)
        Child.objects.filter(pk=child.pk).update(person=child)
        Award.objects.create(child=child, policy="living_boarder", term="2026-autumn", why="x",
                             county=county, school=school, amount=62_500, proposal=proposal)  # fmt: skip
        aid.keep_cards(by=SYSTEM, county=county, cards=[(child.pk, f"62179900000000{at}", "", "")])


def _aid(name: str, step: Any) -> None:
    """Do one step of the only batch as a person does who may press the button again."""
    from notoneless.bureau.accounts.models import User
    from notoneless.faults import Refusal

    try:
        step(User.objects.get(username=name))
    except Refusal as refused:
        if not {fault.code for fault in refused.faults} <= {"S102", "S103", "S106", "S112"}:
            raise


@act
def propose_batch() -> Any:
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.aid import actions
    from notoneless.bureau.aid.models import Award

    county = Organisation.objects.get(kind="county")
    keys = list(Award.objects.values_list("pk", flat=True))
    _aid("maker", lambda by: actions.propose_batch(
        by=by, county=county, term="2026-autumn", awards=keys))  # fmt: skip


@act
def approve_batch() -> Any:
    from notoneless.bureau.aid import actions
    from notoneless.bureau.aid.models import Batch

    _aid("checker", lambda by: actions.approve(by=by, batch=Batch.objects.get()))


@act
def release_batch() -> Any:
    from notoneless.bureau.aid import actions
    from notoneless.bureau.aid.models import Batch

    _aid("checker", lambda by: actions.release(by=by, batch=Batch.objects.get()))


@act
def take_answers() -> Any:
    """The bank's file: one arrived, one came back."""
    from notoneless.bureau.aid import actions
    from notoneless.bureau.aid.models import Batch

    lines = "序号,卡号,金额,结果\n1,621799000000000,625.00,成功\n2,621799000000001,625.00,失败\n"
    _aid("maker", lambda by: actions.take_answers(
        by=by, batch=Batch.objects.get(), file=lines.encode(), name="a.csv"))  # fmt: skip


@act
def recover_payment() -> Any:
    """Somebody was paid though it was not owed; all of it comes back."""
    import datetime as dt

    from notoneless.bureau.aid import actions
    from notoneless.bureau.aid.models import Finding, Payment

    payment = Payment.objects.get(state="confirmed")
    told = {
        "county": payment.award.county, "verdict": "paid_not_owed", "owed": 0, "paid": 62_500,
        "text": "x", "as_of": dt.date(2026, 10, 1),
    }  # fmt: skip
    finding, _ = Finding.objects.get_or_create(
        child=payment.award.child, policy="living_boarder", term="2026-autumn", defaults=told
    )
    _aid("maker", lambda by: actions.recover(
        by=by, finding=finding, of=payment, amount=62_500, day=dt.date(2026, 11, 1), paper="x"))  # fmt: skip


@act
def payment_state() -> dict[str, Any]:
    """What `state` says, with batches, payments and where the money stands."""
    from django.db.models import Sum

    from notoneless.bureau.aid.models import Award, Batch, Item, Payment, Recovery
    from notoneless.bureau.ledger.models import Account, Entry

    found = state()
    stands = dict.fromkeys(("budget", "committed", "paid", "returned"), 0)
    for account in Account.objects.all():
        stands[account.kind] += account.balance
    fen = dict(Payment.objects.values_list("state").annotate(Sum("amount")))
    back = Recovery.objects.aggregate(fen=Sum("amount", default=0))["fen"]
    wanted = {
        "committed": fen.get("due", 0),
        "paid": fen.get("sent", 0) + fen.get("confirmed", 0) - back,
        "returned": fen.get("returned", 0),
    }
    for kind, amount in wanted.items():
        if stands[kind] != amount:
            found["wrong"].append(f"{kind}: the book says {stands[kind]}, payments {amount}")
    if sum(stands.values()):
        found["wrong"].append(f"the book does not balance: {stands}")
    return {
        "wrong": found["wrong"],
        "batches": list(Batch.objects.values_list("state", "count", "fen")),
        "awards": list(Award.objects.order_by("pk").values_list("state", flat=True)),
        "payments": list(Payment.objects.order_by("pk").values_list("state", "amount")),
        "items": list(Item.objects.order_by("pk").values_list("answer", "stands")),
        "entries": list(Entry.objects.order_by("number").values_list("number", "cause")),
        "recovered": back,
        "rows": {name: count for name, count in found["rows"].items() if name != "aid.Finding"},
    }


# --- naive versions of the code ---------------------------------------------------------------------


@mutant
def no_transaction() -> None:
    """Each statement for itself."""
    from notoneless.bureau.audit import actions

    actions.transaction.atomic = lambda *_args, **_options: nullcontext()  # type: ignore[assignment]


@mutant
def marker_first() -> None:
    """That the list is in is committed before its rows are."""
    from notoneless.bureau.intake import actions, jobs

    commit, move = actions.commit, actions._move

    def naive(*, by: Any, upload: Any, **more: Any) -> None:
        move(upload, ("committing",), "committed", decided_by=by)
        actions._move = lambda *_args, **_more: None  # type: ignore[assignment]
        commit(by=by, upload=upload, **more)

    actions.commit = naive  # type: ignore[assignment]
    jobs.actions = actions  # type: ignore[attr-defined]


@mutant
def photo_later() -> None:
    """The row of a photo is committed, then its content is written."""
    from hashlib import sha256

    from django.db import transaction

    from notoneless.bureau.cases import files

    keep = files.keep

    def naive(content: bytes) -> str:
        transaction.on_commit(lambda: keep(content) and None)
        return sha256(content).hexdigest()

    files.keep = naive


@mutant
def once_only() -> None:
    """A job that met a full disk has met it, and that was that."""
    from notoneless.bureau.intake import jobs

    jobs._MACHINE = ()
    jobs.OperationalError = ZeroDivisionError  # type: ignore[assignment, misc]


@mutant
def file_in_place() -> None:
    """A file is written where it will stand, and one that stands there counts as whole."""
    from notoneless import vault
    from notoneless.bureau.intake import storage

    def naive(path: Path, context: str, content: bytes, **_over: Any) -> bool:
        with path.open("wb") as file:
            file.write(vault.seal_bytes(context, content))
        return True

    assert storage.write, "what is replaced must be what is called"
    storage.write = naive


@mutant
def raw_file() -> None:
    """A list lies as it came in a folder while it is read."""
    import tempfile

    from notoneless.bureau.intake import storage

    @contextmanager
    def naive(content: bytes, name: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / storage.on_disk(name)
            path.write_bytes(content)
            yield path

    assert storage.opened, "what is replaced must be what is called"
    storage.opened = naive


@mutant
def raw_rows() -> None:
    """The rows read from a list lie beside it as Parquet."""
    from notoneless import rosters
    from notoneless.rosters import encrypted

    read = rosters.read
    rosters.read = lambda path, **how: read(path, **how | {"key": None})
    rosters.read_rows = lambda path, key: encrypted.read_rows(path)


@mutant
def named_uploads() -> None:
    """A file that comes in is kept under a name until it is whole."""
    from django.conf import settings

    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]


@mutant
def whole_text() -> None:
    """The queue keeps the text of what broke a job."""
    from django.db.models.signals import pre_save
    from django_tasks_db.models import DBTaskResult

    from notoneless.bureau.web import broken_jobs

    assert pre_save.disconnect(broken_jobs.keep_no_values, sender=DBTaskResult)


@mutant
def told_in_full() -> None:
    """The log says what went wrong in the words of the error."""
    import logging

    for handler in logging.getLogger("django").handlers + logging.getLogger().handlers:
        handler.setFormatter(logging.Formatter())


@mutant
def said_elsewhere() -> None:
    """The log is written after the transaction."""
    from notoneless.bureau.audit import actions

    append = actions._append
    later: list[Any] = []
    actions._append = later.extend  # type: ignore[assignment]

    def close(*_args: Any) -> None:
        append(list(later))

    ACTS["take_in"], before = lambda: (before(), close()), ACTS["take_in"]  # type: ignore[assignment, return-value]


# --- the server -------------------------------------------------------------------------------------


def _told(error: BaseException) -> str:
    """What went wrong, and where: a bare assertion says nothing by itself."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error}"[:500] + f" ({Path(at.filename).name}:{at.lineno})"


def _fork(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.setpgid(0, 0)
        answer: dict[str, Any]
        try:
            move_to(Path(order["data"]))
            for name in filter(None, order.get("mutant", "").split(",")):
                MUTANTS[name]()
            if order.get("stop"):
                os.kill(os.getpid(), signal.SIGSTOP)
            answer = {"answer": ACTS[order["act"]](*order.get("with", ()))}
        except BaseException as error:
            answer = {"error": _told(error)}
        if order.get("then"):
            try:
                answer["then"] = ACTS[order["then"]]()
            except BaseException as error:
                answer["then"] = _told(error)
        # By a call that no test watches: the answer is not part of the act.
        os.writev(writing, [json.dumps(answer).encode()])
        os._exit(0)
    os.close(writing)
    if order.get("stop"):
        os.waitpid(child, os.WUNTRACED)
        print(json.dumps({"pid": child}), flush=True)
    with os.fdopen(reading) as file:
        said = file.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"code": code, **(json.loads(said) if said else {})}


def main() -> None:
    from notoneless.bureau.web import server

    server.settle(Path(sys.argv[1]))
    from django.db import connection

    connection.close()
    # What a job imports when it runs, imported before there are forks.
    import notoneless.bureau.intake.jobs
    import notoneless.bureau.intake.views  # noqa: F401
    from notoneless.bureau.web import urls  # noqa: F401

    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_fork(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()

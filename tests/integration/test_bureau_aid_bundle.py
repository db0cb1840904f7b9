"""An auditor takes a term away, recomputes it where there is no bureau, and sees what was altered."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from invented_aid import TERM, TODAY, answer_file, batch_of, number, released, students, with_cards
from invented_bureau import logged_in
from invented_children import row, taken_in
from test_bureau_aid_findings import paid_elsewhere, take

from notoneless.bundle import recompute
from notoneless.bureau.aid import actions, bundling
from notoneless.bureau.aid.models import Finding
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def term(bureau):
    """1 and 2 paid by us (2 bounced), 3 short, 4 twice, 5 rightly paid and then suspended, 6 paid after that."""
    children = students(bureau, 6)
    with_cards(bureau, children)
    actions.propose_term(by=SYSTEM, on=TODAY)
    from notoneless.bureau.aid.models import Award

    keys = list(Award.objects.filter(child__in=children[:2]).values_list("pk", flat=True))
    batch = released(bureau, batch_of(bureau, keys=keys))
    file = answer_file(batch, (2, {"结果": "失败", "失败原因": "销户"}))
    actions.take_answers(by=SYSTEM, batch=batch, file=file, name="a.csv")
    take(bureau, paid_elsewhere(
        (1, "625.00", "2026-10-19"), (3, "600.00", "2026-10-20"), (4, "625.00", "2026-10-20"),
        (4, "625.00", "2026-10-21"), (5, "625.00", "2026-10-20"), (6, "625.00", "2026-11-10")))  # fmt: skip
    rows = [
        row(at, f"学生{at}", child=child.pk)
        | {"stage": "primary", "grade": 3, "boards": True}
        | ({"roll_state": "suspended"} if at > 4 else {})
        for at, child in enumerate(children, 1)
    ]
    taken_in(bureau, rows, "roll", TODAY.replace(day=1))
    actions.propose_term(by=SYSTEM, on=TODAY)
    one = Finding.objects.get(verdict="paid_twice", child=children[0])
    from notoneless.bureau.aid import queries

    ours = queries.payments_of(one)[0]
    actions.recover(by=SYSTEM, finding=one, of=ours, amount=20_000, day=TODAY, paper="收1号")
    actions.propose_term(by=SYSTEM, on=TODAY)
    return bureau


@pytest.fixture
def bundle(term, tmp_path) -> Path:
    bundling.write(tmp_path / "bundle.zip", term["county"], TERM)
    return tmp_path / "bundle.zip"


def changed(bundle: Path, name: str, old: str, new: str, *, sealed: bool) -> Path:
    """A copy with one file altered; ``sealed`` puts its checksum right as well."""
    with zipfile.ZipFile(bundle) as before:
        content = {one: before.read(one) for one in before.namelist()}
    assert old.encode() in content[name]
    content[name] = content[name].replace(
        old.encode(), new.encode(), -1 if name == "facts.csv" else 1
    )
    if sealed:
        told = json.loads(content["manifest.json"])
        told["files"][name] = hashlib.sha256(content[name]).hexdigest()
        content["manifest.json"] = json.dumps(told).encode()
    altered = bundle.with_name("altered.zip")
    with zipfile.ZipFile(altered, "w") as after:
        for one, data in content.items():
            after.writestr(one, data)
    return altered


def test_recomputed_in_a_clean_process_it_is_equal(bundle, tmp_path) -> None:
    plain = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("NOTONELESS_", "DJANGO_")) and key != "DATABASE_URL"
    }
    code = (
        "import sys; from notoneless.cli import main; sys.modules['django'] = None; "
        "sys.argv = ['notoneless', 'recompute', 'bundle.zip']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**plain, "PYTHONUTF8": "1"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"SHA-256 {hashlib.sha256(bundle.read_bytes()).hexdigest()}"
    assert len(lines) == 9
    assert all(line.startswith("相等") for line in lines[1:]), done.stdout


def test_what_stands_in_it(bundle, term) -> None:
    with zipfile.ZipFile(bundle) as file:
        text = {name: file.read(name).decode() for name in file.namelist()}
    verdicts = sorted(line.split(",")[2] for line in text["findings.csv"].splitlines()[1:])
    assert verdicts == ["owed", "paid_not_owed", "paid_twice", "paid_twice", "short"]
    open_ = sorted(Finding.objects.filter(outcome="").values_list("verdict", flat=True))
    assert open_ == verdicts  # what the screen shows
    everything = "".join(text.values())
    for sequence in range(1, 7):
        assert number(sequence) not in everything
        assert f"学生{sequence}" not in everything
    assert "62179900" not in everything
    header = text["facts.csv"].splitlines()[0]
    assert not {"birth_date", "sex"} & set(header.split(","))  # no rule of money asks for them


def test_the_same_bytes_again(bundle, term, tmp_path) -> None:
    digest = bundling.write(tmp_path / "again.zip", term["county"], TERM)
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()
    assert digest == hashlib.sha256(bundle.read_bytes()).hexdigest()


ALTERED = (
    ("payments.csv", ",60000,", ",62500,"),  # a short payment made whole
    ("payments.csv", "-20000", "-10000"),  # less came back
    ("findings.csv", "paid_twice", "late"),
    ("ledger/2026-autumn.beancount", "625.00 CNY", "624.00 CNY"),
    ("facts.csv", "enrolled", "suspended"),
    ("awards.csv", ",62500,", ",72500,"),
)


def test_what_is_altered_is_unequal(bundle) -> None:
    for name, old, new in ALTERED:
        for sealed in (False, True):
            checks = recompute(changed(bundle, name, old, new, sealed=sealed))
            assert not all(one.equal for one in checks), (name, sealed)
            assert checks[0].equal == sealed


def test_another_amount_in_the_rules_is_unequal(bundle) -> None:
    with zipfile.ZipFile(bundle) as file:
        book = next(name for name in file.namelist() if name.startswith("rulebooks/"))
    checks = recompute(changed(bundle, book, "value: 1250,", "value: 1350,", sealed=True))
    assert not all(one.equal for one in checks)


def test_what_is_no_bundle_is_refused(bundle, tmp_path) -> None:
    (tmp_path / "x.zip").write_bytes(bundle.read_bytes()[:-200])
    with pytest.raises(Refusal, match="N201"):
        recompute(tmp_path / "x.zip")


def test_the_auditor_takes_it_on_the_page_and_the_log_keeps_its_sum(term) -> None:
    asked = {"county": term["county"].pk, "term": TERM}
    answer = logged_in(term["auditor"]).post("/aid/bundle", asked)
    assert answer["Content-Type"] == "application/zip"
    event = Event.objects.filter(verb="aid.bundle_taken").get()
    assert hashlib.sha256(answer.content).hexdigest() in str(event.details)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert "manifest.json" in file.namelist()
    assert logged_in(term["county_aid_officer"]).get("/aid/bundle").status_code == 403
    theirs = logged_in(term["auditor_乙"]).post("/aid/bundle", asked)
    assert theirs["Content-Type"] != "application/zip"

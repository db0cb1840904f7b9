"""The command as a person runs it: an empty folder becomes a running system, and mistakes are told."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

COMMAND = [sys.executable, "-m", "notoneless"]


def environment(**more: str) -> dict[str, str]:
    """Without what the tests' own settings put there."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("NOTONELESS_", "DJANGO_")) and key != "DATABASE_URL"
    }
    return {**kept, "PYTHONUTF8": "1", **more}


def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        env=environment(**more),
        check=False,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """An installation with its first person."""
    folder = tmp_path_factory.mktemp("bureau") / "data"
    begun = run(
        "begin", "--data", folder, "--place", "甲县", "--username", "sec", "--name", "安全员"
    )
    assert begun.returncode == 0, begun.stderr
    (folder / "link").write_text(re.search(r"/invitation/\S+", begun.stdout)[0])
    return folder


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    """It is served."""
    port = free_port()
    with (data.parent / "log").open("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--data", data, "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment(),
        )
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(url + "/health", timeout=2).close()
                    break
                except OSError:
                    assert server.poll() is None, (data.parent / "log").read_text("utf-8")
                    time.sleep(0.1)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=20) in (0, -signal.SIGINT, 130)


def get(url: str, **headers: str) -> tuple[int, dict[str, str], str]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, dict(answer.headers), answer.read().decode()


def test_it_says_where_it_is_and_answers(data: Path, address: str) -> None:
    assert address in (data.parent / "log").read_text("utf-8")
    status, headers, page = get(address + "/login")
    assert status == 200
    assert "<h1>登录</h1>" in page
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    style = re.search(r'href="(/static/app\.\w+\.css)"', page)[1]
    assert get(address + style)[0] == 200
    assert get(address + (data / "link").read_text())[0] == 200


def test_no_page_asks_another_server_for_anything(address: str) -> None:
    for path in ("/login", "/nothing-here"):
        page = get(address + path)[2]
        outside = re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]+"', page)
        assert not outside
        assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=", page)


def listening(pid: int) -> list[str]:
    """Where a process and all that it has started listen, as ``ss`` tells."""
    import psutil

    process = psutil.Process(pid)
    family = {one.pid for one in [process, *process.children(recursive=True)]}
    said = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
    return [
        line.split()[3].rpartition(":")[0].strip("[]")
        for line in said.splitlines()
        if family & set(map(int, re.findall(r"pid=(\d+)", line)))
    ]


@pytest.mark.skipif(not shutil.which("ss"), reason="NOT TESTED: no ss (apt-get install iproute2)")
def test_server_and_worker_listen_on_this_machine_only(data: Path, address: str) -> None:
    """The mutant is a process that listens to everybody."""
    import psutil

    served = ["serve", "--data", str(data)]
    pid = min(  # its workers are forks of it
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [])[3:6] == served
    )
    found = listening(pid)
    assert found
    assert set(found) <= {"127.0.0.1", "::1"}
    open_to_all = "import socket, time; s = socket.create_server(('0.0.0.0', 0)); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", open_to_all])
    try:
        deadline = time.monotonic() + 20
        while not (seen := listening(other.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        other.kill()
        other.wait()
    assert seen == ["0.0.0.0"]


@pytest.mark.parametrize(
    ("language", "word"), [("zh-CN", "账号"), ("zh-TW", "號"), ("en", "Log in"), ("fr", "账号")]
)
def test_it_speaks_the_readers_language(address: str, language: str, word: str) -> None:
    page = get(address + "/login", **{"Accept-Language": language})[2]
    assert word in page


def test_what_is_missing_is_said_in_one_sentence(address: str) -> None:
    status, _, page = get(address + "/nothing-here")
    assert status == 404
    assert "没有这个页面，或者它不归你管" in page
    assert "Traceback" not in page


def test_a_taken_port_is_told(data: Path, address: str) -> None:
    port = address.rpartition(":")[2]
    refused = run("serve", "--data", data, "--port", port)
    assert refused.returncode == 2
    assert "B002" in refused.stderr
    assert f"--port {int(port) + 1}" in refused.stderr


def test_log_lines_are_json_and_hold_no_path(data: Path, address: str) -> None:
    get(address + "/people/123456?q=" + quote("张三"))
    time.sleep(0.3)
    lines = (data.parent / "log").read_text("utf-8").splitlines()
    logged = [json.loads(line) for line in lines if line.startswith("{")]
    views = [line for line in logged if line.get("view") == "accounts:person"]
    assert views
    assert views[0]["status"] == 302
    assert "123456" not in str(logged)
    assert "张三" not in str(logged)


def test_the_database_is_as_safe_as_promised(data: Path, address: str) -> None:
    assert (data / "bureau.sqlite3-wal").exists()
    if os.name != "nt":
        assert (data / "keys.json").stat().st_mode & 0o077 == 0
        assert data.stat().st_mode & 0o077 == 0


def test_a_second_beginning_is_refused(data: Path) -> None:
    again = run("begin", "--data", data, "--place", "乙县", "--username", "x", "--name", "乙")
    assert again.returncode == 2
    assert "B212" in again.stderr


def test_the_log_verifies_until_somebody_alters_it(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "keys.json").write_bytes((data / "keys.json").read_bytes())
    with sqlite3.connect(data / "bureau.sqlite3") as source:
        target = sqlite3.connect(copy / "bureau.sqlite3")
        source.backup(target)
    head = run("audit", "head", "--data", copy).stdout.strip()
    whole = run("audit", "verify", "--data", copy, "--kept", head)
    assert whole.returncode == 0, whole.stderr
    assert "完整" in whole.stdout
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        target.execute("DELETE FROM audit_event WHERE seq = 2")
    for (trigger,) in target.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger'"
    ).fetchall():
        target.execute(f"DROP TRIGGER {trigger}")
    target.execute("UPDATE audit_event SET verb = 'nothing.done' WHERE seq = 2")
    target.commit()
    target.close()
    broken = run("audit", "verify", "--data", copy)
    assert broken.returncode == 2
    assert "B101" in broken.stderr
    assert "2" in broken.stderr


def test_keys_rotate_while_it_is_served(data: Path, address: str) -> None:
    before = (data / "keys.json").read_text()
    rotated = run("keys", "rotate", "--data", data)
    assert rotated.returncode == 0, rotated.stderr
    assert "现用第2把密钥" in rotated.stdout
    shown = run("keys", "show", "--data", data).stdout
    assert "现用第2把，共2把" in shown
    assert "第1把：" not in shown, "nothing is under the old one any more"
    kept = json.loads((data / "keys.json").read_text())["sealing"]
    assert not any(key in rotated.stdout + shown for key in kept.values())
    assert kept["1"] == json.loads(before)["sealing"]["1"], "old backups still open"
    assert get(address + "/login")[0] == 200
    assert run("audit", "verify", "--data", data).returncode == 0


@pytest.mark.parametrize(
    "command", [["audit", "verify"], ["audit", "head"], ["keys", "show"], ["night"]], ids=" ".join
)
def test_a_folder_without_a_system_is_refused_and_left_as_it_is(
    tmp_path: Path, command: list[str]
) -> None:
    said = run(*command, "--data", tmp_path)
    assert (said.returncode, "B010" in said.stderr) == (2, True), said.stderr
    assert not list(tmp_path.iterdir())


def test_a_database_without_tables_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes((data / "keys.json").read_bytes())
    (tmp_path / "bureau.sqlite3").touch()
    said = run("audit", "verify", "--data", tmp_path)
    assert (said.returncode, "B010" in said.stderr) == (2, True), said.stderr


def test_lost_keys_are_not_replaced_by_new_ones(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "bureau.sqlite3").write_bytes(b"")
    refused = run("serve", "--data", copy, "--port", str(free_port()))
    assert refused.returncode == 2
    assert "B003" in refused.stderr
    assert not (copy / "keys.json").exists()


def test_another_databases_keys_are_refused(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    with sqlite3.connect(data / "bureau.sqlite3") as source:
        target = sqlite3.connect(copy / "bureau.sqlite3")
        source.backup(target)
        target.close()
    from notoneless.vault import KeyRing

    KeyRing.new().save(copy / "keys.json")
    refused = run("serve", "--data", copy, "--port", str(free_port()))
    assert refused.returncode == 2
    assert "B007" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "code"),
    [
        (["--host", "0.0.0.0"], {}, "B005"),
        ([], {"DATABASE_URL": "mysql://a:b@c/d"}, "B004"),
        ([], {"DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/d"}, "B006"),
    ],
)
def test_an_installation_that_cannot_be_is_refused(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], code: str
) -> None:
    refused = run("serve", "--data", tmp_path, "--port", str(free_port()), *arguments, **settings)
    assert refused.returncode == 2, refused.stderr
    assert code in refused.stderr
    assert "secret" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


def test_without_the_bureaus_parts_it_says_what_to_install(tmp_path: Path) -> None:
    hidden = (
        "import sys; sys.modules.update({'django': None});"
        "import notoneless.cli as c; sys.argv = ['notoneless', 'serve', '--data', sys.argv[1]]; c.main()"
    )
    said = subprocess.run(
        [sys.executable, "-c", hidden, tmp_path],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        check=False,
    )
    assert said.returncode == 2, said.stderr
    assert "B001" in said.stderr
    assert "notoneless[bureau]" in said.stderr


def test_behind_https_django_finds_nothing_to_complain(data: Path) -> None:
    checked = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "django",
            "check",
            "--deploy",
            "--fail-level",
            "INFO",
        ],
        capture_output=True,
        text=True,
        env=environment(
            DJANGO_SETTINGS_MODULE="notoneless.bureau.web.settings",
            NOTONELESS_DATA=str(data),
            NOTONELESS_PUBLIC_URL="https://bureau.example",
        ),
        check=False,
    )
    assert checked.returncode == 0, checked.stderr + checked.stdout
    assert "no issues" in checked.stdout


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)

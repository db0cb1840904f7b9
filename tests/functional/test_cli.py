"""The command speaks the language that was asked for, and never shows a stack trace."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a person runs it, with nothing of our shell's language."""
    return subprocess.run(
        [sys.executable, "-m", "notoneless", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PATH": "", "PYTHONUTF8": "1", **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "wanted"),
    [
        (["--help"], {}, "核对一个文件夹里的名单"),
        (["--lang", "en", "--help"], {}, "Check the lists of a folder"),
        (["--help"], {"NOTONELESS_LANG": "en"}, "Check the lists of a folder"),
        (["--lang", "en", "check", "--help"], {}, "Mask names, numbers and birth dates"),
        (["--lang", "zh-Hant", "rulebook", "check", "--help"], {}, "檢查規則"),
    ],
)
def test_help_speaks_the_language(
    arguments: list[str], environment: dict[str, str], wanted: str
) -> None:
    done = run(*arguments, **environment)
    assert done.returncode == 0
    assert wanted in done.stdout


def test_a_refusal_speaks_the_language_too() -> None:
    """It is worded when it is raised: at the end the language asked for has been given back."""
    done = run("--lang", "en", "check", "no-such-folder")
    assert done.returncode == 2
    assert done.stderr.startswith("C010 no-such-folder is not a folder → ")
    assert run("check", "no-such-folder").stderr.startswith("C010 no-such-folder 不是文件夹 → ")


def test_our_own_error_is_one_sentence() -> None:
    program = (
        "import notoneless.check as c, notoneless.cli as cli, sys\n"
        "def broken(*_): raise ZeroDivisionError('张三 510699201503120000')\n"
        "c.check = broken; sys.argv[1:] = ['check', '.']; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 3
    assert done.stderr.startswith("N001 ")
    assert "ZeroDivisionError" in done.stderr
    assert "张三" not in done.stderr
    assert "Traceback" not in done.stderr

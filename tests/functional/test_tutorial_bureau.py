"""The tutorial of the bureau is true: what it tells to do is done, and the pages say what it says they say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from demo_bureau import Visitor, people, served, text

TUTORIALS = Path(__file__).resolve().parents[2] / "docs" / "tutorial"


@pytest.mark.parametrize("name", ["first-bureau.md", "first-bureau.zh-CN.md"])
def test_tutorial(name: str, filled, tmp_path: Path) -> None:
    words = (TUTORIALS / name).read_text("utf-8")
    commands = re.findall(r"```sh\n(.*?)\n```", words)
    assert commands == [" ".join(["notoneless", *filled[1].args[3:]])]
    folder, printed = tmp_path / "demo-county", filled[1].stderr + filled[1].stdout
    shutil.copytree(filled[0], folder)
    steps = re.findall(r"```text\n(.*?)```|<!-- (open|do): (.*?) -->", words, re.DOTALL)
    assert len(steps) >= 14
    shown, visitor = printed, None
    with served(folder / "bureau") as address:
        for number, (block, verb, what) in enumerate(steps):
            if verb and visitor is None:
                visitor = Visitor(address)
                visitor.begin("county_officer", people(printed)["county_officer"].password)
            if what == "hand in 附件6":
                visitor.hand_in(next((folder / "lists").glob("附件6*")))
                shown = visitor.wait(visitor.url, "等决定")
            elif what == "take in":
                path = visitor.url
                visitor.get(path + "/take-in", {})
                shown = visitor.wait(path, "已入库")
            elif what == "answer unknown":
                visitor.get("/matches")
                path = re.search(r'action="(/matches/\d+/answer)"', visitor.get("/matches")[1])[1]
                shown = text(visitor.get(path, {"answer": "unknown"})[1])
            elif what == "first child":
                child = re.search(r'href="(/children/\d+)"', visitor.get("/children")[1])[1]
                shown = text(visitor.get(child)[1])
            elif verb == "open":
                following = next(block for block, _, _ in steps[number:] if block)
                shown = visitor.wait(what, following.splitlines()[0])
            for line in block.splitlines():
                assert line in shown, f"{line!r} is not in: {shown}"

"""A bundle's files, written so that the same content gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

MANIFEST = "manifest.json"
FACT_SCHEMA = "facts.yaml"

TABLES: Mapping[str, tuple[str, ...]] = {
    "awards.csv": ("award", "child", "policy", "term", "fen", "instalments", "state", "why"),
    "payments.csv": ("payment", "award", "child", "policy", "term", "fen", "paid_on"),
    "due.csv": ("child", "policy", "fen"),
    "findings.csv": ("child", "policy", "verdict", "owed", "paid", "outcome"),
}
"""The tables and their columns; ``facts.csv`` has a day, the child and the facts that the rules ask for."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the bundle: when it was written says nothing."""

README = """\
资助审计包 · Bundle for the auditor of student aid

里面有：规则原文（rulebooks/）、按规则要用的事实（facts.csv，孩子用密钥换成的代码，认不出人）、奖补、付款和追回、
对账结果、账本（ledger/，Beancount 格式）、清单（manifest.json：每个文件的校验码和合计）。
In here: the rules as text, the facts that they ask for (children under keyed codes), awards, payments and
recoveries, findings, the book as Beancount, and a manifest with a checksum of each file and the sums.

怎样重算 / How to recompute:

    pip install notoneless            (不需要数据库，不联网 / no database, no network)
    notoneless recompute 本文件.zip

它从规则和事实重新算出应发，和付款逐笔相对，得出四类问题，再和本包里的结果、账本逐项比较，说“相等”或“不相等”。
It works out what is owed from rules and facts, holds it against the payments, finds the four faults anew, and says
of each part whether it is equal to what the bundle says. Amounts are fen.

没有这个程序也能看：CSV 用表格软件打开；账本用 bean-check 检查。
Without the program: open the CSV in a spreadsheet; check the book with bean-check.
"""


def write(
    path: Path,
    *,
    told: Mapping[str, object],
    rulebooks: Mapping[str, str],
    schema: str,
    facts: str,
    tables: Mapping[str, Iterable[Sequence[object]]],
    ledger: Mapping[str, str],
) -> str:
    """Write a bundle; gives the SHA-256 of the file.

    ``told`` goes into the manifest: ``term``, ``as_of``, ``county``, ``rules`` (the file of each day), ``sums``.
    ``facts`` is CSV text, ``tables`` rows in the columns of `TABLES`, ``ledger`` Beancount text by term.
    """
    files = {"README.txt": README, FACT_SCHEMA: schema, "facts.csv": facts}
    files |= {f"rulebooks/{name}": text for name, text in rulebooks.items()}
    files |= {f"ledger/{term}.beancount": text for term, text in ledger.items()}
    for name, columns in TABLES.items():
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(tables[name])
        files[name] = text.getvalue()
    content = {name: text.encode() for name, text in files.items()}
    checksums = {name: hashlib.sha256(content[name]).hexdigest() for name in sorted(content)}
    manifest = json.dumps(
        {**told, "files": checksums}, ensure_ascii=False, indent=1, sort_keys=True
    )
    content[MANIFEST] = manifest.encode()
    with zipfile.ZipFile(path, "w") as bundle:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, content[name], compresslevel=6)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

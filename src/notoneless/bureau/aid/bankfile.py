"""The file for the bank: 序号, 姓名, 身份证号, 卡号, 开户行, 金额, 备注; every number a text. Never kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import xlsxwriter
from django.db import connection

from notoneless.bureau.aid.models import Batch, Card
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.people.models import Identity
from notoneless.bureau.people.standing import When, pick
from notoneless.i18n import use

HEADINGS = ("序号", "姓名", "身份证号", "卡号", "开户行", "金额", "备注")


def lines(batch: Batch) -> Iterator[tuple[str, ...]]:
    """The lines of a batch in their order, numbers in the clear: for the bank's file and nothing else."""
    whose = pick("identity", "f.id", When.now(), order=_NUMBER_FIRST, within="paid_child")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH paid_child AS (SELECT DISTINCT c.person_id AS person FROM aid_item i "
            "JOIN aid_award a ON a.id = i.award_id JOIN people_child c ON c.id = a.child_id "
            f"WHERE i.batch_id = %s) SELECT person, id FROM ({whose}) w",
            [batch.pk],
        )
        fact_of = dict(cursor.fetchall())
    paid = batch.items.exclude(answer="recalled").values("award__child__person")
    facts = Identity.objects.filter(child__person__in=paid, retracted_at__isnull=True)
    people = {fact.pk: fact for fact in facts.only("name", "id_number").iterator(chunk_size=2000)}
    cards = {
        card.pk: card
        for card in Card.objects.filter(items__batch=batch).only("number", "bank").iterator(2000)
    }
    rows = (
        batch.items.exclude(answer="recalled")
        .order_by("position")
        .values_list("position", "award__child__person", "card", "amount", "award__policy")
    )
    for position, person, card, fen, policy in rows.iterator(chunk_size=2000):
        who = people.get(fact_of.get(person, 0))
        to = cards[card]
        yield (
            str(position),
            who.name if who else "",
            who.id_number.reveal() if who and who.id_number else "",
            to.number.reveal(),
            to.bank,
            f"{fen // 100}.{fen % 100:02d}",
            _note(batch.term, policy),
        )


def _note(term: str, policy: str) -> str:
    """For what it is paid: in Chinese, whoever builds the file in whatever language."""
    with use("zh-Hans"):
        return f"{term_label(term)} {policy_label(policy)}"


_NUMBER_FIRST = "CASE WHEN f.id_number IS NULL THEN 1 ELSE 0 END"


FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""With what a spreadsheet would take a text for a formula."""


def as_csv(batch: Batch) -> bytes:
    """The file as CSV in UTF-8 with a mark, as spreadsheets open it."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    for row in lines(batch):
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(batch: Batch) -> bytes:
    """The file as a workbook; every cell is text, and nothing of it lies on a disk meanwhile."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    ) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        for number, heading in enumerate(HEADINGS):
            sheet.write_string(0, number, heading)
            sheet.set_column(number, number, 22 if 2 <= number <= 4 else 12, text)
        for at, row in enumerate(lines(batch), 1):
            for number, value in enumerate(row):
                sheet.write_string(at, number, value, text)
    return file.getvalue()

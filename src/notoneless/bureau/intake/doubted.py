"""Children who may be a person on a list: until somebody decides, it is not known whether they are on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from notoneless.bureau.intake import comparison
from notoneless.bureau.intake.models import Doubt, Upload


def doubted() -> Iterator[tuple[int, str]]:
    """The key of each such child, as merges stand now, with the kind of the list."""
    waiting = Doubt.objects.filter(
        answer__in=(Doubt.Answer.OPEN, Doubt.Answer.UNKNOWN), upload__state=Upload.State.COMMITTED
    )
    by_upload: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for upload, sheet, child in waiting.values_list("upload", "sheet", "child__person"):
        by_upload[upload].add((sheet, child or 0))  # everybody has a person
    for upload_of in Upload.objects.filter(pk__in=by_upload):
        reading = upload_of.understood()
        if reading is None:
            continue
        kinds = {number: sheet.kind for number, sheet in comparison.sheets_of(reading)}
        for sheet, child in by_upload[upload_of.pk]:
            if kind := kinds.get(sheet):
                yield child, kind

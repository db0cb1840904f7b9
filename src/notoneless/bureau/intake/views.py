"""Pages of lists: hand in, look at what it would change, take in or not."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from notoneless import rosters
from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.intake import actions, faults, preview, queries, storage
from notoneless.bureau.intake.forms import CorrectLayout, HandIn
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people.undoing import undoing
from notoneless.bureau.tables import XLSX, Column, Table
from notoneless.faults import Fault, Refusal
from notoneless.i18n import N_, gettext
from notoneless.rosters import SheetReading
from notoneless.rosters.encrypted import KEY_BYTES
from notoneless.rosters.reading import LEFT_OUT, WHY
from notoneless.rosters.remarks import remarks_in_memory

FAULTS_SHOWN = 40


def _sheets(upload: Upload) -> list[dict[str, Any]]:
    return [sheet for sheet in upload.reading.get("sheets", []) if sheet["path"]]


def kinds_of(upload: Upload) -> str:
    """What kinds of list a file holds, in words."""
    found = dict.fromkeys(sheet["kind"] for sheet in _sheets(upload))
    return gettext("、").join(str(rosters.kinds()[kind].label) for kind in found)


def rows_of(upload: Upload) -> int | None:
    """How many people a file names, None until it has been read."""
    return sum(sheet["accepted"] for sheet in _sheets(upload)) if upload.reading else None


LISTS = (
    Column("name", N_("文件"), link=lambda one: reverse("intake:list", args=[one.pk]), sort="name"),
    Column("organisation", N_("谁的"), sort="organisation__name"),
    Column("kinds", N_("种类"), value=kinds_of),
    Column("rows", N_("行数"), value=rows_of, number=True),
    Column("state", N_("情形"), value=lambda one: one.get_state_display(), sort="state"),
    Column("received_at", N_("交来"), sort="received_at"),
    Column("received_by", N_("谁交的")),
)


@needs("list.see")
def lists(
    request: Request, form: HandIn | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    """Hand in files, and those handed in before."""
    found = queries.uploads(request.user)
    if state := request.GET.get("state"):
        found = found.filter(state=state)
    table = Table(request, found, LISTS, title=gettext("名单"))
    if form is None and may(request.user, "list.take_in"):
        form = HandIn(by=request.user)
    handed = {name: request.GET.get(name, "") for name in ("handed", "known")}
    told = {name: int(said[:6]) for name, said in handed.items() if said.isdecimal()}
    return table.answer(
        "intake/lists.html",
        {
            "form": form,
            "refusal": refusal,
            "working": any(one.working for one in table.page),
            "state": dict(Upload.State.choices).get(state or ""),
            **told,
        },
    )


@require_POST
@needs("list.take_in")
def hand_in(request: Request) -> HttpResponse:
    """Take the files; each is read in the background."""
    form = HandIn(request.POST, request.FILES, by=request.user)
    if not form.is_valid():
        return lists(request, form)
    known: list[Upload] = []
    refused: list[Fault] = []
    last: Upload | None = None
    for file in form.cleaned_data["lists"]:
        try:
            last, new = actions.hand_in(
                by=request.user,
                organisation=form.cleaned_data["organisation"],
                name=storage.on_disk(file.name or ""),
                content=file.read(),
            )
        except Refusal as refusal:
            refused += refusal.faults
            continue
        if not new:
            known.append(last)
    if refused:
        return lists(request, form, Refusal(refused))
    files = len(form.cleaned_data["lists"])
    if files == 1 and last is not None:
        again = "?again=1" if known else ""
        return redirect(reverse("intake:list", args=[last.pk]) + again)
    told = urlencode({"handed": files, "known": len(known)})
    return redirect(f"{reverse('intake:lists')}?{told}")


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet on its list's page: what was understood, its first rows, what it would change."""

    sheet: SheetReading
    kind: str
    why: str
    columns: list[tuple[str, str, str, str, Any]]
    headings: list[str]
    rows: list[list[str]]
    changes: dict[str, Any]
    form: CorrectLayout | None


@needs("list.see")
def upload(request: Request, key: int) -> HttpResponse:
    """One list: how far it is, what was understood, what is wrong, what it would change."""
    found = get_object_or_404(queries.uploads(request.user), pk=key)
    own = may(request.user, "list.take_in", found.organisation)
    working = found.working
    if request.headers.get("HX-Request") and not working:
        return HttpResponse(
            headers={"HX-Refresh": "true"}
        )  # the waiting is over: the whole page anew
    reading = found.understood()
    in_rows = found.state in (Upload.State.READ, Upload.State.COMMITTING, Upload.State.COMMITTED)
    shown = []
    if reading is not None and found.state != Upload.State.READING:
        changes = {entry["number"]: entry for entry in found.changes.get("sheets", [])}
        shown = [
            _shown(found, sheet, changes, in_rows, own)
            for sheet in reading.sheets
            if sheet.heading_rows
        ]
        if in_rows:
            audit.read(request.user, "upload.read", found)
    broken = [faults.BROKEN_OFF.at(reason=found.broken)] if found.broken else []
    against = faults.from_json(found.changes.get("faults", []))
    return render(
        request,
        "intake/list.html",
        {
            "list": found,
            "own": own,
            "reading": reading,
            "sheets": shown,
            "against": Refusal([*broken, *against]) if broken or against else None,
            "faults": _grouped(reading) if reading else [],
            "lines": storage.progress(found.pk),
            "working": working,
            "again": request.GET.get("again"),
            "doubts": found.doubts.exclude(answer="withdrawn").count(),
            "next": queries.own_uploads(request.user)
            .filter(state=Upload.State.READ)
            .exclude(pk=key)
            .order_by("pk"),
            "open_doubts": found.doubts.filter(answer__in=("", "unknown")).count(),
            "may_decide": may(request.user, "match.decide", queries.county_of(found.organisation)),
        },
    )


def _shown(
    found: Upload, sheet: SheetReading, changes: dict[int, Any], in_rows: bool, own: bool
) -> ShownSheet:
    number = int(str(sheet.path)) if sheet.path is not None else -1
    headings, rows = preview.rows(found.pk, number) if in_rows and number >= 0 else ([], [])
    fields = rosters.fields()
    waits = found.state in (Upload.State.READ, Upload.State.REFUSED)
    form = CorrectLayout(sheet=sheet, auto_id=False) if own and waits else None
    columns = [
        (
            column.letter,
            column.heading,
            str(fields[column.field].label) if column.field else "",
            gettext(LEFT_OUT[column.left_out]) if column.left_out else "",
            form.of_column(column) if form else "",
        )
        for column in sheet.columns
    ]
    return ShownSheet(
        sheet=sheet,
        kind=str(rosters.kinds()[sheet.kind].label) if sheet.kind else "",
        why=gettext(WHY[sheet.why]) if sheet.why else "",
        columns=columns,
        headings=headings,
        rows=rows,
        changes=changes.get(number, {}),
        form=form,
    )


def _grouped(reading: rosters.Reading) -> list[tuple[Fault, int, list[str]]]:
    """Each kind of fault once: an example, how many there are, the first places."""
    found: dict[str, list[Fault]] = {}
    for fault in reading.faults:
        found.setdefault(fault.code, []).append(fault)
    return [
        (
            same[0],
            reading.counts.get(code, len(same)),
            [
                str(one.place).removeprefix(reading.file).strip()
                for one in same[:8]
                if one.place.row
            ],
        )
        for code, same in sorted(
            found.items(), key=lambda entry: (entry[1][0].kind.severity, entry[0])
        )
    ][:FAULTS_SHOWN]


def _act(request: Request, key: int, act: Callable[..., None]) -> HttpResponse:
    found = get_object_or_404(queries.own_uploads(request.user), pk=key)
    act(by=request.user, upload=found)
    return redirect("intake:list", key)


@require_POST
@needs("list.take_in")
def take_in(request: Request, key: int) -> HttpResponse:
    """Record it."""
    return _act(request, key, actions.ask_to_take_in)


@require_POST
@needs("list.take_in")
def discard(request: Request, key: int) -> HttpResponse:
    """Give it up."""
    return _act(request, key, actions.discard)


@needs("list.take_in")
def undo(request: Request, key: int) -> HttpResponse:
    """Take it back; asked first, with what that would do."""
    if request.method == "POST":
        return _act(request, key, actions.undo)
    found = get_object_or_404(queries.own_uploads(request.user), pk=key)
    if found.state != Upload.State.COMMITTED:
        return redirect("intake:list", key)
    would = undoing(queries.sources(found))
    lists_of = queries.lists_behind(would.later)
    later = [
        (
            source,
            reverse("intake:list", args=[lists_of[source.pk]]) if source.pk in lists_of else "",
        )
        for source in would.later
    ]
    decided = found.doubts.filter(answer__in=("same", "different")).count()
    return render(
        request,
        "intake/undo.html",
        {"list": found, "would": would, "later": later, "decided": decided},
    )


@require_POST
@needs("list.take_in")
def read_again(request: Request, key: int) -> HttpResponse:
    """Read it once more."""
    return _act(request, key, actions.read_again)


@require_POST
@needs("list.take_in")
def correct(request: Request, key: int) -> HttpResponse:
    """Say what a sheet is; it is read again so."""
    found = get_object_or_404(queries.own_uploads(request.user), pk=key)
    reading = found.understood()
    named = (
        [one for one in reading.sheets if one.sheet == request.POST.get("sheet")] if reading else []
    )
    form = CorrectLayout(request.POST, sheet=named[0]) if named else None
    if form is not None and form.is_valid():
        actions.correct(
            by=request.user,
            upload=found,
            sheet=named[0].sheet,
            kind=form.cleaned_data["kind"],
            columns=form.said(),
        )
    return redirect("intake:list", key)


@needs("list.take_in")
def remarks(request: Request, key: int) -> HttpResponse:
    """The sheet as it came, whole numbers too, with what is wrong in each row: for those who hand it in."""
    found = get_object_or_404(queries.own_uploads(request.user), pk=key)
    if found.reading.get("refused", True):
        return redirect("intake:list", key)
    audit.read(request.user, "upload.remarks.read", found)
    with storage.opened(storage.kept(found.sha256), found.name) as path:
        reading = rosters.read(
            path,
            into=path.parent / "rows",
            memory=queries.memory(found.organisation),
            most=None,
            key=secrets.token_bytes(KEY_BYTES),
        )
        response = HttpResponse(remarks_in_memory(path, reading), content_type=XLSX)
    name = gettext("{file}-备注.xlsx").format(file=found.name.rsplit(".", 1)[0])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response

"""What programs can ask: lists in, verdicts out. Each operation names its right; see `admission`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import URLPattern
from django.utils import timezone
from ninja import File, Form, NinjaAPI, Query, UploadedFile
from ninja.responses import Status

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.api import problems, reading
from notoneless.bureau.api.admission import Bearer, Request
from notoneless.bureau.api.schemas import (
    Accepted,
    BoardOut,
    ChildOut,
    FaultOut,
    FigureOut,
    ListOut,
    Problem,
    Sheet,
    Verdicts,
)
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.figures.kinds import figures, value
from notoneless.bureau.intake import actions as intake
from notoneless.bureau.intake import faults as intake_faults
from notoneless.bureau.intake import queries as lists
from notoneless.bureau.intake import storage
from notoneless.bureau.people import queries as people
from notoneless.i18n import gettext

Operation = Callable[..., Any]

RIGHTS: dict[str, str] = {}
"""The row of the policy that opens each operation, by the operation's name."""

ninja = NinjaAPI(
    title="Not One Less",
    version="1",
    description="Lists in, verdicts out.",
    auth=Bearer(RIGHTS),
    docs_url=None,
    openapi_url=None,
    urls_namespace="v1",
)
problems.handle(ninja)

ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), Problem)
"""What every operation can answer instead."""


def _opened(
    method: str, path: str, permission: str, response: Any, status: int = 200
) -> Callable[[Operation], Operation]:
    """An operation at a path, open to tokens with the permission."""

    def register(operation: Operation) -> Operation:
        policy().permission(permission)
        RIGHTS[operation.__name__] = permission

        @functools.wraps(operation)
        def answered(request: Request, *args: Any, **kwargs: Any) -> Any:
            return Status(status, operation(request, *args, **kwargs))

        route = ninja.get if method == "GET" else ninja.post
        route(
            path,
            response={status: response, **ERRORS},
            operation_id=operation.__name__,
            summary=(operation.__doc__ or "").partition("\n")[0],
            url_name=operation.__name__,
        )(answered)
        return answered

    return register


# --- lists in ---------------------------------------------------------------------------------------


@_opened("POST", "/lists", "list.take_in", Accepted, 201)
def hand_in(
    request: Request,
    file: Annotated[UploadedFile, File()],
    organisation: Annotated[int | None, Form()] = None,
) -> Accepted:
    """Hand in a file of lists. It is read in the background; ask for it until it is ``read``.

    Without ``organisation`` (a key of the board) it is the token's own.
    """
    own = lists.places(request.user)
    whose = get_object_or_404(own, pk=organisation or request.auth.organisation_id)
    name = storage.on_disk(file.name or "")
    upload, new = intake.hand_in(
        by=request.user, organisation=whose, name=name, content=file.read()
    )
    return Accepted(id=upload.pk, state=upload.state, new=new)


@_opened("GET", "/lists/{int:key}", "list.see", ListOut)
def list_state(request: Request, key: int) -> ListOut:
    """A list: how far it is, what was understood, what is wrong, what it would change."""
    found = get_object_or_404(lists.uploads(request.user), pk=key)
    understood = found.understood()
    changes = {entry["number"]: entry for entry in found.changes.get("sheets", [])}
    sheets = []
    for sheet in understood.sheets if understood else ():
        if sheet.path is not None:
            told = changes.get(int(str(sheet.path)), {})
            counts = {name: number for name, number in told.items() if name != "number"}
            sheets.append(
                Sheet(
                    sheet=sheet.sheet,
                    kind=sheet.kind,
                    rows=sheet.rows,
                    accepted=sheet.accepted,
                    **counts,
                )
            )
    against = intake_faults.from_json(found.changes.get("faults", []))
    if found.broken:
        against = [intake_faults.BROKEN_OFF.at(reason=found.broken), *against]
    return ListOut(
        id=found.pk,
        name=found.name,
        organisation=found.organisation_id,
        state=found.state,
        received_at=found.received_at,
        sheets=sheets,
        faults=[FaultOut(**problems.told(one)) for one in understood.faults] if understood else [],
        against=[FaultOut(**problems.told(one)) for one in against],
        open_doubts=found.doubts.filter(answer__in=("", "unknown")).count(),
    )


def _act(request: Request, key: int, act: Callable[..., None]) -> Accepted:
    found = get_object_or_404(lists.own_uploads(request.user), pk=key)
    act(by=request.user, upload=found)
    found.refresh_from_db()
    return Accepted(id=found.pk, state=found.state, new=False)


@_opened("POST", "/lists/{int:key}/commit", "list.take_in", Accepted, 202)
def commit(request: Request, key: int) -> Accepted:
    """Take the list in, in the background; ask for it until it is ``committed``."""
    return _act(request, key, intake.ask_to_take_in)


@_opened("POST", "/lists/{int:key}/discard", "list.take_in", Accepted)
def discard(request: Request, key: int) -> Accepted:
    """Give the list up; nothing of it is kept in what is known."""
    return _act(request, key, intake.discard)


@_opened("POST", "/lists/{int:key}/undo", "list.take_in", Accepted)
def undo(request: Request, key: int) -> Accepted:
    """Take a committed list back: what it said is retracted, what it ended holds again."""
    return _act(request, key, intake.undo)


# --- verdicts out -----------------------------------------------------------------------------------


@_opened("GET", "/verdicts", "child.see", Verdicts)
def verdicts(
    request: Request,
    guarantee: str,
    verdict: str = "",
    place: int | None = None,
    after: int = 0,
    most: Annotated[int, Query(ge=1, le=reading.PAGE)] = reading.PAGE,
) -> Verdicts:
    """Children and how they stand with a guarantee, in pages by the child's key.

    ``verdict``: kept, excused, gap, unknown or unsure; without it all for whom the guarantee holds.
    """
    told = reading.asked(request.user, place)
    found = reading.verdicts(told, guarantee, verdict, after, most)
    _handed_out(by=request.user, place=told.place, guarantee=guarantee, rows=len(found))
    further = found[-1].child if len(found) == most else None
    return Verdicts(as_of=told.sweep.as_of, verdicts=found, next=further)


@audit.action
def _handed_out(*, by: audit.Actor, place: Organisation, guarantee: str, rows: int) -> None:
    audit.record(by, "list.exported", organisation=place, view=f"api:{guarantee}", rows=rows)


@_opened("GET", "/children/{int:key}", "child.see", ChildOut)
def child(request: Request, key: int) -> ChildOut:
    """A child and every guarantee with its verdict and reason; the reading is recorded."""
    one = people.child(request.user, key)
    if one is None:
        raise Http404
    told = reading.asked(request.user, None)
    audit.read(request.user, "child.read", one)
    return ChildOut(
        child=one.pk,
        name=one.name,
        birth_date=one.birth_date,
        school=one.school_name,
        class_name=one.class_name,
        home=one.home.name if one.home else "",
        as_of=told.sweep.as_of,
        verdicts=reading.of_child(request.user, one, told.sweep),
    )


@_opened("GET", "/board", "child.see", BoardOut)
def board(request: Request, place: int | None = None) -> BoardOut:
    """How many children of a place, and of those right below it, stand how with each guarantee."""
    told = reading.asked(request.user, place)
    return BoardOut(as_of=told.sweep.as_of, place=told.place.pk, counts=reading.board(told))


@_opened("GET", "/figures", "figure.see", list[FigureOut])
def all_figures(request: Request) -> list[FigureOut]:
    """Every figure today, of what the token's role answers for."""
    today = timezone.localdate()
    counted = [
        value(one, on=today, by=request.user)
        for one in figures().values()
        if may(request.user, one.permission)
    ]
    return [
        FigureOut(
            id=told.figure.id,
            text=told.figure.label,
            what=gettext(told.figure.what),
            unit=gettext("分") if told.figure.sums else gettext(told.figure.unit),
            on=today,
            value=told.count if told.known else None,
        )
        for told in counted
    ]


def addresses() -> list[URLPattern]:
    """The addresses of the operations; each view says which right opens it, as all views do."""
    found = []
    for pattern in ninja.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name in RIGHTS:
            pattern.callback.permission = RIGHTS[pattern.name]  # type: ignore[attr-defined]  # as `needs` does
            found.append(pattern)
    return found


def schema() -> dict[str, Any]:
    """The OpenAPI description."""
    return dict(ninja.get_openapi_schema(path_prefix="/api/v1/"))

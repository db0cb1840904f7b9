"""Errors as problem details (RFC 9457) with our codes and what to do; never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from notoneless.bureau.api import faults
from notoneless.bureau.api.admission import TooOften
from notoneless.faults import Fault, Refusal

PROBLEM_JSON = "application/problem+json"

log = logging.getLogger("notoneless.api")


def told(fault: Fault) -> dict[str, str]:
    """A fault as a program reads it."""
    return {
        "code": fault.code,
        "severity": fault.kind.severity,
        "place": str(fault.place),
        "seen": fault.seen,
        "message": fault.message,
        "next_step": fault.next_step,
    }


def problem(status: int, found: Iterable[Fault]) -> HttpResponse:
    """The answer for these faults; the first gives the title."""
    found = list(found)
    content = {
        "type": f"urn:notoneless:fault:{found[0].code}",
        "title": found[0].message,
        "status": status,
        "detail": found[0].next_step,
        "faults": [told(fault) for fault in found],
    }
    return JsonResponse(
        content, status=status, content_type=PROBLEM_JSON, json_dumps_params={"ensure_ascii": False}
    )


def _refused(_request: HttpRequest, error: Refusal) -> HttpResponse:
    if isinstance(error, TooOften):
        answer = problem(HTTPStatus.TOO_MANY_REQUESTS, error.faults)
        answer["Retry-After"] = str(error.seconds)
        return answer
    return problem(HTTPStatus.CONFLICT, error.faults)


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Names only: what was sent may be about a child."""
    names = dict.fromkeys(str(one["loc"][-1]) for one in error.errors)
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, [faults.BAD_REQUEST.at(name=name) for name in names]
    )


def _failed(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("failed", extra={"fields": {"error": type(error).__name__}})
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, [faults.FAILED.at()])


def _no_token(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    answer = problem(HTTPStatus.UNAUTHORIZED, [faults.NO_TOKEN.at()])
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, [faults.BAD_REQUEST.at(name="body")])


def handle(ninja: NinjaAPI) -> None:
    """Answer every error of an API so."""
    plain: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Refusal: _refused,
        ValidationError: _invalid,
        AuthenticationError: _no_token,
        HttpError: _http,
        PermissionDenied: lambda *_: problem(HTTPStatus.FORBIDDEN, [faults.NO_RIGHT.at()]),
        Http404: lambda *_: problem(HTTPStatus.NOT_FOUND, [faults.NOT_THERE.at()]),
        Exception: _failed,
    }
    for kind, answer in plain.items():
        ninja.add_exception_handler(kind, answer)

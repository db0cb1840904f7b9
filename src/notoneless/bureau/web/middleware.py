"""What happens around every request: a log line, headers, refusals in words, sessions that end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from notoneless.faults import Refusal

Answer = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger("notoneless.request")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the second factor's QR code is made on the server
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing leaves the server and nothing inline runs."""


class ClientAddress:
    """Behind the proxy, the client's address is the one the proxy wrote last; lock-outs count by it.

    Only a proxy on this machine is believed, and only where there is one: anybody can send the header.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put REMOTE_ADDR right."""
        written = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        near = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1", "")
        if settings.INSTALLATION.secure and near and written:
            request.META["REMOTE_ADDR"] = written
        return self.get_response(request)


class RequestLog:
    """One line per request: which view, how it ended, how long it took, whose. No path: it has keys."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Measure and log."""
        start = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        user = getattr(request, "user", None)
        log.info(
            "request",
            extra={
                "fields": {
                    "method": request.method,
                    "view": match.view_name if match else "",
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - start) * 1000, 1),
                    "user": getattr(user, "pk", None),
                }
            },
        )
        return response


class SecurityHeaders:
    """The content security policy and its companions on every answer; pages are never cached."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers."""
        response = self.get_response(request)
        policy = CONTENT_SECURITY_POLICY
        if settings.OIDC:  # the login form leads there by a redirect
            policy = policy.replace(
                "form-action 'self'", f"form-action 'self' {settings.OIDC.origin}"
            )
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        match = request.resolver_match
        if match and match.view_name == "account_logout" and request.method == "POST":
            # A phone keeps the roll-call for the time without a signal; the next person finds nothing.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class Refusals:
    """An action that refused where the view has no form to say so: its faults as a page (409)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before, nothing after."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, for a `Refusal`."""
        if isinstance(error, Refusal):
            return render(request, "errors/refused.html", {"refusal": error}, status=409)
        return None


class SessionEnds:
    """End a session that was idle too long or is too old; remember the last use once a minute."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the clock before the view does anything."""
        if request.user.is_authenticated:
            now = time.time()
            begun = request.session.setdefault("begun", now)
            used = request.session.setdefault("used", now)
            if (
                now - used > settings.SESSION_IDLE_SECONDS
                or now - begun > settings.SESSION_COOKIE_AGE
            ):
                logout(request)
            elif now - used > 60:
                request.session["used"] = now
        return self.get_response(request)

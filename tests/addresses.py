"""Every address of the system, found: an app that is new is among them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, get_resolver


def addresses(resolver: URLResolver | None = None, space: str = "") -> dict[str, URLPattern]:
    """Every address of the system by its full name."""
    found: dict[str, URLPattern] = {}
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            found |= addresses(entry, inner)
        else:
            found[f"{space}{entry.name}"] = entry
    return found

"""The OpenAPI description as people read it: on the page of the API and in the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notoneless.bureau.api.words import WORDS
from notoneless.i18n import gettext


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something to send: where it stands (``path``, ``query``, ``form``), its type, whether it must be there."""

    name: str
    where: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Described:
    """One operation: how to ask, and what is answered (names of fields with their types).

    ``text`` is in the language in use.
    """

    method: str
    path: str
    text: str
    parameters: tuple[Parameter, ...]
    status: str
    answer: tuple[tuple[str, str], ...]


def operations(schema: Mapping[str, Any]) -> list[Described]:
    """Every operation of a description, in its order."""
    parts = schema["components"]["schemas"]
    return [
        _described(path, method.upper(), one, parts)
        for path, methods in schema["paths"].items()
        for method, one in methods.items()
    ]


def _described(
    path: str, method: str, one: Mapping[str, Any], parts: Mapping[str, Any]
) -> Described:
    told = [
        Parameter(p["name"], p["in"], _type(p["schema"]), p.get("required", False))
        for p in one.get("parameters", ())
    ]
    for body in one.get("requestBody", {}).get("content", {}).values():
        form = _whole(body["schema"], parts)
        told += [
            Parameter(name, "form", _type(field), name in form.get("required", ()))
            for name, field in form["properties"].items()
        ]
    status = next(code for code in one["responses"] if str(code).startswith("2"))
    answered = one["responses"][status]["content"]["application/json"]["schema"]
    fields = _whole(answered.get("items", answered), parts).get("properties", {})
    return Described(
        method=method,
        path=path,
        text=gettext(WORDS[one["operationId"]]),
        parameters=tuple(told),
        status=str(status),
        answer=tuple((name, _type(field)) for name, field in fields.items()),
    )


def _whole(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        found: Mapping[str, Any] = parts[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _type(schema: Mapping[str, Any]) -> str:
    """``integer``, ``date``, ``Sheet[]``, ``integer or null``."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{_type(schema['items'])}[]"
    return str(schema.get("format") or schema.get("type", ""))

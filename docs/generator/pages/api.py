"""The HTTP API: every operation, from the description that programs read."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from generator.markdown import code, say, table, title


def _schema() -> dict[str, Any]:
    """The description; the web system is set up for it without a database being opened."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ["DJANGO_SETTINGS_MODULE"] = "notoneless.bureau.web.settings"
        if "NOTONELESS_DATA" not in os.environ:
            os.environ["NOTONELESS_DATA"] = tempfile.mkdtemp(prefix="notoneless-docs-")
            from notoneless.bureau.web.installation import Installation

            Installation.from_environment().prepare()
        django.setup()
    from notoneless.bureau.api.operations import schema

    return schema()


def page() -> str:
    """The page, an operation per section."""
    schema = _schema()
    from notoneless.bureau.api.admission import MOST_PER_MINUTE
    from notoneless.bureau.api.described import operations

    parts = [
        title(
            "程序接口",
            "HTTP API",
            say(
                f"每个请求在请求头写 `Authorization: Bearer` 加令牌，每分钟最多 {MOST_PER_MINUTE} 次。出错时答 "
                "`application/problem+json`（RFC 9457），`faults` 里有[问题编号](faults.zh-CN.md)和下一步怎么办。"
                "同样的说明，程序读 `/api/openapi.json`，人看 `/api` 页。",
                f"Every request has a header `Authorization: Bearer` with the token, at most {MOST_PER_MINUTE} a "
                "minute. Errors are `application/problem+json` (RFC 9457) whose `faults` have our "
                "[codes](faults.md) and what to do. Programs find the same in `/api/openapi.json`, people on "
                "the page `/api`.",
            ),
        )
    ]
    for one in operations(schema):
        parts.append(f"## {code(f'{one.method} {one.path}')}\n")
        parts.append(one.text + "\n")
        if one.parameters:
            headings = [
                say("要给的", "Send"),
                say("放在哪里", "Where"),
                say("类型", "Type"),
                say("必须", "Needed"),
            ]
            rows = [
                (code(p.name), p.where, p.type, say("是", "yes") if p.required else "")
                for p in one.parameters
            ]
            parts.append(table(headings, rows))
        answer = [(code(name), kind) for name, kind in one.answer]
        parts.append(
            table(
                [say(f"答（{one.status}）", f"Answer ({one.status})"), say("类型", "Type")], answer
            )
        )
    return "\n".join(parts)

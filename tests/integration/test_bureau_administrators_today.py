"""What the first page asks of the administrators."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from invented_bureau import Bureau, logged_in

from notoneless.bureau.accounts import actions
from notoneless.bureau.accounts.models import Invitation
from notoneless.bureau.accounts.today import tasks
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.web import today as web_today

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def asked(bureau: Bureau, role: str = "security_admin") -> dict[str, int]:
    day = timezone.localdate()
    return {task.what: task.count for task in tasks(bureau[role], day) if task.count}


def test_who_did_not_come_in_time_is_invited_again(bureau: Bureau) -> None:
    late, _ = actions.invite(by=SYSTEM, username="late", name="迟来")
    actions.invite(by=SYSTEM, username="soon", name="快来")
    came, _ = actions.invite(by=SYSTEM, username="came", name="来过")
    assert asked(bureau) == {}
    past = timezone.now() - dt.timedelta(days=1)
    Invitation.objects.filter(user__in=(late, came)).update(expires_at=past)
    came.last_login = past
    came.save()
    assert asked(bureau) == {"重发邀请": 1}
    page = logged_in(bureau["security_admin"]).get("/people?state=late").content.decode()
    assert "迟来" in page
    assert "快来" not in page
    assert "来过" not in page
    actions.invite_again(by=SYSTEM, user=late)
    assert asked(bureau) == {}


def test_a_role_that_ends_soon_is_asked_about(bureau: Bureau) -> None:
    today = timezone.localdate()
    for name, days in (("甲", 13), ("乙", 15), ("丙", -1)):
        user, _ = actions.invite(by=SYSTEM, username=name, name=f"某{name}")
        actions.grant(by=SYSTEM, user=user, role="county_officer", organisation=bureau["county"])
        user.assignments.update(
            valid_from=today - dt.timedelta(days=30), valid_to=today + dt.timedelta(days=days)
        )
    assert asked(bureau) == {"决定角色是否延期": 1}
    page = logged_in(bureau["security_admin"]).get("/people?state=ending").content.decode()
    assert "某甲" in page
    assert "某乙" not in page
    assert asked(bureau, "system_admin") == asked(bureau, "county_officer") == {}


def test_the_chain_is_to_be_verified_each_week(bureau: Bureau) -> None:
    def due(after: int) -> int:
        day = timezone.localdate() + dt.timedelta(days=after)
        return sum(task.count for task in web_today.tasks(bureau["audit_admin"], day))

    assert due(0) > 0
    browser = logged_in(bureau["audit_admin"])
    assert "核验审计链" in browser.get("/").content.decode()
    assert "审计链完整" in browser.get("/audit?verify=1").content.decode()
    assert Event.objects.filter(verb="audit.verified").count() == 1
    assert due(6) == 0
    assert due(7) == 0, "nothing was written since"
    actions.invite(by=SYSTEM, username="new", name="新来")
    assert due(6) == 0
    assert due(7) == 1
    assert web_today.tasks(bureau["county_officer"], timezone.localdate()) == []

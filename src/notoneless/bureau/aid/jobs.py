"""Long work after the answer was sent."""

from __future__ import annotations

from django_tasks import task

from notoneless.bureau.accounts.models import User
from notoneless.bureau.aid import actions
from notoneless.bureau.aid.models import Change
from notoneless.bureau.audit.actions import SYSTEM


@task()
def propose(by: int) -> None:
    """Work out what is owed this term; the right is asked for again."""
    actions.propose_term(by=User.objects.get(pk=by))


@task()
def try_change(by: int, change: int) -> None:
    """Try a proposed change of the rules on every student; the right is asked for again."""
    actions.try_change(by=User.objects.get(pk=by), change=Change.objects.get(pk=change))


@task()
def follow_rules() -> None:
    """Work out what is owed this term by rules that have just come into force."""
    actions.propose_term(by=SYSTEM)

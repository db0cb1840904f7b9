"""Long work after the answer was sent."""

from __future__ import annotations

from django_tasks import task

from notoneless.bureau.accounts.models import User
from notoneless.bureau.aid import actions


@task()
def propose(by: int) -> None:
    """Work out what is owed this term; the right is asked for again."""
    actions.propose_term(by=User.objects.get(pk=by))

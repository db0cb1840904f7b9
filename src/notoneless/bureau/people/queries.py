"""The only reads for others.

``matching_table`` gives `identity` the children of an organisation, with numbers in the clear: it is read
in memory by a job that takes in a list, never shown.
"""

from __future__ import annotations

import pyarrow as pa
from django.db.models import QuerySet

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.models import Child


def children(by: User) -> QuerySet[Child]:
    """The children whom this person may see: living, at school or in class where they are responsible."""
    raise NotImplementedError


def matching_table(*, by: User | audit.Actor, organisation: Organisation) -> pa.Table:
    """Every child under an organisation as `identity` wants people.

    Columns ``row`` (the child's key) and those of `identity.normalise.COLUMNS`, numbers in clear.
    """
    raise NotImplementedError

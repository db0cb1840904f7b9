"""What the queue keeps of a job that broke: the kind of the error and the places in the code.

The queue's library would keep the text of the error and of all that led to it, and those may hold a
child's data.
"""

from __future__ import annotations

import sys
from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from django_tasks_db.models import DBTaskResult

from notoneless.bureau.web.logs import places


@receiver(pre_save, sender=DBTaskResult)
def keep_no_values(instance: DBTaskResult[Any, Any], **_how: Any) -> None:
    """Put the places in the place of the text."""
    if instance.traceback:
        error = sys.exc_info()[1]
        instance.traceback = "\n".join(places(error)) if error else ""

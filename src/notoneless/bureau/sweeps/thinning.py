"""Old sums are thinned: whole for the newest sweep, of earlier months one, above classes."""

from __future__ import annotations

from django.db.models import Max

from notoneless.bureau.sweeps.models import Sweep, Tally


def thin(newest: Sweep) -> None:
    """Keep the sums of the last sweep of each month, and those of classes of the newest only.

    In the action of the caller.
    """
    done = Sweep.objects.filter(state="done")
    months = done.values("as_of__year", "as_of__month").annotate(last=Max("pk"))
    kept = {row["last"] for row in months}
    earlier = Tally.objects.exclude(sweep=newest)
    earlier.exclude(sweep__in=kept).delete()
    earlier.filter(organisation__kind="class").delete()

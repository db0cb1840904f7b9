"""Tokens: who a program is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation, User


class Token(models.Model):
    """A key that a program shows. Only its keyed fingerprint is kept; ``expires_on`` is its last day.

    The program acts as ``user``, who has the role ``role`` at ``organisation`` and nothing else, and no
    password. ``minute`` and ``used`` count its requests of one minute.
    """

    purpose = models.CharField(max_length=60)
    user = models.OneToOneField(User, models.PROTECT, related_name="token")
    role = models.CharField(max_length=30)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=32)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute = models.BigIntegerField(default=0)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        """A token is one."""

        constraints = (
            models.UniqueConstraint(fields=("fingerprint",), name="token_is_one"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("made_at")),
                name="token_revoked_after_it_was_made",
            ),
        )

    def __str__(self) -> str:
        """What it is for; never the token."""
        return self.purpose


def fingerprint(secret: str) -> str:
    """What is kept of a token."""
    return vault.blind("api.token", secret.strip())

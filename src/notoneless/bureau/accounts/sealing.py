"""What this app seals outside of sealed columns: the secrets of second factors, kept by allauth."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from notoneless import vault
from notoneless.bureau.accounts.admission import SecondFactorAdapter
from notoneless.vault.cipher import key_number


def reseal() -> int:
    """Seal the secrets anew that an older key has sealed; how many."""
    adapter, done = SecondFactorAdapter(), 0
    for authenticator in Authenticator.objects.iterator():
        before = authenticator.data
        after = {
            name: adapter.encrypt(adapter.decrypt(value)) if _is_old(value) else value
            for name, value in before.items()
        }
        if after != before:
            changed = Authenticator.objects.filter(pk=authenticator.pk, data=before)
            done += changed.update(data=after)
    return done


def _is_old(value: object) -> bool:
    try:
        return isinstance(value, str) and key_number(bytes.fromhex(value)) != vault.ring().current
    except ValueError:
        return False

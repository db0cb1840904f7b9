"""What this app seals outside of sealed columns: the files handed in, and the rows read from them."""

from __future__ import annotations

from notoneless import vault
from notoneless.bureau.intake import storage
from notoneless.vault.cipher import key_number


def reseal() -> int:
    """Seal the files anew that an older key has sealed; how many.

    Each is written beside and put in its place whole, so that killed half-way every file opens. One that
    goes away or is written anew meanwhile (a list discarded, read again) is left as it is.
    """
    current, done = vault.ring().current, 0
    for path, context in storage.sealed():
        try:
            found, blob = path.stat(), path.read_bytes()
            if key_number(blob) != current:
                done += storage.write(path, context, vault.open_bytes(context, blob), over=found)
        except FileNotFoundError:
            continue
    return done

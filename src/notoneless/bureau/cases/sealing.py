"""What this app seals outside of sealed columns: the files of cases."""

from __future__ import annotations

from notoneless import vault
from notoneless.bureau.cases import files
from notoneless.vault.cipher import key_number


def reseal() -> int:
    """Seal the files anew that an older key has sealed; how many."""
    done, current = 0, vault.ring().current
    for path, context in files.sealed():
        content = path.read_bytes()
        if key_number(content) != current:
            files.replace(path, vault.seal_bytes(context, vault.open_bytes(context, content)))
            done += 1
    return done

"""The six digits of a second factor, for who looks at the demo without a phone at hand."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import time

from notoneless.demo.faults import NO_SECRET
from notoneless.faults import Refusal

SECONDS = 30


def code(secret: str, at: float | None = None) -> str:
    """The digits that an authenticator shows for a secret now (RFC 6238); `Refusal` when it is none."""
    plain = "".join(secret.split()).upper()
    try:
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error:
        raise Refusal([NO_SECRET.at()]) from None
    count = struct.pack(">Q", int(time.time() if at is None else at) // SECONDS)
    digest = hmac.new(key, count, hashlib.sha1).digest()
    start = digest[-1] & 0xF
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"

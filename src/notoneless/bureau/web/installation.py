"""The data folder of one installation, and what the environment says about it.

DIR/keys.json        the key ring (vault), 0600; back it up apart from the database
DIR/bureau.sqlite3   the database, unless DATABASE_URL names PostgreSQL
DIR/static/          stylesheet and scripts as served
DIR/files/           files that were handed in
DIR/tmp/             temporary files of running processes (`scratch`)
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from notoneless.bureau.faults import BAD_DATABASE_URL, BAD_NIGHT, BAD_OIDC, KEYS_LOST
from notoneless.faults import Refusal
from notoneless.vault import KeyRing
from notoneless.vault.keys import key_file

DATABASE = "bureau.sqlite3"


@dataclass(frozen=True)
class Oidc:
    """A login outside (OpenID Connect): ``name`` on the button, ``issuer`` its address.

    ``claim`` is what in its answer is our login name; whoever runs it is trusted to say that rightly.
    """

    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    claim: str = "preferred_username"

    @property
    def app(self) -> dict[str, Any]:
        """Allauth's entry for it."""
        return {
            "provider_id": "bureau",
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.issuer},
        }

    @property
    def origin(self) -> str:
        """Where the login form may lead."""
        url = urlsplit(self.issuer)
        return f"{url.scheme}://{url.netloc}"


@dataclass(frozen=True)
class Installation:
    """Everything that differs from one installation to the next, from the environment.

    ``public_url`` is the https address behind which the system stands; without it the system is for this
    machine only, and cookies need no encryption. ``night`` is when the work of the night begins, None where
    something else begins it.
    """

    data: Path
    database_url: str = field(default="", repr=False)
    public_url: str = ""
    bureau_name: str = ""
    night: dt.time | None = dt.time(2)

    @classmethod
    def from_environment(cls) -> Installation:
        """As NOTONELESS_DATA, DATABASE_URL, NOTONELESS_PUBLIC_URL, NOTONELESS_BUREAU, NOTONELESS_NIGHT say.

        `Refusal` when the last is no time of day.
        """
        return cls(
            data=Path(os.environ.get("NOTONELESS_DATA", "bureau")).absolute(),
            database_url=os.environ.get("DATABASE_URL", ""),
            public_url=os.environ.get("NOTONELESS_PUBLIC_URL", "").rstrip("/"),
            bureau_name=os.environ.get("NOTONELESS_BUREAU", ""),
            night=_time(os.environ.get("NOTONELESS_NIGHT", "02:00")),
        )

    @property
    def database_file(self) -> Path:
        """The SQLite file (also where PostgreSQL is used instead)."""
        return self.data / DATABASE

    @property
    def secure(self) -> bool:
        """Is it reached over https?"""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host of the public address, "" when there is none."""
        return urlsplit(self.public_url).hostname or ""

    def database(self) -> dict[str, Any]:
        """Django's entry for the database. `Refusal` when DATABASE_URL cannot be read."""
        if not self.database_url:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.database_file,
                # Kept open: with the last connection the write-ahead log goes, and making a new one
                # needs room on the disk. When that is full, reading must go on.
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    # The longest that one list of a whole city holds the only writer's place.
                    "timeout": 60,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                    "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-65536;",
                },
            }
        url = urlsplit(self.database_url)
        if url.scheme not in ("postgres", "postgresql") or not url.path.strip("/"):
            raise Refusal([BAD_DATABASE_URL.at(scheme=url.scheme)])
        options: dict[str, Any] = dict(parse_qsl(url.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": options.pop("host", "") or unquote(url.hostname or ""),
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }

    def oidc(self) -> Oidc | None:
        """The bureau's own login, when ``oidc.toml`` names one; `Refusal` when it cannot be read."""
        file = self.data / "oidc.toml"
        if not file.exists():
            return None
        try:
            return Oidc(**tomllib.loads(file.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, TypeError, UnicodeDecodeError):
            raise Refusal([BAD_OIDC.at(path=file)]) from None

    def prepare(self) -> None:
        """Create the folder and the keys where they are missing.

        `Refusal` when there is a database already and its keys are gone: new ones would hide the loss.
        """
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.data / "files").mkdir(mode=0o700, exist_ok=True)
        (self.data / "static").mkdir(exist_ok=True)
        keys = key_file()
        if not keys.exists():
            if self.database_file.exists():
                raise Refusal([KEYS_LOST.at(path=keys)])
            KeyRing.new().save(keys)


def _time(text: str) -> dt.time | None:
    """``02:00``; None for ``off``."""
    if text == "off":
        return None
    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        raise Refusal([BAD_NIGHT.at(seen=text)]) from None

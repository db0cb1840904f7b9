"""The policy table, read once from ``policy.toml``: what each role may do, and where it can be given."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from notoneless.i18n import Text


@dataclass(frozen=True, slots=True)
class Role:
    """A role. ``approves`` and ``administers`` need a second factor; administrators are one each."""

    id: str
    text: Text
    at: frozenset[str]
    approves: bool = False
    administers: bool = False

    @property
    def needs_second_factor(self) -> bool:
        """Whoever approves or administers proves it with a second factor."""
        return self.approves or self.administers


@dataclass(frozen=True, slots=True)
class Permission:
    """A row of the table: the roles that may; None means everyone who is logged in."""

    id: str
    text: Text
    roles: frozenset[str] | None
    step_up: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole table."""

    roles: dict[str, Role]
    permissions: dict[str, Permission]

    def permission(self, name: str) -> Permission:
        """A row; a name without a row is a programming error that says what to do."""
        if name not in self.permissions:
            raise LookupError(f"no permission {name!r}: add a row to accounts/policy.toml")
        return self.permissions[name]

    def roles_with(self, name: str) -> frozenset[str]:
        """The roles that have a permission."""
        allowed = self.permission(name).roles
        return frozenset(self.roles) if allowed is None else allowed


@cache
def policy() -> Policy:
    """The table; a role that does not exist is refused here, at the first start."""
    content = tomllib.loads(files(__package__).joinpath("policy.toml").read_text("utf-8"))
    roles = {
        name: Role(
            name,
            Text(row["zh"], row["en"]),
            frozenset(row["at"]),
            row.get("approves", False),
            row.get("administers", False),
        )
        for name, row in content["roles"].items()
    }
    permissions = {}
    for name, row in content["permissions"].items():
        allowed = None if row["roles"] == "everyone" else frozenset(row["roles"])
        if unknown := (allowed or frozenset()) - set(roles):
            raise ValueError(f"policy.toml: {name}: no such roles: {sorted(unknown)}")
        permissions[name] = Permission(
            name, Text(row["zh"], row["en"]), allowed, row.get("step_up", False)
        )
    return Policy(roles, permissions)


ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
"""三员: nobody holds two of them at a time (a constraint of the database names them)."""

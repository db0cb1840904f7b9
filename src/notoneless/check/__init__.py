"""Folder in, answer out: every child in one explained state, every award owed against paid."""

from notoneless.check.run import Outcome, Progress, Settings, check
from notoneless.check.states import parse_date

__all__ = ["Outcome", "Progress", "Settings", "check", "parse_date"]

"""What an auditor takes away: a term's aid in one file, to be recomputed where there is no bureau.

`writing` puts it together byte by byte the same each time, `recomputing` works all of it out again: rules and
facts to verdicts, verdicts and payments to findings, the book's lines to sums. It needs no database, no network
and nothing of the bureau.
"""

from notoneless.bundle.recomputing import Check, recompute
from notoneless.bundle.writing import write

__all__ = ["Check", "recompute", "write"]

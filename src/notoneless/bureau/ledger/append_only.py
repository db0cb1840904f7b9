"""Triggers by which the database itself keeps the book: balanced, append-only, closed where closed.

An entry is written after its lines. So its arrival is the moment at which the database can add them up, refuse
what does not balance, and bring the accounts' sums up to date; a line without an entry is refused at commit
by its foreign key, and a line for an entry that exists already by a trigger. An award that was promised
62,500 fen can be paid 62,500 and no more, since what it has at a stage never falls below nothing.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_BALANCED = "the lines of an entry add up to 0 and are two or more"
_CLOSED = "the term is closed"
_ONE_COUNTY = "an entry stays within one county"
_BELOW_ZERO = "an award never has less than nothing at any stage"
_FINISHED = "an entry that is written takes no more lines"
_KEPT = "the book is never changed or deleted"

_LINES = "SELECT 1 FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id"
_OF = "FROM ledger_line WHERE entry_id = NEW.number"
_HERE = f"{_OF} AND account_id = ledger_account.id"
_UNBALANCED = f"(SELECT count(*) < 2 OR sum(amount) <> 0 {_OF})"
_IN_CLOSED = f"""EXISTS ({_LINES} JOIN ledger_closing c ON c.county_id = a.county_id AND c.term = a.term
    WHERE l.entry_id = NEW.number)"""
_ELSEWHERE = f"EXISTS ({_LINES} WHERE l.entry_id = NEW.number AND a.county_id <> NEW.county_id)"
_TAKEN_TOO_MUCH = f"""EXISTS ({_LINES} WHERE l.award IN (SELECT award {_OF}) AND a.policy IN (
        SELECT b.policy FROM ledger_line m JOIN ledger_account b ON b.id = m.account_id
        WHERE m.entry_id = NEW.number)
    GROUP BY a.kind, a.policy, l.award HAVING sum(l.amount) < 0)"""

_CHECKS = (
    (_UNBALANCED, _BALANCED),
    (_IN_CLOSED, _CLOSED),
    (_ELSEWHERE, _ONE_COUNTY),
    (_TAKEN_TOO_MUCH, _BELOW_ZERO),
)
_ADD_UP = f"""UPDATE ledger_account SET
    debit = debit + (SELECT coalesce(sum(amount), 0) {_HERE} AND amount > 0),
    credit = credit + (SELECT coalesce(sum(amount), 0) {_HERE} AND amount < 0),
    lines = lines + (SELECT count(*) {_HERE})
    WHERE id IN (SELECT account_id {_OF});"""
_KEPT_TABLES = ("ledger_entry", "ledger_line", "ledger_closing")
_IDENTITY = "kind, level, fund, county_id, policy, term"

_SQLITE = {
    "ledger_entry_written": (
        "CREATE TRIGGER ledger_entry_written AFTER INSERT ON ledger_entry BEGIN "
        + " ".join(f"SELECT RAISE(ABORT, '{said}') WHERE {wrong};" for wrong, said in _CHECKS)
        + f" {_ADD_UP} END"
    ),
    "ledger_line_added": (
        "CREATE TRIGGER ledger_line_added BEFORE INSERT ON ledger_line "
        "WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE number = NEW.entry_id) "
        f"BEGIN SELECT RAISE(ABORT, '{_FINISHED}'); END"
    ),
    "ledger_account_moved": (
        f"CREATE TRIGGER ledger_account_moved BEFORE UPDATE OF {_IDENTITY} ON ledger_account "
        f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
    ),
    **{
        f"{table}_no_{act}": (
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
        )
        for table in _KEPT_TABLES
        for act in ("update", "delete")
    },
}


def _raise(said: str) -> str:
    return f"RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation';"


_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION ledger_entry_written() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {" ".join(f"IF {wrong} THEN {_raise(said)} END IF;" for wrong, said in _CHECKS)}
        {_ADD_UP} RETURN NULL; END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_line_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM ledger_entry WHERE number = NEW.entry_id)
        THEN {_raise(_FINISHED)} END IF; RETURN NEW; END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_raise(_KEPT)} END $$""",
    """CREATE TRIGGER ledger_entry_written AFTER INSERT ON ledger_entry
        FOR EACH ROW EXECUTE FUNCTION ledger_entry_written()""",
    """CREATE TRIGGER ledger_line_added BEFORE INSERT ON ledger_line
        FOR EACH ROW EXECUTE FUNCTION ledger_line_added()""",
    f"""CREATE TRIGGER ledger_account_moved BEFORE UPDATE OF {_IDENTITY} ON ledger_account
        FOR EACH ROW EXECUTE FUNCTION ledger_kept()""",
    *(
        f"""CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_kept()"""
        for table in _KEPT_TABLES
    ),
)
_ON_POSTGRESQL = (
    ("ledger_entry_written", "ledger_entry"),
    ("ledger_line_added", "ledger_line"),
    ("ledger_account_moved", "ledger_account"),
    *((f"{table}_kept", table) for table in _KEPT_TABLES),
)


def create(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place."""
    with connection.cursor() as cursor:
        for statement in _SQLITE.values() if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take them away: for going back in migrations, and for tests that play the attacker."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            for name, table in _ON_POSTGRESQL:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")

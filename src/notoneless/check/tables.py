"""The tables the result files are written from, and what goes beside them."""

from __future__ import annotations

import datetime as dt

import duckdb

from notoneless import __version__, identity, rosters
from notoneless.check.folder import Folder
from notoneless.check.guarantees import Rules
from notoneless.check.people import kind_label
from notoneless.check.result import CheckResult, Comparison, ListUsed, RulebookUsed
from notoneless.check.states import ENROLLED, SUSPECTED
from notoneless.engines.duckdb import quote
from notoneless.faults import Fault
from notoneless.i18n import gettext


def build(con: duckdb.DuckDBPyConnection, folder: Folder, rules: Rules) -> None:
    """Make ``children``, ``review``, ``guarantees`` and ``faults``, as the result files show them."""
    _children(con)
    _review(con)
    _guarantees(con, rules)
    _faults(con, folder.faults)


def _children(con: duckdb.DuckDBPyConnection) -> None:
    """One row per child, with the lists he is on and the rows that say so.

    A row of the same number and name needs no further evidence; any other says why it is his.
    """
    kinds = {kind: number for number, kind in enumerate(rosters.kinds())}
    con.execute("CREATE TEMP TABLE kind_labels (kind VARCHAR, place INTEGER, label VARCHAR)")
    con.executemany(
        "INSERT INTO kind_labels VALUES (?, ?, ?)",
        [[kind, place, kind_label(kind)] for kind, place in kinds.items()],
    )
    row = quote(gettext("第{row}行")).replace("{row}", "' || ((c.row_id >> 6) & 67108863) || '")
    con.execute(f"""
        CREATE TEMP TABLE sources AS
        SELECT c.child,
               string_agg(DISTINCT k.label, '；' ORDER BY k.label) AS labels,
               string_agg(l.file || CASE WHEN s.sheets > 1 THEN ' [' || l.sheet || ']' ELSE '' END || ' '
                   || {row} || CASE WHEN c.evidence <> '' AND c.step <> 'exact'
                       THEN '（' || c.evidence || '）' ELSE '' END,
                   '；' ORDER BY k.place, c.row_id) AS evidence
        FROM child_rows c JOIN lists l USING (list_no) JOIN kind_labels k ON k.kind = c.kind
        JOIN (SELECT file, count(*) AS sheets FROM lists GROUP BY file) s ON s.file = l.file
        GROUP BY c.child
    """)
    con.execute("""
        CREATE TABLE children AS
        SELECT r.child, r.universe, r.name, r.id_number, r.birth_date, r.sex, r.township, r.village,
               coalesce(o.school, r.school) AS school, o.grade, o.class_name,
               s.state, s.state_label, s.reason, coalesce(e.labels, '') AS lists,
               coalesce(e.evidence, '') AS evidence,
               coalesce(f.poverty_relieved, false) OR coalesce(f.monitored, false) AS poor
        FROM registry r JOIN states s USING (child) JOIN facts f USING (child)
        LEFT JOIN roll_facts o USING (child) LEFT JOIN sources e USING (child)
        ORDER BY r.child
    """)


def _review(con: duckdb.DuckDBPyConnection) -> None:
    """The doubtful pairs side by side."""
    side = """
        {side}_list.file AS {side}_file, {side}_list.sheet AS {side}_sheet,
        ({side}_row >> 6) & 67108863 AS {side}_row, {side}_rows.name AS {side}_name,
        {side}_rows.id_number AS {side}_id, {side}_rows.birth_date AS {side}_birth_date,
        concat_ws(' ', {side}_rows.township, {side}_rows.village, {side}_rows.school) AS {side}_place"""
    con.execute(f"""
        CREATE TABLE review AS
        WITH concerned AS (
            SELECT * FROM rows WHERE row_id IN (SELECT left_row FROM doubts UNION SELECT right_row FROM doubts)
        )
        SELECT d.pair_id, {side.format(side="left")}, {side.format(side="right")},
               d.probability, d.step, d.evidence
        FROM doubts d
        JOIN concerned left_rows ON left_rows.row_id = d.left_row
        JOIN concerned right_rows ON right_rows.row_id = d.right_row
        JOIN lists left_list ON left_list.list_no = d.left_row >> 32
        JOIN lists right_list ON right_list.list_no = d.right_row >> 32
    """)


def _guarantees(con: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    """For each guarantee, how many are owed it and how it stands."""
    parts = [
        f"SELECT {number} AS place, {quote(guarantee.id)} AS guarantee, {quote(str(guarantee.text))} AS label, "
        f"count(*) FILTER (v <> 'outside') AS universe, count(*) FILTER (v = 'kept') AS kept, "
        "count(*) FILTER (v = 'excused') AS excused, count(*) FILTER (v = 'gap') AS gap, "
        f"count(*) FILTER (v = 'unknown') AS unknown FROM (SELECT verdict_{guarantee.id} AS v FROM verdicts)"
        for number, guarantee in enumerate(rules.guarantees)
    ]
    con.execute(f"CREATE TABLE guarantees AS {' UNION ALL '.join(parts)} ORDER BY place")


def _faults(con: duckdb.DuckDBPyConnection, faults: list[Fault]) -> None:
    """Every fault of every file, in words."""
    con.execute(
        'CREATE TABLE faults (file VARCHAR, sheet VARCHAR, "row" BIGINT, column_ VARCHAR, code VARCHAR, '
        "severity VARCHAR, seen VARCHAR, message VARCHAR, next_step VARCHAR)"
    )
    if faults:
        import pyarrow as pa

        columns = list(
            zip(
                *(
                    (
                        fault.place.file,
                        fault.place.sheet,
                        fault.place.row,
                        fault.place.column,
                        fault.code,
                        fault.kind.severity,
                        fault.seen,
                        fault.message,
                        fault.next_step,
                    )
                    for fault in faults
                ),
                strict=True,
            )
        )
        names = (
            "file",
            "sheet",
            "row",
            "column_",
            "code",
            "severity",
            "seen",
            "message",
            "next_step",
        )
        found = pa.table(dict(zip(names, map(pa.array, columns), strict=True)))
        con.register("found_faults", found)
        con.execute("INSERT INTO faults SELECT * FROM found_faults")
        con.unregister("found_faults")


def result(
    con: duckdb.DuckDBPyConnection,
    folder: Folder,
    rules: Rules,
    as_of: dt.date,
    quality: identity.Quality,
) -> CheckResult:
    """What the files say beside their tables."""
    return CheckResult(
        as_of=as_of,
        county=_county(con),
        lists=_lists_used(folder),
        rulebooks=tuple(
            RulebookUsed(book.id, str(book.title), book.hash, rules.unverified(book))
            for book in rules.rulebooks
        ),
        comparisons=_comparisons(con, folder),
        missing=_missing(con, rules, folder),
        quality=_quality(quality),
        version=__version__,
        settings={"as_of": as_of.isoformat()},
    )


def _quality(found: identity.Quality) -> tuple[str, ...]:
    """How the roll was matched with the register, and how far that can be trusted."""
    linked, review = sum(found.linked.values()), sum(found.review.values())
    if not linked:
        return ()
    sentence = gettext(
        "学籍与户籍对上{linked}人，其中{exact}人身份证号和姓名都相同；{review}对拿不准，留给人判定。"
    ).format(linked=f"{linked:,}", exact=f"{found.linked.get('exact', 0):,}", review=f"{review:,}")
    if found.precision is None or found.recall is None:
        return (sentence,)
    trust = gettext(
        "预计准确率{precision:.2%}，查全率{recall:.2%}：把{known}对号码相同的记录遮住号码重新比对，"
        "{again}对仍能对上；{others}对号码不同的记录里，{wrong}对会被误认。"
    ).format(
        precision=found.precision,
        recall=found.recall,
        known=f"{found.known_matches:,}",
        again=f"{found.matches_found:,}",
        others=f"{found.known_others:,}",
        wrong=f"{found.others_joined:,}",
    )
    return sentence, trust


def _county(con: duckdb.DuckDBPyConnection) -> str:
    """The county that most rows of the register (or the roll) name; "" when none does."""
    found = con.execute(
        "SELECT county FROM rows WHERE kind IN ('census', 'roll') AND county IS NOT NULL "
        "GROUP BY county ORDER BY count(*) DESC, county LIMIT 1"
    ).fetchall()
    return str(found[0][0]) if found else ""


def _lists_used(folder: Folder) -> tuple[ListUsed, ...]:
    faulty: dict[str, int] = {}
    for fault in folder.faults:
        faulty[fault.place.file] = faulty.get(fault.place.file, 0) + 1
    return tuple(
        ListUsed(
            name=entry.file,
            kind=entry.kind,
            kind_label=kind_label(entry.kind),
            list_date=entry.list_date,
            rows=entry.rows,
            faults=faulty.get(entry.file, 0),
            sha256=entry.sha256,
            sheets=(entry.sheet,) if entry.sheet else (),
        )
        for entry in folder.lists
    )


def _comparisons(con: duckdb.DuckDBPyConnection, folder: Folder) -> tuple[Comparison, ...]:
    """The three comparisons of domain facts 1.3: how many were compared in each."""
    kinds = folder.kinds()
    register, seated, suspected = con.execute(
        "SELECT count(*) FILTER (r.universe = 'register'), "
        f"count(*) FILTER ({ENROLLED} AND f.attendance IS NOT NULL), "
        f"count(*) FILTER (s.state IN {SUSPECTED} AND s.state = 'suspected_absent') "
        "FROM registry r JOIN facts f USING (child) JOIN states s USING (child)"
    ).fetchall()[0]
    no_register = "" if "census" in kinds else gettext("没有户籍适龄儿童名单，比不了。")
    no_roll = "" if "roll" in kinds else gettext("没有学籍名册，比不了。")
    no_call = "" if "rollcall" in kinds else gettext("没有点名册，比不了。")
    if not no_call and not seated:
        no_call = gettext("点名册上没有一个人能和学籍名册对上，比不了。")
    no_poor = (
        ""
        if kinds & {"poverty_relieved", "monitored"}
        else gettext("没有脱贫户、监测户名单，比不了。")
    )
    return (
        Comparison("register_roll", register, no_register or no_roll),
        Comparison("roll_class", seated, no_roll or no_call),
        Comparison("absent_poor", suspected, no_roll or no_call or no_poor),
    )


_TOLD_BY = {
    "boards": "boarders",
    "recognised": "recognition",
    "migrant": "migrant",
    "placement": "special",
    "elsewhere": "elsewhere",
    "excuse": "excused",
    "gone": "gone",
    "on_roll": "roll",
    "attendance": "rollcall",
}
"""Which kind of list tells a fact, beside the kinds that are facts themselves."""


def _missing(con: duckdb.DuckDBPyConnection, rules: Rules, folder: Folder) -> tuple[str, ...]:
    """One sentence per fact that is lacking, with the number of children it leaves undecided."""
    told_by = _TOLD_BY | {
        kind.entitles: kind.id for kind in rosters.kinds().values() if kind.entitles
    }
    facts = rules.schema.subjects["child"].facts
    found = con.execute(
        "SELECT fact, count(DISTINCT child) FROM lacking GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    sentences = []
    for fact, children in found:
        kind = told_by.get(fact)
        if kind is None:
            text = gettext("没有名单写明是否{fact}：{children}人的资助无法判断。")
            sentences.append(text.format(fact=facts[fact].text, children=f"{children:,}"))
        elif kind in folder.kinds():
            text = gettext("{list}没有覆盖到的学校或乡镇：{children}人的资助无法判断。")
            sentences.append(text.format(list=kind_label(kind), children=f"{children:,}"))
        else:
            text = gettext("没有{list}：{children}人的资助无法判断。")
            sentences.append(text.format(list=kind_label(kind), children=f"{children:,}"))
    return tuple(sentences)

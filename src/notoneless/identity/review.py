"""Last step: the answer with its evidence, and what a person has to look at."""

from __future__ import annotations

from notoneless.i18n import N_, gettext
from notoneless.identity import score
from notoneless.identity.assign import CERTAIN, DOUBTFUL, WITHOUT_BOTH
from notoneless.identity.pipeline import Step, literal

SHOWN = 3
"""At most so many doubtful pairs are shown for one row of the left list."""

EXACT = 0.9999
"""The probability written beside a pair of one valid number and one name, and the highest of any.
Stated, not counted: nothing in the lists can tell it."""

STEPS_IN_WORDS = {
    "exact": N_("身份证号相同"),
    "number": N_("身份证号相同，其他信息需比较"),
    "repair": N_("身份证号疑有笔误"),
    "score": N_("身份证号缺失，按其他信息比较"),
    "namesake": N_("同名同日出生"),
    "two_numbers": N_("号码不同、其他相同"),
}
"""What the values of the column ``step`` mean."""


def _evidence(agreed: str, against: str) -> str:
    """``agreed；against`` without an empty side."""
    return f"concat_ws('；', nullif({agreed}, ''), nullif({against}, ''))"


def doubtful_step() -> Step:
    """The pairs for a person: not joined, not settled by others, and either likely or forbidden."""
    return Step(
        "doubtful",
        f"""
        SELECT * FROM (
            SELECT j.*, row_number() OVER (PARTITION BY j.left_row
                                           ORDER BY j.probability DESC, j.right_row) AS rank
            FROM $judged_pairs j
            WHERE NOT EXISTS (SELECT 1 FROM $chosen c WHERE c.left_row = j.left_row)
              AND NOT EXISTS (SELECT 1 FROM $chosen c WHERE c.right_row = j.right_row)
              AND (by_number = 1
                   OR (left_number IS NOT NULL AND right_number IS NOT NULL
                       AND born = 3 AND household >= 2 AND probability >= {CERTAIN}
                       AND (name = 6 OR (name = 5 AND household = 3 AND coalesce(place, 2) = 2
                                         AND coalesce(sex, 1) = 1 AND coalesce(school, 1) = 1)))
                   OR ((left_number IS NULL OR right_number IS NULL)
                       AND (probability >= {WITHOUT_BOTH}
                            OR (probability >= {DOUBTFUL}
                                AND (name >= 3 OR coalesce(born, 0) >= 1 OR repaired IS NOT NULL))
                            OR (name >= 5 AND born = 3 AND coalesce(sex = 1, true)))))
        ) WHERE rank <= {SHOWN}""",
        ("left_row", "right_row"),
    )


def links_step() -> Step:
    """The links and the doubtful pairs, each with its step and its evidence in words."""
    agreed = f"concat_ws('，', {', '.join(score.words(True))})"
    against = f"concat_ws('，', {', '.join(score.words(False))})"
    number, name, date = gettext("身份证号相同"), gettext("姓名相同"), gettext("出生日期相同")
    alike_name, other_date = gettext("姓名读音相同"), gettext("出生日期不同")
    lost_name = gettext("姓名缺字、其余相同")

    def said(*agreeing: str, against: str = "") -> str:
        return literal("；".join(filter(None, ("，".join(agreeing), against))))

    return Step(
        "links",
        f"""
        SELECT left_row, right_row,
               {EXACT} AS probability,
               'linked' AS decision, 'exact' AS step,
               CASE WHEN lost THEN {said(number, lost_name)}
                    WHEN NOT same_name AND equal_date THEN {said(number, alike_name, date)}
                    WHEN NOT same_name THEN {said(number, alike_name)}
                    WHEN equal_date THEN {said(number, name, date)}
                    WHEN other_date THEN {said(number, name, against=other_date)}
                    ELSE {said(number, name)} END AS evidence
        FROM $exact
        UNION ALL
        SELECT left_row, right_row, round(least(probability, {EXACT}), 4), decision,
               CASE WHEN by_number = 1 THEN 'number'
                    WHEN left_number IS NOT NULL AND right_number IS NOT NULL THEN 'two_numbers'
                    WHEN decision = 'review' AND alike = 1 AND NOT alone THEN 'namesake'
                    WHEN repaired IS NOT NULL THEN 'repair' ELSE 'score' END,
               {_evidence(agreed, against)}
        FROM (
            SELECT j.*, 'linked' AS decision FROM $judged_pairs j
            JOIN $chosen c ON c.left_row = j.left_row AND c.right_row = j.right_row
            UNION ALL
            SELECT * EXCLUDE (rank), 'review' FROM $doubtful
        )""",
        ("left_row", "right_row"),
    )

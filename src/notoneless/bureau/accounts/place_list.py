"""A list of places and schools as an office keeps it: read, and held against the tree. Writes nothing.

Columns in Chinese or English, in any order: 类别, 名称, 上级, 代码, 学段, 所在乡镇. Codes are those of the
administrative divisions (12 digits, or as many as the level has); with one the parent need not be named.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notoneless.bureau.accounts import faults
from notoneless.bureau.accounts.models import Organisation, SchoolCode, SchoolStage
from notoneless.bureau.accounts.tree import PARENTS
from notoneless.faults import Fault, FaultKind, Place, Refusal
from notoneless.rosters.books import open_book
from notoneless.rosters.books.sheet import Cell, Row, Sheet
from notoneless.rosters.headings import normal

MOST_ROWS = 50_000
"""A province has some 35,000 places."""
_MOST_FAULTS = 200

HEADINGS = {
    "kind": ("类别", "类型", "级别", "kind", "type"),
    "name": ("名称", "机构名称", "学校名称", "单位名称", "name"),
    "parent": ("上级", "上级机构", "上级名称", "上级代码", "主管单位", "parent"),
    "code": ("代码", "编码", "区划代码", "行政区划代码", "学校标识码", "标识码", "code"),
    "stages": ("学段", "办学类型", "stages", "stage"),
    "located_in": ("所在乡镇", "所在地", "所在村", "所在乡镇（街道）", "locatedin"),
}
"""How each column may be headed."""

_KINDS = {
    "province": ("省", "自治区", "直辖市"),
    "city": ("市", "地级市", "州", "市州", "市（州）"),
    "county": ("县", "区", "县区", "区县", "县市区", "县级市", "县（市、区）"),
    "township": (
        "乡镇",
        "街道",
        "镇",
        "乡",
        "民族乡",
        "乡镇街道",
        "乡镇（街道）",
        "town",
        "street",
    ),
    "village": ("村", "社区", "村社区", "村（社区）", "居委会", "村委会", "community"),
    "school": ("学校", "小学", "中学", "幼儿园", "教学点"),
}
_KIND_OF = {normal(word): kind for kind, words in _KINDS.items() for word in (kind, *words)}
_STAGES = {
    "preschool": ("学前", "幼儿园", "学前教育"),
    "primary": ("小学",),
    "junior": ("初中", "初级中学"),
    "senior": ("普通高中", "高中", "普高"),
    "vocational": ("中等职业", "中职", "职高", "职业高中", "中专"),
}
_WHOLE: dict[str, tuple[str, ...]] = {
    "九年一贯制": ("primary", "junior"),
    "九年一贯": ("primary", "junior"),
    "完全中学": ("junior", "senior"),
    "十二年一贯制": ("primary", "junior", "senior"),
}
_STAGES_OF: dict[str, tuple[str, ...]] = {
    word: (stage,) for stage, words in _STAGES.items() for word in (stage, *words)
} | _WHOLE

_DIGITS = {"province": 2, "city": 4, "county": 6, "township": 9, "village": 12}
"""How many digits of a division's code are the level's own; what follows is noughts."""
_NATIONAL = 12
_SHORT = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A row as read: codes in the form that the tree keeps, stages sorted."""

    row: int
    kind: str
    name: str
    parent: str = ""
    code: str = ""
    stages: tuple[str, ...] = ()
    located_in: str = ""


def division_code(kind: str, text: str) -> str | None:
    """The code of a place as the tree keeps it: six digits down to the county, then nine, then twelve.

    None when it is no code of this level: letters, another length, or digits where noughts belong.
    """
    own = _DIGITS[kind]
    if not text.isdecimal() or not own <= len(text) <= _NATIONAL or text[own:].strip("0"):
        return None
    return text[:own].ljust(_SHORT, "0")


def read(path: Path, name: str) -> list[Line]:
    """The rows of a file. `Refusal` with every fault of it that can be seen without the tree."""
    found: list[Line] = []
    wrong: list[Fault] = []
    headed = False
    for sheet in open_book(path).sheets:
        sample = list(sheet.rows(most=20))
        heading = _heading(sample)
        if heading is None or sheet.hidden:
            continue
        headed = True
        at, columns = heading
        for number, cells in _below(sheet, at):
            said = {key: _text(cells[i]) if i < len(cells) else "" for key, i in columns.items()}
            if not any(said.values()):
                continue
            if len(found) >= MOST_ROWS:
                raise Refusal([faults.TOO_MANY_PLACES.at(Place(name), most=MOST_ROWS)])
            found.append(_line(number, said, Place(name, sheet.name, number), wrong))
    if not headed:
        raise Refusal([faults.NO_PLACE_COLUMNS.at(Place(name))])
    if not found:
        raise Refusal([faults.NO_PLACES.at(Place(name))])
    if wrong:
        raise Refusal(wrong[:_MOST_FAULTS])
    return found


def _heading(sample: Sequence[Row]) -> tuple[int, dict[str, int]] | None:
    known = {normal(word).lower(): key for key, words in HEADINGS.items() for word in words}
    for number, cells in sample:
        columns: dict[str, int] = {}
        for index, cell in enumerate(cells):
            word = normal(_text(cell)).lower().replace("_", "")
            if word in known:
                columns.setdefault(known[word], index)
        if "kind" in columns and "name" in columns:
            return number, columns
    return None


def _below(sheet: Sheet, heading: int) -> Iterator[Row]:
    return ((number, cells) for number, cells in sheet.rows() if number > heading)


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _line(number: int, said: Mapping[str, str], place: Place, wrong: list[Fault]) -> Line:
    kind = _KIND_OF.get(normal(said["kind"]).lower(), "")
    if not kind:
        wrong.append(faults.PLACE_KIND_UNKNOWN.at(place, row=number, seen=said["kind"][:20]))
    name = re.sub(r"\s+", "", said["name"])
    if not name or len(name) > 100:
        wrong.append(faults.PLACE_UNNAMED.at(place, row=number))
    code = said.get("code", "").replace(" ", "")
    if code and kind in _DIGITS:
        normalised = division_code(kind, code)
        if normalised is None:
            wrong.append(faults.PLACE_CODE_WRONG.at(place, row=number, seen=code[:20]))
        code = normalised or ""
    stages: set[str] = set()
    for word in filter(None, re.split(r"[、，,;；/+\s]+", said.get("stages", ""))):
        if word.lower() in _STAGES_OF and kind in ("school", ""):
            stages.update(_STAGES_OF[word.lower()])
        else:
            wrong.append(faults.STAGE_UNKNOWN.at(place, row=number, seen=word[:20]))
    return Line(
        number,
        kind,
        name,
        said.get("parent", "").replace(" ", ""),
        code[:20],
        tuple(sorted(stages)),
        said.get("located_in", "").replace(" ", ""),
    )


# --- held against the tree --------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Node:
    """A place as it is or as it will be; ``organisation`` is None as long as it is not in the tree."""

    kind: str
    name: str
    held_code: str = ""
    held_stages: tuple[str, ...] = ()
    organisation: Organisation | None = None
    line: Line | None = None
    parent: Node | None = None
    located_in: Node | None = None

    @property
    def code(self) -> str:
        """Its code, as it is or as it will be."""
        return self.held_code or (self.line.code if self.line else "")

    @property
    def kind_text(self) -> str:
        """Its kind in words."""
        return str(Organisation.Kind(self.kind).label)

    @property
    def county(self) -> Node | None:
        """The county it stands in, if it stands in one."""
        one: Node | None = self
        while one is not None and one.kind != "county":
            one = one.parent
        return one


@dataclass(slots=True)
class Plan:
    """What a list would do: ``new`` (a parent before what is below it) and what it completes."""

    new: list[Node] = field(default_factory=list)
    completed: list[Node] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def by_kind(self) -> list[tuple[str, int]]:
        """How many are new, per kind from the top."""
        counts = Counter(node.kind for node in self.new)
        return [
            (str(label), counts[kind]) for kind, label in Organisation.Kind.choices if counts[kind]
        ]


class _Tree:
    """The open places and schools within reach, and by and by those of the list."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        rows = list(organisations)
        codes = dict(
            SchoolCode.objects.filter(valid_to__isnull=True).values_list("school_id", "code")
        )
        stages: dict[int, list[str]] = defaultdict(list)
        for school, stage in SchoolStage.objects.filter(valid_to__isnull=True).values_list(
            "school_id", "stage"
        ):
            stages[school].append(stage)
        self.by_code: dict[tuple[str, str], Node] = {}
        self.by_name: dict[str, list[Node]] = defaultdict(list)
        self.under: dict[tuple[Node | None, str, str], Node] = {}
        self.of_kind: dict[str, list[Node]] = defaultdict(list)
        nodes: dict[int | None, Node] = {}
        for one in rows:
            code = codes.get(one.pk, one.code)
            if one.kind in _DIGITS:
                code = division_code(one.kind, one.code) or one.code
            held = tuple(sorted(stages[one.pk]))
            nodes[one.pk] = Node(one.kind, one.name, code, held, one)
        for one in rows:
            node = nodes[one.pk]
            node.parent = nodes.get(one.parent_id)
            node.located_in = nodes.get(one.located_in_id)
            self.add(node)

    def add(self, node: Node) -> None:
        self.by_name[node.name].append(node)
        self.under[node.parent, node.kind, node.name] = node
        self.of_kind[node.kind].append(node)
        if node.code:
            self.by_code[node.kind, node.code] = node

    def meant(self, word: str, kinds: Sequence[str]) -> list[Node]:
        """Those of some kinds that a code or a name may mean."""
        for kind in kinds:
            code = division_code(kind, word) if kind in _DIGITS else word
            if node := self.by_code.get((kind, code or "")):
                return [node]
        return [node for node in self.by_name.get(word, ()) if node.kind in kinds]

    def by_prefix(self, line: Line) -> Node | None:
        """The parent that the place's own code tells."""
        if line.kind not in _DIGITS or not line.code:
            return None
        for kind in PARENTS[line.kind]:
            code = line.code[: _DIGITS[kind]].ljust(_SHORT, "0")
            if node := self.by_code.get((kind, code)):
                return node
        return None


class _Comparison:
    """The rows of a list, from the top down, each against what stands and what came before it."""

    def __init__(self, lines: Sequence[Line], organisations: Iterable[Organisation]) -> None:
        self.tree, self.plan = _Tree(organisations), Plan()
        order = [kind for kind, _ in Organisation.Kind.choices]
        waiting = sorted(lines, key=lambda line: order.index(line.kind))
        while waiting:  # a teaching point may stand above its central school in the list
            later = [line for line in waiting if self._waits(line, waiting)]
            for line in waiting if len(later) == len(waiting) else _without(waiting, later):
                self._take(line)
            waiting = [] if len(later) == len(waiting) else later
        self.plan.faults.sort(key=lambda fault: fault.place.row)

    def _waits(self, line: Line, waiting: Sequence[Line]) -> bool:
        if line.kind != "school" or not line.parent:
            return False
        if self.tree.meant(line.parent, PARENTS["school"]):
            return False
        return any(
            other is not line and other.kind == "school" and line.parent in (other.name, other.code)
            for other in waiting
        )

    def _wrong(self, kind: FaultKind, line: Line, **details: Any) -> None:
        place = Place(row=line.row)
        self.plan.faults.append(kind.at(place, row=line.row, name=line.name, **details))

    def _take(self, line: Line) -> None:
        tree = self.tree
        by_code = tree.by_code.get((line.kind, line.code)) if line.code else None
        root = by_code or _only([n for n in tree.by_name[line.name] if n.kind == line.kind])
        if root is not None and root.organisation and root.parent is None:
            self._agree(root, line, None)  # what is above it is not this person's matter
            return
        parent = self._parent(line)
        if parent is None:
            return
        by_name = tree.under.get((parent, line.kind, line.name))
        there = by_code or by_name
        if there is None:
            node = Node(line.kind, line.name, line=line, parent=parent)
            node.located_in = self._place(line, parent)
            tree.add(node)
            self.plan.new.append(node)
        elif there.line is not None:
            self._wrong(faults.PLACE_TWICE, line, before=there.line.row)
        else:
            self._agree(there, line, parent)

    def _agree(self, there: Node, line: Line, parent: Node | None) -> None:
        """A row about what stands: it may complete it, and change nothing."""
        if there.line is not None:
            self._wrong(faults.PLACE_TWICE, line, before=there.line.row)
            return
        there.line = line
        if there.name != line.name:
            self._wrong(faults.PLACE_CODE_HELD, line, code=line.code, other=there.name)
            return
        if parent is not None and there.parent is not parent:
            other = there.parent.name if there.parent else "—"
            self._wrong(faults.PLACE_ELSEWHERE, line, other=other)
            return
        located = self._place(line, there.parent)
        same = (
            not (line.code and there.held_code) or line.code == there.held_code,
            not (line.stages and there.held_stages) or line.stages == there.held_stages,
            not (located and there.located_in) or located is there.located_in,
        )
        if not all(same):
            self._wrong(faults.PLACE_DIFFERS, line)
            return
        adds = (
            (line.code and not there.held_code)
            or (line.stages and not there.held_stages)
            or (located and not there.located_in)
        )
        there.located_in = there.located_in or located
        if adds:
            if line.code and not there.held_code:
                self.tree.by_code[there.kind, line.code] = there
            self.plan.completed.append(there)
        else:
            self.plan.unchanged += 1

    def _parent(self, line: Line) -> Node | None:
        kinds = PARENTS[line.kind]
        told = self.tree.by_prefix(line)
        if line.parent:
            found = self.tree.meant(line.parent, kinds)
            if told is not None and told in found:
                return told
            if len(found) == 1 and told is not None and told.kind == found[0].kind:
                self._wrong(faults.PLACE_CODE_ELSEWHERE, line, code=line.code, other=told.name)
                return None
            if len(found) > 1 and line.located_in:
                places = self.tree.meant(line.located_in, ("township", "village"))
                counties = {place.county for place in places}
                found = [node for node in found if node.county in counties]
        elif told is not None:
            return told
        elif line.kind == "school" and line.located_in:
            places = self.tree.meant(line.located_in, ("township", "village"))
            found = list({place.county for place in places if place.county})
        else:
            found = self.tree.of_kind[kinds[0]] if kinds else []
        if len(found) == 1:
            return found[0]
        kind = faults.PLACE_PARENT_SEVERAL if found else faults.PLACE_PARENT_LACKING
        self._wrong(kind, line, parent=line.parent or "—", count=len(found))
        return None

    def _place(self, line: Line, parent: Node | None) -> Node | None:
        """The township or village in which a school is, of its own county when several have the name."""
        if not line.located_in:
            return None
        found = self.tree.meant(line.located_in, ("township", "village"))
        if len(found) > 1 and parent is not None and parent.county is not None:
            found = [node for node in found if node.county is parent.county]
        if line.kind == "school" and len(found) == 1:
            return found[0]
        self._wrong(faults.PLACE_LOCATION_UNKNOWN, line, where=line.located_in)
        return None


def _only(found: Sequence[Node]) -> Node | None:
    return found[0] if len(found) == 1 else None


def _without(lines: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    out = set(map(id, others))
    return [line for line in lines if id(line) not in out]


def compare(lines: Sequence[Line], organisations: Iterable[Organisation]) -> Plan:
    """What is new, what is completed, what is unchanged, and every conflict with what stands.

    ``organisations``: the open ones that the person may change, classes left out.
    """
    return _Comparison(lines, organisations).plan


def to_json(lines: Sequence[Line]) -> str:
    """The rows as text, to be looked at before the act."""
    return json.dumps([dataclasses.astuple(line) for line in lines], ensure_ascii=False)


def from_json(text: str) -> list[Line]:
    """Back again. `ValueError` when it is something else."""
    try:
        return [_checked(*row) for row in json.loads(text)]
    except (TypeError, ValueError):
        raise ValueError("not a list of places") from None


def _checked(
    row: int, kind: str, name: str, parent: str, code: str, stages: Sequence[str], located_in: str
) -> Line:
    texts = (kind, name, parent, code, located_in, *stages)
    known = kind in _KINDS and set(stages) <= set(_STAGES) and (not stages or kind == "school")
    whole = all(isinstance(text, str) for text in texts) and isinstance(row, int)
    fits = not code or kind not in _DIGITS or division_code(kind, code) == code
    if not (known and whole and fits and 0 < len(name) <= 100 and len(code) <= 20):
        raise ValueError("not a row of a list of places")
    return Line(row, kind, name, parent, code, tuple(sorted(stages)), located_in)

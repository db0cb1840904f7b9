"""Cases on their way: those of children who are truly out of school, and some that came to their end.

Who is truly out of school has an active case until today; who returned, was an error in a list or studies
elsewhere is truly in class or elsewhere. So the numbers of the bureau stay those of the county.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions
from notoneless.bureau.cases.models import OPEN, Case
from notoneless.bureau.cases.openings import Opening
from notoneless.demo.bureau.at_work import COUNTY, CaseWork
from notoneless.demo.bureau.neighbours import NAME as NEXT_COUNTY
from notoneless.demo.bureau.scene import Missed
from notoneless.demo.bureau.stories import Story, at

if TYPE_CHECKING:
    from notoneless.bureau.people.models import Child
    from notoneless.demo.bureau.scene import Scene

WATCHED = 10
"""School days of watching, as the rules propose."""


def stories(scene: Scene) -> list[Story]:
    """Every case its story. What needs more days than there were is told as far as it came."""
    return [
        *_out_of_school(scene),
        *_back_in_class(scene),
        *_found_elsewhere(scene),
        _words_of_the_public(scene),
        _nights(scene),
    ]


# --- children who are truly out of school -----------------------------------------------------------------


def _out_of_school(scene: Scene) -> Iterator[Story]:
    """The gaps that the first sweep found, each as far as its people came."""

    def open_of(*situations: str) -> list[Child]:
        found = scene.pupils.of(*situations)
        having = set(Case.objects.filter(OPEN, child__in=found).values_list("child", flat=True))
        return [child for child in found if child.pk in having]

    absent, never, ghosts = open_of("absent"), open_of("never_enrolled"), open_of("ghost")
    tellings = [
        *zip((_persuaded, _verified_lately), absent, strict=False),
        *((_visited, child) for child in absent[2:-1]),
        *zip((_order, _visited), never, strict=False),
        *zip((_another_city, _another_county), ghosts, strict=False),
        *((_visited, child) for child in open_of("suspension_expired")),
    ]
    for number, (telling, child) in enumerate(tellings):
        yield telling(scene, CaseWork(scene, child), number)


def _persuaded(scene: Scene, work: CaseWork, _: int) -> Story:
    """Found, visited by two on one day, notified, still away."""
    yield at(scene.day(0), 16)
    work.met(
        "class_teacher",
        "phone",
        "grandparent",
        "奶奶接的电话，说孩子跟表哥去了外地打工，过年才回来",
        "not_found",
        "上门",
    )
    yield at(scene.day(1), 10)
    work.go(COUNTY, "verify", reason="D2")
    work.go(COUNTY, "persuade", word="镇里和学校一起上门，请公安、人社找下落")
    for department, what in (
        ("police", "请协助查孩子现在的住处"),
        ("labour", "请到务工单位核查有没有招用童工"),
    ):
        actions.ask_department(
            by=scene.user(COUNTY), case=work.case, department=department, what=what
        )
    yield at(scene.day(3), 16)
    work.met(
        "village_cadre",
        "home",
        "grandparent",
        "奶奶说孩子在邻县一家饭店帮厨，电话打不通",
        "met",
        "送限期返校通知书",
    )
    yield at(scene.day(3), 17)
    work.met(
        "class_teacher",
        "home",
        "grandparent",
        "家里只有奶奶，说父亲在外，孩子下月回来",
        "met",
        "联系父亲",
    )
    yield at(scene.day(5), 9)
    notice = work.paper("return_notice", days=10)
    yield at(scene.day(6), 17)
    work.serve(notice, "grandparent")
    yield at(scene.day(8), 10)
    task = work.case.tasks.get(department="police")
    actions.answer_task(
        by=scene.user(COUNTY), task=task, state="answered", on=scene.day(8),
        answer="已查到暂住地，通知了当地派出所", who="城关派出所",
    )  # fmt: skip
    yield at(scene.day(12), 16)
    work.met(
        "township_cadre",
        "video",
        "father",
        "父亲说月底带孩子回来，愿意让孩子读完初中",
        "promised",
        "月底再上门",
        scene.day(20),
    )
    yield at(scene.day(20), 15)
    work.met(
        "township_cadre",
        "home",
        "grandparent",
        "孩子没有回来，父亲说老板不放人",
        "refused",
        "和人社一起去务工地",
        scene.clock.today,
    )


def _verified_lately(scene: Scene, work: CaseWork, _: int) -> Story:
    """Looked for, found late, about to be persuaded."""
    yield at(scene.day(1), 16)
    work.met("class_teacher", "phone", "nobody", "两个电话都没有人接", "not_found", "上门看看")
    yield at(scene.day(2), 17)
    work.met(
        "township_cadre",
        "home",
        "neighbour",
        "邻居说一家人暑假里搬走了，不知道去了哪里",
        "not_found",
    )
    if days := scene.school_days()[-2:-1]:
        yield at(days[0], 15)
        work.met(
            "township_cadre", "phone", "mother", "找到母亲的新号码，孩子在家照看弟弟", "met", "上门"
        )
        yield at(days[0], 16)
        work.go(COUNTY, "verify", reason="D9")


def _order(scene: Scene, work: CaseWork, _: int) -> Story:
    """Never enrolled; the notice did not help, an order followed."""
    yield at(scene.day(1), 15)
    work.met(
        "village_cadre", "home", "mother", "母亲说户口才迁来，不知道在哪里报名", "met", "带她去学校"
    )
    yield at(scene.day(2), 10)
    work.go(COUNTY, "verify", reason="D10")
    work.go(COUNTY, "persuade", word="请中心学校安排学位，村里带去报名")
    yield at(scene.day(6), 9)
    notice = work.paper("return_notice", days=8)
    yield at(scene.day(6), 16)
    work.serve(notice, "mother")
    yield at(scene.day(15), 16)
    work.met(
        "township_cadre", "home", "father", "父亲说孩子太小，想明年再送", "refused", "出责令通知书"
    )
    yield at(scene.day(18), 9)
    order = work.paper("order", days=8)
    yield at(scene.day(18), 16)
    work.serve(order, "father")
    yield at(scene.day(27), 16)
    work.met(
        "village_cadre",
        "home",
        "mother",
        "答应先去看看学校",
        "promised",
        "陪去学校",
        scene.clock.today,
    )


def _visited(scene: Scene, work: CaseWork, number: int) -> Story:
    """The ordinary one: verified in time, a visit a week."""
    reasons = ("D1", "D5", "D8", "D9")
    yield at(scene.day(1 + number % 3), 15)
    work.met("class_teacher", "home", "mother", "孩子说跟不上，不想读了", "met", "请老师补课")
    yield at(scene.day(2 + number % 3), 11)
    work.go(COUNTY, "verify", reason=reasons[number % len(reasons)])
    yield at(scene.day(3 + number % 3), 11)
    work.go(COUNTY, "persuade", word="班主任和村干部轮流上门")
    for week in range(1, 8):
        day = scene.day(3 + number % 3 + 5 * week)
        yield at(day, 16, number % 60)
        work.met(
            ("village_cadre", "class_teacher")[week % 2], ("home", "phone")[week % 2], "mother",
            ("母亲说再劝劝，孩子愿意听老师的", "孩子在家，答应先到校看看")[week % 2],
            ("met", "promised")[week % 2], "下周再上门", scene.calendar.add(day, 5),
        )  # fmt: skip


def _another_city(scene: Scene, work: CaseWork, _: int) -> Story:
    """Gone with the parents to another city; its receipt has not come."""
    yield at(scene.day(2), 15)
    work.met(
        "class_teacher",
        "phone",
        "relative",
        "叔叔说全家去了外市，孩子没有上学",
        "met",
        "问清楚地址",
    )
    yield at(scene.day(3), 10)
    work.go(COUNTY, "verify", reason="D2")
    yield at(scene.day(4), 10)
    work.go(
        "county_leader",
        "hand_outside",
        place="川北市（虚构）",
        word="附上户籍和最后就读学校，请对方查找",
    )


def _another_county(scene: Scene, work: CaseWork, _: int) -> Story:
    """Handed to the next county, which has not accepted yet."""
    yield at(scene.day(2), 15)
    work.met(
        "township_cadre",
        "phone",
        "father",
        "父亲说搬到邻县岳父家，还没有联系学校",
        "met",
        "联系邻县",
    )
    yield at(scene.day(3), 10)
    work.go(COUNTY, "verify", reason="D10")
    work.go(COUNTY, "persuade", word="请父亲先回原校")
    if days := scene.school_days()[-2:-1]:
        yield at(days[0], 10)
        work.go(
            "county_leader",
            "hand_over",
            destination=scene.places[NEXT_COUNTY],
            word="孩子现住邻县，请接收后劝返",
        )


# --- children who came back -------------------------------------------------------------------------------


def _back_in_class(scene: Scene) -> Iterator[Story]:
    """Pupils who are in class today and were away: closed, about to be closed, returned."""
    days, free = scene.school_days(), _pupils_of_ours(scene)
    starts = (
        [days[2], *([days[-16]] if len(days) > 20 else []), *days[-6:-5]] if len(days) > 6 else []
    )
    for day, child in zip(starts, free, strict=False):
        back = scene.calendar.add(day, 5)
        scene.missed[child.pk] = Missed(day, back, scene.calendar.add(back, WATCHED + 3))
        yield _came_back(scene, CaseWork(scene, child), day, back, placed=day != starts[-1])


def _pupils_of_ours(scene: Scene) -> Iterator[Child]:
    """In class, one of each class that has its teacher among our people, then of the others."""
    teachers = {one.place for one in scene.people if one.role.id == "class_teacher"}
    in_class = {child.pk: child for child in scene.pupils.of("in_class")}
    seats = sorted(scene.pupils.seats.items(), key=lambda seat: seat[0] not in teachers)
    for _, children in seats:
        yield from [in_class[child] for child in children if child in in_class][1:2]


def _came_back(
    scene: Scene, work: CaseWork, away: dt.date, back: dt.date, *, placed: bool
) -> Story:
    """Five days away; the roll-call opens the case on the third, the notice brings the child back.

    To place the child who came back last is left to the reader, at whatever hour the demo is made.
    """

    def later(number: int) -> dt.date:
        return scene.calendar.add(away, number)

    yield at(later(2), 11)
    work.met(
        "class_teacher", "phone", "grandparent", "爷爷说孩子不愿意起床，躲着不去", "met", "下午上门"
    )
    yield at(later(3), 10)
    work.go(COUNTY, "verify", reason="D1")
    work.go(COUNTY, "persuade", word="学校和村里一起上门")
    yield at(later(3), 17)
    work.met(
        "village_cadre", "home", "mother", "母亲回来了，答应明天送到学校", "promised", "送通知书"
    )
    notice = work.paper("return_notice", days=5)
    yield at(later(4), 9)
    work.serve(notice, "mother")
    yield at(back, 10)
    work.go("school_head", "return", word="母亲送到学校，班主任接的")
    if not placed:
        return
    yield at(scene.calendar.add(back, 1), 10)
    work.go("school_head", "place", placement="same")
    yield at(scene.calendar.add(back, 6), 16)
    work.note("class_teacher", "天天到校，作业能交上，同学带着一起走")
    yield at(scene.calendar.add(back, WATCHED + 3), 10)
    work.note("class_teacher", "稳控期满，每天点名都在")
    if (scene.clock.today - back).days > 2 * WATCHED:
        yield at(scene.calendar.add(back, WATCHED + 4), 10)
        work.go("county_leader", "close", word="核对了点名和走访记录，同意销号")


# --- what the national platform took for a gap --------------------------------------------------------------


def _found_elsewhere(scene: Scene) -> Iterator[Story]:
    """Rows of the platform's list that were no gap: an error, in school elsewhere, lawfully excused."""
    ours = list(_pupils_of_ours(scene))[3:4]
    away = scene.pupils.of("elsewhere_city") + scene.pupils.of("elsewhere_province")
    tellings = [
        *((_error, child) for child in ours),
        *((_in_school, child) for child in away[:1]),
        *((_accepted, child) for child in away[-1:]),
        *((_long_illness, child) for child in scene.pupils.of("on_leave")[:1]),
    ]
    for number, (telling, child) in enumerate(tellings, start=1):
        scene.missed.setdefault(child.pk, Missed(scene.listed, scene.listed, scene.listed))
        yield telling(scene, CaseWork(scene, child), f"GP2026{510699}{number:05}")


def _from_the_platform(scene: Scene, work: CaseWork, number: str) -> None:
    opening = Opening(
        subject=work.child.pk,
        kind="absent",
        guarantee="in_class",
        source="platform",
        on=scene.day(3),
        reason="国家平台比对：在籍不在校",
        platform_number=number,
    )
    actions.open_cases(by=scene.user(COUNTY), openings=[opening])


def _error(scene: Scene, work: CaseWork, number: str) -> Story:
    yield at(scene.day(3), 9)
    _from_the_platform(scene, work, number)
    yield at(scene.day(4), 10)
    work.note("school_head", "孩子天天在校，平台上的证件号码错了一位")
    yield at(scene.day(5), 10)
    work.go("county_leader", "data_error", reason="A1", word="学校核对了户口簿，已在学籍系统更正")


def _in_school(scene: Scene, work: CaseWork, number: str) -> Story:
    yield at(scene.day(3), 9)
    _from_the_platform(scene, work, number)
    yield at(scene.day(5), 15)
    work.met(
        "township_cadre", "phone", "mother", "母亲说随父亲在市里读书，发来了学籍证明", "in_school"
    )
    yield at(scene.day(7), 10)
    work.go("county_leader", "elsewhere", reason="B2", proof="就读证明〔2026〕36号")


def _accepted(scene: Scene, work: CaseWork, number: str) -> Story:
    yield at(scene.day(3), 9)
    _from_the_platform(scene, work, number)
    yield at(scene.day(6), 15)
    work.met(
        "village_cadre",
        "phone",
        "father",
        "父亲在外地，说孩子跟着他，学校说不清楚",
        "met",
        "请当地查",
    )
    yield at(scene.day(7), 10)
    work.go(COUNTY, "verify", reason="E3")
    work.go("county_leader", "hand_outside", place="川北市（虚构）", word="请对方核实就读学校")
    yield at(scene.day(20), 10)
    work.note(COUNTY, "对方教育局来函，孩子在当地小学就读")
    yield at(scene.day(21), 10)
    work.go("county_leader", "receipt", proof="川北教函〔2026〕12号")


def _long_illness(scene: Scene, work: CaseWork, number: str) -> Story:
    yield at(scene.day(3), 9)
    _from_the_platform(scene, work, number)
    yield at(scene.day(4), 16)
    work.met(
        "class_teacher", "home", "mother", "孩子在家养病，医院证明要休养到学期末", "ill", "办休学"
    )
    yield at(scene.day(6), 10)
    excuse = actions.apply_for_excuse(
        by=work.who("excuse.apply", "school_head"),
        child=work.child,
        excuse="suspended",
        valid_from=scene.day(6),
        until=dt.date(int(scene.county.settings["school_year"]) + 1, 2, 28),
        document="休学审批〔2026〕7号",
        word="医院诊断证明，家长申请",
    )
    yield at(scene.day(8), 10)
    actions.decide_excuse(by=scene.user("county_leader"), excuse=excuse, approve=True)
    work.go("county_leader", "excuse", reason="C2")


# --- the public, and the nights ----------------------------------------------------------------------------


def _words_of_the_public(scene: Scene) -> Story:
    """One word that was looked into, one that waits."""
    officer = scene.user(COUNTY)
    yield at(scene.day(9), 10)
    word = actions.write_public_word(
        by=officer, county=scene.here, told_on=scene.day(9),
        text="菜市场旁边有个十来岁的男孩白天看摊，好像没有上学",
    )  # fmt: skip
    yield at(scene.day(11), 16)
    actions.answer_public_word(
        by=officer, word=word, answer="已上门：孩子在邻县读初一，那几天放农忙假"
    )
    for day in scene.school_days()[-1:]:
        yield at(day, 11)
        actions.write_public_word(
            by=officer, county=scene.here, told_on=day,
            text="河边砖厂宿舍里有一家人，女孩七八岁，一直没见背书包",
        )  # fmt: skip


def _nights(scene: Scene) -> Story:
    """What is late climbs."""
    for day in scene.school_days():
        yield at(day, 23)
        actions.climb(by=SYSTEM, on=day)

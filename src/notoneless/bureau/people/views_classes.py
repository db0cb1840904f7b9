"""The page of the classes that rolls name: what lacks, by school, and the act that puts them up."""

from __future__ import annotations

from django.http import HttpResponse

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.people import actions, classes
from notoneless.bureau.people.classes import SchoolClasses
from notoneless.bureau.tables import Column, Table
from notoneless.i18n import N_, gettext

NAMES_SHOWN = 8


def names_of(one: SchoolClasses) -> str:
    """The classes of a school that wait, the first few by name."""
    names = sorted(one.named)
    more = gettext("……") if len(names) > NAMES_SHOWN else ""
    return gettext("、").join(names[:NAMES_SHOWN]) + more


SCHOOLS = (
    Column("school", N_("学校"), value=lambda one: one.school.name, sort="school"),
    Column("classes", N_("要建或要归的班"), value=lambda one: len(one.named), number=True),
    Column("names", N_("班级"), value=names_of),
    Column("children", N_("等着归班的儿童"), number=True),
    Column("old", N_("往年的班还开着"), value=lambda one: len(one.old), number=True),
)


@needs("class.change")
def classes_lacking(request: Request) -> HttpResponse:
    """Look at the classes by school; put them all up in one act."""
    done = None
    if request.method == "POST":
        new, led = actions.make_classes(by=request.user, end_old="end_old" in request.POST)
        done = {"new": new, "led": led}
    schools = classes.waiting(request.user)
    table = Table(request, schools, SCHOOLS, title=gettext("按名册建班"))
    begins = classes.year_begins()
    context = {
        "done": done,
        "schools": len(schools),
        "lacking": sum(len(one.named) for one in schools),
        "children": sum(one.children for one in schools),
        "old": sum(len(one.old) for one in schools),
        "begins": begins,
        "school_year": f"{begins.year}-{begins.year + 1}",
    }
    return table.answer("people/classes.html", context)

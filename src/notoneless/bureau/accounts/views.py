"""Pages: one's own account, the way in by invitation, organisations, people and their roles."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts import actions, queries
from notoneless.bureau.accounts.access import Request, needs, public
from notoneless.bureau.accounts.admission import has_second_factor
from notoneless.bureau.accounts.forms import (
    Delegation,
    LastDay,
    NewName,
    NewOrganisation,
    NewPassword,
    NewPerson,
    NewRole,
)
from notoneless.bureau.accounts.models import Assignment, Organisation, User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.tables import Column, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


def answer_form(
    request: Request,
    form: forms.Form,
    act: Callable[[], HttpResponse],
    *,
    title: str,
    button: str,
    lead: str = "",
    back: str,
) -> HttpResponse:
    """The usual page of one form: on a valid POST do the act; a `Refusal` keeps what was typed."""
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return act()
        except Refusal as refused:
            refusal = refused
    context = {
        "form": form,
        "refusal": refusal,
        "title": title,
        "button": button,
        "lead": lead,
        "back": back,
    }
    return render(request, "form.html", context)


# --- one's own ----------------------------------------------------------------------------------------


@needs("own")
def own(request: Request) -> HttpResponse:
    """Who I am here: my roles, until when, what they allow; password, second factor, logout."""
    held = queries.assignments_in_force(request.user).select_related("organisation")
    allowed = queries.permissions(request.user)
    return render(
        request,
        "accounts/own.html",
        {
            "held": [(one, policy().roles[one.role]) for one in held],
            "lent": queries.delegated_by(request.user),
            "may_delegate": "role.delegate" in allowed,
            "allowed": [row for name, row in policy().permissions.items() if name in allowed],
            "second_factor": has_second_factor(request.user),
        },
    )


@needs("own")
def second_factor_wanted(request: Request) -> HttpResponse:
    """Why a person with this role cannot go on without a second factor, and how to set it up."""
    return render(request, "accounts/second_factor_wanted.html")


@needs("role.delegate")
def delegate(request: Request, assignment: int) -> HttpResponse:
    """Lend one of my roles to somebody for a time."""
    own_role = get_object_or_404(queries.assignments_in_force(request.user), pk=assignment)
    form = Delegation(request.POST or None)

    def act() -> HttpResponse:
        actions.delegate(
            by=request.user,
            assignment=own_role,
            to=form.cleaned_data["to"],
            until=form.cleaned_data["until"],
        )
        return redirect("accounts:own")

    return answer_form(
        request,
        form,
        act,
        title=gettext("委托角色"),
        lead=f"{policy().roles[own_role.role].text}　{own_role.organisation}",
        button=gettext("委托"),
        back="/own",
    )


@require_POST
@needs("role.delegate")
def end_delegation(request: Request, assignment: int) -> HttpResponse:
    """Take a role back that I lent."""
    lent = get_object_or_404(queries.delegated_by(request.user), pk=assignment)
    actions.end_delegation(by=request.user, assignment=lent)
    return redirect("accounts:own")


@public
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password with the link of an invitation."""
    form = NewPassword(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept_invitation(token=token, password=form.cleaned_data["password"])
        except ValidationError as weak:
            form.add_error("password", weak)
        except Refusal as dead:
            refusal = dead
        else:
            return redirect("account_login")
    response = render(request, "accounts/accept.html", {"form": form, "refusal": refusal})
    # The address is the secret. With "no-referrer" browsers send "Origin: null", and the form is refused.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


# --- organisations ------------------------------------------------------------------------------------

ORGANISATIONS = (
    Column("name", N_("名称"), sort="name", link=lambda one: f"/organisations/{one.pk}"),
    Column("kind", N_("类别"), value=lambda one: one.get_kind_display(), sort="kind"),
    Column("parent", N_("上级"), sort="parent__name"),
    Column("code", N_("代码"), sort="code", whole=True),
)


@needs("organisation.see")
def organisations(request: Request) -> HttpResponse:
    """The organisations I work in and all below."""
    rows = queries.organisations(request.user).select_related("parent")
    if kind := request.GET.get("kind"):
        rows = rows.filter(kind=kind)
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(name__contains=words)
    table = Table(request, rows, ORGANISATIONS, title=gettext("机构"))
    may_change = queries.may(request.user, "organisation.change")
    context = {"kinds": Organisation.Kind.choices, "may_change": may_change}
    return table.answer("accounts/organisations.html", context)


@needs("organisation.see")
def organisation(request: Request, key: int) -> HttpResponse:
    """One organisation: its line upwards, what is below, its codes and stages."""
    found = get_object_or_404(queries.organisations(request.user), pk=key)
    below = queries.organisations(request.user).filter(parent=found).select_related("parent")
    table = Table(request, below, ORGANISATIONS, title=found.name)
    return table.answer(
        "accounts/organisation.html",
        {
            "organisation": found,
            "line": queries.above(found),
            "may_change": queries.may(request.user, "organisation.change", found),
        },
    )


def _changeable(request: Request, key: int) -> Organisation:
    return get_object_or_404(
        Organisation.objects.filter(pk__in=queries.reach(request.user, "organisation.change")),
        pk=key,
    )


@needs("organisation.change")
def add_organisation(request: Request, key: int) -> HttpResponse:
    """Put an organisation below this one."""
    parent = _changeable(request, key)
    form = NewOrganisation(request.POST or None, parent=parent)

    def act() -> HttpResponse:
        new = actions.add_organisation(by=request.user, parent=parent, **form.cleaned_data)
        return redirect("accounts:organisation", new.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("增加下级机构"),
        lead=parent.name,
        button=gettext("增加"),
        back=f"/organisations/{key}",
    )


@needs("organisation.change")
def rename_organisation(request: Request, key: int) -> HttpResponse:
    """Give this organisation another name."""
    found = _changeable(request, key)
    form = NewName(request.POST or None, initial={"name": found.name})

    def act() -> HttpResponse:
        actions.rename_organisation(
            by=request.user, organisation=found, name=form.cleaned_data["name"]
        )
        return redirect("accounts:organisation", key)

    return answer_form(
        request,
        form,
        act,
        title=gettext("改名"),
        lead=found.name,
        button=gettext("改名"),
        back=f"/organisations/{key}",
    )


@needs("organisation.change")
def close_organisation(request: Request, key: int) -> HttpResponse:
    """End this organisation on a day."""
    found = _changeable(request, key)
    form = LastDay(request.POST or None)

    def act() -> HttpResponse:
        actions.close_organisation(by=request.user, organisation=found, on=form.cleaned_data["on"])
        return redirect("accounts:organisation", key)

    return answer_form(
        request,
        form,
        act,
        title=gettext("撤销机构"),
        lead=found.name,
        button=gettext("撤销"),
        back=f"/organisations/{key}",
    )


# --- people and roles -----------------------------------------------------------------------------------

PEOPLE = (
    Column("name", N_("姓名"), sort="name", link=lambda one: f"/people/{one.pk}"),
    Column("username", N_("登录名"), sort="username"),
    Column("is_active", N_("可登录"), sort="is_active"),
    Column("last_login", N_("上次登录"), sort="last_login"),
)


@needs("user.see")
def people(request: Request) -> HttpResponse:
    """The people of the bureau whom I look after."""
    state = request.GET.get("state", "")
    rows = (
        queries.late_guests(request.user)
        if state == "late"
        else queries.ending(request.user, timezone.localdate())
        if state == "ending"
        else queries.users(request.user)
    )
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(name__contains=words) | rows.filter(username__contains=words)
    return Table(request, rows, PEOPLE, title=gettext("人员")).answer("accounts/people.html")


@needs("user.see")
def person(request: Request, key: int) -> HttpResponse:
    """One person: the roles held and held before."""
    found = get_object_or_404(queries.users(request.user), pk=key)
    roles = [
        (one, policy().roles[one.role])
        for one in found.assignments.select_related("organisation").order_by("-valid_from", "-pk")
        if one.role in policy().roles
    ]
    return render(
        request,
        "accounts/person.html",
        {"person": found, "roles": roles, "second_factor": has_second_factor(found)},
    )


def _looked_after(request: Request, key: int) -> User:
    return get_object_or_404(queries.users(request.user), pk=key)


def _show_link(request: Request, user: User, token: str) -> HttpResponse:
    link = request.build_absolute_uri(f"/invitation/{token}")
    return render(request, "accounts/link.html", {"person": user, "one_time": token, "link": link})


@needs("user.change")
def invite(request: Request) -> HttpResponse:
    """Invite somebody: shows the link once, to be handed over by the one who invites."""
    form = NewPerson(request.POST or None)

    def act() -> HttpResponse:
        user, token = actions.invite(by=request.user, **form.cleaned_data)
        return _show_link(request, user, token)

    return answer_form(
        request, form, act, title=gettext("邀请人员"), button=gettext("邀请"), back="/people"
    )


@require_POST
@needs("user.change")
def invite_again(request: Request, key: int) -> HttpResponse:
    """A new link for somebody; the old password ends."""
    user = _looked_after(request, key)
    return _show_link(request, user, actions.invite_again(by=request.user, user=user))


@require_POST
@needs("user.change")
def set_active(request: Request, key: int) -> HttpResponse:
    """Deactivate somebody, or let them in again."""
    user = _looked_after(request, key)
    act = actions.deactivate if user.is_active else actions.reactivate
    act(by=request.user, user=user)
    return redirect("accounts:person", key)


@needs("role.grant")
def grant(request: Request, key: int) -> HttpResponse:
    """Give somebody a role."""
    user = _looked_after(request, key)
    where = Organisation.objects.filter(
        pk__in=queries.reach(request.user, "role.grant"), valid_to__isnull=True
    ).order_by("kind", "name")
    form = NewRole(request.POST or None, organisations=where)

    def act() -> HttpResponse:
        actions.grant(by=request.user, user=user, **form.cleaned_data)
        return redirect("accounts:person", key)

    return answer_form(
        request,
        form,
        act,
        title=gettext("授予角色"),
        lead=user.name,
        button=gettext("授予"),
        back=f"/people/{key}",
    )


@require_POST
@needs("role.grant")
def revoke(request: Request, assignment: int) -> HttpResponse:
    """Take a role away."""
    found = get_object_or_404(
        Assignment.objects.filter(
            organisation__in=queries.reach(request.user, "role.grant"), revoked_at__isnull=True
        ),
        pk=assignment,
    )
    actions.revoke(by=request.user, assignment=found)
    return redirect("accounts:person", found.user_id)


@needs("user.see")
def policy_table(request: Request) -> HttpResponse:
    """The policy table, as it is in force: permissions by roles."""
    roles = list(policy().roles.values())
    rows = [
        (row, [row.roles is None or role.id in row.roles for role in roles])
        for row in policy().permissions.values()
    ]
    return render(request, "accounts/policy.html", {"roles": roles, "rows": rows})

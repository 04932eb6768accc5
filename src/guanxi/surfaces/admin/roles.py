"""One role: its name, who holds it and until when; new ones, copies, and two side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, directory
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import comparison, roles, words
from guanxi.org.models import Role, User
from guanxi.surfaces.admin import access
from guanxi.surfaces.admin.places import administering
from guanxi.surfaces.admin.verbs import on_one, told
from guanxi.surfaces.days import last_day
from guanxi.surfaces.pages.frame import View, actor_of, fragment, go, page

#: Whose accounts the people of a role look after.
KEEPS = {
    "": gettext_lazy("Nobody's"),
    "department": gettext_lazy("Their own department and those below"),
    "company": gettext_lazy("Their own company"),
}


@administering
def show(request: HttpRequest, role_id: int) -> HttpResponse:
    """Name, purpose and holders; POST renames."""
    role = get_object_or_404(Role, pk=role_id)
    if request.method != "POST":
        return drawn(request, role)
    try:
        roles.rename(role, request.POST.get("name", ""), request.POST.get("about", ""), actor=actor_of(request))
    except Invalidated as refusal:
        return drawn(request, role, refusal)
    return go(request, f"/admin/roles/{role.pk}/", _("Saved"))


def drawn(request: HttpRequest, role: Role, refusal: Invalidated | None = None) -> HttpResponse:
    """The page of a role, with what was refused."""
    now = clock.now()
    held = role.assignments.select_related("user").order_by("-user__is_active", "user__name")
    holders = [
        {
            "user": a.user,
            "department": directory.department_name(a.user.department_id),
            "until": day(a.until),
            "over": bool(a.until and a.until <= now),
        }
        for a in held
    ]
    context = {
        "role": role,
        "holders": holders,
        "keeps": KEEPS,
        "me": actor_of(request).id,
        "others": User.objects.filter(is_active=True)
        .exclude(pk__in=[a.user_id for a in held])
        .exclude(pk=actor_of(request).id or 0)
        .order_by("name"),
        "error": told(refusal),
    }
    return page(request, "admin/role.html", context, title=role.name, status=422 if refusal else 200)


def day(moment: datetime | None) -> str:
    """The last day on which something holds."""
    return timezone.localtime(moment).strftime("%Y-%m-%d") if moment else ""


@administering
def new(request: HttpRequest) -> HttpResponse:
    """A new role in the modal, with the rights of another if wanted."""
    given = request.POST if request.method == "POST" else request.GET
    like = Role.objects.filter(pk=whole(given.get("like")) or 0, admin=False).first()
    values: dict[str, Any] = {"name": given.get("name", ""), "about": given.get("about", ""), "like": like.pk if like else None}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            role = roles.create(values["name"], actor=actor_of(request), like=like, about=values["about"])
            return go(request, f"/admin/roles/{role.pk}/", _("Role “%(name)s” created.") % {"name": role.name})
        except Invalidated as refusal:
            errors = refusal.errors
    context = {"values": values, "errors": errors, "roles": Role.objects.filter(admin=False, active=True).order_by("position")}
    return fragment(request, "admin/role_new.html", context, status=422 if errors else 200)


def _verb(do: Callable[[HttpRequest, Role], str]) -> View:
    return on_one(Role, do, refused=drawn, address="/admin/roles/{}/")


def _assign(request: HttpRequest, role: Role) -> str:
    """Give the role to a person; `until` is the last day."""
    user = _person(request)
    roles.assign(role, user, last_day(request.POST.get("until", "")), actor=actor_of(request))
    return _("%(name)s has this role now.") % {"name": user.name}


def _revoke(request: HttpRequest, role: Role) -> str:
    user = _person(request)
    roles.revoke(role, user, actor=actor_of(request))
    return _("Taken from %(name)s.") % {"name": user.name}


def _close(request: HttpRequest, role: Role) -> str:
    """Close it, or open it again."""
    roles.close(role, active=bool(request.POST.get("active")), actor=actor_of(request))
    return _("Saved")


def _delegate(request: HttpRequest, role: Role) -> str:
    """Whether those who look after accounts by delegation may give it."""
    roles.delegate(role, delegable=bool(request.POST.get("delegable")), actor=actor_of(request))
    return _("Saved")


def _entrust(request: HttpRequest, role: Role) -> str:
    """Whose accounts its people look after, and whether they look after contents."""
    roles.entrust(role, request.POST.get("keeps", ""), shapes=bool(request.POST.get("shapes")), actor=actor_of(request))
    return _("Saved. It holds from the next click of everybody.")


@administering
@require_POST
def second(request: HttpRequest, role_id: int) -> HttpResponse:
    """Whether its people need a second factor."""
    role = get_object_or_404(Role, pk=role_id)
    roles.guard(role, second=bool(request.POST.get("second")), actor=actor_of(request))
    said = _("Its people need a second factor from now on.") if role.second else _("Its people may sign in with the password alone.")
    back = "/admin/sign-in/" if request.POST.get("from") == "sign-in" else f"/admin/roles/{role.pk}/"
    return go(request, back, said)


def _person(request: HttpRequest) -> User:
    user = User.objects.filter(pk=whole(request.POST.get("user")) or 0).first()
    if user is None:
        raise Http404
    return user


@administering
def compare(request: HttpRequest) -> HttpResponse:
    """Where two roles differ."""
    known = list(Role.objects.filter(active=True).prefetch_related("grants", "field_rights").order_by("position", "id"))
    if len(known) < 2:
        raise Http404
    by_id = {role.pk: role for role in known}
    plain = [role for role in known if not role.admin] or known
    one = by_id.get(whole(request.GET.get("one")) or 0, plain[0])
    other = by_id.get(whole(request.GET.get("other")) or 0) or next(r for r in reversed(known) if r.pk != one.pk)
    lines = [
        {"entity": e.label, "action": words.action_word(e, a), "scopes": [(access.told(r), words.TONES[r.scope]) for r in (left, right)]}
        for e, a, left, right in comparison.differences(one, other, registry.in_menu())
    ]
    asked = dict(roles.reviewers())
    lines += [
        {
            "entity": e.label,
            "action": _("%(action)s after review") % {"action": words.review_word(e, a)},
            "scopes": [(asked.get(w, w), "") for w in pair],
        }
        for e, a, *pair in comparison.review_differences(one, other, registry.in_menu())
    ]
    context = {"roles": known, "one": one, "other": other, "lines": lines, "fields": _fields(one, other)}
    return page(request, "admin/compare.html", context, title=_("Compare roles"))


def _fields(one: Role, other: Role) -> list[dict[str, Any]]:
    found = []
    rights = [{(r.entity, r.field): r.right for r in role.field_rights.all()} for role in (one, other)]
    for entity in registry.in_menu():
        for key, bound in entity.fields.items():
            pair = [held.get((entity.key, key), "edit") for held in rights]
            if pair[0] != pair[1]:
                found.append(
                    {"entity": entity.label, "field": bound.label, "rights": [(words.RIGHTS[r], words.RIGHT_TONES[r]) for r in pair]}
                )
    return found


urls = [
    path("admin/roles/new/", new),
    path("admin/roles/compare/", compare),
    path("admin/roles/<int:role_id>/", show),
    path("admin/roles/<int:role_id>/assign/", _verb(_assign)),
    path("admin/roles/<int:role_id>/revoke/", _verb(_revoke)),
    path("admin/roles/<int:role_id>/close/", _verb(_close)),
    path("admin/roles/<int:role_id>/second/", second),
    path("admin/roles/<int:role_id>/delegate/", _verb(_delegate)),
    path("admin/roles/<int:role_id>/entrust/", _verb(_entrust)),
]

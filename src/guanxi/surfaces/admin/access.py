"""Who may see and change what: roles down, entities across, edited in place with effect at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock, directory
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import roles, words
from guanxi.org.models import Operation, Role
from guanxi.org.roles import Reach
from guanxi.surfaces.admin.places import ACCESS, PLACES, Place, administering
from guanxi.surfaces.exchange.sheet import workbook
from guanxi.surfaces.pages.frame import actor_of, fragment, page, toast

PLACES.append(
    Place(
        "/admin/access/",
        "lock-access",
        gettext_lazy("Roles and rights"),
        gettext_lazy("Who may see and change what: scopes, actions and fields of every role."),
        ACCESS,
        "权限 角色 矩阵 字段 范围 role matrix scope field permission",
    )
)


@administering
def matrix(request: HttpRequest) -> HttpResponse:
    """Every role with its scopes to view and edit, entity by entity."""
    entities = registry.in_menu()
    context = {"entities": entities, "rows": [_row(role, entities) for role in counted()], "closed": Role.objects.filter(active=False)}
    return page(request, "admin/access.html", context, title=_("Roles and rights"))


def counted() -> Any:
    """Active roles in their order, with how many people hold each now."""
    now = Q(assignments__until=None) | Q(assignments__until__gt=clock.now())
    held = Count("assignments", filter=now & Q(assignments__user__is_active=True), distinct=True)
    return Role.objects.filter(active=True).annotate(people=held).prefetch_related("grants").order_by("position", "id")


def _row(role: Role, entities: list[Entity]) -> dict[str, Any]:
    return {"role": role, "people": role.people, "cells": [cell(role, e, reaches_of(role)) for e in entities]}  # type: ignore[attr-defined]


def reaches_of(role: Role) -> dict[tuple[str, str], Reach]:
    """How far the role goes by entity and action."""
    return {(g.entity, g.action): Reach.of(g) for g in role.grants.all()}


def cell(role: Role, entity: Entity, reaches: dict[tuple[str, str], Reach]) -> dict[str, Any]:
    """Two scopes as the matrix shows them; ＋ says that departments or a territory come on top."""
    shown = [reaches.get((entity.key, action), Reach()) for action in ("view", "edit")]
    return {
        "entity": entity,
        "url": f"/admin/access/{role.pk}/{entity.slug}/",
        "id": f"cell-{role.pk}-{entity.slug}",
        "reviewed": any(g.review for g in role.grants.all() if g.entity == entity.key),
        "any": any(reach for (key, _action), reach in reaches.items() if key == entity.key),
        "scopes": [(f"{words.SHORT[r.scope]}{'＋' if r.departments or r.territory else ''}", words.TONES[r.scope], told(r)) for r in shown],
    }


@administering
def panel(request: HttpRequest, role_id: int, slug: str) -> HttpResponse:
    """All actions and closed fields of one role on one entity. POST `action` and `scope` or `review`, or `field` and `right`."""
    role = Role.objects.filter(pk=role_id).first()
    entity = registry.by_slug(slug)
    if role is None or entity is None:
        raise Http404
    if request.method != "POST":
        return fragment(request, "admin/panel.html", drawn(role, entity))
    try:
        said = _change(request, role, entity)
    except Invalidated as refusal:
        answer = fragment(request, "admin/panel.html", {**drawn(role, entity), "error": " ".join(refusal.errors.values())}, status=422)
        return toast(answer, " ".join(refusal.errors.values()), level="error")
    return toast(fragment(request, "admin/panel.html", {**drawn(role, entity), "changed": True}), said)


def _change(request: HttpRequest, role: Role, entity: Entity) -> str:
    actor = actor_of(request)
    if "field" in request.POST:
        roles.restrict(role, entity, request.POST["field"], request.POST.get("right", ""), actor=actor)
        return _("Saved. It holds from the next click of everybody.")
    if "review" in request.POST:
        roles.review(role, entity, request.POST.get("action", ""), request.POST["review"], actor=actor)
        return _("Saved. It holds from the next click of everybody.")
    named = [whole(d) or 0 for d in request.POST.getlist("departments")]
    narrowed = roles.grant(
        role, entity, request.POST.get("action", ""), request.POST.get("scope", ""), actor=actor,
        departments=named, territory=bool(request.POST.get("territory")),
    )  # fmt: skip
    if narrowed:
        listed = _(", ").join(words.action_word(entity, a) for a in narrowed)
        return _("Saved. Narrowed along with it: %(actions)s.") % {"actions": listed}
    return _("Saved. It holds from the next click of everybody.")


def drawn(role: Role, entity: Entity) -> dict[str, Any]:
    """What the panel shows."""
    reaches = reaches_of(role)
    lines = []
    for action in roles.actions_of(entity):
        reach = reaches.get((entity.key, action), Reach())
        plain = action in roles.YES_OR_NO
        choices = [("none", _("May not")), ("all", _("May"))] if plain else [(s, w) for s, w in words.SCOPES.items()]
        beyond = not plain and reach.scope != "all"
        lines.append({"action": action, "word": words.action_word(entity, action), "reach": reach, "choices": choices, "beyond": beyond})
    rights = dict(role.field_rights.filter(entity=entity.key).values_list("field", "right"))
    closed = [(f, rights[k], words.RIGHTS[rights[k]]) for k, f in entity.fields.items() if k in rights]
    return {
        "role": role,
        "entity": entity,
        "lines": lines,
        "reviews": _reviews(role, entity),
        "reviewers": roles.reviewers(),
        "closed": closed,
        "open": [f for k, f in entity.fields.items() if k not in rights],
        "rights": words.RIGHTS,
        "holders": counted().filter(pk=role.pk).first(),
        "last": last_change(role),
        "cell": cell(role, entity, reaches),
        "departments": [e for e in directory.departments().values() if e.active],
        "url": f"/admin/access/{role.pk}/{entity.slug}/",
    }


def told(reach: Reach) -> str:
    """How far, in words."""
    return words.reach_word(reach.scope, sorted(reach.departments), reach.territory)


def _reviews(role: Role, entity: Entity) -> list[dict[str, str]]:
    """What of the role's work can wait for somebody's agreement, and whom it waits for now."""
    asks = {g.action: g.review for g in role.grants.all() if g.entity == entity.key}
    return [{"action": a, "word": words.review_word(entity, a), "asks": asks[a]} for a in roles.REVIEWED if a in asks]


def last_change(role: Role) -> dict[str, Any] | None:
    """Who last changed the role or what it may do, and when."""
    grants = Q(subject__in=("grant", "fieldright"), diff__role_id__contains=role.pk)
    row = Operation.objects.filter(Q(subject="role", subject_id=role.pk) | grants, actor__isnull=False).order_by("-at").first()
    return {"day": timezone.localtime(row.at).strftime("%m-%d"), "who": directory.person_name(row.actor)} if row else None


def _lines() -> Iterator[list[str]]:
    reviewers = dict(roles.reviewers())
    for role in counted():
        reaches = reaches_of(role)
        asks = {(g.entity, g.action): reviewers.get(g.review, g.review) for g in role.grants.all() if g.review}
        for entity in registry.in_menu():
            for action in roles.actions_of(entity):
                far, review = told(reaches.get((entity.key, action), Reach())), asks.get((entity.key, action), "")
                yield [role.name, str(entity.label), words.action_word(entity, action), far, review]
        for right in role.field_rights.order_by("entity", "field"):
            entity = registry.get(right.entity)
            label = str(entity.fields[right.field].label) if right.field in entity.fields else right.field
            yield [role.name, str(entity.label), label, str(words.RIGHTS[right.right]), ""]


@administering
def export(request: HttpRequest) -> HttpResponse:
    """The matrix as a workbook: a line for each role, entity and action, then the closed fields."""
    heads = [_("Role"), _("Entity"), _("Action or field"), _("Scope or right"), _("Review before effect")]
    return workbook(_("Roles and rights"), heads, _lines())


urls = [
    path("admin/access/", matrix),
    path("admin/access/export/", export),
    path("admin/access/<int:role_id>/<slug:slug>/", panel),
]

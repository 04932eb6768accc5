"""The views that colleagues share, in the file of the shape: described, and taken over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.write import Invalidated
from guanxi.org.models import Role, User
from guanxi.surfaces.models import SavedView
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import entity_of


def described(names: Names) -> dict[str, Any]:
    """By entity and name; of several of one name the first."""
    found: dict[str, Any] = {}
    for view in SavedView.objects.filter(shared=True).order_by("position", "name", "id"):
        line = {"name": view.name, "where": json.dumps(names.out(view.where), ensure_ascii=False), "columns": names.out(list(view.columns))}
        line |= {"sort": names.out(view.sort), "layout": view.layout, "by": names.out(view.by), "opening": view.opening}
        departments = sorted(names.departments[d] for d in view.departments if d in names.departments)
        if view.departments and not departments and not view.roles:
            continue  # it reaches nobody any more, and without them it would reach everybody
        line |= {"roles": sorted(view.roles), "departments": departments}
        rows = found.setdefault(view.entity, {"shared": []})["shared"]
        if all(row["name"] != view.name for row in rows):
            rows.append(line)
    return {key: found[key] for key in names.in_order(found)}


def take(key: str, row: Mapping[str, Any], place: int, actor: Actor) -> None:
    """Change the shared view of this name, or make it: a new one belongs to whoever takes it over. Raises Invalidated."""
    entity, names = entity_of(key), Names()
    where = names.back(json.loads(row["where"]))
    try:
        tree.parse(entity, where, SYSTEM)
    except tree.ConditionError as problem:
        raise Invalidated({"where": str(problem)}) from None
    values = {"where": where, "columns": names.back(list(row["columns"])), "sort": names.back(row["sort"]), "position": place}
    values |= {"layout": str(row["layout"])[:10], "by": names.back(row["by"]), **_reach(row, names)}
    known = SavedView.objects.filter(entity=key, name=row["name"], shared=True)
    if known.exists():
        known.update(**values)
        return
    owner: Any = actor.id or User.objects.filter(is_active=True, assignments__role__admin=True).values_list("pk", flat=True).first()
    SavedView.objects.create(entity=key, name=str(row["name"])[:60], owner_id=owner, shared=True, **values)


def _reach(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Whom a view reaches; a file without a word of it leaves that as it is.

    Raises Invalidated for a role or department that is not here: without it the view might reach everybody.
    """
    found: dict[str, Any] = {"opening": bool(row["opening"])} if "opening" in row else {}
    if "roles" in row:
        found["roles"] = [str(code) for code in row["roles"]]
        _all_here(found["roles"], set(Role.objects.values_list("code", flat=True)), "roles")
    if "departments" in row:
        codes = [str(code) for code in row["departments"]]
        _all_here(codes, set(names.of_code), "departments")
        found["departments"] = [names.of_code[code] for code in codes]
    return found


def _all_here(wanted: Sequence[str], known: set[str], where: str) -> None:
    missing = [name for name in wanted if name not in known]
    if missing:
        raise Invalidated({where: _("There is no “%(name)s” here.") % {"name": missing[0]}})


__all__ = ["described", "take"]

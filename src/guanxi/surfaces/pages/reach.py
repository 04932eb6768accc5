"""Whom a saved view reaches: its owner, all colleagues, or those of some roles and departments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.whole import whole
from guanxi.surfaces.models import SavedView

#: What `shared` says: nobody else, everybody, those whom `roles` and `departments` name.
ALL, SOME = ("1", "on", "true"), "some"


def keeps(actor: Actor) -> bool:
    """Whether this person looks after what colleagues share, and says with what their lists open."""
    return actor.administers or actor.shapes


def changes(actor: Actor, view: SavedView) -> bool:
    """Whether this person may change a view: his own, and who looks after what is shared every one that a colleague shares."""
    return view.owner_id == actor.id or (view.shared and keeps(actor) and view.owner_id in directory.colleagues(actor))


def branches(actor: Actor) -> dict[int, directory.Entry]:
    """The departments that a view of this person can reach: what is shared stays within a company."""
    return {i: entry for i, entry in directory.branches(actor).items() if (entry.company or 0) == actor.company}


def read(given: QueryDict, view: SavedView | None, actor: Actor) -> tuple[dict[str, Any], str]:
    """Whom a form names, as values of a view, and what is wrong with it, if anything.

    Whether lists open with the view stays as it is where somebody changes it who does not say that.
    """
    shared = given.get("shared", "")
    values: dict[str, Any] = {"shared": shared in ALL or shared == SOME, "roles": [], "departments": []}
    opening = bool(given.get("opening")) if keeps(actor) else view is not None and view.opening
    values["opening"] = opening and values["shared"]
    if shared != SOME:
        return values, ""
    known = {entry.code for entry in directory.grantees("role", actor).values()}
    values["roles"] = [code for code in dict.fromkeys(given.getlist("roles")) if code in known]
    numbers = (whole(each) for each in given.getlist("departments"))
    known_branches = branches(actor)
    values["departments"] = list(dict.fromkeys(each for each in numbers if each in known_branches))
    if not values["roles"] and not values["departments"]:
        return values, _("Choose at least one role or department, or show the view to all colleagues.")
    return values, ""


def offered(given: QueryDict, view: SavedView | None, actor: Actor) -> dict[str, Any]:
    """What the form of a view shows of its reach: whom one may name, and who is named."""
    if "name" in given or view is None:  # a form that comes back, or a new view
        shared, opening = given.get("shared", ""), bool(given.get("opening"))
        roles, numbers = set(given.getlist("roles")), {whole(each) for each in given.getlist("departments")}
    else:
        shared = (SOME if view.roles or view.departments else ALL[0]) if view.shared else ""
        roles, numbers, opening = set(view.roles), {*view.departments}, view.opening
    return {
        "shared": SOME if shared == SOME else ALL[0] if shared in ALL else "",
        "roles": _entries(((e.code, e) for e in directory.grantees("role", actor).values()), roles),
        "departments": _entries(((e.id, e) for e in branches(actor).values()), numbers),
        "opening": opening,
        "keeps": keeps(actor),
    }


def _entries(found: Iterable[tuple[Any, directory.Entry]], chosen: set[Any]) -> list[tuple[Any, str, bool]]:
    """Value, name and whether it is chosen: those in use, and what is chosen though no longer so."""
    return [(value, entry.name, value in chosen) for value, entry in found if entry.active or value in chosen]


__all__ = ["branches", "changes", "keeps", "offered", "read"]

"""Which records a person means: those he ticked, or all that match as he saw it. Where that has moved it is said, and nothing is done.

A list of a saved view carries the mark of its condition, which colleagues may change; a dialogue that has counted carries the
mark of what it counted. Who acts on all that match sends both along, and the later one holds.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s

from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel import write
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.whole import wholes
from guanxi.surfaces import bulk
from guanxi.surfaces.pages import listing
from guanxi.surfaces.pages.frame import actor_of


class Moved(write.Invalidated):
    """All that matches is not what it was when the person looked."""


@dataclass(frozen=True)
class Meant:
    """The records of a selection; of all that match one more than can be done at once stands for any number beyond."""

    ids: Sequence[int]
    #: What a dialogue sends back once it has shown these; empty for ticked records.
    mark: str = ""
    #: What to tell who looked at something else; empty where nothing has moved.
    moved: str = ""


def meant(request: HttpRequest, entity: Entity) -> Meant:
    """What the form means now. Without a state of the list nothing is; raises Invalidated for one that cannot be read, or whose view is gone."""
    if request.POST.get("all") != "1":
        return Meant(wholes(request.POST.get("ids", "")))
    if "view" not in request.GET:
        return Meant([])
    try:
        state = listing.certain(request.GET, entity, actor_of(request))
        ids = list(listing.rows_of(state, actor_of(request)).values_list("id", flat=True)[: bulk.AT_ONCE + 1])
    except ConditionError as error:
        raise write.Invalidated({"view": str(error)}) from None
    mark = _mark(state, ids)
    return Meant(ids, mark, _moved(request, state, mark))


def selected(request: HttpRequest, entity: Entity) -> list[int]:
    """The ids of what is meant, to act on. Raises Moved, or Invalidated as `meant` does."""
    found = meant(request, entity)
    if found.moved:
        raise Moved({"view": found.moved})
    return list(found.ids)


def _mark(state: listing.State, ids: Sequence[int]) -> str:
    """Of exactly these records; of the condition where they are too many, for then a job counts them first."""
    many = len(ids) > bulk.AT_ONCE
    shown = json.dumps([state.mark, state.where]).encode() if many else array("q", sorted(ids)).tobytes()
    return blake2s(shown, digest_size=12).hexdigest()


def _moved(request: HttpRequest, state: listing.State, mark: str) -> str:
    if counted := request.POST.get("counted", ""):
        return "" if counted == mark else _("What matches has changed since it was counted. Look at the new figures, then go on.")
    if request.GET.get("seen", state.mark) == state.mark:
        return ""
    return _("Somebody has changed this view since you opened the list. Look at it anew before you go on.")


__all__ = ["Meant", "Moved", "meant", "selected"]

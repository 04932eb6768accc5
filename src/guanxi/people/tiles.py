"""Coming and leaving with one press on the workbench, and the requests that wait for one's decision."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.kernel.actor import Actor
from guanxi.people import absence, clocking, month
from guanxi.people.entities.attendance import STATE
from guanxi.surfaces import tiles

WAITING = ["and", ["state", "is", "sent"], ["owner", "is_not", "me"]]


def clock_in(actor: Actor) -> tiles.Press:
    """Today's times, and what may be pressed now."""
    row = clocking.today(actor)
    state = STATE.by_id(row.state) if row is not None and row.state else None
    facts = [
        (_("Came"), month.clock_time(row.came if row else None), (row.came_at if row else "")),
        (_("Left"), month.clock_time(row.gone if row else None), (row.gone_at if row else "")),
    ]
    coming, left = row is None or row.came is None, row is not None and row.gone is not None
    button = ("in", _("I have come"), "login") if coming else ("out", _("I am leaving now") if left else _("I am leaving"), "logout")
    return tiles.Press(
        facts=facts,
        state=(state.label, state.colour) if state else ("", ""),
        url="/attendance/press/",
        button=button,
        primary=coming or not left,
        ask=_("Place (optional)"),
        links=_links(actor),
    )


def _links(actor: Actor) -> list[tuple[str, str]]:
    found = [(_("Month table"), "/attendance/month/")]
    if actor.may(absence.ENTITY.key, "create"):
        found.append((_("Ask for leave"), f"/{absence.ENTITY.slug}/new/"))
    if actor.may(absence.ENTITY.key, "decide"):
        count = absence.ENTITY.rows(actor, "decide").where(WAITING).bounded_count(tiles.MOST)
        if count:
            words = ngettext("%(n)d request waits for you", "%(n)d requests wait for you", count) % {"n": count}
            found.append((words, f"/{absence.ENTITY.slug}/?view=waiting"))
    return found


def context(actor: Actor) -> dict[str, Any]:
    """What the tile is drawn with, for the answer to a press."""
    return {"tile": TILE, "drawn": clock_in(actor), "scope": ""}


def _has(actor: Actor) -> bool:
    """Whoever has an account, may see his own days, and can have some."""
    return actor.id is not None and actor.may(clocking.ENTITY.key, "view") and month.shown(actor)


TILE = tiles.Tile("attendance", gettext_lazy("Attendance today"), "side", clock_in, order=5, shown=_has)
tiles.register(TILE)

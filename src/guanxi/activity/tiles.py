"""What the workbench shows of my day: whom to speak to, and how much has been written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from guanxi.activity.entities.follow_up import FollowUpEntity
from guanxi.kernel import clock, plan
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.dates import due
from guanxi.kernel.registry import registry
from guanxi.surfaces import tiles

SHOWN = 12
#: (entity, tone, further condition): what carries a date of its next follow-up.
PLANNED: tuple[tuple[str, str, list[Any]], ...] = (
    ("sales.opportunity", "v", ["outcome", "is", "open"]),
    ("customers.customer", "b", []),
)


def written(actor: Actor) -> tiles.Figure:
    """Follow-ups of this month."""
    return tiles.counted(FollowUpEntity.instance, actor, "happened_at")


def agenda(actor: Actor) -> tiles.Agenda:
    """What I own and is due: today's by the clock, then overdue ones, the freshest first, then tomorrow's."""
    found: list[tuple[datetime, int, tiles.Due]] = []
    total, more = 0, []
    for key, tone, further in PLANNED:
        entity = registry.get(key)
        if not actor.may(key, "view") or "next_follow_up_at" not in entity.visible(actor):
            continue
        where = ["and", ["owner", "is", "me"], ["next_follow_up_at", "before", "tomorrow"], *([further] if further else [])]
        total += entity.rows(actor).where(where).bounded_count(tiles.MOST)
        more.append((str(entity.label_plural), tiles.list_url(entity, where) + "&sort=next_follow_up_at"))
        found += _planned(entity, tone, further, actor)
    return tiles.Agenda([thing for _at, _customer, thing in _ordered(found)][:SHOWN], total, more)


def _planned(entity: Entity, tone: str, further: list[Any], actor: Actor) -> Iterator[tuple[datetime, int, tiles.Due]]:
    where = ["and", ["owner", "is", "me"], ["next_follow_up_at", "before", "+2d"], *([further] if further else [])]
    about = [k for k in ("customer", "next_step") if k in entity.visible(actor)]
    compiled = plan.compile(entity, [entity.title, *about], actor)
    rows = entity.rows(actor).where(where).order_by("-next_follow_up_at", "-id")
    for row in rows.values_list("id", "next_follow_up_at", *compiled.paths)[: SHOWN * 3]:
        values = {c.field.key: c.values(row) for c in compiled.columns}
        customer = values["customer"][0] if "customer" in values else row[0]
        words = [values["customer"][1] if "customer" in values else "", values["next_step"][0] if "next_step" in values else ""]
        title = values[entity.title][0] if entity.title in values else f"{entity.label} {row[0]}"
        late = row[1] < clock.day_start(clock.today())
        yield (
            row[1],
            customer,
            tiles.Due(
                _when(row[1]),
                late,
                str(entity.label),
                entity.icon,
                tone,
                title,
                " · ".join(w for w in words if w),
                f"/{entity.slug}/{row[0]}/",
            ),
        )


def _ordered(found: list[tuple[datetime, int, tiles.Due]]) -> list[tuple[datetime, int, tiles.Due]]:
    """A customer that is planned together with one of his opportunities stands there once."""
    once: dict[tuple[datetime, int], tuple[datetime, int, tiles.Due]] = {}
    for thing in found:
        once.setdefault(thing[:2], thing)
    start, end = clock.day_start(clock.today()), clock.day_end(clock.today())

    def place(thing: tuple[datetime, int, tiles.Due]) -> tuple[int, timedelta]:
        if thing[0] < start:
            return 1, start - thing[0]
        return (0 if thing[0] < end else 2), thing[0] - start

    return sorted(once.values(), key=place)


def _when(at: datetime) -> str:
    """14:00 today, 明天 09:00, 逾期 4 天."""
    local = timezone.localtime(at)
    return f"{local:%H:%M}" if local.date() == clock.today() and (local.hour or local.minute) else due(at)


def _has_customers(actor: Actor) -> bool:
    return any(actor.may(key, "view") for key, _tone, _further in PLANNED)


tiles.register(
    tiles.Tile("follow-ups", gettext_lazy("Follow-ups this month"), "top", written, needs="activity.followup", order=40),
    tiles.Tile("agenda", gettext_lazy("To do today"), "main", agenda, note=gettext_lazy("by time"), order=10, shown=_has_customers),
)
__all__ = ["agenda", "written"]

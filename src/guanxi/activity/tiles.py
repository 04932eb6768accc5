"""What the workbench shows of my day: whom to speak to, and how much has been written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.activity.entities.follow_up import FollowUpEntity
from guanxi.kernel import clock, directory, plan, pools, query, recycling
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.dates import ago, countdown, due
from guanxi.kernel.registry import registry
from guanxi.kernel.window import Window
from guanxi.surfaces import guide, tiles
from guanxi.surfaces.ui.environment import bounded

SHOWN, LATEST = 8, 6
#: Of what falls into a public pool soon so many are named; the list has them all.
WARNED = 3
#: Read of each kind before they are mixed: nobody speaks to more people in a day.
ASKED = 60
#: (entity, tone, further condition): what carries a date of its next follow-up.
PLANNED: tuple[tuple[str, str, list[Any]], ...] = (
    ("sales.opportunity", "v", ["outcome", "is", "open"]),
    ("sales.lead", "a", ["status", "in", ["new", "contacted", "qualified"]]),
    ("customers.customer", "b", []),
)


class Planned(NamedTuple):
    """A thing to do with what it is ordered by."""

    at: datetime
    customer: int
    due: tiles.Due


def written(actor: Actor) -> tiles.Figure:
    """Follow-ups of this month."""
    return tiles.counted(FollowUpEntity.instance, actor, "happened_at")


def agenda(actor: Actor) -> tiles.Agenda:
    """What I own and is due: today's by the clock, then overdue ones, the freshest first, then tomorrow's where there is room."""
    planned = _agenda(actor, [["owner", "is", "me"]], ["next_follow_up_at", "before", "tomorrow"], ["next_follow_up_at", "is", "tomorrow"])
    warned, falling, lists = warnings(actor)
    rows = [*warned, *planned.rows][:SHOWN]
    return replace(planned, rows=rows, total=planned.total + falling, more=[*planned.more, *lists])


def everybodys(actor: Actor) -> tiles.Agenda:
    """For those who look on and own nothing: whom their colleagues speak to today, with the name of each."""
    return replace(_agenda(actor, [], ["next_follow_up_at", "is", "today"], ["next_follow_up_at", "is", "tomorrow"], who=True), mine=False)


def _agenda(actor: Actor, whose: list[Any], span: list[Any], then: list[Any], *, who: bool = False) -> tiles.Agenda:
    """What lies in the span, and of what comes then as much as there is room for."""
    kinds = [(registry.get(key), tone, further) for key, tone, further in PLANNED]
    kinds = [k for k in kinds if actor.may(k[0].key, "view") and "next_follow_up_at" in k[0].visible(actor)]
    found: list[Planned] = []
    total, more = 0, []
    for entity, tone, further in kinds:
        where = ["and", *whose, span, *([further] if further else [])]
        count = entity.rows(actor).where(where).bounded_count(tiles.MOST)
        total += count
        label = _("All %(entities)s %(n)s") % {"entities": entity.label_plural, "n": bounded(count, tiles.MOST)}
        more.append((label, tiles.list_url(entity, where) + "&sort=next_follow_up_at"))
        found += _planned(entity, tone, where, actor, who=who)
    if len(found) < SHOWN:
        for entity, tone, further in kinds:
            found += _planned(entity, tone, ["and", *whose, then, *([further] if further else [])], actor, who=who)
    return tiles.Agenda([thing.due for thing in _ordered(found)][:SHOWN], total, more)


def warnings(actor: Actor) -> tuple[list[tiles.Due], int, list[tuple[str, str]]]:
    """What of mine falls into a public pool soon: the first few, how many there are, and the list of them."""
    found: list[tuple[date, tiles.Due]] = []
    lists: list[tuple[Entity, str]] = []
    total = 0
    for entity in registry:
        days = max((pool.warning_days for pool in recycling.running(entity)), default=0) if entity.pooled else 0
        if not days or not actor.may(entity.key, "view") or "falls_on" not in entity.visible(actor):
            continue
        where = ["and", ["owner", "is", "me"], ["falls_on", "before", f"+{days + 1}d"]]
        rows = entity.rows(actor).where(where).order_by("falls_on", "id")
        if count := rows.bounded_count(tiles.MOST):
            total += count
            found += _falling(entity, rows, actor)
            lists.append((entity, tiles.list_url(entity, where) + "&sort=falls_on"))
    found.sort(key=lambda each: each[0])
    named = _("%(entities)s soon in the pool") if len(lists) > 1 else _("Soon in the pool")
    links = [(named % {"entities": entity.label_plural}, url) for entity, url in lists]
    return [warning for _day, warning in found[:WARNED]], total, links


def _falling(entity: Entity, rows: Any, actor: Actor) -> Iterator[tuple[date, tiles.Due]]:
    """The first of an entity, each with its day."""
    compiled = plan.compile(entity, [entity.title], actor)
    for record, day, why, *title in rows.values_list("id", "falls_on", "falls_why", *compiled.paths)[:WARNED]:
        rule = pools.rule(why)
        name = str(title[0]) if title else f"{entity.label} {record}"
        late = day <= clock.today() + timedelta(days=1)
        url = f"/{entity.slug}/{record}/"
        yield day, tiles.Due(countdown(day), late, _("Public pool"), "ripple", "a", name, rule.label if rule else "", url)


def recent(actor: Actor) -> tiles.News:
    """The latest follow-ups that I may read, my own among them."""
    entity = FollowUpEntity.instance
    compiled = plan.compile(entity, ["customer", "created_by", entity.title, "happened_at"], actor)
    sort = query.sort_of(entity, actor, "-happened_at")
    rows = Window(entity, actor).page(sort, compiled, size=LATEST).rows
    items = [_item(entity, row[0], {c.field.key: c.values(row) for c in compiled.columns}) for row in rows]
    return tiles.News(items, (_("All"), f"/{entity.slug}/?view=all"))


def _item(entity: Entity, record: int, values: dict[str, Any]) -> tiles.Item:
    at = values.get("happened_at", (None,))[0]
    customer = values["customer"][1] if "customer" in values else ""
    who = directory.person_name(values["created_by"][0]) if "created_by" in values else ""
    text = str(values[entity.title][0]) if entity.title in values else ""
    when = ago(at) if isinstance(at, datetime) else ""
    return tiles.Item(when, customer or str(entity.label), who, text, f"/{entity.slug}/{record}/")


def _planned(entity: Entity, tone: str, where: list[Any], actor: Actor, *, who: bool) -> Iterator[Planned]:
    compiled = plan.compile(entity, [entity.title, "customer", "next_step", "last_follow_up_at", "owner"], actor)
    rows = entity.rows(actor).where(where).order_by("-next_follow_up_at", "-id")
    for row in rows.values_list("id", "next_follow_up_at", *compiled.paths)[:ASKED]:
        values = {c.field.key: c.values(row) for c in compiled.columns}
        title = values[entity.title][0] if entity.title in values else f"{entity.label} {row[0]}"
        about = " · ".join(_about(values, who=who))
        late = row[1] < clock.day_start(clock.today())
        url = f"/{entity.slug}/{row[0]}/"
        thing = tiles.Due(_when(row[1]), late, str(entity.label), entity.icon, tone, title, about, url)
        yield Planned(row[1], values["customer"][0] if "customer" in values else row[0], thing)


def _about(values: dict[str, Any], *, who: bool) -> Iterator[str]:
    if who and "owner" in values:
        yield directory.person_name(values["owner"][0])
    if "customer" in values and values["customer"][1]:
        yield values["customer"][1]
    if values.get("next_step", ("",))[0]:
        yield values["next_step"][0]
    last = values.get("last_follow_up_at", (None,))[0]
    if isinstance(last, datetime):
        yield _("last spoken to %(when)s") % {"when": ago(last)}


def _ordered(found: list[Planned]) -> list[Planned]:
    """A customer that is planned together with one of his opportunities stands there once."""
    once: dict[tuple[datetime, int], Planned] = {}
    for thing in found:
        once.setdefault((thing.at, thing.customer), thing)
    start, end = clock.day_start(clock.today()), clock.day_end(clock.today())

    def place(thing: Planned) -> tuple[int, timedelta]:
        if thing.at < start:
            return 1, start - thing.at
        return (0 if thing.at < end else 2), thing.at - start

    return sorted(once.values(), key=place)


def _when(at: datetime) -> str:
    """14:00 today, 明天 09:00, 逾期 4 天."""
    local = timezone.localtime(at)
    return f"{local:%H:%M}" if local.date() == clock.today() and (local.hour or local.minute) else due(at)


def _works(actor: Actor) -> bool:
    """Whether anything planned could be the actor's own."""
    return any(actor.may(key, "view") and (actor.may(key, "edit") or actor.may(key, "create")) for key, _tone, _further in PLANNED)


def _looks_on(actor: Actor) -> bool:
    return not _works(actor) and any(actor.may(key, "view") for key, _tone, _further in PLANNED)


tiles.register(
    tiles.Tile("follow-ups", gettext_lazy("Follow-ups this month"), "top", written, needs="activity.followup", order=40),
    tiles.Tile("agenda", gettext_lazy("To do today"), "main", agenda, note=gettext_lazy("by time"), order=10, shown=_works),
    tiles.Tile("due", gettext_lazy("Due today"), "main", everybodys, needs="customers.customer", order=10, shown=_looks_on),
    tiles.Tile("recent", gettext_lazy("Latest follow-ups"), "side", recent, needs="activity.followup", order=80),
)
__all__ = ["agenda", "everybodys", "recent", "written"]


def noted(actor: Actor, since: datetime) -> bool:
    """Whether he has written down a talk."""
    return _mine(actor, since).exists()


def planned(actor: Actor, since: datetime) -> bool:
    """Whether he has said when he comes back to somebody."""
    return _mine(actor, since).filter(next_at__isnull=False).exists()


def _mine(actor: Actor, since: datetime) -> Any:
    return FollowUpEntity.instance.rows(actor).filter(created_by=actor.id, happened_at__gte=since)


guide.register(
    guide.Step(
        "follow-up", gettext_lazy("Write down a talk"), gettext_lazy("Open a customer and say on the right what was said: w takes you there."),
        "message-2", "/customers/?view=mine", noted, needs=("activity.followup", "create"), order=30,
    ),
    guide.Step(
        "plan", gettext_lazy("Plan what comes next"), gettext_lazy("Give it a day: it stands on this page when it is due."),
        "calendar-due", "/customers/?view=mine", planned, needs=("activity.followup", "create"), order=40,
    ),
)  # fmt: skip

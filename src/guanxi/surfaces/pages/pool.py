"""What a public pool has beside its list: tabs to the others, the dry run of its rules, and running them now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, directory, jobs, plan, pools, query, recycling, write
from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from guanxi.kernel.statement import Slot
from guanxi.kernel.window import Window
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, go, page, signed_in
from guanxi.surfaces.pages.table import body

#: Rows of a dry run on the screen, and owners in its table: who wants more narrows or looks at the next page.
SHOWN, OWNERS = 50, 30
#: How far ahead a dry run looks: days from today.
AHEAD = (1, 3, 7, 30)
#: So many fall at once in a request; more become a job.
AT_ONCE = 500
#: Beyond so many records in all, looking through them is a job too.
LARGE = 100_000
JOB = "pools.recycle"


def tabs(entity: Entity, actor: Actor) -> list[dict[str, Any]]:
    """The pools that the person belongs to; none outside of pools."""
    if not actor.pool:
        return []
    joined = pools.joined(registry.get(entity.key), actor.person)
    return [{"label": pool.name, "url": f"/{pool.slug}/", "on": pool.id == actor.pool} for pool in joined]


def led(actor: Actor) -> bool:
    """Whether the person manages the pool that he looks into."""
    pool = pools.get(actor.pool)
    return pool is not None and pool.led_by(actor.person)


def settings_url(actor: Actor) -> str:
    """Where the pool is set up, for who may."""
    entity = registry.by_model_label(settings.GUANXI_POOL_MODEL)
    return f"/{entity.slug}/{actor.pool}/" if actor.pool and actor.person.may(entity.key, "view") else ""


def led_or_404(request: HttpRequest, slug: str) -> tuple[Entity, Pool, Actor]:
    """What the pool holds, the pool, and the person who manages it."""
    face, actor = entity_or_404(request, slug), actor_of(request)
    pool = pools.get(actor.pool)
    if pool is None or not pool.led_by(actor.person):
        raise Http404
    return registry.get(face.key), pool, actor.person


@signed_in
def forecast(request: HttpRequest, slug: str) -> HttpResponse:
    """The dry run: how many fall in by when, by rule and owner, and which. Nothing is changed."""
    entity, pool, actor = led_or_404(request, slug)
    ahead = next((days for days in AHEAD if str(days) == request.GET.get("days")), AHEAD[0])
    by = clock.today() + timedelta(days=ahead)
    found = recycling.forecast(entity, pool, actor, by)
    context = {
        "pool": pool,
        "slug": slug,
        "by": by.isoformat(),
        "spans": [{"label": _span(days), "url": f"/{slug}/_forecast/?days={days}", "on": days == ahead} for days in AHEAD],
        "total": found.total,
        "now": sum(recycling.forecast(entity, pool, actor, clock.today()).counts.values()) if pool.recycles else 0,
        "rules": _by_rule(pool, found),
        "owners": _by_owner(found),
        "settings_url": settings_url(actor_of(request)),
        **_rows(entity, pool, actor, by),
    }
    return page(request, "pages/forecast.html", context, title=_("Dry run: %(pool)s") % {"pool": pool.name})


def _span(days: int) -> str:
    return _("Until tomorrow") if days == 1 else ngettext("Within %(n)d day", "Within %(n)d days", days) % {"n": days}


def _by_rule(pool: Pool, found: recycling.Forecast) -> list[tuple[str, int]]:
    counts: Counter[int] = Counter()
    for (rule, _owner), n in found.counts.items():
        counts[rule] += n
    return [(rule.label, counts[rule.id]) for rule in pool.rules]


def _by_owner(found: recycling.Forecast) -> list[tuple[str, int]]:
    counts: Counter[int] = Counter()
    for (_rule, owner), n in found.counts.items():
        counts[owner] += n
    return [(directory.person_name(owner), n) for owner, n in counts.most_common(OWNERS)]


def _rows(entity: Entity, pool: Pool, actor: Actor, by: date) -> dict[str, Any]:
    """The first that fall, as rows of the list with their day and reason."""
    judgement = recycling.preview(entity, pool, actor, by)
    clause = "WHERE pool = %s AND day <= %s ORDER BY day, id LIMIT %s"
    falling = judgement.fetch(clause, pool.id, by, SHOWN, select="id, day, rule") if judgement else []
    days = {i: (day, rule) for i, day, rule in falling}
    wanted = list(dict.fromkeys([entity.title, *entity.chips[:1], "owner", *(each.field for each in entity.clocks[:1]), "owned_at"]))
    compiled = plan.compile(entity, wanted, actor)
    window = Window(
        entity, actor, code="forecast", narrow=lambda rows: rows.filter(AnyOf(F("id"), Slot("ids"))), values={"ids": list(days)}
    )
    found = window.page(query.sort_of(entity, actor, "id"), compiled, size=SHOWN) if days else None
    rows = sorted(compiled.attach(found.rows), key=lambda row: (days[row[0]][0], row[0])) if found else []
    reader = Reader(actor)
    return {
        "entity": entity,
        "head": [c.field for c in compiled.columns],
        "body": body(entity, compiled, rows, reader, selectable=False, more=[_why(days[row[0]]) for row in rows]),
        "shown": len(rows),
    }


def _why(falls: tuple[date, int]) -> Sequence[str]:
    """When and by which rule."""
    rule = pools.rule(falls[1])
    return (falls[0].isoformat(), rule.label if rule else "")


@signed_in
@require_POST
def run(request: HttpRequest, slug: str) -> HttpResponse:
    """Let fall now what is due today, as the night would."""
    entity, pool, actor = led_or_404(request, slug)
    address = f"/{slug}/_forecast/"
    if not pool.recycles:
        return go(request, address, _("Recycling is off in this pool. Switch it on first."))
    due = recycling.forecast(entity, pool, SYSTEM, clock.today()).total  # all of it falls, also what he does not see
    if due > AT_ONCE or query.estimate(entity) > LARGE:
        job = jobs.start(JOB, _("Recycling into %(pool)s") % {"pool": pool.name}, actor, {"entity": entity.key, "pool": pool.id}, total=due)
        return go(request, f"/jobs/{job.pk}/", _("Many fall at once. You can leave this page."))
    fallen = write.recycle(entity, actor=actor, pool=pool.id)
    return go(request, address, ngettext("%(n)d record fell in", "%(n)d records fell in", fallen) % {"n": fallen})


@jobs.runner(JOB)
def work(progress: jobs.Progress) -> None:
    """The same as a job. Who may no longer manage the pool lets nothing fall."""
    entity, pool = registry.get(progress.spec["entity"]), pools.get(progress.spec["pool"])
    if pool is not None and pool.led_by(progress.actor):
        fallen = write.recycle(entity, actor=progress.actor, pool=pool.id)
        progress.advance(fallen, written=fallen)


urls = [path("<slug:slug>/_forecast/", forecast), path("<slug:slug>/_recycle/", run)]

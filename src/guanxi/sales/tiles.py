"""What the workbench shows of sales: won and new amounts, the funnel, and who leads this month."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.money import show_short
from guanxi.sales.entities.opportunity import PIPELINE, STAGE, OpportunityEntity
from guanxi.surfaces import guide, tiles

WON = ["outcome", "is", "won"]
WON_THIS_MONTH = ["and", WON, ["closed_on", "is", "this_month"]]
LEADERS = 6


def won(actor: Actor) -> tiles.Figure:
    """What was won this month."""
    return tiles.added_up(OpportunityEntity.instance, actor, "amount", "closed_on", WON)


def fresh(actor: Actor) -> tiles.Figure:
    """What came into the pipeline this month."""
    return tiles.added_up(OpportunityEntity.instance, actor, "amount", "created_at")


def funnel(actor: Actor) -> tiles.Funnel:
    """Open opportunities of the first pipeline by stage, and at the end what was won this month: one query."""
    entity = OpportunityEntity.instance
    pipeline = PIPELINE.first()
    stages = [s for s in STAGE.active() if pipeline is None or s.parent == pipeline.id]
    figures = _by(entity.rows(actor).where(["or", ["outcome", "is", "open"], WON_THIS_MONTH]), "stage", actor)
    rows = []
    for stage in stages:
        outcome = stage.extra.get("outcome", "open")
        if outcome not in ("open", "won"):
            continue
        count, amount = figures.get(stage.id, (0, None))
        where: list[Any] = ["and", ["stage", "is", stage.code], WON_THIS_MONTH if outcome == "won" else ["outcome", "is", "open"]]
        text = ngettext("%(n)d deal", "%(n)d deals", count) % {"n": count}
        text = text if amount is None else f"{show_short(amount)} · {text}"
        label = _("%(stage)s this month") % {"stage": stage.label} if outcome == "won" else stage.label
        rows.append(tiles.Bar(label, float(amount or 0), text, tiles.list_url(entity, where), won=outcome == "won"))
    return tiles.Funnel(rows if figures else [], pipeline.label if pipeline else "")


def leaders(actor: Actor) -> tiles.Ranking:
    """Won amount of this month by owner."""
    entity = OpportunityEntity.instance
    figures = _by(entity.rows(actor).where(WON_THIS_MONTH), "owner_id", actor)
    ranked = sorted(((k, v) for k, v in figures.items() if k), key=lambda p: (p[1][1] or 0, p[1][0]), reverse=True)[:LEADERS]
    return tiles.Ranking(
        [
            tiles.Bar(
                directory.person_name(owner),
                float(count if amount is None else amount),
                (ngettext("%(n)d deal", "%(n)d deals", count) % {"n": count}) if amount is None else show_short(amount),
                tiles.list_url(entity, ["and", ["owner", "is", owner], *WON_THIS_MONTH[1:]]),
            )
            for owner, (count, amount) in ranked
        ]
    )


def _by(rows: Any, path: str, actor: Actor) -> dict[int, tuple[int, Decimal | None]]:
    """Count and sum by a column; no sums for who may not see amounts."""
    entity = OpportunityEntity.instance
    if path.removesuffix("_id") not in entity.visible(actor):
        return {}
    amount = tiles.summed(entity, "amount", actor)
    grouped = rows.order_by().values(path).annotate(n=Count("id"))
    if amount is None:
        return {row[path]: (row["n"], None) for row in grouped}
    return {row[path]: (row["n"], row["s"] or Decimal(0)) for row in grouped.annotate(s=Sum(amount))}


KEY = "sales.opportunity"
tiles.register(
    tiles.Tile("won", gettext_lazy("Won this month"), "top", won, needs=KEY, order=10),
    tiles.Tile("new-opportunities", gettext_lazy("New opportunities this month"), "top", fresh, needs=KEY, order=20),
    tiles.Tile("funnel", gettext_lazy("Sales funnel"), "main", funnel, needs=KEY, order=60),
    tiles.Tile("leaders", gettext_lazy("Sales ranking"), "side", leaders, needs=KEY, note=gettext_lazy("this month"), order=50),
)


def opened(actor: Actor, since: datetime) -> bool:
    """Whether he has an opportunity of his own making."""
    return guide.created(OpportunityEntity.instance, actor, since)


guide.register(
    guide.Step(
        "opportunity", gettext_lazy("Open an opportunity"), gettext_lazy("Then drag it across the board as it moves on."), "filter-dollar",
        "/opportunities/?view=open&layout=board", opened, needs=("sales.opportunity", "create"), order=50,
    ),
)  # fmt: skip

"""What the workbench shows of customers: how many are new, and whom we have forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.customers.entities.customer import CustomerEntity
from guanxi.kernel.actor import Actor
from guanxi.surfaces import guide, tiles

LIMIT = 999
#: Days without a follow-up: from, to (0: without end). They do not overlap, so that the five add up.
SPANS = ((7, 15), (15, 30), (30, 90), (90, 180), (180, 0))


def new(actor: Actor) -> tiles.Figure:
    """Customers created this month."""
    return tiles.counted(CustomerEntity.instance, actor, "created_at")


def forgotten(actor: Actor) -> tiles.Buckets:
    """Customers by how long nobody has spoken to them, and those to whom nobody ever has."""
    entity = CustomerEntity.instance
    rows = []
    for first, end in SPANS:
        where = silent(first, end)
        rows.append((_count(actor, where), _span(first), tiles.list_url(entity, where)))
    never = ["and", ["last_follow_up_at", "empty"], ["created_at", "before", "-7d"]]
    return tiles.Buckets(rows, (_("Never: %(n)s") % {"n": _count(actor, never)}, tiles.list_url(entity, never)))


def silent(first: int, end: int) -> list[Any]:
    """The condition of a last follow-up more than `first` days ago, but not more than `end`."""
    before = ["last_follow_up_at", "before", f"-{first}d"]
    return ["and", before, ["last_follow_up_at", "after", f"-{end + 1}d"]] if end else before


def _count(actor: Actor, where: list[Any]) -> str:
    found = CustomerEntity.instance.rows(actor).where(where).bounded_count(LIMIT)
    return f"{LIMIT}+" if found > LIMIT else str(found)


def _span(days: int) -> str:
    if days < 60:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return ngettext("%(n)d month", "%(n)d months", days // 30) % {"n": days // 30}


tiles.register(
    tiles.Tile("new-customers", gettext_lazy("New customers this month"), "top", new, needs="customers.customer", order=30),
    tiles.Tile(
        "forgotten",
        gettext_lazy("Forgotten customers"),
        "side",
        forgotten,
        needs="customers.customer",
        note=gettext_lazy("without follow-up for more than"),
        order=70,
    ),
)


def brought_in(actor: Actor, since: datetime) -> bool:
    """Whether he has imported his list, or entered a customer by hand."""
    entity = CustomerEntity.instance
    return guide.imported(entity.key, actor, since) or guide.created(entity, actor, since)


guide.register(
    guide.Step(
        "customers", gettext_lazy("Bring in your customers"), gettext_lazy("Import your list; what is wrong in it you see before anything is saved."),
        "upload", "/customers/import/", brought_in, needs=("customers.customer", "import"), order=20,
    ),
    guide.Step(
        "customer", gettext_lazy("Enter your first customer"), gettext_lazy("Three fields will do; who is there already is said while you type."),
        "building", "/customers/new/", brought_in, needs=("customers.customer", "create"), order=21,
        shown=lambda actor: not actor.may("customers.customer", "import"),
    ),
)  # fmt: skip

"""A public pool: what nobody owns, who may take it, what is closed there, and by which rules things fall in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from guanxi.declare import (
    Choice,
    Condition,
    Departments,
    Entity,
    FieldNames,
    Fixed,
    Flag,
    Grants,
    Integer,
    Lookup,
    People,
    Preset,
    Record,
    RollUp,
    Text,
    Unique,
    Value,
)
from guanxi.kernel.actor import Actor
from guanxi.kernel.grants import row

#: Entities that lie in pools, by their keys.
HOLDS = Fixed("pool_holds", **{"customers.customer": Value("客户", en="Customers", default=True)})
SINCE = Fixed(
    "pool_since",
    follow_up=Value("未跟进", en="Without follow-up", default=True),
    opportunity=Value("未建商机", en="Without a new opportunity"),
    deal=Value("未成交", en="Without a deal"),
)
#: Who sets up pools. Taking part in one is no matter of these grants.
GRANTS = {"business": row("all", "all"), "director": row("all", "all")}
GRANTS_ON_POOLS = Grants({**GRANTS, "information": row("all", bulk=False)})
GRANTS_ON_RULES = Grants({**GRANTS, "information": row("all", "all")})


class Pool(Record):
    name = Text(gettext_lazy("Pool name"), max_length=60, aliases=("公海名称",))
    holds = Choice(gettext_lazy("Holds"), HOLDS, plain=True)
    description = Text(gettext_lazy("Description"), blank=True, lines=2)
    people = People(gettext_lazy("Members"), help=gettext_lazy("Without people and departments it is everybody's."))
    departments = Departments(gettext_lazy("Departments"), help=gettext_lazy("With everything below them."))
    managers = People(gettext_lazy("Managers"), help=gettext_lazy("They give records to members and see what will fall in."))
    hidden = FieldNames(gettext_lazy("Hidden in the pool"))
    masked = FieldNames(gettext_lazy("Masked in the pool"))
    story = Flag(gettext_lazy("Contacts and follow-ups can be read in the pool"))
    claims_a_day = Integer(gettext_lazy("Claims a day"), least=0, most=10_000, help=gettext_lazy("Each member; empty for no limit."))
    most_held = Integer(gettext_lazy("Most held"), least=0, most=1_000_000, help=gettext_lazy("Who owns so many cannot claim more."))
    cooling_days = Integer(gettext_lazy("Cooling-off days of the previous owner"), least=0, most=3_650)
    warning_days = Integer(gettext_lazy("Days of warning"), least=0, most=365, help=gettext_lazy("Nothing falls in without it."))
    rank = Integer(
        gettext_lazy("Rank"),
        least=1,
        most=999,
        help=gettext_lazy("The first is the default: it takes what nobody has chosen another pool for."),
    )
    recycles = Flag(gettext_lazy("Recycling on"), help=gettext_lazy("What the rules say falls in each night. Look at the dry run first."))
    spared = Condition(gettext_lazy("Never falls in"), "customers.Customer")
    rule_count = Integer(gettext_lazy("Rules in force"), computed=True)


class PoolRule(Record):
    name = Text(gettext_lazy("Rule"), max_length=80)
    pool = Lookup(gettext_lazy("Pool"), "customers.Pool", blank=False, back="rules", back_label=gettext_lazy("Rules"))
    since = Choice(gettext_lazy("Falls in"), SINCE, plain=True)
    days = Integer(gettext_lazy("For days"), least=1, most=3_650, blank=False)
    where = Condition(gettext_lazy("Only those"), "customers.Customer")
    active = Flag(gettext_lazy("In force"), default=True)


class PoolEntity(Entity, model=Pool):
    slug = "pools"
    label = gettext_lazy("Public pool")
    label_plural = gettext_lazy("Public pools")
    icon = "ripple"
    teaches = gettext_lazy(
        "Customers whom nobody looks after, for a group of colleagues to take from. Say who belongs to it and how many each may take."
    )
    place = 12
    in_menu = False
    columns = ("name", "holds", "departments", "people", "managers", "claims_a_day", "most_held", "rule_count", "recycles")
    filters = ("holds", "recycles")
    unique = (Unique("name"),)
    layout = {
        gettext_lazy("Pool"): ("name", "holds", "description", "rank"),
        gettext_lazy("Who takes part"): ("people", "departments", "managers"),
        gettext_lazy("Taking"): ("claims_a_day", "most_held", "cooling_days"),
        gettext_lazy("What is closed"): ("hidden", "masked", "story"),
        gettext_lazy("Recycling"): ("recycles", "warning_days", "spared"),
    }
    chips = ("holds",)
    views = (
        Preset("all", gettext_lazy("All"), []),
        Preset("recycling", gettext_lazy("Recycling on"), ["recycles", "is", True]),
    )
    related = ("rules",)
    rollups = (RollUp("rule_count", "customers.PoolRule", via="pool", how="count", where=["active", "is", True]),)
    grants = GRANTS_ON_POOLS

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """What falls when is worked out anew; a pool with something in it stays."""
        from guanxi.customers.rules import pooling

        if "deleted_at" in changed:
            pooling.only_empty(records)
        pooling.changed(actor)


class PoolRuleEntity(Entity, model=PoolRule):
    slug = "pool-rules"
    label = gettext_lazy("Pool rule")
    label_plural = gettext_lazy("Pool rules")
    icon = "refresh"
    teaches = gettext_lazy("When a customer falls into a pool by himself: so many days without a talk, or without a deal.")
    place = 13
    in_menu = False
    columns = ("name", "pool", "since", "days", "where", "active")
    filters = ("pool", "since", "active")
    layout = {gettext_lazy("Pool rule"): ("name", "pool", "since", "days", "where", "active")}
    quick = ("name", "pool", "since", "days", "where")
    views = (Preset("all", gettext_lazy("All"), []), Preset("active", gettext_lazy("In force"), ["active", "is", True]))
    parent = "pool"
    grants = GRANTS_ON_RULES

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """What falls when is worked out anew."""
        from guanxi.customers.rules import pooling

        pooling.changed(actor)

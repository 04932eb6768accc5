"""A public pool: what nobody owns, who may take it, what is closed there, and by which rules things fall in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.declare import (
    Choice,
    Condition,
    Departments,
    Entity,
    FieldNames,
    Fixed,
    Flag,
    Form,
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
from guanxi.kernel import pools
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.giving_out import HOW
from guanxi.kernel.grants import row
from guanxi.kernel.registry import registry

#: Entities that lie in pools, by their keys.
HOLDS = Fixed(
    "pool_holds",
    **{"customers.customer": Value("客户", en="Customers", default=True), "sales.lead": Value("线索", en="Leads")},
)
HELD = ("customers.Customer", "sales.Lead")
#: The clocks of these entities.
SINCE = Fixed(
    "pool_since",
    follow_up=Value("未跟进", en="Without follow-up", default=True),
    opportunity=Value("未建商机", en="Without a new opportunity"),
    deal=Value("未成交", en="Without a deal"),
    conversion=Value("未转换", en="Not converted"),
)
#: Who sets up pools. Taking part in one is no matter of these grants.
GRANTS = {"business": row("all", "all"), "director": row("all", "all")}
GRANTS_ON_POOLS = Grants({**GRANTS, "information": row("all", bulk=False)})
GRANTS_ON_RULES = Grants({**GRANTS, "information": row("all", "all")})


def held_by(values: Mapping[str, Any]) -> str:
    """The key of the entity that a pool of these values holds."""
    holds = HOLDS.by_id(values.get("holds"))
    return str(holds.code) if holds else ""


def held_above(values: Mapping[str, Any]) -> str:
    """The same of a rule of these values, which lies below a pool."""
    pool = pools.get(values.get("pool"))
    return pool.entity if pool else ""


class Pool(Record):
    name = Text(gettext_lazy("Pool name"), max_length=60, aliases=("公海名称",))
    holds = Choice(gettext_lazy("Holds"), HOLDS, plain=True)
    description = Text(gettext_lazy("Description"), blank=True, lines=2)
    people = People(gettext_lazy("Members"), help=gettext_lazy("Without people and departments it is everybody's."))
    departments = Departments(gettext_lazy("Departments"), help=gettext_lazy("With everything below them."))
    managers = People(gettext_lazy("Managers"), help=gettext_lazy("They give records to members and see what will fall in."))
    hidden = FieldNames(gettext_lazy("Hidden in the pool"), chosen=held_by)
    masked = FieldNames(gettext_lazy("Masked in the pool"), chosen=held_by)
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
    spared = Condition(gettext_lazy("Never falls in"), HELD, chosen=held_by)
    rule_count = Integer(gettext_lazy("Rules in force"), computed=True)
    assigns = Flag(
        gettext_lazy("Assigns by itself"),
        help=gettext_lazy(
            "What comes in goes to members by the assignment rules, within a minute; what they hand back themselves stays for others."
        ),
    )


class PoolRule(Record):
    name = Text(gettext_lazy("Rule"), max_length=80)
    pool = Lookup(gettext_lazy("Pool"), "customers.Pool", blank=False, back="rules", back_label=gettext_lazy("Rules"))
    since = Choice(gettext_lazy("Falls in"), SINCE, plain=True)
    days = Integer(gettext_lazy("For days"), least=1, most=3_650, blank=False)
    where = Condition(gettext_lazy("Only those"), HELD, chosen=held_above)
    active = Flag(gettext_lazy("In force"), default=True)


class AssignmentRule(Record):
    name = Text(gettext_lazy("Assignment rule"), max_length=80)
    pool = Lookup(gettext_lazy("Pool"), "customers.Pool", blank=False, back="assignments", back_label=gettext_lazy("Assignment rules"))
    rank = Integer(gettext_lazy("Rank"), least=1, most=999, help=gettext_lazy("The first rule that fits decides."))
    where = Condition(gettext_lazy("Only those"), HELD, chosen=held_above)
    people = People(gettext_lazy("Goes to"), help=gettext_lazy("Members of the pool; without any, all who take from it."))
    how = Choice(gettext_lazy("How"), HOW, plain=True)
    active = Flag(gettext_lazy("In force"), default=True)


class PoolEntity(Entity, model=Pool):
    slug = "pools"
    label = gettext_lazy("Public pool")
    label_plural = gettext_lazy("Public pools")
    icon = "ripple"
    teaches = gettext_lazy(
        "Customers or leads that nobody looks after, for a group of colleagues to take from. Say who belongs to it and how many each may take."
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
        gettext_lazy("Assignment"): ("assigns",),
    }
    forms = (
        Form("customers", gettext_lazy("Pool of customers"), {"holds": "customers.customer"}, without=("holds",)),
        Form("leads", gettext_lazy("Pool of leads"), {"holds": "sales.lead"}, without=("holds",)),
    )
    chips = ("holds",)
    views = (
        Preset("all", gettext_lazy("All"), []),
        Preset("recycling", gettext_lazy("Recycling on"), ["recycles", "is", True]),
    )
    related = ("rules", "assignments")
    rollups = (RollUp("rule_count", "customers.PoolRule", via="pool", how="count", where=["active", "is", True]),)
    grants = GRANTS_ON_POOLS

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """What it holds is settled when it is made, and what it says of that has to make sense there."""
        if "holds" in changed and not record._state.adding:
            errors.setdefault("holds", _("A pool goes on holding what it was made for. Create another one."))
        fitting(held_by({"holds": record.holds}), {"spared": record.spared}, changed, errors)

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
    teaches = gettext_lazy("When something falls into a pool by itself: so many days without a talk, or without a deal.")
    place = 13
    in_menu = False
    columns = ("name", "pool", "since", "days", "where", "active")
    filters = ("pool", "since", "active")
    layout = {gettext_lazy("Pool rule"): ("name", "pool", "since", "days", "where", "active")}
    quick = ("name", "pool", "since", "days", "where")
    views = (Preset("all", gettext_lazy("All"), []), Preset("active", gettext_lazy("In force"), ["active", "is", True]))
    parent = "pool"
    grants = GRANTS_ON_RULES

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """It speaks of what its pool holds."""
        held, since = held_above({"pool": record.pool_id}), SINCE.by_id(record.since)
        clocks = {each.code: each.label for each in registry.get(held).clocks} if held else {}
        if clocks and since is not None and since.code not in clocks:
            words = "、".join(str(label) for label in clocks.values())
            errors.setdefault("since", _("Nothing in this pool counts so. Choose one of: %(clocks)s.") % {"clocks": words})
        fitting(held, {"where": record.where}, changed | ({"where"} if "pool" in changed else set()), errors)

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """What falls when is worked out anew."""
        from guanxi.customers.rules import pooling

        pooling.changed(actor)


class AssignmentRuleEntity(Entity, model=AssignmentRule):
    slug = "assignment-rules"
    label = gettext_lazy("Assignment rule")
    label_plural = gettext_lazy("Assignment rules")
    icon = "user-plus"
    teaches = gettext_lazy("Who gets what comes into a pool: by region, source or whatever else it says, in turn or by load.")
    place = 14
    in_menu = False
    columns = ("name", "pool", "rank", "where", "people", "how", "active")
    filters = ("pool", "how", "active")
    layout = {gettext_lazy("Assignment rule"): ("name", "pool", "rank", "where", "people", "how", "active")}
    quick = ("name", "pool", "where", "people", "how")
    views = (Preset("all", gettext_lazy("All"), []), Preset("active", gettext_lazy("In force"), ["active", "is", True]))
    parent = "pool"
    grants = GRANTS_ON_RULES

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """It speaks of what its pool holds."""
        held = held_above({"pool": record.pool_id})
        fitting(held, {"where": record.where}, changed | ({"where"} if "pool" in changed else set()), errors)

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """Pools are read anew."""
        pools.clear()


def fitting(held: str, conditions: Mapping[str, str], changed: set[str], errors: dict[str, str]) -> None:
    """Put a message for each changed condition that says nothing of the entity of this key."""
    for key, text in conditions.items():
        if held and text and key in changed and key not in errors:
            try:
                tree.parse(registry.get(held), json.loads(text), SYSTEM)
            except tree.ConditionError as error:
                errors[key] = str(error)

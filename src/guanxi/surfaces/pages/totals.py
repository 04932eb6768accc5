"""The foot of a list: what its numbers add up to over the whole filter and scope, in one query, fetched after the page.

A column that this person reads masked, or not at all, has no foot. Amounts are added in the company's currency, in which
each was converted when it was written, and the foot says so where that matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate, Avg, Count, F, Max, Min, Q, Sum
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import patience, plan
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Label, Reader
from guanxi.kernel.fields.money import BASE_CURRENCY, show_amount
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, signed_in

if TYPE_CHECKING:
    from guanxi.surfaces.pages.listing import State

#: What a foot can say, in the order it is offered.
SAYINGS: dict[str, tuple[Label, type[Aggregate]]] = {
    "sum": (gettext_lazy("Sum"), Sum),
    "avg": (gettext_lazy("Average"), Avg),
    "min": (gettext_lazy("Lowest"), Min),
    "max": (gettext_lazy("Highest"), Max),
}
#: Numbers up to this are shares of a hundred: their sum says nothing.
HUNDRED = 100


@dataclass(frozen=True)
class Foot:
    """The foot of one column; `says` is empty for columns that have none."""

    key: str
    label: str = ""
    says: str = ""
    value: str = ""
    note: str = ""


def summand(entity: Entity, key: str, actor: Actor) -> Combinable | None:
    """What is added up of a field: the base amount of money; None where this actor does not read its values as they are."""
    field = entity.visible(actor).get(key)
    if field is None or actor.right(entity.key, key) == "masked":
        return None
    return field.column.expression() if field.column.path is None else F(entity.sort_path(key))


def usual(field: Field) -> str:
    """What a foot says until somebody chooses: the sum, of a share in percent the average."""
    return "avg" if getattr(field.kind, "most", None) == HUNDRED else field.kind.foot


def adding(compiled: plan.Plan) -> list[Field]:
    """The columns of a list that have a foot."""
    return [c.field for c in compiled.columns if c.field.kind.foot and not c.masked]


def feet(state: State, actor: Actor) -> list[Foot]:
    """A foot for each column of the list, empty ones among them. Raises ConditionError and TooMuch."""
    from guanxi.surfaces.pages import listing

    entity = state.entity
    compiled = plan.compile(entity, listing.columns_of(state, actor), actor)
    fields = adding(compiled)
    said = {f.key: chosen(state, f) for f in fields}
    asked: dict[str, Any] = {f"v_{f.key}": SAYINGS[said[f.key]][1](summand(entity, f.key, actor)) for f in fields}
    for field in fields:
        for path_ in field.kind.companions(str(field.column.path)) if field.column.path else ():
            asked[f"o_{field.key}"] = Count("id", filter=~Q(**{path_: BASE_CURRENCY}) & Q(**{f"{field.column.path}__isnull": False}))
    with patience.within():
        found = listing.rows_of(state, actor).order_by().aggregate(**asked) if asked else {}
    made = {f.key: foot(f, said[f.key], found) for f in fields}
    return [made.get(c.field.key, Foot(c.field.key)) for c in compiled.columns]


def chosen(state: State, field: Field) -> str:
    """What this person wants to read under a column."""
    kept = state.look.get("totals", {}).get(field.key, "")
    return kept if kept in SAYINGS else usual(field)


def foot(field: Field, says: str, found: dict[str, Any]) -> Foot:
    """A figure as its column shows them."""
    value, others = found[f"v_{field.key}"], found.get(f"o_{field.key}", 0)
    money = field.kind.name == "money"
    note = _("In %(currency)s. Amounts in other currencies at the rate of the day they were written.") if others else _("In %(currency)s.")
    return Foot(field.key, str(field.label), says, shown(field, value), note % {"currency": BASE_CURRENCY} if money else "")


def shown(field: Field, value: Any) -> str:
    """The value with as many places as its column has; the average of whole numbers with one."""
    if value is None:
        return "—"
    if field.kind.name == "money":
        return show_amount(Decimal(value).quantize(Decimal("0.01")))
    if field.kind.name == "duration":
        return field.kind.text(round(value), Reader(SYSTEM))
    places = getattr(field.kind, "places", 0 if isinstance(value, int) or value == int(value) else 1)
    return f"{value:,.{places}f}{getattr(field.kind, 'unit', '')}"


@signed_in
def totals(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: the foot; POST keeps what a column's foot says and answers with the foot anew."""
    from guanxi.surfaces.pages import listing, looks

    entity, actor = entity_or_404(request, slug), actor_of(request)
    try:
        if request.method == "POST":
            tab, given = listing.tab_of(request, entity), request.POST
            wanted = {k: given[k] for k in entity.visible(actor) if given.get(k) in SAYINGS}
            kept = listing.state_of(request, entity).look.get("totals", {})
            looks.keep(entity, actor, tab.code, totals={**kept, **wanted})
        state = listing.state_of(request, entity)
        context: dict[str, Any] = {"feet": feet(state, actor), "too_much": False}
    except ConditionError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    except patience.TooMuch:
        context = {"feet": [], "too_much": True}
    return fragment(request, "pages/totals.html", {**context, "sayings": SAYINGS, "url": address(state)})


def address(state: State) -> str:
    """Where the foot of a list comes from."""
    return state.address().replace("/?", "/_totals/?", 1)


urls = [path("<slug:slug>/_totals/", totals)]

__all__ = ["SAYINGS", "Foot", "adding", "address", "feet", "summand", "urls"]

"""A lead becomes a customer with a contact and, where there is something to sell already, an opportunity: all of it or nothing.

Every record is written as by any other door, so rights, rules of uniqueness and reviews hold; taking the write back undoes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.declare import Action
from guanxi.kernel import clock, duplicates, one, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.declaration import Opening
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.column import Stored
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.fields.text import TextKind
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Outcome, review

CUSTOMER, CONTACT, OPPORTUNITY = "customers.customer", "customers.contact", "sales.opportunity"
#: What of a lead a new customer, contact or opportunity takes over: field there → field of the lead.
TO_CUSTOMER = {
    "phone": "phone", "email": "email", "region": "region", "address": "address", "source": "source", "industry": "industry",
    "preferences": "requirement", "next_follow_up_at": "next_follow_up_at", "remark": "remark", "owner": "owner",
}  # fmt: skip
TO_CONTACT = {"name": "contact", "title": "title", "mobile": "phone", "email": "email", "wechat": "wechat", "region": "region"}
TO_OPPORTUNITY = {
    "amount": "budget", "requirement": "requirement", "expected_on": "expected_on", "next_follow_up_at": "next_follow_up_at", "owner": "owner",
}  # fmt: skip


@dataclass(frozen=True)
class Became:
    """What a lead became; what somebody must agree to first is None."""

    customer: int
    contact: int | None = None
    opportunity: int | None = None


#: What else goes with a lead, from areas above: called with the lead, what it became, and the door.
CARRIED: list[Callable[[Any, Became, str], object]] = []


def opening(lead: Any, actor: Actor) -> Opening:
    """The customer that it most likely is, if this person sees one, and all that look like it, told as on every door."""
    entity = registry.get(CUSTOMER)
    keys = {"name": lead.company or lead.name, "phone": lead.phone, "email": lead.email}
    given = {k: v for k, v in keys.items() if v and _may_read(lead, "company" if k == "name" else k, actor)}
    given = {k: v for k, v in given.items() if duplicates.may_compare(entity, k, actor)}
    likely = duplicates.find(entity, given, actor) if given and duplicates.may_ask(actor) else []
    seen = next((each.record for each in likely if each.visible), None)
    return Opening({"customer": seen, "opportunity": lead.project if _may_read(lead, "project", actor) else ""}, likely)


def convert(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> Outcome:
    """Convert each of these leads; of several, one that is refused leaves the others alone. Raises Forbidden or Invalidated."""
    if actor.right(entity.key, "status") != "edit":
        raise write.Forbidden()
    asked = {key: field.kind.parse(values.get(key), Reader(actor)) for key, field in _valid(values, actor).items()}
    outcome = Outcome()
    with write.unit(actor, door) as u:
        for record in sorted(set(ids)):
            try:
                with transaction.atomic():
                    lead = _open(entity, record, actor)
                    became = _become(lead, asked, actor, door)
                    outcome.written[record] = _mark(entity, lead, became, actor, door)
                    outcome.lands, outcome.write_id = (registry.get(CUSTOMER), became.customer), u.write_id
            except (write.Invalidated, write.NotFound) as refusal:
                if len(ids) == 1:
                    raise
                errors = refusal.errors if isinstance(refusal, write.Invalidated) else {"": str(refusal)}
                outcome.refused[record] = {"": " ".join(errors.values())}
    if len(ids) > 1:
        outcome.lands = None
    return outcome


def _valid(values: Mapping[str, Any], actor: Actor) -> dict[str, Field]:
    """The fields asked, after their values have been tried. Raises Invalidated."""
    errors = {}
    for key, field in INPUTS.items():
        try:
            field.kind.parse(values.get(key), Reader(actor))
        except ValueError as error:
            errors[key] = str(error)
    if errors:
        raise write.Invalidated(errors)
    return INPUTS


def _open(entity: Entity, record: int, actor: Actor) -> Any:
    """The lead, locked, if this person may edit it and somebody still works on it. Raises NotFound or Invalidated."""
    lead = one.locked(entity, actor, record, "edit")
    if lead is None:
        raise write.NotFound()
    if review.bound(entity, "edit", actor, [record]):
        raise write.Invalidated({"": _("Somebody must agree to your changes of leads. Ask whoever does to convert it.")})
    if lead.customer_id is not None:
        raise write.Invalidated({"": _("It was converted already.")})
    if entity.fields["status"].kind.json(lead.status) == "invalid":
        raise write.Invalidated({"": _("It was marked invalid. Reopen it first.")})
    return lead


def _become(lead: Any, asked: Mapping[str, Any], actor: Actor, door: str) -> Became:
    customer = asked["customer"] or _customer(lead, actor, door)
    contact = _contact(lead, customer, actor, door)
    opportunity = None
    if asked["opportunity"]:
        about = {"name": asked["opportunity"], "customer": customer, "lead": lead.id, "contacts": [contact] if contact else []}
        made = write.create(registry.get(OPPORTUNITY), _taken(lead, OPPORTUNITY, TO_OPPORTUNITY, actor) | about, actor=actor, door=door)
        opportunity = None if isinstance(made, Draft) else made.id
    became = Became(customer, contact, opportunity)
    for carry in CARRIED:
        carry(lead, became, door)
    return became


def _customer(lead: Any, actor: Actor, door: str) -> int:
    values = _taken(lead, CUSTOMER, TO_CUSTOMER, actor)
    if lead.next_follow_up_at is not None and lead.next_follow_up_at < clock.now():
        values.pop("next_follow_up_at", None)
    made = write.create(registry.get(CUSTOMER), {**values, "name": lead.company or lead.name}, actor=actor, door=door)
    if isinstance(made, Draft):
        words = _("Somebody must agree to your new customers. Create the customer, and when that is agreed to, convert the lead into it.")
        raise write.Invalidated({"customer": words})
    return int(made.id)


def _contact(lead: Any, customer: int, actor: Actor, door: str) -> int | None:
    """The person at the customer: who is there with this name and number already, or a new one; none without a name."""
    entity = registry.get(CONTACT)
    if not lead.contact or not _may_read(lead, "contact", actor):
        return None
    known = entity.rows(actor).filter(customer_id=customer, name=lead.contact, mobile=lead.phone or "").values_list("id", flat=True).first()
    if known is not None:
        return int(known)
    values = _taken(lead, CONTACT, TO_CONTACT, actor) | {"customer": customer}
    made = write.create(entity, values, actor=actor, door=door)
    return None if isinstance(made, Draft) else int(made.id)


def _taken(lead: Any, key: str, names: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """Raw values for a new record from what this person may read of the lead and may set there."""
    entity, mine = registry.get(key), registry.get("sales.lead")
    writable = entity.writable(actor)
    found: dict[str, Any] = {}
    for theirs, own in names.items():
        value = mine.fields[own].value(lead)
        if theirs in writable and _may_read(lead, own, actor) and not mine.fields[own].kind.is_blank(value):
            found[theirs] = mine.fields[own].kind.json(value)
            if own == "budget":
                found[f"{theirs}_currency"] = lead.budget_currency
    return found


def _may_read(lead: Any, key: str, actor: Actor) -> bool:
    return actor.right("sales.lead", key) not in ("hidden", "masked")


def _mark(entity: Entity, lead: Any, became: Became, actor: Actor, door: str) -> Any:
    """The lead says what it became, and is worked on no more."""
    now = clock.now()
    values = {
        "status": entity.fields["status"].kind.dictionary.id("converted"),  # type: ignore[attr-defined]
        "customer": became.customer,
        "person": became.contact,
        "converted_at": now,
        "qualified_at": lead.qualified_at or now,
        "next_follow_up_at": None,
    }
    return write.decide((entity, lead.id), values, actor=actor, door=door)


INPUTS = {
    "customer": Field(
        "customer",
        LookupKind("customers.Customer"),
        gettext_lazy("Existing customer"),
        Stored("customer_id"),
        help=gettext_lazy("Leave it empty to create a new customer from the lead."),
    ),
    "opportunity": Field(
        "opportunity",
        TextKind(120),
        gettext_lazy("New opportunity"),
        Stored("opportunity"),
        help=gettext_lazy("Its name; leave it empty if there is nothing to sell yet."),
    ),
}
CONVERT = Action(
    "convert",
    gettext_lazy("Convert"),
    run=convert,
    icon="arrows-right-left",
    form=("opportunity", "customer"),
    inputs=INPUTS,
    opening=opening,
    when=["status", "in", ["new", "contacted", "qualified"]],
    tone="g",
    note=gettext_lazy("A customer and a contact are created from the lead; its follow-ups go with it."),
)

__all__ = ["CARRIED", "CONVERT", "Became", "convert", "opening"]

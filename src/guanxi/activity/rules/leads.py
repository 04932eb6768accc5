"""What talks with leads bring about: a new lead counts as contacted, and what was said goes with it to the customer it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guanxi.kernel import write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.registry import registry
from guanxi.sales.entities.lead import STATUS, LeadEntity
from guanxi.sales.rules import conversion
from guanxi.sales.rules.conversion import Became

#: What a follow-up of the customer takes over of a talk with the lead; what was planned is planned on the customer itself.
KEPT = ("summary", "mode", "direction", "happened_at", "minutes")


def contacted(records: Sequence[Any], *, door: str) -> None:
    """Leads that were new until these talks are new no more."""
    entity = LeadEntity.instance
    new = entity.rows_of({r.lead_id for r in records if r.lead_id}).filter(status=STATUS.id("new"))
    changes = {i: {"status": "contacted"} for i in new.values_list("id", flat=True)}
    if changes:
        write.update_many(entity, changes, actor=SYSTEM, door=door)


def carry(lead: Any, became: Became, door: str) -> None:
    """The talks with a lead as follow-ups of its customer, of the same day and by the same people; those of the lead stay where they are."""
    entity = registry.get("activity.leadfollowup")
    talks = list(entity.rows(SYSTEM).filter(lead_id=lead.id).order_by("happened_at", "id"))
    about = {"customer": became.customer, "contact": became.contact, "opportunity": became.opportunity}
    rows = [{**{key: entity.fields[key].kind.json(entity.fields[key].value(talk)) for key in KEPT}, **about} for talk in talks]
    if rows:
        born, authors = [talk.created_at for talk in talks], [talk.created_by_id for talk in talks]
        write.create_many(registry.get("activity.followup"), rows, actor=SYSTEM, door=door, born=born, by=authors)


conversion.CARRIED.append(carry)

__all__ = ["carry", "contacted"]

"""A talk with a lead: what was said, and when to speak again.

An entity beside follow-ups, because a child has one kind of parent by which it is seen and stamped, and a lead has no customer yet.
When the lead is converted its talks go on as follow-ups of the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from guanxi.activity.entities.follow_up import DIRECTION, MODE, FollowUpEntity
from guanxi.activity.rules import leads, plans
from guanxi.declare import Choice, DateTime, Entity, Integer, Lookup, Preset, Record, Text
from guanxi.kernel.actor import Actor


class LeadFollowUp(Record):
    summary = Text(gettext_lazy("What happened"), lines=4, aliases=("跟进内容", "沟通内容", "内容", "联系记录"))
    lead = Lookup(
        gettext_lazy("Lead"), "sales.Lead", blank=False, back="talks", back_label=gettext_lazy("Follow-ups"), aliases=("线索", "线索名称")
    )
    mode = Choice(gettext_lazy("By"), MODE, aliases=("联系方式", "跟进方式", "方式"))
    direction = Choice(gettext_lazy("Direction"), DIRECTION, blank=True, plain=True, aliases=("联系方向",))
    happened_at = DateTime(gettext_lazy("Happened at"), blank=True, aliases=("跟进时间", "联系时间"))
    minutes = Integer(gettext_lazy("Minutes"), least=0, most=1_440, aliases=("时长",))
    next_at = DateTime(gettext_lazy("Next follow-up"), style="due", aliases=("下次跟进", "下次联系时间", "下次跟进时间"))
    next_plan = Text(gettext_lazy("Plan"), blank=True, max_length=200, aliases=("下一步计划", "计划"))


class LeadFollowUpEntity(Entity, model=LeadFollowUp):
    slug = "lead-follow-ups"
    label = gettext_lazy("Follow-up of a lead")
    label_plural = gettext_lazy("Follow-ups of leads")
    icon = "message-2"
    teaches = gettext_lazy("Calls and messages to those who may become customers. Write them on the page of a lead; they gather here.")
    place = 26
    in_menu = False
    title = "summary"
    columns = ("summary", "lead", "mode", "happened_at", "next_at", "created_by")
    filters = ("mode", "direction", "happened_at", "next_at", "created_by", "lead", "department")
    sorts = ("happened_at", "next_at")
    layout = {
        gettext_lazy("Follow-up"): ("summary", "lead", "mode", "direction", "happened_at", "minutes"),
        gettext_lazy("Next step"): ("next_at", "next_plan"),
    }
    chips = ("mode", "direction")
    composer = ("mode", "summary", "next_at")
    parent = "lead"
    author_sees = True
    grants = FollowUpEntity.grants
    views = (
        Preset("mine", gettext_lazy("I wrote"), ["created_by", "is", "me"], sort="-happened_at"),
        Preset("today", gettext_lazy("Today"), ["happened_at", "is", "today"], sort="-happened_at"),
        Preset("due", gettext_lazy("Due today"), ["next_at", "is", "today"], sort="next_at"),
        Preset("all", gettext_lazy("All"), [], sort="-happened_at"),
    )

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """It happened now unless said otherwise, and the next one lies after it."""
        plans.in_order(record, changed, errors)

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """Talks decide when their lead is spoken to next, and who was spoken to is no new lead any more."""
        if creating:
            leads.contacted(records, door=door)
        plans.follow(self, records, creating=creating, changed=changed, door=door)

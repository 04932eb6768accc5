"""A contact with a customer: what was said, promised, and when to speak again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from guanxi.activity.rules import plans
from guanxi.declare import Choice, DateTime, Dictionary, Entity, Fixed, Grants, Integer, Lookup, Preset, Record, Text, Value
from guanxi.kernel.actor import Actor
from guanxi.kernel.grants import STANDARD

MODE = Dictionary(
    "contact_mode",
    call=Value("打电话", en="Call", colour="b", default=True, extra={"icon": "phone"}),
    visit=Value("上门拜访", en="Visit", colour="v", extra={"icon": "map-pin"}),
    wechat=Value("微信", en="WeChat", colour="g", extra={"icon": "message"}),
    mail=Value("邮件", en="Mail", colour="b", extra={"icon": "mail"}),
    sms=Value("短信", en="SMS", extra={"icon": "message"}),
    event=Value("活动", en="Event", colour="a", extra={"icon": "calendar-event"}),
)
DIRECTION = Fixed("contact_direction", out=Value("我方联系", en="Outgoing", default=True), into=Value("客户来访", en="Incoming"))


class FollowUp(Record):
    summary = Text(gettext_lazy("What happened"), lines=4, aliases=("跟进内容", "沟通内容", "内容", "联系记录"))
    customer = Lookup(
        gettext_lazy("Customer"),
        "customers.Customer",
        blank=False,
        back="follow_ups",
        back_label=gettext_lazy("Follow-ups"),
        aliases=("客户", "客户名称"),
    )
    contact = Lookup(
        gettext_lazy("Contact"), "customers.Contact", back="follow_ups", back_label=gettext_lazy("Follow-ups"), aliases=("联系人",)
    )
    opportunity = Lookup(
        gettext_lazy("Opportunity"), "sales.Opportunity", back="follow_ups", back_label=gettext_lazy("Follow-ups"), aliases=("商机",)
    )
    mode = Choice(gettext_lazy("By"), MODE, aliases=("联系方式", "跟进方式", "方式"))
    direction = Choice(gettext_lazy("Direction"), DIRECTION, blank=True, plain=True, aliases=("联系方向",))
    happened_at = DateTime(gettext_lazy("Happened at"), blank=True, aliases=("跟进时间", "联系时间", "拜访时间"))
    minutes = Integer(gettext_lazy("Minutes"), least=0, most=1_440, aliases=("时长",))
    place = Text(gettext_lazy("Place"), blank=True, max_length=200, aliases=("地点", "拜访地点"))
    purpose = Text(gettext_lazy("Purpose"), blank=True, max_length=200, aliases=("目的", "拜访目的"))
    promise = Text(gettext_lazy("Promised"), blank=True, max_length=300, aliases=("承诺",))
    next_at = DateTime(gettext_lazy("Next follow-up"), style="due", aliases=("下次跟进", "下次联系时间", "下次跟进时间"))
    next_plan = Text(gettext_lazy("Plan"), blank=True, max_length=200, aliases=("下一步计划", "计划"))


class FollowUpEntity(Entity, model=FollowUp):
    slug = "follow-ups"
    label = gettext_lazy("Follow-up")
    label_plural = gettext_lazy("Follow-ups")
    icon = "message-2"
    teaches = gettext_lazy("Calls, visits and messages, and what comes next. Write them on the page of a customer; they gather here.")
    place = 30
    title = "summary"
    columns = ("summary", "customer", "contact", "mode", "happened_at", "next_at", "created_by")
    filters = ("mode", "direction", "happened_at", "next_at", "created_by", "customer", "department")
    sorts = ("happened_at", "next_at")
    layout = {
        gettext_lazy("Follow-up"): ("summary", "customer", "contact", "opportunity", "mode", "direction", "happened_at", "minutes"),
        gettext_lazy("Visit"): ("place", "purpose", "promise"),
        gettext_lazy("Next step"): ("next_at", "next_plan"),
    }
    quick = ("customer", "summary", "next_at")
    chips = ("mode", "direction")
    composer = ("mode", "summary", "next_at")
    parent = "customer"
    author_sees = True
    grants = Grants.standard(
        sales={**STANDARD["sales"], "edit": "involved"},
        service={**STANDARD["service"], "create": "all", "edit": "involved"},
    )
    views = (
        Preset("mine", gettext_lazy("I wrote"), ["created_by", "is", "me"], sort="-happened_at"),
        Preset("visits", gettext_lazy("Visits"), ["mode", "is", "visit"], sort="-happened_at"),
        Preset("today", gettext_lazy("Today"), ["happened_at", "is", "today"], sort="-happened_at"),
        Preset("due", gettext_lazy("Due today"), ["next_at", "is", "today"], sort="next_at"),
        Preset("week", gettext_lazy("This week"), ["happened_at", "is", "this_week"], sort="-happened_at"),
        Preset("all", gettext_lazy("All"), [], sort="-happened_at"),
    )

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """It happened now unless said otherwise, and the next one lies after it."""
        plans.in_order(record, changed, errors)

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """Follow-ups decide when their customer and opportunity are spoken to next."""
        plans.follow(self, records, creating=creating, changed=changed, door=door)

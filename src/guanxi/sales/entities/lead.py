"""Somebody who may become a customer: an enquiry, a card from a fair, a building project that was announced."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.customers.entities.customer import INDUSTRY, SOURCE
from guanxi.declare import (
    Action,
    AutoNumber,
    Board,
    Choice,
    Clock,
    Date,
    DateTime,
    Dictionary,
    Email,
    Entity,
    Form,
    Grants,
    Integer,
    Lookup,
    Money,
    Phone,
    Preset,
    Record,
    Region,
    RollUp,
    Text,
    Value,
)
from guanxi.kernel import clock, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.declaration import Opening
from guanxi.kernel.grants import STANDARD, after_superior
from guanxi.kernel.pool_deeds import RELEASE
from guanxi.sales.rules import conversion

KIND = Dictionary(
    "lead_kind",
    marketing=Value("营销线索", en="Marketing lead", default=True),
    project=Value("工程项目线索", en="Project lead", colour="v"),
)
STATUS = Dictionary(
    "lead_status",
    new=Value("新线索", en="New", colour="b", default=True),
    contacted=Value("已联系", en="Contacted", colour="a"),
    qualified=Value("已确认", en="Qualified", colour="v"),
    converted=Value("已转换", en="Converted", colour="g", extra={"outcome": "won"}),
    invalid=Value("无效", en="Invalid", colour="r", extra={"outcome": "lost"}),
)
RATING = Dictionary(
    "lead_rating",
    A=Value("A 热", en="A hot", colour="r"),
    B=Value("B 温", en="B warm", colour="a"),
    C=Value("C 冷", en="C cold", colour="b"),
)
INVALID_REASON = Dictionary(
    "lead_invalid_reason",
    unreachable=Value("联系不上", en="Cannot be reached"),
    wrong=Value("号码或资料有误", en="Wrong number or data"),
    no_need=Value("没有需求", en="No need"),
    unfit=Value("不是目标客户", en="Not whom we sell to"),
    competitor=Value("同行或推销", en="Competitor or salesman"),
    twice=Value("重复线索", en="Duplicate"),
)
#: States in which somebody still works on a lead.
OPEN = ("new", "contacted", "qualified")
#: What is asked before a lead counts as qualified.
QUALIFIED_BY = ("rating", "requirement", "budget", "expected_on")
IS_OPEN = ["status", "in", list(OPEN)]


class Lead(Record):
    number = AutoNumber(gettext_lazy("Lead No."), prefix="XS", aliases=("线索编号",))
    name = Text(
        gettext_lazy("Lead name"),
        max_length=120,
        help=gettext_lazy("The company, the person or the project, as you would look for it."),
        aliases=("线索名称", "线索", "名称", "客户名称", "lead"),
    )
    kind = Choice(gettext_lazy("Kind of lead"), KIND, plain=True, aliases=("线索类型", "类型"))
    company = Text(gettext_lazy("Company"), blank=True, max_length=120, search="name", aliases=("公司", "公司名称", "企业名称", "单位"))
    contact = Text(
        gettext_lazy("Contact person"), blank=True, max_length=60, search="name", aliases=("联系人", "联系人姓名", "姓名", "contact")
    )
    title = Text(gettext_lazy("Job title"), blank=True, max_length=60, aliases=("职务", "职位"))
    phone = Phone(gettext_lazy("Phone"), aliases=("电话", "手机", "手机号", "联系电话", "mobile"))
    email = Email(gettext_lazy("E-mail"), aliases=("邮箱", "电子邮箱", "邮件"))
    wechat = Text(gettext_lazy("WeChat"), blank=True, max_length=60, search="code", aliases=("微信", "微信号"))
    source = Choice(gettext_lazy("Source"), SOURCE, blank=True, plain=True, aliases=("来源", "线索来源", "客户来源", "渠道"))
    industry = Choice(gettext_lazy("Industry"), INDUSTRY, blank=True, plain=True, aliases=("行业", "所属行业"))
    region = Region(gettext_lazy("Region"), aliases=("地区", "区域", "省市区", "所在地区", "省份", "城市"))
    address = Text(gettext_lazy("Address"), blank=True, max_length=300, aliases=("地址", "项目地址", "详细地址"))
    status = Choice(gettext_lazy("Status"), STATUS, aliases=("状态", "线索状态"))
    rating = Choice(gettext_lazy("Rating"), RATING, blank=True, aliases=("评级", "热度", "线索等级", "等级"))
    requirement = Text(gettext_lazy("Requirement"), blank=True, lines=3, aliases=("需求", "需求描述", "询价内容"))
    budget = Money(gettext_lazy("Budget"), aliases=("预算", "预算金额", "项目金额"))
    project = Text(gettext_lazy("Project name"), blank=True, max_length=120, aliases=("项目名称", "工程名称"))
    expected_on = Date(gettext_lazy("Expected start"), aliases=("预计启动", "预计开工", "预计启动时间"))
    next_follow_up_at = DateTime(gettext_lazy("Next follow-up"), style="due", aliases=("下次跟进", "下次跟进时间"))
    last_follow_up_at = DateTime(gettext_lazy("Last follow-up"), style="ago", computed=True, aliases=("最近跟进",))
    follow_up_count = Integer(gettext_lazy("Follow-ups"), computed=True)
    invalid_reason = Choice(gettext_lazy("Why invalid"), INVALID_REASON, blank=True, plain=True, aliases=("无效原因",))
    close_note = Text(gettext_lazy("Closing note"), blank=True, lines=3, aliases=("关闭说明",))
    customer = Lookup(gettext_lazy("Became customer"), "customers.Customer", computed=True, back="leads", back_label=gettext_lazy("Leads"))
    person = Lookup(gettext_lazy("Became contact"), "customers.Contact", computed=True)
    qualified_at = DateTime(gettext_lazy("Qualified at"), style="ago", computed=True)
    converted_at = DateTime(gettext_lazy("Converted at"), style="ago", computed=True)
    remark = Text(gettext_lazy("Remark"), blank=True, lines=3, aliases=("备注", "说明"))


def qualify(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """There is a need, and somebody who has it; what was learnt is noted at once. Raises Invalidated without a rating."""
    if not values.get("rating"):
        raise write.Invalidated({"rating": _("Say how warm it is.")})
    return {**values, "status": "qualified"}


def as_it_stands(record: Any, actor: Actor) -> Opening:
    """What is known already of what qualifying asks."""
    entity = record.entity
    return Opening({key: entity.fields[key].value(record) for key in QUALIFIED_BY if key in entity.writable(actor)})


def mark_invalid(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Nothing will come of it, and why."""
    return {**values, "status": "invalid"}


def reopen(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """It was written off too soon."""
    return {"status": "contacted" if record.last_follow_up_at else "new", "invalid_reason": None}


class LeadEntity(Entity, model=Lead):
    slug = "leads"
    label = gettext_lazy("Lead")
    label_plural = gettext_lazy("Leads")
    icon = "target-arrow"
    teaches = gettext_lazy(
        "Enquiries and projects that may become customers. Speak to them, qualify them, and convert those that are worth it."
    )
    place = 25
    columns = (
        "name", "rating", "status", "source", "contact", "phone", "region", "next_follow_up_at", "falls_on", "owner", "updated_at",
    )  # fmt: skip
    filters = (
        "status", "rating", "kind", "source", "industry", "region", "owner", "budget", "next_follow_up_at", "last_follow_up_at", "falls_on",
        "converted_at", "invalid_reason", "created_at",
    )  # fmt: skip
    search = ("name", "number", "company", "contact", "phone", "email", "wechat", "project")
    sorts = ("updated_at", "created_at", "name", "next_follow_up_at", "last_follow_up_at", "falls_on")
    #: The rules by which customers are compared, among leads and with the customers that are there already.
    named = ("company",)
    likened = {
        "sales.lead": {"name": "name", "company": "name"},
        "customers.customer": {"name": "name", "company": "name", "phone": "phone", "email": "email"},
    }
    layout = {
        gettext_lazy("Profile"): ("name", "number", "kind", "company", "source", "industry", "region", "address"),
        gettext_lazy("Reach"): ("contact", "title", "phone", "wechat", "email"),
        gettext_lazy("Need"): ("rating", "budget", "project", "expected_on", "requirement"),
        gettext_lazy("Follow-up"): ("status", "next_follow_up_at", "last_follow_up_at", "qualified_at", "invalid_reason", "close_note"),
        gettext_lazy("Conversion"): ("converted_at", "customer", "person"),
        gettext_lazy("Remarks"): ("remark",),
        gettext_lazy("Belonging"): (
            "owner", "department", "owned_at", "falls_on", "falls_to", "falls_why", "pool", "pooled_at", "pool_reason", "pooled_from",
        ),
    }  # fmt: skip
    quick = ("name", "phone", "source")
    forms = (
        Form("marketing", gettext_lazy("Marketing lead"), {"kind": "marketing"}, without=("kind", "project", "expected_on")),
        Form("project", gettext_lazy("Project lead"), {"kind": "project"}, without=("kind",)),
    )
    hidden_in_form = ("invalid_reason", "close_note")
    chips = ("rating", "status", "kind")
    tiles = ("budget", "follow_up_count", "last_follow_up_at", "expected_on")
    card = {"FN": "contact", "ORG": "name", "TITLE": "title", "CELL": "phone", "EMAIL": "email", "ADR": "address", "X-WECHAT": "wechat"}
    personal = ("contact", "title", "phone", "email", "wechat")
    stage = "status"
    boards = (Board("status", total="budget", stale="last_follow_up_at", card=("contact", "source", "next_follow_up_at", "owner")),)
    related = ("opportunities", "talks")
    timeline = True
    grants = Grants.standard(
        **{
            "marketing": {
                "view": "all",
                "create": "all",
                "edit": "owned",
                "delete": "owned",
                "transfer": "owned",
                "import": "all",
                "export": "all",
            },
            "dealer-sales": after_superior(STANDARD["dealer-sales"], "create"),
        }
    )
    rollups = (
        RollUp("follow_up_count", "activity.LeadFollowUp", via="lead", how="count"),
        RollUp("last_follow_up_at", "activity.LeadFollowUp", via="lead", how="max", of="happened_at"),
    )
    views = (
        Preset("mine", gettext_lazy("I own"), ["and", ["owner", "is", "me"], IS_OPEN]),
        Preset("today", gettext_lazy("New today"), ["created_at", "is", "today"], sort="-created_at"),
        Preset("due", gettext_lazy("Due today"), ["and", ["next_follow_up_at", "before", "tomorrow"], IS_OPEN], sort="next_follow_up_at"),
        Preset("untouched", gettext_lazy("Never spoken to"), ["and", ["last_follow_up_at", "empty"], IS_OPEN], sort="created_at"),
        Preset("falling", gettext_lazy("Soon in the pool"), ["falls_on", "before", "+8d"], sort="falls_on"),
        Preset("department", gettext_lazy("My department"), ["department", "within", "my_department"]),
        Preset("projects", gettext_lazy("Projects"), ["kind", "is", "project"]),
        Preset("qualified", gettext_lazy("Qualified"), ["status", "is", "qualified"]),
        Preset("converted", gettext_lazy("Converted"), ["status", "is", "converted"], sort="-updated_at"),
        Preset("all", gettext_lazy("All"), []),
        Preset("board", gettext_lazy("Board"), [], layout="board", by="status"),
        Preset("calendar", gettext_lazy("Calendar"), IS_OPEN, layout="calendar", by="next_follow_up_at"),
    )

    pooled = True
    clocks = (
        Clock("follow_up", gettext_lazy("Without follow-up"), "last_follow_up_at"),
        Clock("conversion", gettext_lazy("Not converted"), "converted_at"),
    )
    territory = "region"
    pool_columns = ("name", "rating", "source", "region", "phone", "pool_reason", "pooled_from", "pooled_at")
    pool_views = (
        Preset("all", gettext_lazy("All"), []),
        Preset("fresh", gettext_lazy("New this week"), ["pooled_at", "is", "this_week"]),
        Preset("hot", gettext_lazy("Hot"), ["rating", "is", "A"]),
        Preset("untouched", gettext_lazy("Never spoken to"), ["last_follow_up_at", "empty"]),
    )
    actions = (
        Action(
            "qualify",
            gettext_lazy("Qualify"),
            qualify,
            icon="circle-check",
            form=QUALIFIED_BY,
            asks=("rating",),
            when=["status", "in", ["new", "contacted"]],
            note=gettext_lazy("Is there a need, a budget and somebody who decides? Say how warm it is."),
            opening=as_it_stands,
        ),
        conversion.CONVERT,
        Action(
            "invalid",
            gettext_lazy("Mark invalid"),
            mark_invalid,
            icon="ban",
            form=("invalid_reason", "close_note"),
            asks=("invalid_reason",),
            when=IS_OPEN,
            tone="r",
        ),
        Action("reopen", gettext_lazy("Reopen"), reopen, icon="rotate", when=["status", "is", "invalid"]),
        replace(RELEASE, when=["and", RELEASE.when, IS_OPEN]),
    )

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """Only converting converts, what is invalid has its reason, and what was converted stays so until that is undone."""
        status = STATUS.by_id(record.status)
        code = str(status.code) if status else ""
        if "status" not in changed:
            return
        if code == "converted" and not record.customer_id:
            errors |= dict.fromkeys(("status", "customer"), _("A lead becomes a customer by “Convert”."))
        record.qualified_at = (record.qualified_at or clock.now()) if code in ("qualified", "converted") else None
        if code != "invalid":
            record.invalid_reason = None
        elif record.invalid_reason is None:
            errors.setdefault("invalid_reason", _("Say why nothing comes of it."))
        if code != "converted":
            record.customer_id = record.person_id = record.converted_at = None

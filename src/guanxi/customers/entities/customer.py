"""A company or person that we do business with."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.declare import (
    AutoNumber,
    Choice,
    Clock,
    CreditCode,
    Date,
    DateTime,
    Dictionary,
    Email,
    Entity,
    Flag,
    Form,
    Grants,
    Integer,
    Links,
    Lookup,
    Money,
    Phone,
    Preset,
    Record,
    Region,
    ResidentId,
    RollUp,
    Tags,
    Text,
    Unique,
    Url,
    Value,
)
from guanxi.kernel import completeness
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.china import width
from guanxi.kernel.grants import STANDARD, after_superior
from guanxi.kernel.pool_deeds import RELEASE

LEVEL = Dictionary(
    "customer_level",
    A=Value("A 重点", en="A key", colour="v"),
    B=Value("B 普通", en="B regular", colour="b"),
    C=Value("C 非优先", en="C low priority"),
)
STATUS = Dictionary(
    "customer_status",
    potential=Value("潜在", en="Potential", colour="a", default=True),
    formal=Value("正式", en="Formal", colour="b"),
    signed=Value("签约", en="Signed", colour="g"),
    abandoned=Value("放弃", en="Abandoned", colour="r", extra={"outcome": "lost"}),
)
SOURCE = Dictionary(
    "customer_source",
    promotion=Value("促销", en="Promotion"),
    search=Value("搜索引擎", en="Search engine"),
    advert=Value("广告", en="Advertisement"),
    referral=Value("转介绍", en="Referral"),
    online_signup=Value("线上注册", en="Online sign-up"),
    online_enquiry=Value("线上询价", en="Online enquiry"),
    visit=Value("预约上门", en="Booked visit"),
    cold_call=Value("陌拜", en="Cold visit"),
    phone=Value("电话咨询", en="Phone enquiry"),
    mail=Value("邮件咨询", en="Mail enquiry"),
    fair=Value("展会", en="Trade fair"),
)
INDUSTRY = Dictionary(
    "industry",
    it=Value("IT", en="IT"),
    finance=Value("金融", en="Finance"),
    real_estate=Value("房地产", en="Real estate"),
    services=Value("商业服务", en="Business services"),
    logistics=Value("运输物流", en="Logistics"),
    manufacturing=Value("生产制造", en="Manufacturing"),
    government=Value("政府", en="Government"),
    media=Value("文化传媒", en="Culture and media"),
    medical=Value("医疗", en="Medical"),
    education=Value("教育", en="Education"),
    retail=Value("零售", en="Retail"),
    catering=Value("餐饮", en="Catering"),
)
TYPE = Dictionary(
    "customer_type",
    end=Value("终端客户", en="End customer", default=True),
    channel=Value("渠道客户", en="Channel customer"),
)
GRADE = Dictionary(
    "channel_grade",
    general=Value("总代理", en="General agent", colour="v"),
    regional=Value("区域代理", en="Regional agent", colour="b"),
    dealer=Value("经销商", en="Dealer"),
    referrer=Value("介绍人", en="Referrer"),
)
CUSTOMER_TAGS = Dictionary(
    "customer_tag",
    vip=Value("VIP", en="VIP", colour="v"),
    strategic=Value("战略合作", en="Strategic", colour="b"),
    renewing=Value("待续签", en="Renewal due", colour="a"),
    risk=Value("流失风险", en="Churn risk", colour="r"),
    reference=Value("标杆客户", en="Reference", colour="g"),
)

#: Chinese names take brackets besides characters, Latin ones comma, period, brackets and space (rule CUS-10), and what real names hold.
NAME = re.compile(r"[\w\s()（）,，.。·•&'’\-－—/+]+")


def claimed_name(record: Any) -> str | None:
    """Organisations claim their name, folded; two people may be called the same."""
    return None if record.person else width.fold(record.name).replace(" ", "").replace("（", "(").replace("）", ")") or None


class Customer(Record):
    number = AutoNumber(gettext_lazy("Customer No."), prefix="KH", aliases=("客户编号", "客户编码", "customer id"))
    name = Text(
        gettext_lazy("Customer name"), max_length=120, aliases=("客户名称", "企业名称", "公司名称", "名称", "公司", "company", "account")
    )
    person = Flag(gettext_lazy("Private person"), aliases=("个人客户",))
    type = Choice(gettext_lazy("Customer type"), TYPE, blank=True, aliases=("客户类型", "客户类别"))
    level = Choice(gettext_lazy("Level"), LEVEL, blank=True, aliases=("级别", "客户级别", "等级", "客户等级"))
    status = Choice(gettext_lazy("Status"), STATUS, aliases=("状态", "客户状态"))
    industry = Choice(gettext_lazy("Industry"), INDUSTRY, blank=True, plain=True, aliases=("行业", "所属行业"))
    source = Choice(gettext_lazy("Source"), SOURCE, blank=True, plain=True, aliases=("来源", "客户来源"))
    region = Region(gettext_lazy("Region"), aliases=("地区", "区域", "省市区", "所在地区", "省份", "城市"))
    address = Text(gettext_lazy("Address"), blank=True, max_length=300, aliases=("地址", "注册地址", "详细地址", "通讯地址"))
    phone = Phone(gettext_lazy("Phone"), aliases=("电话", "联系电话", "手机", "公司电话"))
    email = Email(gettext_lazy("E-mail"), aliases=("邮箱", "电子邮箱", "邮件"))
    website = Url(gettext_lazy("Website"), aliases=("网址", "网站", "官网"))
    uscc = CreditCode(gettext_lazy("Unified social credit code"), aliases=("统一社会信用代码", "信用代码", "税号", "credit_code"))
    resident_id = ResidentId(gettext_lazy("ID number"), aliases=("身份证号", "身份证"))
    occupation = Text(gettext_lazy("Occupation"), blank=True, max_length=60, aliases=("职业",))
    employees = Integer(gettext_lazy("Employees"), least=0, most=10_000_000, aliases=("员工人数", "人数", "员工规模"))
    parent = Lookup(
        gettext_lazy("Parent company"),
        "customers.Customer",
        back="subsidiaries",
        back_label=gettext_lazy("Subsidiaries"),
        aliases=("上级公司", "母公司", "集团"),
    )
    channel = Lookup(
        gettext_lazy("Through channel"),
        "customers.Customer",
        back="clients",
        back_label=gettext_lazy("Brought by the channel"),
        aliases=("渠道", "所属渠道", "经销商", "代理商"),
    )
    linked_customers = Links(gettext_lazy("Related customers"), "customers.Customer", aliases=("关联客户",))
    territory = Region(gettext_lazy("Territory"), aliases=("授权区域", "代理区域", "销售区域"))
    grade = Choice(gettext_lazy("Channel grade"), GRADE, blank=True, aliases=("渠道等级", "代理级别", "经销商等级"))
    tags = Tags(gettext_lazy("Tags"), CUSTOMER_TAGS, aliases=("标签", "标记"))
    business = Text(gettext_lazy("Business scope"), blank=True, lines=3, aliases=("经营范围", "主营业务"))
    preferences = Text(gettext_lazy("Needs and preferences"), blank=True, lines=3, aliases=("需求偏好", "偏好"))
    remark = Text(gettext_lazy("Remark"), blank=True, lines=3, aliases=("备注", "说明"))
    next_follow_up_at = DateTime(gettext_lazy("Next follow-up"), style="due", aliases=("下次跟进", "下次跟进时间"))
    last_follow_up_at = DateTime(gettext_lazy("Last follow-up"), style="ago", computed=True, aliases=("最近跟进",))
    open_amount = Money(gettext_lazy("In pipeline"), computed=True)
    won_amount = Money(gettext_lazy("Won in total"), computed=True)
    contact_count = Integer(gettext_lazy("Contacts"), computed=True)
    open_count = Integer(gettext_lazy("Open opportunities"), computed=True)
    last_opportunity_at = DateTime(gettext_lazy("Last new opportunity"), style="ago", computed=True)
    last_won_on = Date(gettext_lazy("Last won"), computed=True)
    locked = Flag(gettext_lazy("Locked: never recycled"), aliases=("锁定",))


class CustomerEntity(Entity, model=Customer):
    slug = "customers"
    label = gettext_lazy("Customer")
    label_plural = gettext_lazy("Customers")
    icon = "building"
    teaches = gettext_lazy("Companies and people to whom you sell: everything else, contacts, talks and opportunities, hangs on them.")
    place = 10
    printed = True
    columns = (
        "name",
        "level",
        "status",
        "industry",
        "region",
        "phone",
        "next_follow_up_at",
        "falls_on",
        "open_amount",
        "owner",
        "updated_at",
    )
    filters = (
        "status",
        "level",
        "industry",
        "region",
        "source",
        "owner",
        "tags",
        "next_follow_up_at",
        "last_follow_up_at",
        "falls_on",
        "created_at",
    )
    search = ("name", "number", "phone", "email", "uscc", "resident_id")
    sorts = ("updated_at", "created_at", "name", "next_follow_up_at", "last_follow_up_at", "open_amount", "falls_on")
    unique = (Unique("name", claimed_name), Unique("uscc"))
    layout = {
        gettext_lazy("Profile"): (
            "name",
            "number",
            "uscc",
            "person",
            "resident_id",
            "occupation",
            "type",
            "grade",
            "territory",
            "channel",
            "linked_customers",
            "parent",
            "source",
            "industry",
            "employees",
        ),
        gettext_lazy("Reach"): ("phone", "email", "website", "region", "address"),
        gettext_lazy("Follow-up"): ("status", "level", "tags", "next_follow_up_at", "last_follow_up_at", "preferences"),
        gettext_lazy("Remarks"): ("business", "remark"),
        gettext_lazy("Belonging"): (
            "owner",
            "department",
            "owned_at",
            "falls_on",
            "falls_to",
            "falls_why",
            "locked",
            "pool",
            "pooled_at",
            "pool_reason",
            "pooled_from",
        ),
    }
    quick = ("name", "phone", "level")
    forms = (
        Form("end", gettext_lazy("End customer"), {"type": "end"}, without=("type", "grade", "territory", "linked_customers")),
        Form(
            "channel",
            gettext_lazy("Channel customer"),
            {"type": "channel"},
            without=("type", "channel", "person", "resident_id", "occupation", "preferences"),
        ),
    )
    chips = ("level", "status", "industry")
    tiles = ("open_amount", "won_amount", "contact_count", "last_follow_up_at")
    card = {"FN": "name", "ORG": "name", "WORK": "phone", "EMAIL": "email", "ADR": "address", "URL": "website"}
    stage = "status"
    whole = ("name", "type", "level", "source", "region", "address", "phone")
    related = ("contacts", "opportunities", "leads", "linked_customers", "clients", "subsidiaries")
    timeline = True
    #: What promotion staff of a dealer enter takes effect when their supervisor agrees.
    grants = Grants.standard(**{"dealer-sales": after_superior(STANDARD["dealer-sales"], "create")})
    rollups = (
        RollUp("contact_count", "customers.Contact", via="customer", how="count"),
        RollUp("last_follow_up_at", "activity.FollowUp", via="customer", how="max", of="happened_at"),
        RollUp("open_amount", "sales.Opportunity", via="customer", how="sum", of="amount_base", where=["outcome", "is", "open"]),
        RollUp("open_count", "sales.Opportunity", via="customer", how="count", where=["outcome", "is", "open"]),
        RollUp("last_opportunity_at", "sales.Opportunity", via="customer", how="max", of="created_at"),
        RollUp("last_won_on", "sales.Opportunity", via="customer", how="max", of="closed_on", where=["outcome", "is", "won"]),
        RollUp("won_amount", "sales.Opportunity", via="customer", how="sum", of="amount_base", where=["outcome", "is", "won"]),
    )
    views = (
        Preset("mine", gettext_lazy("I own"), ["owner", "is", "me"]),
        Preset("involved", gettext_lazy("I take part in"), among="shared"),
        Preset("department", gettext_lazy("My department"), ["department", "within", "my_department"]),
        Preset("all", gettext_lazy("All"), []),
        Preset("due", gettext_lazy("Due today"), ["next_follow_up_at", "is", "today"], sort="next_follow_up_at"),
        Preset("overdue", gettext_lazy("Overdue"), ["next_follow_up_at", "before", "today"], sort="next_follow_up_at"),
        Preset(
            "forgotten",
            gettext_lazy("30 days without follow-up"),
            ["or", ["last_follow_up_at", "before", "-30d"], ["last_follow_up_at", "empty"]],
        ),
        Preset("falling", gettext_lazy("Soon in the pool"), ["falls_on", "before", "+8d"], sort="falls_on"),
        Preset("key", gettext_lazy("Key customers"), ["level", "is", "A"]),
        Preset("potential", gettext_lazy("Potential"), ["status", "is", "potential"]),
        Preset("formal", gettext_lazy("Formal"), ["status", "is", "formal"]),
        Preset("signed", gettext_lazy("Signed"), ["status", "is", "signed"]),
        Preset("abandoned", gettext_lazy("Abandoned"), ["status", "is", "abandoned"]),
    )

    pooled = True
    clocks = (
        Clock("follow_up", gettext_lazy("Without follow-up"), "last_follow_up_at"),
        Clock("opportunity", gettext_lazy("Without a new opportunity"), "last_opportunity_at"),
        Clock("deal", gettext_lazy("Without a deal"), "last_won_on"),
    )
    territory = "region"
    pool_columns = ("name", "level", "region", "phone", "pool_reason", "pooled_from", "pooled_at")
    pool_views = (
        Preset("all", gettext_lazy("All"), []),
        Preset("fresh", gettext_lazy("New this week"), ["pooled_at", "is", "this_week"]),
        Preset("key", gettext_lazy("Key customers"), ["level", "is", "A"]),
        Preset("untouched", gettext_lazy("Never spoken to"), ["last_follow_up_at", "empty"]),
    )
    actions = (RELEASE,)
    rights = {"sales": {"locked": "readonly"}}

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """The character rule of names, and no company above itself."""
        if "name" in changed and record.name and not NAME.fullmatch(record.name):
            odd = "".join(sorted({c for c in record.name if not NAME.fullmatch(c)}))
            errors.setdefault(
                "name", _("A name may not contain %(odd)s. Use letters, digits, brackets, commas and periods.") % {"odd": odd}
            )
        if record.parent_id and record.parent_id == record.id:
            errors.setdefault("parent", _("A company cannot be its own parent."))
        if "linked_customers" in changed and record.id in self.fields["linked_customers"].value(record):
            errors.setdefault("linked_customers", _("A customer is not related to itself."))

    def unready(self, record: Any, changed: set[str], *, deciding: bool) -> dict[str, str]:
        """A channel customer is sent for review with one related customer at least, and agreed to when all of them are complete (rule CUS-08)."""
        form = self.form_of(record)
        if form is None or form.code != "channel" or not changed & {"type", "linked_customers"}:
            return {}
        linked = list(self.rows_of(self.fields["linked_customers"].value(record)).filter(deleted_at=None))
        if not linked:
            return {"linked_customers": _("A channel customer has at least one related customer. Choose it, or enter it first.")}
        states = [completeness.of(self, each, SYSTEM) for each in linked] if deciding else []
        if any(state is not None and state.lacking for state in states):  # not how many: who decides need not see them all
            return {"linked_customers": _("Not every related customer is complete yet.")}
        return {}

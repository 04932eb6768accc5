"""A person at a customer; the main customer is his scope, further ones are links."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.declare import (
    Choice,
    Date,
    Dictionary,
    Email,
    Entity,
    Fixed,
    Flag,
    Integer,
    Links,
    Lookup,
    Phone,
    Preset,
    Record,
    Region,
    Tags,
    Text,
    Value,
)

ROLE = Dictionary(
    "contact_role",
    decides=Value("决策人", en="Decision maker", colour="b"),
    influences=Value("影响人", en="Influencer", colour="v"),
    buys=Value("采购", en="Buyer"),
    uses=Value("使用人", en="User"),
    pays=Value("财务", en="Finance"),
    handles=Value("经办人", en="Handler"),
)
GENDER = Fixed("gender", male=Value("男", en="Male"), female=Value("女", en="Female"))
CONTACT_TAGS = Dictionary(
    "contact_tag",
    friendly=Value("关系好", en="Friendly", colour="g"),
    key=Value("关键人", en="Key person", colour="b"),
    left=Value("已离职", en="Has left", colour="r"),
)


class Contact(Record):
    name = Text(_("Name"), max_length=60, aliases=("姓名", "联系人", "联系人姓名"))
    customer = Lookup(
        _("Customer"), "customers.Customer", back="contacts", back_label=_("Contacts"), aliases=("客户", "客户名称", "公司", "所属客户")
    )
    customers = Links(_("Further customers"), "customers.Customer", back="further_contacts", aliases=("关联客户", "其他客户"))
    title = Text(_("Job title"), blank=True, max_length=60, aliases=("职务", "职位"))
    role = Choice(_("Role"), ROLE, blank=True, aliases=("角色", "决策角色"))
    main = Flag(_("Main contact"), aliases=("首要联系人", "主联系人"))
    mobile = Phone(_("Mobile"), aliases=("手机", "手机号", "移动电话", "联系电话"))
    phone = Phone(_("Telephone"), aliases=("电话", "固定电话", "座机"))
    email = Email(_("E-mail"), aliases=("邮箱", "电子邮箱"))
    wechat = Text(_("WeChat"), blank=True, max_length=60, search="code", aliases=("微信", "微信号"))
    gender = Choice(_("Gender"), GENDER, blank=True, plain=True, aliases=("性别",))
    birthday = Date(_("Birthday"), aliases=("生日", "出生日期"))
    hobbies = Text(_("Hobbies"), blank=True, max_length=200, aliases=("爱好", "个人爱好"))
    region = Region(_("Region"), aliases=("地区",))
    address = Text(_("Address"), blank=True, max_length=300, aliases=("地址", "通讯地址"))
    tags = Tags(_("Tags"), CONTACT_TAGS, aliases=("标签", "分组"))
    remark = Text(_("Remark"), blank=True, lines=3, aliases=("备注",))
    follow_up_count = Integer(_("Follow-ups"), computed=True)


class ContactEntity(Entity, model=Contact):
    slug = "contacts"
    label = _("Contact")
    label_plural = _("Contacts")
    icon = "address-book"
    teaches = _("The people at your customers: whom you call, who decides, whose birthday it is.")
    place = 20
    columns = ("name", "customer", "title", "role", "mobile", "email", "owner", "updated_at")
    filters = ("role", "customer", "tags", "owner", "birthday", "created_at")
    search = ("name", "mobile", "phone", "email", "wechat")
    sorts = ("updated_at", "name")
    layout = {
        _("Profile"): ("name", "customer", "title", "role", "main", "customers"),
        _("Reach"): ("mobile", "phone", "email", "wechat", "region", "address"),
        _("Person"): ("gender", "birthday", "hobbies", "tags", "remark"),
    }
    quick = ("name", "customer", "mobile")
    chips = ("role", "title")
    related = ("follow_ups", "customers", "consents")
    parent = "customer"
    personal = ("name", "mobile", "phone", "email", "wechat", "gender", "birthday", "hobbies", "region", "address", "tags", "remark")
    card = {
        "FN": "name",
        "ORG": "customer",
        "TITLE": "title",
        "CELL": "mobile",
        "WORK": "phone",
        "EMAIL": "email",
        "ADR": "address",
        "BDAY": "birthday",
        "X-WECHAT": "wechat",
        "NOTE": "remark",
    }
    timeline = True
    views = (
        Preset("mine", _("I own"), ["owner", "is", "me"]),
        Preset("department", _("My department"), ["department", "within", "my_department"]),
        Preset("all", _("All"), []),
        Preset("deciders", _("Decision makers"), ["role", "is", "decides"]),
        Preset("recent", _("New this month"), ["created_at", "is", "this_month"]),
    )

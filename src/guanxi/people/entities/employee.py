"""Somebody who works here, with or without an account: the source of what an account knows of its person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.declare import (
    Choice,
    Date,
    Department,
    Email,
    Entity,
    Fixed,
    Grants,
    Person,
    Phone,
    Positions,
    Preset,
    Record,
    Text,
    Unique,
    Value,
)
from guanxi.kernel import clock
from guanxi.kernel.actor import Actor

STATUS = Fixed(
    "employee_status",
    active=Value("在职", en="Active", colour="g", default=True),
    away=Value("休假", en="On leave", colour="a"),
    left=Value("离职", en="Has left", colour="r"),
)
#: A directory: everybody looks people up, who administers keeps it. Nobody deletes or hands over: people leave by their status.
LOOKS_UP = {"view": "all"}
KEEPS = {"view": "all", "create": "all", "edit": "all", "import": "all", "export": "all"}
#: Who looks after people by delegation adds and changes them as far as he looks (`org.reach`).
NEAR = {"view": "all", "create": "all", "edit": "department"}
COMPANY = {"view": "all", "create": "all", "edit": "all", "import": "all", "export": "all"}
READERS = (
    "business",
    "director",
    "manager",
    "sales",
    "finance",
    "service",
    "marketing",
    "readonly",
    "dealer-manager",
    "dealer-lead",
    "dealer-sales",
    "information",
)


class Employee(Record):
    name = Text(_("Name"), max_length=60, aliases=("姓名", "员工姓名"))
    code = Text(_("Staff number"), blank=True, max_length=40, search="code", aliases=("工号", "员工编号"))
    works_in = Department(_("Works in"), aliases=("部门", "所在部门", "所属部门"))
    title = Text(_("Job title"), blank=True, max_length=60, aliases=("职务", "头衔"))
    positions = Positions(
        _("Positions"), help=_("What is opened to a position reaches everybody who holds it."), aliases=("职位", "岗位", "任职岗位")
    )
    manager = Person(_("Manager"), aliases=("直接上级", "上级", "主管"))
    status = Choice(_("Status"), STATUS, aliases=("状态", "在职状态"))
    phone = Phone(_("Phone"), aliases=("手机", "电话", "联系电话"))
    email = Email(_("E-mail"), aliases=("邮箱", "工作邮箱"))
    address = Text(_("Address"), blank=True, max_length=300, aliases=("地址", "住址"))
    hired = Date(_("Hired on"), aliases=("入职日期", "入职时间"))
    left = Date(_("Left on"), aliases=("离职日期", "离职时间"))
    account = Person(_("Account"), computed=True, aliases=("登录账号", "账号"))
    remark = Text(_("Remark"), blank=True, lines=3, aliases=("备注",))


class EmployeeEntity(Entity, model=Employee):
    slug = "employees"
    label = _("Employee")
    label_plural = _("Staff")
    icon = "id-badge-2"
    teaches = _("Everybody who works here, with department and position; from here they get their accounts.")
    section = _("Company")
    place = 90
    columns = ("name", "works_in", "title", "positions", "manager", "phone", "email", "status", "account")
    filters = ("works_in", "positions", "status", "manager", "account", "hired")
    search = ("name", "code", "phone", "email")
    sorts = ("updated_at", "name")
    lies_in = "works_in"
    unique = (Unique("code"),)
    layout = {
        _("Profile"): ("name", "code", "works_in", "title", "positions", "manager", "status"),
        _("Reach"): ("phone", "email", "address"),
        _("Employment"): ("hired", "left", "account", "remark"),
    }
    chips = ("status", "title")
    hidden_in_form = ("owner",)
    related = ("trainings",)
    person = "account"
    views = (
        Preset("here", _("Working here"), ["status", "in", ["active", "away"]], sort="name"),
        Preset("department", _("My department"), ["works_in", "within", "my_department"], sort="name"),
        Preset("left", _("Have left"), ["status", "is", "left"], sort="name"),
        Preset("without", _("Without an account"), ["and", ["account", "empty"], ["status", "is_not", "left"]], sort="name"),
        Preset("all", _("All"), [], sort="name"),
    )
    grants = Grants({"admin": KEEPS, "head": NEAR, "dealer-admin": COMPANY, **dict.fromkeys(READERS, LOOKS_UP)})

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """Nobody manages himself; who has left has a last day, and none before his first."""
        if record.account_id and record.manager_id == record.account_id:
            errors.setdefault("manager", _now("Nobody is his own manager."))
        if "status" in changed and status(record) == "left" and record.left is None:
            record.left = clock.today()
        if record.hired and record.left and record.left < record.hired:
            errors.setdefault("left", _now("The last day lies before the first."))

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """The account of a person says of him what is said here."""
        from guanxi.people import projection

        projection.placed(records, changed, actor=actor, creating=creating)
        projection.project([r for r in records if r.account_id], changed, actor=actor, door=door)


def status(record: Any) -> str:
    """The code of an employee's status."""
    item = STATUS.by_id(record.status)
    return item.code if item else ""

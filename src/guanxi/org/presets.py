"""The preset roles and their grants, added when missing and never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from guanxi.kernel import versions
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.org.models import FieldRight, Grant, Role


class Preset(NamedTuple):
    """A role as it first comes."""

    code: str
    zh: str
    en: str
    about: str = ""
    admin: bool = False
    keeps: str = ""
    delegable: bool = False
    shapes: bool = False


ROLES = (
    Preset("admin", "系统管理员", "System administrator", admin=True, shapes=True),
    Preset("business", "业务管理员", "Business administrator", shapes=True),
    Preset("director", "销售总监", "Sales director"),
    Preset("manager", "销售经理", "Sales manager"),
    Preset("sales", "销售", "Sales", delegable=True),
    Preset("finance", "财务", "Finance"),
    Preset("service", "客服", "Service"),
    Preset("marketing", "市场", "Marketing"),
    Preset("readonly", "只读", "Read only"),
    Preset("head", "部门经理", "Department head", "管理本部门普通员工的账号；查看本部门客户，只修改自己的客户", keeps="department"),
    Preset(
        "dealer-admin", "经销商用户管理员", "Dealer user administrator", "只为本经销商公司新增账号、分配权限，不看客户", keeps="company"
    ),
    Preset("dealer-manager", "品推经理", "Promotion manager", "查看、修改本经销商公司的全部客户", delegable=True),
    Preset("dealer-lead", "品推主管", "Promotion supervisor", "查看、修改自己和下属的客户，录入即时生效", delegable=True),
    Preset("dealer-sales", "品推人员", "Promotion staff", "查看、修改自己负责的客户，录入由主管审批", delegable=True),
    Preset("information", "信息管理员", "Information administrator", "维护选项、公海规则等内容，不管人员、角色和登录", shapes=True),
)


def declared(entity: Entity) -> Mapping[str, Mapping[str, str]]:
    """The grants that an entity's declaration gives, references resolved."""
    grants = entity.grants
    table = declared(registry.get(grants.same_as)) if grants.same_as else grants.table
    if entity.personal and "business" in table and "forget" not in table["business"]:
        return {**table, "business": {**table["business"], "forget": "all"}}
    return table


def watch() -> None:
    """Whatever changes who people are and what they may do is seen by every process at its next request."""
    for table in ("department", "membership", "role", "assignment", "grant", "fieldright", "team", "teammember", "teamrole", "territory",
        "position", "positionholder",
    ):  # fmt: skip
        versions.watch(f"org_{table}", "access")
    versions.watch("org_user", "access", "name, login, department_id, manager_id, is_active, picture")


def _grant(role: Role, entity: Entity, action: str, said: str) -> Grant:
    scope, _slash, review = said.partition("/")
    return Grant(role=role, entity=entity.key, action=action, scope=scope, review=review)


def provide(entity: Entity) -> None:
    """The grants of an entity on which no role has any yet: of one that has just been designed."""
    if not Grant.objects.filter(entity=entity.key).exists():
        roles = {role.code: role for role in Role.objects.all()}
        said = ((roles.get(code), action, scope) for code, actions in declared(entity).items() for action, scope in actions.items())
        Grant.objects.bulk_create(_grant(role, entity, action, scope) for role, action, scope in said if role and scope != "none")


def sync() -> int:
    """Create missing roles with their grants, and grants of entities that no role has any grant on yet; returns how many came."""
    roles: dict[str, Role] = {}
    new = set()
    for position, preset in enumerate(ROLES):
        first = {**preset._asdict(), "position": position}
        roles[preset.code], made = Role.objects.get_or_create(code=first.pop("code"), defaults=first)
        new |= {preset.code} if made else set()
    known = set(Grant.objects.values_list("entity", flat=True).distinct())
    rows = [
        _grant(roles[role], entity, action, said)
        for entity in registry
        for role, actions in declared(entity).items()
        if entity.key not in known or role in new
        for action, said in actions.items()
        if said != "none"
    ]
    if rows:
        Grant.objects.bulk_create(rows)
        FieldRight.objects.bulk_create(
            [
                FieldRight(role=roles[role], entity=entity.key, field=field, right=right)
                for entity in registry
                if entity.key not in known
                for role, rights in entity.rights.items()
                for field, right in rights.items()
            ],
            ignore_conflicts=True,
        )
        versions.bump("access")
    return len(rows)

"""The preset roles and their grants, added when missing and never overwritten."""

from __future__ import annotations

from collections.abc import Mapping

from guanxi.kernel import versions
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.org.models import FieldRight, Grant, Role

ROLES = (
    ("admin", "系统管理员", "System administrator", True),
    ("business", "业务管理员", "Business administrator", False),
    ("director", "销售总监", "Sales director", False),
    ("manager", "销售经理", "Sales manager", False),
    ("sales", "销售", "Sales", False),
    ("finance", "财务", "Finance", False),
    ("service", "客服", "Service", False),
    ("marketing", "市场", "Marketing", False),
    ("readonly", "只读", "Read only", False),
)


def declared(entity: Entity) -> Mapping[str, Mapping[str, str]]:
    """The grants that an entity's declaration gives, references resolved."""
    grants = entity.grants
    return declared(registry.get(grants.same_as)) if grants.same_as else grants.table


def watch() -> None:
    """Whatever changes who people are and what they may do is seen by every process at its next request."""
    for table in ("department", "membership", "role", "assignment", "grant", "fieldright"):
        versions.watch(f"org_{table}", "access")
    versions.watch("org_user", "access", "name, login, department_id, manager_id, is_active")


def sync() -> int:
    """Create missing roles, and grants of entities that no role has any grant on yet; returns how many grants came."""
    roles: dict[str, Role] = {}
    for position, (code, zh, en, admin) in enumerate(ROLES):
        roles[code], _made = Role.objects.get_or_create(code=code, defaults={"zh": zh, "en": en, "admin": admin, "position": position})
    known = set(Grant.objects.values_list("entity", flat=True).distinct())
    rows = [
        Grant(role=roles[role], entity=entity.key, action=action, scope=scope)
        for entity in registry
        if entity.key not in known
        for role, actions in declared(entity).items()
        for action, scope in actions.items()
        if scope != "none"
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

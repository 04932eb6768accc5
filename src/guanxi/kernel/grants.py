"""Default grants of an entity: what the preset roles may do with it until an administrator decides otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Verbs that every entity has; an entity's own actions name one of them or add their own.
VERBS = ("view", "create", "edit", "delete", "transfer", "import", "export")


def row(scope: str, edit: str = "", *, bulk: bool = True) -> dict[str, str]:
    """Grants of one role: view in `scope`, change in `edit` (none when empty), import and export where `bulk`."""
    edit = edit or "none"
    grants = {"view": scope, "edit": edit, "delete": edit, "transfer": edit}
    if edit != "none":
        grants["create"] = "all"
    if bulk:
        grants["export"] = scope
        if edit != "none":
            grants["import"] = "all"
    return grants


def after_superior(grants: Mapping[str, str], *verbs: str) -> dict[str, str]:
    """The same, but that a superior agrees before these verbs take effect."""
    return {**grants, **{verb: f"{grants[verb]}/superior" for verb in verbs}}


STANDARD: Mapping[str, Mapping[str, str]] = {
    "business": row("all", "all"),
    "director": row("all", "all"),
    "manager": row("department", "owned") | {"transfer": "department"},
    "sales": row("involved", "owned"),
    "finance": row("all", bulk=False),
    "service": row("all", bulk=False),
    "marketing": row("all", bulk=False),
    "readonly": row("all", bulk=False),
    "head": row("department", "owned"),
    "dealer-manager": row("all", "all"),
    "dealer-lead": row("reports", "reports"),
    "dealer-sales": row("owned", "owned"),
}


@dataclass(frozen=True)
class Grants:
    """Either a table role → action → scope, or a reference to another entity's."""

    table: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    same_as: str = ""

    @staticmethod
    def standard(**changes: Mapping[str, str]) -> Grants:
        """The preset of PRODUCT.md, changed for the named roles."""
        return Grants({**STANDARD, **changes})

    @staticmethod
    def like(key: str) -> Grants:
        """The same as another entity's."""
        return Grants(same_as=key.lower())

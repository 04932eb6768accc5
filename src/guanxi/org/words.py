"""The words of the interface for scopes, actions and field rights."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.kernel import directory
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label

SCOPES: dict[str, Label] = {
    "none": _("None"),
    "owned": _("Only what one owns"),
    "involved": _("What one takes part in"),
    "reports": _("One's own and one's reports'"),
    "department": _("The department and those below it"),
    "all": _("Everything"),
}
#: For cells of the matrix.
SHORT: dict[str, Label] = {
    "none": _("none"),
    "owned": _("own"),
    "involved": _("involved"),
    "reports": _("reports"),
    "department": _("department"),
    "all": _("all"),
}
TONES = {"none": "", "owned": "a", "involved": "g", "reports": "g", "department": "b", "all": "v"}
ACTIONS: dict[str, Label] = {
    "view": _("View"),
    "create": _("Create"),
    "edit": _("Edit"),
    "delete": _("Delete"),
    "transfer": _("Hand over"),
    "import": _("Import"),
    "export": _("Export"),
    "forget": _("Erase a person"),
    "decide": _("Decide about it"),
}
RIGHTS: dict[str, Label] = {"hidden": _("Hidden"), "masked": _("Masked"), "readonly": _("Read only"), "edit": _("Editable")}
RIGHT_TONES = {"hidden": "r", "masked": "a", "readonly": "", "edit": "g"}


def scope_word(scope: str) -> str:
    """A scope in full."""
    return str(SCOPES[scope])


def reach_word(scope: str, departments: Iterable[int] = (), territory: bool = False) -> str:
    """How far a grant goes, in full: Only what one owns ＋ East Region ＋ one's territory."""
    beyond = [directory.department_name(d) for d in departments]
    if territory:
        beyond.append(gettext("one's territory"))
    said = [scope_word(scope)] if scope != "none" or not beyond else []
    return " ＋ ".join([*said, *(name for name in beyond if name)])


def action_word(entity: Entity, action: str) -> str:
    """A verb, or what the entity calls its own action."""
    own = next((a.label for a in entity.actions if a.grant == action), action)
    return str(ACTIONS.get(action, own))


def review_word(entity: Entity, action: str) -> str:
    """What waits for agreement where the grant of an action says so."""
    return gettext("Take in co-owners and collaborators") if action == "transfer" else action_word(entity, action)

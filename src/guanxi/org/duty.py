"""Who may look after people, roles and rights, and that somebody always can."""

from __future__ import annotations

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Forbidden, Invalidated
from guanxi.org.models import Assignment, Role, User

DOOR = "administration"


def administering(actor: Actor) -> None:
    """Raises Forbidden for whoever does not administer."""
    if not (actor.administers or actor.system):
        raise Forbidden(_("Only a system administrator may do this."))


def another_administrator(but: User | None = None, but_role: Role | None = None) -> None:
    """Raises Invalidated when nobody would look after accounts without this person or role.

    Inside the transaction of the change: whoever asks at the same moment waits, and then sees what has become of it.
    """
    list(Role.objects.select_for_update().filter(admin=True).order_by("pk").values_list("pk"))
    rest = Assignment.objects.filter(role__admin=True, role__active=True, user__is_active=True, until=None)
    if not rest.exclude(user=but).exclude(role=but_role).exists():
        raise Invalidated({"role": _("This would leave nobody to look after accounts. Name another administrator first.")})

"""People move between departments, and what they own moves with them in the same transaction."""

from __future__ import annotations

from django.db import transaction

from guanxi.kernel import versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.write.stamps import follow_owner
from guanxi.org import directory
from guanxi.org.models import User


def move(person: int, department: int | None, *, actor: Actor, door: str) -> dict[str, int]:
    """Give a person another department; how many of his records were stamped anew, by entity key.

    The one way to change `User.department`: scopes by department read the stamp on the record, not the person.
    Raises User.DoesNotExist.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(id=person)
        user.department_id = department
        user.save(update_fields=["department"])
        versions.bump("access")
        directory.clear()
        return follow_owner(person, department, actor=actor, door=door)

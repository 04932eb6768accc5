"""A person keeps his own phone, e-mail and address up to date, and nothing else of his record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from guanxi.kernel import write
from guanxi.kernel.actor import SCOPES, Actor
from guanxi.kernel.write import NotFound
from guanxi.org.models import User
from guanxi.org.profile import OWN
from guanxi.people import directory, hiring
from guanxi.people.hiring import ENTITY


class Keeper:
    """See `org.profile`: the profile is the employee's record, its changes stand in that record's history."""

    def read(self, user: User) -> dict[str, str]:
        employee = directory.of_account(user.pk)
        return {key: str(getattr(employee or user, key, "") or "") for key in OWN}

    def change(self, user: User, values: Mapping[str, str], *, actor: Actor) -> None:
        if actor.id != user.pk:
            raise NotFound()
        employee = directory.of_account(user.pk) or hiring.adopt_one(user)
        own = {key: values[key] for key in OWN if key in values}
        write.update((ENTITY, employee.id), own, actor=_for_himself(actor), door="web")


def _for_himself(actor: Actor) -> Actor:
    """The same person, allowed to see and edit what he owns: of his own record the fields above, which is all he gives."""
    key, owned = ENTITY.key, SCOPES["owned"]
    rights = {place: right for place, right in actor.rights.items() if place[0] != key}
    grants = {**actor.grants, (key, "view"): SCOPES["all"], (key, "edit"): owned}
    return replace(actor.at_once(), grants=grants, rights=rights)

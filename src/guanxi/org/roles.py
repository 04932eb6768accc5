"""Roles and what they may do: made, copied, changed and given, with effect at the next request of every open session.

Each verb says who acts and is refused to whoever does not administer. Rules that hold whatever the door:
nobody changes his own roles; one active administrator always remains; a role that administers sees no business data
(DECISIONS.md, administrators apart from data); nothing may be changed that may not be seen.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import SCOPES, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.grants import VERBS
from guanxi.kernel.write import Invalidated, unit
from guanxi.org.duty import DOOR, administering, another_administrator
from guanxi.org.models import Assignment, FieldRight, Grant, Role, User

#: From nothing to everything; each contains the one before it.
LADDER = tuple(SCOPES)
#: Actions that are allowed or not: no record exists yet to have a scope over.
YES_OR_NO = ("create", "import")
RIGHTS = ("edit", "readonly", "masked", "hidden")


def actions_of(entity: Entity) -> tuple[str, ...]:
    """What can be granted on an entity: the verbs of all, then its own."""
    own = [a.grant for a in entity.actions if a.grant not in VERBS]
    return (*VERBS, *dict.fromkeys(own))


def create(name: str, *, actor: Actor, like: Role | None = None, about: str = "") -> Role:
    """A new role, with the grants and field rights of another if wanted. Raises Forbidden or Invalidated."""
    name = _named(name, actor)
    with unit(actor, DOOR):
        last = Role.objects.order_by("-position").values_list("position", flat=True).first() or 0
        role = Role.objects.create(
            code=f"r-{secrets.token_hex(4)}", zh=name, en=name, about=about.replace("\x00", "")[:200], position=last + 1
        )
        if like is not None and not like.admin:
            Grant.objects.bulk_create(
                Grant(role=role, entity=e, action=a, scope=s) for e, a, s in like.grants.values_list("entity", "action", "scope")
            )
            FieldRight.objects.bulk_create(
                FieldRight(role=role, entity=e, field=f, right=r) for e, f, r in like.field_rights.values_list("entity", "field", "right")
            )
    return role


def rename(role: Role, name: str, about: str, *, actor: Actor) -> None:
    """Another name and purpose. Raises Forbidden or Invalidated."""
    administering(actor)
    if name.strip() == role.name:
        name = role.name
    else:
        name = role.zh = role.en = _named(name, actor, but=role)
    role.about = about.replace("\x00", "").strip()[:200]
    with unit(actor, DOOR):
        role.save(update_fields=["zh", "en", "about"])


def close(role: Role, *, active: bool, actor: Actor) -> None:
    """Deactivate a role, or open it again: it keeps its grants and people but gives nobody anything meanwhile."""
    administering(actor)
    with unit(actor, DOOR):
        if not active and role.admin:
            another_administrator(but_role=role)
        if active:
            _not_ones_own(role, actor)
        role.active = active
        role.save(update_fields=["active"])


def grant(role: Role, entity: Entity, action: str, scope: str, *, actor: Actor) -> list[str]:
    """Let a role act within a scope; returns the actions that a narrower view has narrowed with it.

    Raises Forbidden, or Invalidated for an unknown word, for business data of administrators and for more than may be viewed.
    """
    administering(actor)
    if action not in actions_of(entity) or scope not in LADDER or (action in YES_OR_NO and scope not in ("none", "all")):
        raise Invalidated({"scope": _("Choose a scope from the list.")})
    if role.admin and scope != "none":
        raise Invalidated({"scope": _("A role that looks after accounts sees no business data. Make a role of its own for that.")})
    with unit(actor, DOOR):
        Role.objects.select_for_update().get(pk=role.pk)  # two grants of one role wait for each other
        present = dict(Grant.objects.select_for_update().filter(role=role, entity=entity.key).values_list("action", "scope"))
        if action != "view" and scope != "none" and _wider(scope if action not in YES_OR_NO else "owned", present.get("view", "none")):
            raise Invalidated({"scope": _("Nobody may change what he cannot see: widen “View” first.")})
        if _wider(scope, present.get(action, "none")):
            _not_ones_own(role, actor)
        _put(role, entity, action, scope)
        narrowed = []
        if action == "view":
            for other, width in present.items():
                floor = "none" if scope == "none" or other not in YES_OR_NO else width
                limit = scope if other not in YES_OR_NO else floor
                if other != "view" and _wider(width, limit):
                    _put(role, entity, other, limit)
                    narrowed.append(other)
    return narrowed


def restrict(role: Role, entity: Entity, field: str, right: str, *, actor: Actor) -> None:
    """What a role may do with one field; `edit` lifts a restriction. Raises Forbidden or Invalidated."""
    administering(actor)
    if field not in entity.fields or right not in RIGHTS:
        raise Invalidated({"field": _("Choose a field and a right from the lists.")})
    with unit(actor, DOOR):
        known = FieldRight.objects.filter(role=role, entity=entity.key, field=field).values_list("right", flat=True).first() or "edit"
        if RIGHTS.index(right) < RIGHTS.index(known):
            _not_ones_own(role, actor)
        if right == "edit":
            FieldRight.objects.filter(role=role, entity=entity.key, field=field).delete()
        else:
            FieldRight.objects.update_or_create(role=role, entity=entity.key, field=field, defaults={"right": right})


def assign(role: Role, user: User, until: datetime | None, *, actor: Actor) -> None:
    """Give a role to a person, for a time or for good. Raises Forbidden or Invalidated."""
    _not_oneself(user, actor)
    if until is not None and until <= clock.now():
        raise Invalidated({"until": _("Choose a last day that is not past.")})
    if not role.active:
        raise Invalidated({"role": _("This role is closed. Open it again first.")})
    with unit(actor, DOOR):
        if role.admin and until is not None and Assignment.objects.filter(role=role, user=user, until=None).exists():
            another_administrator(but=user)
        Assignment.objects.update_or_create(role=role, user=user, defaults={"until": until})


def revoke(role: Role, user: User, *, actor: Actor) -> None:
    """Take a role from a person. Raises Forbidden or Invalidated."""
    _not_oneself(user, actor)
    with unit(actor, DOOR):
        if role.admin:
            another_administrator(but=user)
        Assignment.objects.filter(role=role, user=user).delete()


def differences(one: Role, other: Role, entities: Iterable[Entity]) -> list[tuple[Entity, str, str, str]]:
    """(entity, action, scope of one, scope of the other) wherever two roles differ."""
    scopes = [{(g.entity, g.action): g.scope for g in role.grants.all()} for role in (one, other)]
    found = []
    for entity in entities:
        for action in actions_of(entity):
            left, right = (s.get((entity.key, action), "none") for s in scopes)
            if left != right:
                found.append((entity, action, left, right))
    return found


def _put(role: Role, entity: Entity, action: str, scope: str) -> None:
    if scope == "none":
        Grant.objects.filter(role=role, entity=entity.key, action=action).delete()
    else:
        Grant.objects.update_or_create(role=role, entity=entity.key, action=action, defaults={"scope": scope})


def _wider(scope: str, than: str) -> bool:
    return LADDER.index(scope) > LADDER.index(than)


def _named(name: str, actor: Actor, but: Role | None = None) -> str:
    administering(actor)
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > 60:
        raise Invalidated({"name": _("Give the role a name of at most 60 characters.")})
    taken = Role.objects.exclude(pk=but.pk if but else 0)
    if taken.filter(zh__iexact=name).exists() or taken.filter(en__iexact=name).exists():
        raise Invalidated({"name": _("There is a role of this name already.")})
    return name


def _not_ones_own(role: Role, actor: Actor) -> None:
    if Assignment.objects.filter(role=role, user=actor.id).exists():
        raise Invalidated({"role": _("Nobody widens a role that he holds himself. Ask another administrator.")})


def _not_oneself(user: User, actor: Actor) -> None:
    administering(actor)
    if user.pk == actor.id:
        raise Invalidated({"user": _("Nobody changes his own roles. Ask another administrator.")})

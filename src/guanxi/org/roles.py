"""Roles and what they may do: made, copied, changed and given, with effect at the next request of every open session.

Each verb says who acts and is refused to whoever does not administer. Rules that hold whatever the door:
nobody changes his own roles; one active administrator always remains; a role that administers sees no business data
(DECISIONS.md, administrators apart from data); nothing may be changed that may not be seen.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory
from guanxi.kernel.actor import SCOPES, Actor
from guanxi.kernel.deciding import ROLE, SUPERIOR
from guanxi.kernel.entity import Entity
from guanxi.kernel.grants import VERBS
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import reach
from guanxi.org.duty import DOOR, administering, another_administrator
from guanxi.org.models import Assignment, FieldRight, Grant, Role, TeamRole, User

#: From nothing to everything; each contains the one before it.
LADDER = tuple(SCOPES)
#: Actions that are allowed or not: no record exists yet to have a scope over.
YES_OR_NO = ("create", "import")
#: What may need somebody's agreement; what changes a record otherwise, handing it over included, follows `edit`. On the grant to
#: hand over stands who must agree to others who take part with the right to change.
REVIEWED = ("create", "edit", "delete", "transfer")
RIGHTS = ("edit", "readonly", "masked", "hidden")
#: Whose accounts a role looks after.
KEEPS = ("", "department", "company")


@dataclass(frozen=True)
class Reach:
    """How far a grant goes: a scope, and beyond it the departments named and the person's own territory."""

    scope: str = "none"
    departments: frozenset[int] = frozenset()
    territory: bool = False

    @staticmethod
    def of(grant: Grant | None) -> Reach:
        """That of a stored grant; none where there is none."""
        return Reach(grant.scope, frozenset(grant.departments), grant.territory) if grant else Reach()

    def within(self, other: Reach) -> bool:
        """Whether the other goes as far in every way."""
        if other.scope == "all":
            return True
        further = not self.departments <= other.departments or (self.territory and not other.territory)
        return not further and LADDER.index(self.scope) <= LADDER.index(other.scope)

    def cut(self, other: Reach) -> Reach:
        """As far as both go."""
        if other.scope == "all" or self.scope == "all":
            return self if other.scope == "all" else other
        scope = min(self.scope, other.scope, key=LADDER.index)
        return Reach(scope, self.departments & other.departments, self.territory and other.territory)

    def __bool__(self) -> bool:
        return self.scope != "none" or bool(self.departments) or self.territory


def actions_of(entity: Entity) -> tuple[str, ...]:
    """What can be granted on an entity: the verbs of all, then its own."""
    own = [a.grant for a in entity.actions if a.grant not in VERBS] + (["forget"] if entity.personal else [])
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
                Grant(
                    role=role,
                    entity=g.entity,
                    action=g.action,
                    scope=g.scope,
                    departments=g.departments,
                    territory=g.territory,
                    review=g.review,
                )
                for g in like.grants.all()
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


def guard(role: Role, *, second: bool, actor: Actor) -> None:
    """Whether its people must have a second factor: who has none is led to it before anything else. Raises Forbidden."""
    administering(actor)
    with unit(actor, DOOR):
        Role.objects.filter(pk=role.pk).update(second=second)
    role.second = second


def delegate(role: Role, *, delegable: bool, actor: Actor) -> None:
    """Whether those who look after accounts by delegation may give it. Raises Forbidden or Invalidated."""
    administering(actor)
    if delegable and (role.admin or role.keeps or role.shapes):
        raise Invalidated({"role": _("A role that looks after people, rights or contents is given by system administrators only.")})
    with unit(actor, DOOR):
        Role.objects.filter(pk=role.pk).update(delegable=delegable)


def entrust(role: Role, keeps: str, *, shapes: bool, actor: Actor) -> None:
    """Whose accounts its people look after, and whether they look after contents. Raises Forbidden or Invalidated."""
    administering(actor)
    if keeps not in KEEPS:
        raise Invalidated({"keeps": _("Choose from the list whose accounts the role looks after.")})
    if role.admin:
        raise Invalidated({"keeps": _("A system administrator looks after everything already.")})
    with unit(actor, DOOR):
        if (keeps and keeps != role.keeps) or (shapes and not role.shapes):
            _not_ones_own(role, actor)
        plain = not keeps and not shapes
        Role.objects.filter(pk=role.pk).update(keeps=keeps, shapes=shapes, delegable=role.delegable and plain)


def grant(
    role: Role, entity: Entity, action: str, scope: str, *, actor: Actor, departments: Iterable[int] = (), territory: bool = False
) -> list[str]:
    """Let a role act within a scope and beyond it in the departments and territory; returns the actions that a narrower view has
    narrowed with it.

    Raises Forbidden, or Invalidated for an unknown word, for business data of administrators and for more than may be viewed.
    """
    administering(actor)
    wanted = _asked(entity, action, scope, frozenset(departments), territory=territory)
    if role.admin and wanted:
        raise Invalidated({"scope": _("A role that looks after accounts sees no business data. Make a role of its own for that.")})
    with unit(actor, DOOR):
        Role.objects.select_for_update().get(pk=role.pk)  # two grants of one role wait for each other
        present = {g.action: Reach.of(g) for g in Grant.objects.select_for_update().filter(role=role, entity=entity.key)}
        view = present.get("view", Reach())
        if action != "view" and (not view if wanted and action in YES_OR_NO else not wanted.within(view)):
            raise Invalidated({"scope": _("Nobody may change what he cannot see: widen “View” first.")})
        if not wanted.within(present.get(action, Reach())):
            _not_ones_own(role, actor)
        _put(role, entity, action, wanted)
        narrowed = _narrow(role, entity, present, wanted) if action == "view" else []
    return narrowed


def _asked(entity: Entity, action: str, scope: str, departments: frozenset[int], *, territory: bool) -> Reach:
    if action not in actions_of(entity) or scope not in LADDER or (action in YES_OR_NO and scope not in ("none", "all")):
        raise Invalidated({"scope": _("Choose a scope from the list.")})
    if not departments <= set(directory.departments()):
        raise Invalidated({"departments": _("Choose departments from the list.")})
    if action in YES_OR_NO or scope == "all":
        return Reach(scope)
    return Reach(scope, departments, territory and bool(entity.region_path))


def _narrow(role: Role, entity: Entity, present: Mapping[str, Reach], view: Reach) -> list[str]:
    """What may be done goes no further than what may be seen."""
    narrowed = []
    for action, known in present.items():
        limit = (known if view else Reach()) if action in YES_OR_NO else known.cut(view)
        if action != "view" and limit != known:
            _put(role, entity, action, limit)
            narrowed.append(action)
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


def follow(entity: str, former: str, now: str) -> None:
    """A field that holds its values under another key from now on is as closed as it was."""
    FieldRight.objects.filter(entity=entity, field=now).delete()
    rows = FieldRight.objects.filter(entity=entity, field=former)
    FieldRight.objects.bulk_create(FieldRight(role_id=row.role_id, entity=entity, field=now, right=row.right) for row in rows)


def review(role: Role, entity: Entity, action: str, word: str, *, actor: Actor) -> None:
    """Who must agree before what a role does takes effect: `superior`, `role:` and a code, or nobody. Raises Forbidden or Invalidated."""
    administering(actor)
    if action not in REVIEWED or word not in {code for code, _label in reviewers()}:
        raise Invalidated({"review": _("Choose who reviews from the list.")})
    with unit(actor, DOOR):
        Role.objects.select_for_update().get(pk=role.pk)
        row = Grant.objects.select_for_update().filter(role=role, entity=entity.key, action=action).first()
        if row is None:
            raise Invalidated({"review": _("This role may not do this at all. Allow it first.")})
        if row.review and not word:
            _not_ones_own(role, actor)
        if row.review != word:
            row.review = word
            row.save(update_fields=["review"])


def reviewers() -> list[tuple[str, str]]:
    """(word, label) of everybody who may be asked; empty for nobody."""
    roles = Role.objects.filter(active=True, admin=False).order_by("position", "id")
    fixed = [("", _("Takes effect at once")), (SUPERIOR, _("After the superior agrees"))]
    return [*fixed, *((f"{ROLE}{r.code}", _("After “%(role)s” agrees") % {"role": r.name}) for r in roles)]


def assign(role: Role, user: User, until: datetime | None, *, actor: Actor) -> None:
    """Give a role to a person, for a time or for good. Raises Forbidden or Invalidated."""
    _not_oneself(user, actor)
    reach.giving(role, actor)
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
    reach.giving(role, actor)
    with unit(actor, DOOR):
        if role.admin:
            another_administrator(but=user)
        Assignment.objects.filter(role=role, user=user).delete()


def _put(role: Role, entity: Entity, action: str, reach: Reach) -> None:
    if not reach:
        Grant.objects.filter(role=role, entity=entity.key, action=action).delete()
        return
    named = {"scope": reach.scope, "departments": sorted(reach.departments), "territory": reach.territory}
    Grant.objects.update_or_create(role=role, entity=entity.key, action=action, defaults=named)


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
    by_team = TeamRole.objects.filter(role=role, team__members__user=actor.id)
    if Assignment.objects.filter(role=role, user=actor.id).exists() or by_team.exists():
        raise Invalidated({"role": _("Nobody widens a role that he holds himself. Ask another administrator.")})


def _not_oneself(user: User, actor: Actor) -> None:
    reach.looking_after(actor)
    if user.pk == actor.id:
        raise Invalidated({"user": _("Nobody changes his own roles. Ask another administrator.")})
    reach.over(user, actor)

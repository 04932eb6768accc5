"""Teams: people who work together across departments, named by special grants and given roles together.

Each verb says who acts and is refused to whoever does not look after the team: system administrators, and the user
administrator of a company its own teams, with its own ordinary people and roles that he may give. Nobody brings himself into a
team or gives a role to one that he belongs to: both would widen what he may do. A closed team keeps its history and gives nobody
anything.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import reach
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Department, Role, Team, TeamMember, TeamRole, User

LONGEST, LONGEST_ABOUT = 80, 200


def create(name: str, about: str, *, actor: Actor, of: Department | None = None) -> Team:
    """A new team without people or roles. Raises Forbidden, NotFound or Invalidated.

    `of` is the head of the company whose own people look after it; only system administrators choose one that is not theirs.
    """
    if not reach.shapes_company(actor) or (of is not None and of.pk != reach.company_head(actor)):
        administering(actor)
    company = of.pk if of is not None else reach.company_head(actor)
    with unit(actor, DOOR):
        return Team.objects.create(name=_named(name, company), about=_text(about)[:LONGEST_ABOUT], company_id=company)


def change(team: Team, name: str, about: str, *, actor: Actor) -> None:
    """Another name and purpose. Raises Forbidden, NotFound or Invalidated."""
    reach.teaming(team, actor)
    with unit(actor, DOOR):
        Team.objects.filter(pk=team.pk).update(name=_named(name, team.company_id, but=team), about=_text(about)[:LONGEST_ABOUT])


def close(team: Team, *, active: bool, actor: Actor) -> None:
    """Close a team, or open it again. Raises Forbidden, NotFound or Invalidated."""
    reach.teaming(team, actor)
    if active:
        reach.lending(team, actor)
        _not_a_member(team, actor, _("Nobody opens a team again that he belongs to himself. Ask another administrator."))
    with unit(actor, DOOR):
        Team.objects.filter(pk=team.pk).update(active=active)


def join(team: Team, user: User, *, actor: Actor) -> None:
    """Bring a person in. Raises Forbidden, NotFound or Invalidated."""
    reach.teaming(team, actor)
    if user.pk == actor.id:
        raise Invalidated({"user": _("Nobody brings himself into a team. Ask another administrator.")})
    reach.over(user, actor)
    reach.lending(team, actor)
    if not user.is_active:
        raise Invalidated({"user": _("%(name)s no longer works here. Choose somebody who does.") % {"name": user.name}})
    with unit(actor, DOOR):
        TeamMember.objects.get_or_create(team=team, user=user)


def part(team: Team, user: User, *, actor: Actor) -> None:
    """Take a person out. Raises Forbidden or NotFound."""
    reach.teaming(team, actor)
    with unit(actor, DOOR):
        TeamMember.objects.filter(team=team, user=user).delete()


def give(team: Team, role: Role, *, actor: Actor) -> None:
    """Let every member hold a role while he belongs to the team. Raises Forbidden, NotFound or Invalidated."""
    reach.teaming(team, actor)
    reach.giving(role, actor)
    _not_a_member(team, actor, _("Nobody gives a role to a team that he belongs to himself. Ask another administrator."))
    if role.admin:
        raise Invalidated({"role": _("Looking after accounts is given person by person, not to a team.")})
    if not role.active:
        raise Invalidated({"role": _("This role is closed. Open it again first.")})
    with unit(actor, DOOR):
        TeamRole.objects.get_or_create(team=team, role=role)


def take(team: Team, role: Role, *, actor: Actor) -> None:
    """Take a role from a team. Raises Forbidden or NotFound."""
    reach.teaming(team, actor)
    with unit(actor, DOOR):
        TeamRole.objects.filter(team=team, role=role).delete()


def _not_a_member(team: Team, actor: Actor, text: str) -> None:
    if TeamMember.objects.filter(team=team, user=actor.id).exists():
        raise Invalidated({"team": text})


def _named(name: str, company: int | None, but: Team | None = None) -> str:
    """In order, and free among the teams of the same company: those of others are nobody's business."""
    name = _text(name)
    if not name or len(name) > LONGEST:
        raise Invalidated({"name": _("Give the team a name of at most %(most)d characters.") % {"most": LONGEST}})
    if Team.objects.filter(name__iexact=name, company=company).exclude(pk=but.pk if but else 0).exists():
        raise Invalidated({"name": _("There is a team of this name already.")})
    return name


def _text(raw: str) -> str:
    return " ".join(raw.replace("\x00", "").split())

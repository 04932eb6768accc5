"""What a team gives counts as one's own: for reviewing, and for not widening what one may do oneself."""

from __future__ import annotations

import pytest

from guanxi.kernel import deciding
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.org import roles
from guanxi.org.models import Role, Team, TeamMember, TeamRole
from tests.people import Cast, forget


def test_who_holds_a_role_through_a_team_reviews_for_it(cast: Cast) -> None:
    legal, team = Role.objects.create(code="legal", zh="法务", en="Legal"), Team.objects.create(name="Legal")
    TeamRole.objects.create(team=team, role=legal)
    TeamMember.objects.create(team=team, user_id=cast.mate.id)
    forget()
    assert cast.owner.id is not None
    assert deciding.who(["role:legal"], cast.owner.id) == {cast.mate.id}


def test_an_administrator_widens_no_role_that_a_team_gives_him(cast: Cast) -> None:
    role, team = Role.objects.get(code="sales"), Team.objects.create(name="X")
    TeamRole.objects.create(team=team, role=role)
    TeamMember.objects.create(team=team, user_id=cast.admin.id)
    with pytest.raises(Invalidated):
        roles.grant(role, registry.get("customers.customer"), "view", "all", actor=cast.admin)

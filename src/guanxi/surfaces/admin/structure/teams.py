"""Teams as a table: what they are for and who belongs to them. Roles are rights, and are given by hand.

A team of many people stands in several rows of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.actor import Actor
from guanxi.kernel.fold import fold
from guanxi.kernel.write import Invalidated
from guanxi.org import reach, teams
from guanxi.org.models import Department, Team, User
from guanxi.surfaces.admin.structure.plan import Line, Pass, judged
from guanxi.surfaces.admin.structure.tables import Column, Row, yes_or_no

COLUMNS = (
    Column("name", gettext_lazy("Team name"), ("名称", "小组", "团队", "项目组", "name", "team")),
    Column("about", gettext_lazy("What it is for"), ("说明",)),
    Column("company", gettext_lazy("Code of the company"), ("公司",)),
    Column("active", gettext_lazy("Active"), ("状态",)),
    Column("members", gettext_lazy("User names of the members"), ("成员", "members")),
)
NEEDED = "name"
#: Members in one cell: so that their names fit into it.
CELL = 400
_PARTING = re.compile("[,，、;；\\s]+")


def export(actor: Actor) -> Iterator[list[str]]:
    """The teams that somebody looks after."""
    codes = dict(reach.places(actor).values_list("pk", "code"))
    for team in reach.teams(actor).prefetch_related("members__user").order_by("name", "pk"):
        logins = sorted(member.user.login for member in team.members.all())
        start = [team.name, team.about, codes.get(team.company_id, ""), yes_or_no(team.active)]
        for at in range(0, max(1, len(logins)), CELL):
            yield [*start, ", ".join(logins[at : at + CELL])]


def carry(rows: Sequence[Row], going: Pass) -> None:
    """The teams of the rows, those of one name and company together."""
    together: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        together.setdefault((fold(row["name"]), row["company"]), []).append(row)
    for same in together.values():
        first, *rest = same
        line = going.line(first, first["name"])
        with judged(line):
            _team(same, going, line)
        for row in rest:
            going.line(row, row["name"]).notes.append(_("goes with row %(number)d") % {"number": first.number})


def _team(rows: Sequence[Row], going: Pass, line: Line) -> None:
    row, actor = rows[0], going.actor
    company = _company(row, actor)
    head = company.pk if company is not None else reach.company_head(actor)
    team = reach.teams(actor).filter(name__iexact=row["name"], company=head).first()
    if team is None:
        team = teams.create(row["name"], row["about"], actor=actor, of=company)
        line.created()
    elif (row["name"], row["about"]) != (team.name, team.about) and (row.says("about") or row["name"] != team.name):
        old = (team.name, team.about)
        teams.change(team, row["name"], row["about"] if row.says("about") else team.about, actor=actor)
        team.refresh_from_db()
        for what, before, after in zip((_("Team name"), _("What it is for")), old, (team.name, team.about), strict=True):
            if before != after:
                line.changed(_("%(what)s: %(old)s → %(new)s") % {"what": what, "old": before or "—", "new": after or "—"})
    _open(team, row, going, line, active=True)
    if row.says("members"):
        _members(team, rows, going, line)
    _open(team, row, going, line, active=False)


def _company(row: Row, actor: Actor) -> Department | None:
    """The head of the company that a team belongs to. Raises Invalidated."""
    if not (code := row["company"]):
        return None
    found: Department | None = reach.places(actor).filter(code=code, company=True).first()
    if found is None:
        raise Invalidated({"company": _("There is no company of its own with the code “%(code)s”.") % {"code": code}})
    return found


def _open(team: Team, row: Row, going: Pass, line: Line, *, active: bool) -> None:
    """Open it before its people come, close it after them."""
    if row.truth("active") is active and team.active is not active:
        teams.close(team, active=active, actor=going.actor)
        team.active = active
        line.changed(_("opened again") if active else _("closed"))


def _members(team: Team, rows: Sequence[Row], going: Pass, line: Line) -> None:
    """Those whom the file names belong to it, and nobody else."""
    wanted = {fold(login): login for row in rows for login in _PARTING.split(row["members"]) if login}
    held: Mapping[str, User] = {fold(user.login): user for user in User.objects.filter(teams__team=team)}
    come, go = [], []
    for key, login in wanted.items():
        if key not in held:
            with going.of_a_person(line):
                user = going.person(login)
                teams.join(team, user, actor=going.actor)
                come.append(user.name)
    for key, user in held.items():
        if key not in wanted:
            teams.part(team, user, actor=going.actor)
            go.append(user.name)
    if come:
        line.changed(_("comes in: %(names)s") % {"names": _(", ").join(come)})
    if go:
        line.changed(_("is taken out: %(names)s") % {"names": _(", ").join(go)})

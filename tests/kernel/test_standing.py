"""The scope in SQL is what its plain definition says, for any company, grant, share and record."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from guanxi.kernel import clock, plan, query, standing, write
from guanxi.kernel.actor import COMPANYWIDE, SCOPES, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Share
from guanxi.kernel.window import Window
from guanxi.org import actors, reasons
from guanxi.org.models import (
    Assignment,
    Department,
    Grant,
    Membership,
    Position,
    PositionHolder,
    Role,
    Team,
    TeamMember,
    TeamRole,
    Territory,
    User,
)
from tests import samples
from tests.people import Cast, forget

pytestmark = pytest.mark.django_db
SEEDS = range(3)
#: 浙江, 杭州, 广东 as territories; places inside and outside of them.
REGIONS = [330000, 330100, 440000]
KINDS = (("department", Department), ("team", Team), ("position", Position), ("role", Role))
INSIDE = [330108, 330200, 440300, 110101]


def company(chance: random.Random) -> list[User]:
    """Departments in a random tree, some of them companies of their own, people with random managers, departments, roles and scopes."""
    departments: list[Department] = []
    for n in range(6):
        parent = chance.choice([None, *departments])
        departments.append(Department.objects.create(name=f"D{n}", code=f"d{n}", parent=parent, company=chance.random() < 0.4))
    people: list[User] = []
    for n in range(6):
        manager = chance.choice([None, *people])
        people.append(User.objects.create(login=f"p{n}", name=f"P{n}", department=chance.choice([None, *departments]), manager=manager))
        for further in chance.sample(departments, chance.randrange(3)):
            Membership.objects.create(user=people[-1], department=further)
        for region in chance.sample(REGIONS, chance.randrange(3)):
            Territory.objects.create(user=people[-1], region=region)
    for n in range(2):
        team = Team.objects.create(name=f"T{n}", active=chance.random() < 0.8)
        for member in chance.sample(people, 3):
            TeamMember.objects.create(team=team, user=member)
    for n in range(2):
        position = Position.objects.create(name=f"Z{n}", active=chance.random() < 0.8)
        PositionHolder.objects.bulk_create(PositionHolder(position=position, user=holder) for holder in chance.sample(people, 3))
    return people


def paged(entity: Entity, actor: Actor, action: str) -> set[int]:
    """What a list shows, page by page, merged from the arms of the scope; each record once."""
    window, wanted, found, cursor = Window(entity, actor, action), plan.compile(entity, (), actor), [], ""
    while True:
        page = window.page(query.sort_of(entity, actor, "-id"), wanted, cursor=cursor, size=3)
        found += [row[0] for row in page.rows]
        if not page.next:
            assert len(found) == len(set(found))
            return set(found)
        cursor = page.next


def granted(chance: random.Random, entity: Entity, people: list[User]) -> None:
    departments = list(Department.objects.values_list("id", flat=True))
    for n, person in enumerate(people):
        for m in range(chance.randrange(3)):
            role = Role.objects.create(code=f"x{n}{m}", zh="x", en="x")
            if chance.random() < 0.3:
                TeamRole.objects.create(team=chance.choice(list(Team.objects.all())), role=role)
            else:
                Assignment.objects.create(user=person, role=role)
            for action in ("view", "edit"):
                named = chance.sample(departments, chance.randrange(3))
                further = {"departments": named, "territory": chance.random() < 0.3}
                Grant.objects.create(role=role, entity=entity.key, action=action, scope=chance.choice(list(SCOPES)), **further)
    forget()


def shared(chance: random.Random, key: str, records: list[int], people: list[User]) -> None:
    whom = {"person": [p.pk for p in people]}
    whom |= {to: list(m.objects.values_list("id", flat=True)) for to, m in KINDS}
    heads = [0, *Department.objects.filter(company=True).values_list("id", flat=True)]
    for _n in range(10):
        to = chance.choice(list(whom))
        until = clock.now() + timedelta(hours=chance.choice([-1, 1])) if chance.random() < 0.5 else None
        Share.objects.get_or_create(
            entity=key, record=chance.choice(records), to=to, grantee=chance.choice(whom[to]),
            company=chance.choice(heads) if to in COMPANYWIDE else 0, defaults={"edit": chance.random() < 0.5, "until": until},
        )  # fmt: skip


@pytest.mark.feature("SEC-01", "SEC-02", "SEC-07")
@pytest.mark.parametrize("seed", SEEDS)
def test_sql_and_definition_agree_on_whom_a_record_reaches(entity: Entity, cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    people = company(chance)
    granted(chance, entity, people)
    records = []
    for _n in range(8):
        record = samples.make(entity, chance.choice(["minimal", "full"]), actor=cast.director)
        top = record
        if entity.parent and entity.fields[entity.parent].value(record):
            target = entity.fields[entity.parent].kind.target  # type: ignore[attr-defined]
            top = target.model._default_manager.get(id=entity.fields[entity.parent].value(record))
        if type(top).entity.territory:
            type(top)._default_manager.filter(id=top.id).update(**{type(top).entity.territory: chance.choice([*INSIDE, None])})
        write.transfer(type(top).entity, [top.id], chance.choice(people).pk, actor=cast.director, door="test")
        records.append((entity.model._default_manager.get(id=record.id), top))
    for row, _top in records:
        if entity.author_sees and chance.random() < 0.5:
            entity.model._default_manager.filter(id=row.id).update(created_by=chance.choice(people))
    shared(chance, entity.key, [row.id for row, _top in records], people)
    if parents := [top for row, top in records if top.id != row.id]:
        shared(chance, type(parents[0]).entity.key, [top.id for top in parents], people)
    if entity.lies_in:
        for row, _top in records:
            place = {f"{entity.lies_in}_id": chance.choice([None, *Department.objects.values_list("id", flat=True)])}
            entity.model._default_manager.filter(id=row.id).update(**place)
    rows = list(entity.model._default_manager.filter(id__in=[row.id for row, _top in records]))
    met = set()
    for person in people:
        actor = actors.resolve(person)
        told = {r.id: {v.action: v.can for v in reasons.explain(person, entity, r).verdicts} for r in rows}
        for action in ("view", "edit"):
            by_sql = set(entity.rows(actor, action).filter(id__in=[r.id for r in rows]).values_list("id", flat=True))
            by_word = {r.id for r in rows if standing.reaches(entity, r, actor, action)}
            assert by_sql == by_word, (person.login, action, actor.arms(entity.key, action))
            assert {i for i, can in told.items() if can[action]} == by_sql
            assert paged(entity, actor, action) & {r.id for r in rows} == by_sql
            met |= {row.id in by_sql for row in rows}
    assert met == {True, False} or seed != SEEDS[0]

"""Leads: enquiries and projects in every state, what waits in their pools, and who gets what comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from guanxi.activity.entities.lead_follow_up import LeadFollowUpEntity
from guanxi.customers import presets
from guanxi.demo.cast import Client
from guanxi.demo.chance import pick, quota
from guanxi.demo.clients import SOURCE
from guanxi.demo.days import Days
from guanxi.demo.identity import Identity
from guanxi.demo.size import Size
from guanxi.demo.talking import Words
from guanxi.demo.telling import DOOR
from guanxi.demo.words import leads as said
from guanxi.demo.words import names
from guanxi.kernel import clock, pools, recycling, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.registry import registry
from guanxi.org import actors
from guanxi.org.models import Department, User
from guanxi.sales.entities.lead import LeadEntity
from guanxi.sales.presets import SPARED
from guanxi.sales.rules import conversion

LEAD, TALK = LeadEntity.instance, LeadFollowUpEntity.instance
OWNERS = {"sales": 5.0, "sales2": 4.0, "manager": 1.5, "tangyq": 3.0, "wuhx": 3.0, "jiangcy": 2.0, "fengsq": 2.0, "luwj": 1.0}
STATUS = {"new": 30.0, "contacted": 32.0, "qualified": 20.0, "invalid": 12.0}
RATING = {"qualified": {"A": 5, "B": 4, "C": 1}, "contacted": {"A": 2, "B": 5, "C": 4}, "converted": {"A": 3, "B": 1}}
REASONS = ("unreachable", "wrong", "no_need", "unfit", "competitor", "twice")
#: One lead in so many lies in a pool.
POOLED = 5


def add(size: Size, people: Mapping[str, User], days: Days) -> None:
    """All of it: the pool of a department beside the default one, leads that their owners work on, and some that nobody does."""
    chance = Random("leads")
    side = _pool(people)
    identity, words = Identity(chance), Words(chance)
    owners = {login: weight for login, weight in OWNERS.items() if login in people}
    statuses = ["converted"] * size.conversions + quota(chance, size.leads - size.conversions, STATUS)
    for status, login in zip(statuses, quota(chance, size.leads, owners), strict=True):
        _live(_invent(people[login], status, days, identity, words, chance), people[login], status, days, words, chance)
    _lying(size.leads // POOLED, side, people, days, identity, words, chance)
    write.update((registry.get("customers.pool"), side), {"recycles": True}, actor=SYSTEM, door=presets.DOOR)
    recycling.stamp(LEAD)


def _pool(people: Mapping[str, User]) -> int:
    """A pool of the eastern department that assigns; its id. It recycles from today on, so that everybody is warned first."""
    values = {
        "name": "华东线索公海", "holds": "sales.lead", "description": "华东一部的线索：新线索按地区自动分配，10 天未跟进或 45 天未转换自动收回。",
        "rank": 2, "departments": [Department.objects.get(code="east").pk], "managers": [people["manager"].pk], "masked": ["phone", "email", "wechat"],
        "claims_a_day": 10, "most_held": 100, "cooling_days": 15, "warning_days": 3, "assigns": True, "story": True,
        "spared": json.dumps(SPARED),
    }  # fmt: skip
    pool = write.create(registry.get("customers.pool"), values, actor=SYSTEM, door=presets.DOOR)
    rules = (("10 天未跟进", "follow_up", 10), ("45 天未转换", "conversion", 45))
    rows = [{"pool": pool.id, "name": name, "since": since, "days": n, "where": ""} for name, since, n in rules]
    write.create_many(registry.get("customers.poolrule"), rows, actor=SYSTEM, door=presets.DOOR)
    east = [people[login].pk for login in ("sales", "tangyq", "jiangcy") if login in people]
    given: list[dict[str, Any]] = [
        {"name": "上海、浙江的展会线索轮流分配", "rank": 1, "people": east, "how": "turn",
         "where": json.dumps(["and", ["source", "in", ["fair", "online_enquiry"]], ["region", "in", ["310000", "330000"]]], ensure_ascii=False)},
        {"name": "推荐来的给经理", "rank": 2, "people": [people["manager"].pk], "how": "load", "where": json.dumps(["source", "is", "referral"])},
    ]  # fmt: skip
    given = [{"pool": pool.id, **row} for row in given]
    outcome = write.create_many(registry.get("customers.assignmentrule"), given, actor=SYSTEM, door=presets.DOOR)
    if outcome.refused:
        raise ValueError(f"The demo invented a bad assignment rule: {outcome.refused}")
    return int(pool.id)


def _invent(
    owner: User, status: str, days: Days, identity: Identity, words: Words, chance: Random
) -> tuple[datetime, dict[str, Any], Client]:
    """When it came in, its values, and the company that talks are about."""
    code = owner.department.code if owner.department is not None else "east"
    place = identity.place(code if code in ("east", "south") else chance.choice(("east", "south")))
    industry = pick(chance, names.INDUSTRY_WEIGHTS)
    company = identity.company(place, industry, identity.brand())
    oldest = {"new": 6, "contacted": 30, "qualified": 40, "invalid": 60, "converted": 60}[status]
    born = days.at_work(days.draw(days.ago(oldest), days.today))
    client = Client({}, born=born, by=owner.pk, industry=industry)
    values: dict[str, Any] = {
        "name": company, "kind": "marketing", "company": company, "contact": identity.person()[0], "phone": identity.mobile(), "industry": industry,
        "source": pick(chance, SOURCE), "region": place.code, "requirement": words.fill(chance.choice(said.NEEDS), client),
    }  # fmt: skip
    if chance.random() < 0.35:
        project = f"{place.city}{company.removeprefix(place.city)[:4]}{chance.choice(said.PROJECTS)}"
        start = days.ahead(days.today, 20, 180)
        values |= {
            "kind": "project",
            "name": project,
            "project": project,
            "expected_on": start.isoformat(),
            "address": identity.street(place),
        }
    if chance.random() < 0.6:
        values["budget"] = round(chance.choice((3, 5, 8, 12, 20, 35, 60, 120)) * chance.uniform(0.8, 1.3)) * 10_000
    if rating := RATING.get(status):
        values["rating"] = pick(chance, rating)
    return born, values, client


def _live(told: tuple[datetime, dict[str, Any], Client], owner: User, status: str, days: Days, words: Words, chance: Random) -> None:
    """Created, spoken to, and what became of it."""
    born, values, client = told
    actor = actors.resolve(owner)
    with clock.frozen(born):
        lead = write.create(LEAD, {**values, "owner": owner.pk}, actor=actor, door=DOOR)
    if status == "new":
        return
    moment = born
    for _turn in range(chance.randint(1, 3)):
        moment = _between(moment, days.now, chance)
        with clock.frozen(moment):
            talk = {
                "lead": lead.id,
                "mode": chance.choice(("call", "wechat", "call", "mail")),
                "summary": words.fill(chance.choice(said.ASKED), client),
            }
            write.create(TALK, talk, actor=actor, door=DOOR)
    with clock.frozen(_between(moment, days.now, chance)):
        _end(lead.id, status, actor, days, chance)


def _end(lead: int, status: str, actor: Any, days: Days, chance: Random) -> None:
    if status == "invalid":
        ended = {"status": "invalid", "invalid_reason": chance.choice(REASONS), "close_note": chance.choice(said.NOTES)}
        write.update((LEAD, lead), ended, actor=actor, door=DOOR, verb="invalid")
    elif status == "converted":
        conversion.convert(LEAD, [lead], {}, actor, DOOR)
    else:
        due = days.later(days.ahead(days.today, 0, 6) if chance.random() < 0.8 else days.ago(2))
        write.update((LEAD, lead), {"status": status, "next_follow_up_at": due.isoformat()}, actor=actor, door=DOOR)


def _lying(count: int, side: int, people: Mapping[str, User], days: Days, identity: Identity, words: Words, chance: Random) -> None:
    """What nobody works on: some came in without an owner, some were handed back."""
    east, usual = pools.get(side), pools.usual(LEAD)
    for place in range(count):
        login = "sales" if place % 2 else "sales2"
        born, values, _client = _invent(people[login], "contacted", days, identity, words, chance)
        actor = SYSTEM if place % 3 == 0 else actors.resolve(people[login])
        with clock.frozen(born):
            lead = write.create(LEAD, values, actor=actor, door="api" if actor is SYSTEM else DOOR)
        pool = east if place % 2 and actor is not SYSTEM else usual
        if pool is not None and actor is not SYSTEM:
            with clock.frozen(_between(born, days.now, chance)):
                write.release(
                    LEAD,
                    [lead.id],
                    pool,
                    chance.choice(("暂时没有预算", "不在我的区域", "一直联系不上", "需求太小")),
                    actor=actor,
                    door="web",
                )


def _between(first: datetime, last: datetime, chance: Random) -> datetime:
    return first + max(timedelta(), last - first) * chance.uniform(0.1, 0.6)

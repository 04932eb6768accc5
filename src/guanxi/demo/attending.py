"""Who came and left in the last two weeks, who was away or waits to hear whether he may be, and what colleagues have learnt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from guanxi.demo.days import Days
from guanxi.kernel import clock, write
from guanxi.kernel.write import unit
from guanxi.org import actors, deciders
from guanxi.org.models import User
from guanxi.people import absence, clocking
from guanxi.people.entities.employee import Employee
from guanxi.people.entities.training import TrainingEntity

DOOR = "demo"
DAYS = 10
COURSES = (
    ("大客户销售技巧", "华章企业培训", 12),
    ("CRM 系统操作与数据规范", "业务管理部", 3),
    ("商务谈判与合同风险", "法务顾问 李律师", 6),
    ("冷链设备产品知识", "产品部", 8),
    ("客户信息与隐私保护", "信息安全组", 2),
)
PLACES = ("公司总部", "", "", "", "客户现场")
#: (login, kind, working days before today or, below nought, after it; for how many days; why; answered how).
AWAY = (
    ("sales", "trip", 6, 2, "拜访苏州客户，现场演示", "agreed"),
    ("sales2", "annual", 8, 1, "家中有事", "agreed"),
    ("service", "sick", 3, 1, "感冒发烧，去医院", "agreed"),
    ("finance", "annual", -4, 3, "回老家探亲", "agreed"),
    ("sales", "personal", -2, 1, "办理居住证", "sent"),
    ("sales2", "trip", -3, 2, "东莞展会布展", "sent"),
    ("readonly", "personal", 5, 1, "接待亲友", "refused"),
)


def add(people: Mapping[str, User], days: Days) -> None:
    """Add all of it."""
    chance = Random("attendance")
    past = [day for day in days.work if day < days.today][-DAYS:]
    for login, kind, ago, length, why, state in AWAY:
        if login in people and len(past) >= ago:
            _ask(people[login], kind, past[-ago] if ago > 0 else days.ahead(days.today, -ago, -ago), length, why, state)
    for login, user in people.items():
        away = absence.agreed([user.pk], past[0], past[-1])
        for day in past:
            if len(away.get((user.pk, day), ())) < 2:
                _day(user, day, chance, forgets=login != "sales")
    _today(people, days, chance)
    clocking.close_days()
    _learn(people, days, chance)


def _ask(user: User, kind: str, first: date, length: int, why: str, state: str) -> None:
    moment = min(_at(first - timedelta(days=2), 9, 40), clock.now() - timedelta(hours=3))
    values = {"kind": kind, "first_day": first.isoformat(), "last_day": (first + timedelta(days=length - 1)).isoformat(), "reason": why}
    with clock.frozen(moment):
        asked = write.create(absence.ENTITY, values, actor=actors.resolve(user), door=DOOR)
    superior = deciders.superior_of(user.pk)
    if state != "sent" and superior is not None:
        with clock.frozen(moment + timedelta(hours=2)):
            absence.decide(
                [asked.id],
                state,
                {"answer": "" if state == "agreed" else "当天有重要会议，请改期"},
                actor=actors.by_id(superior),
                door=DOOR,
            )


def _day(user: User, day: date, chance: Random, *, forgets: bool) -> None:
    came, gone = _at(day, 8, 60 - abs(round(chance.gauss(0, 14)))), _at(day, 18, abs(round(chance.gauss(0, 22))))
    drawn = chance.random()
    if drawn < 0.06:
        came += timedelta(minutes=chance.randrange(15, 50))
    elif drawn < 0.09:
        gone -= timedelta(minutes=chance.randrange(45, 90))
    elif drawn < 0.12 and forgets:
        return
    times: dict[str, Any] = {"came": came, "came_at": chance.choice(PLACES)}
    if not (0.12 <= drawn < 0.14 and forgets):
        times |= {"gone": gone, "gone_at": ""}
    _enter(user, day, times)


def _today(people: Mapping[str, User], days: Days, chance: Random) -> None:
    """Most are at work already, the demo logins still to press."""
    for login, user in people.items():
        if not user.demo or login in ("manager", "director"):
            came = days.earlier(chance.randrange(5, 35))
            _enter(user, days.today, {"came": came, "came_at": ""})


def _learn(people: Mapping[str, User], days: Days, chance: Random) -> None:
    """Courses of everybody with an account, one of them still ahead."""
    numbers = dict(Employee._default_manager.filter(account__in=people.values()).values_list("account", "id"))
    rows = []
    for place, user in enumerate(people.values()):
        subject, giver, hours = COURSES[place % len(COURSES)]
        day = days.today - timedelta(days=chance.randrange(20, 300))
        row = {"employee": numbers[user.pk], "subject": subject, "given_by": giver, "hours": hours, "held_on": day.isoformat()}
        rows.append(row | {"result": chance.choice(("passed", "passed", "excellent", "attended"))})
    rows[0] |= {"result": "planned", "held_on": days.ahead(days.today, 6, 9).isoformat()}
    outcome = write.create_many(TrainingEntity.instance, rows, actor=actors.resolve(people["business"]), door=DOOR)
    if outcome.refused:
        raise ValueError(f"The demo invented a bad course: {outcome.refused}")


def _enter(user: User, day: date, times: dict[str, Any]) -> None:
    actor, moment = actors.resolve(user), times.get("gone") or times["came"]
    if actor.may(clocking.ENTITY.key, "view"):
        with clock.frozen(moment), unit(actor, clocking.DOOR):
            clocking.enter(user.pk, day, times, actor=actor, door=clocking.DOOR)


def _at(day: date, hour: int, minute: int) -> datetime:
    return clock.day_start(day) + timedelta(hours=hour, minutes=minute)

"""The staff of the demo company as its directory shows it: numbers, phones, days of joining, and people without an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from guanxi.demo.size import Size
from guanxi.kernel import clock, write
from guanxi.org import actors, positions
from guanxi.org.models import Department, User
from guanxi.people import hiring
from guanxi.people.entities.employee import Employee

DOOR = "demo"
#: Positions → what the title of whoever holds one ends with, and what it is for.
POSITIONS = {
    "大区经理": ("部经理", "分管一个销售部，可参与重点商机"),
    "客户经理": ("客户经理", "独立负责客户"),
    "客户代表": ("客户代表", "协助客户经理，跟进中小客户"),
}
#: Shop and warehouse people need no account: (name, department, title, login of the manager, status).
WITHOUT = (
    ("赵桂芳", "service", "门店营业员", "service", "active"),
    ("钱建军", "service", "门店营业员", "service", "active"),
    ("孙丽娟", "service", "回访专员", "service", "away"),
    ("欧阳晨", "east", "实习生", "manager", "active"),
    ("李海涛", "south", "实习生", "luozq", "active"),
    ("周玉兰", "finance", "出纳", "finance", "active"),
    ("吴国庆", "company", "司机", "business", "active"),
    ("郑小曼", "east", "客户代表", "manager", "left"),
    ("张三海", "south", "客户代表", "luozq", "active"),
)


def employ(people: Mapping[str, User], departments: Mapping[str, Department], size: Size) -> None:
    """Every account gets its employee, and a few colleagues have none."""
    hiring.adopt()
    chance, keeper = Random("staff"), actors.by_login("admin")
    rows = {e.account_id: e.id for e in Employee._default_manager.exclude(account=None)}
    held = {name: positions.create(name, about, actor=keeper).pk for name, (_ending, about) in POSITIONS.items()}
    known = {
        rows[user.pk]: _details(place, chance)
        | {"positions": [held[name] for name, (ending, _about) in POSITIONS.items() if user.title.endswith(ending)]}
        for place, user in enumerate(people.values(), 1)
    }
    write.update_many(hiring.ENTITY, known, actor=keeper, door=DOOR)
    others = [_other(each, place, people, departments, chance) for place, each in enumerate(WITHOUT, len(known) + 1)]
    write.create_many(hiring.ENTITY, others if size.sellers else others[3:5], actor=keeper, door=DOOR)


def _details(place: int, chance: Random) -> dict[str, Any]:
    joined = clock.today() - timedelta(days=chance.randrange(120, 3_000))
    phone = f"{chance.choice(('138', '139', '186', '177', '158'))}{chance.randrange(10**8):08d}"
    return {"code": f"YF{place:04d}", "phone": phone, "hired": joined.isoformat()}


def _other(
    each: tuple[str, str, str, str, str], place: int, people: Mapping[str, User], departments: Mapping[str, Department], chance: Random
) -> dict[str, Any]:
    name, department, title, manager, status = each
    works_in = departments.get(department) or departments["company"]
    boss = people.get(manager) or people["director"]
    found = {**_details(place, chance), "name": name, "title": title, "status": status, "works_in": works_in.pk, "manager": boss.pk}
    return {**found, "left": (clock.today() - timedelta(days=40)).isoformat()} if status == "left" else found

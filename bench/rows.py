"""Rows of the benchmark, a pure function of their number: the same scale always gives the same company."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from guanxi.kernel.china import pinyin, tokens, width

#: Change it when the rows change: data of another version is made anew.
VERSION = 4
PLACES = (
    "杭州",
    "深圳",
    "北京",
    "苏州",
    "成都",
    "武汉",
    "宁波",
    "上海",
    "西安",
    "青岛",
    "厦门",
    "长沙",
    "广州",
    "南京",
    "天津",
    "重庆",
    "郑州",
    "合肥",
    "济南",
    "福州",
)
REGIONS = (
    330100,
    440300,
    110100,
    320500,
    510100,
    420100,
    330200,
    310100,
    610100,
    370200,
    350200,
    430100,
    440100,
    320100,
    120100,
    500100,
    410100,
    340100,
    370100,
    350100,
)
BRAND = "云深海纳启元恒泽蜀味光谷远航申联古都蓝湾鹭岛星火天行明德瑞丰博雅嘉禾永安泰和盛世新锐华美科创联达力源东方金石鼎信宏图正阳清源百川千里万象亿通"
TRADES = (
    "智能科技",
    "供应链管理",
    "教育咨询",
    "精密制造",
    "餐饮管理",
    "生物医药",
    "国际贸易",
    "融资租赁",
    "文化旅游",
    "海洋装备",
    "软件开发",
    "传媒",
    "物流",
    "建筑工程",
    "电子商务",
    "环保设备",
    "医疗器械",
    "食品",
    "纺织",
    "新能源",
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建文志国海波"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Deal:
    """What rows refer to: owners with their departments, ids of dictionary values."""

    owners: tuple[int, ...]
    departments: tuple[int, ...]
    levels: tuple[int, ...]
    statuses: tuple[int, ...]
    industries: tuple[int, ...]
    sources: tuple[int, ...]
    modes: tuple[int, ...]
    stages: tuple[tuple[int, int], ...]
    pipeline: int
    #: Keys of the company's own fields: see `bench.own`.
    own: tuple[str, ...]


def owner_of(deal: Deal, number: int) -> int:
    """Position of the owner: a skew of 80/20, and the timed sales person gets about one in two hundred."""
    chance = Random(number * 7919)
    return (
        min(int(chance.paretovariate(0.9)) - 1, 10**6) % len(deal.owners) if chance.random() < 0.2 else chance.randrange(len(deal.owners))
    )


def name_of(number: int) -> str:
    """A company name that no other number has."""
    place = number % len(PLACES)
    rest = number // len(PLACES)
    trade, rest = rest % len(TRADES), rest // len(TRADES)
    size = len(BRAND)
    a, b, c = rest % size, rest // size % size, number * 31 % size
    return f"{PLACES[place]}{BRAND[a]}{BRAND[b]}{BRAND[c]}{TRADES[trade]}有限公司"


def customers(deal: Deal, first: int, last: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(row, search entry) of each customer; ids are the numbers themselves, from 10,000,000."""
    for number in range(first, last):
        chance = Random(number)
        who = owner_of(deal, number)
        name, phone = name_of(number), f"+861{chance.choice('3578')}{chance.randrange(10**9):09d}"
        updated = NOW - timedelta(seconds=chance.randrange(2 * 365 * 86400))
        record = customer_id(number)
        due = NOW + timedelta(hours=chance.randrange(-2000, 2000)) if chance.random() < 0.4 else None
        row: dict[str, Any] = {
            "id": record,
            "owner_id": deal.owners[who],
            "department_id": deal.departments[who],
            "created_at": updated - timedelta(days=chance.randrange(300)),
            "updated_at": updated,
            "number": f"KH-{number:08d}",
            "name": name,
            "level": chance.choices(deal.levels, (10, 40, 50))[0],
            "status": chance.choices(deal.statuses, (50, 25, 20, 5))[0],
            "industry": chance.choice(deal.industries),
            "source": chance.choice(deal.sources),
            "region": REGIONS[number % len(PLACES)],
            "phone": phone,
            "next_follow_up_at": due,
            "last_follow_up_at": updated - timedelta(days=chance.randrange(90)),
            "open_amount": round(chance.lognormvariate(11, 1.2), 2) if chance.random() < 0.15 else None,
            "contact_count": 1 + number % 2,
            "name_key": width.fold(name).replace(" ", ""),
            "name_sort": pinyin.sort_key(name),
        }
        row["custom"] = json.dumps(_own(deal, row, chance))
        yield row, entry("customers.customer", row, name, {"name": [name], "code": [row["number"]], "phone": [phone]})


def _own(deal: Deal, row: dict[str, Any], chance: Random) -> dict[str, Any]:
    """Values of the own fields, as their `custom` document keeps them."""
    grade, due, weight = deal.own
    found = {grade: row["level"], weight: f"{chance.randrange(10_000) / 100:.2f}"}
    if row["next_follow_up_at"] is not None:
        found[due] = row["next_follow_up_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return found


def entry(entity: str, row: dict[str, Any], title: str, texts: dict[str, Any], parent: int | None = None) -> dict[str, Any]:
    """The search entry of a row."""
    return {
        "record": row["id"],
        "entity": entity,
        "owner": row["owner_id"],
        "department": row["department_id"],
        "parent": parent,
        "updated_at": row["updated_at"],
        "title": title,
        "lead": width.fold(title),
        "keys": tokens.keys(texts),
        "tokens": tokens.index(texts),
    }


def customer_id(number: int) -> int:
    """The id of the customer with this number."""
    return 10_000_000 + number


def contacts(deal: Deal, first: int, last: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """One contact for each customer, a second for every other one."""
    for number in range(first, last):
        who = owner_of(deal, number)
        for extra in range(1 + number % 2):
            chance = Random(number * 2 + extra + 1)
            name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
            phone = f"+861{chance.choice('3578')}{chance.randrange(10**9):09d}"
            updated = NOW - timedelta(seconds=chance.randrange(2 * 365 * 86400))
            row = {
                "id": 20_000_000 + number * 2 + extra,
                "owner_id": deal.owners[who],
                "department_id": deal.departments[who],
                "created_at": updated,
                "updated_at": updated,
                "name": name,
                "customer_id": customer_id(number),
                "main": extra == 0,
                "mobile": phone,
                "name_sort": pinyin.sort_key(name),
            }
            yield row, entry("customers.contact", row, name, {"name": [name], "phone": [phone]}, customer_id(number))


def follow_ups(deal: Deal, first: int, last: int) -> Iterator[tuple[dict[str, Any], None]]:
    """Three for each customer."""
    for number in range(first, last):
        who = owner_of(deal, number)
        for extra in range(3):
            chance = Random(number * 3 + extra + 2)
            happened = NOW - timedelta(seconds=chance.randrange(2 * 365 * 86400))
            yield (
                {
                    "id": 30_000_000 + number * 3 + extra,
                    "owner_id": deal.owners[who],
                    "department_id": deal.departments[who],
                    "created_by_id": deal.owners[who],
                    "created_at": happened,
                    "updated_at": happened,
                    "summary": f"与客户沟通{TRADES[chance.randrange(len(TRADES))]}项目进展,确认{chance.randrange(1, 90)}天内的计划。",
                    "customer_id": customer_id(number),
                    "mode": chance.choice(deal.modes),
                    "happened_at": happened,
                },
                None,
            )


def opportunities(deal: Deal, first: int, last: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """One for every fifth customer."""
    for number in range(first, last):
        if number % 5:
            continue
        chance = Random(number + 5)
        who = owner_of(deal, number)
        updated = NOW - timedelta(seconds=chance.randrange(365 * 86400))
        amount = round(chance.lognormvariate(11.5, 1.1), 2)
        stage, outcome = chance.choices(deal.stages, (30, 25, 15, 10, 12, 8)[: len(deal.stages)])[0]
        name = f"{name_of(number)[:5]}{chance.randrange(1, 9)}期项目"
        row = {
            "id": 40_000_000 + number,
            "owner_id": deal.owners[who],
            "department_id": deal.departments[who],
            "created_at": updated,
            "updated_at": updated,
            "number": f"SJ-{number:08d}",
            "name": name,
            "customer_id": customer_id(number),
            "pipeline": deal.pipeline,
            "stage": stage,
            "outcome": outcome,
            "probability": chance.randrange(0, 101, 10),
            "amount": amount,
            "amount_base": amount,
            "expected_on": (NOW + timedelta(days=chance.randrange(-60, 180))).date(),
            "stage_since": updated,
        }
        yield row, entry("sales.opportunity", row, name, {"name": [name], "code": [row["number"]]})

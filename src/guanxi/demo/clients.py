"""Customers: whose they are, how they are called, what became of them, and how long ago somebody spoke to them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from guanxi.demo.cast import Client
from guanxi.demo.chance import lognormal, pick, quota, split
from guanxi.demo.days import Days
from guanxi.demo.identity import Identity
from guanxi.demo.people import Employee
from guanxi.demo.size import Size
from guanxi.demo.words import names, talk

#: How long ago a customer was last spoken to (days from, to) and how common that is. The reminder buckets follow from it.
TEMPO = {
    "today": (0, 0, 2.0), "week": (1, 6, 20.0), "seven": (8, 14, 17.0), "fifteen": (16, 29, 16.0), "month": (31, 88, 20.0),
    "quarter": (92, 180, 11.0), "half": (185, 420, 10.0), "never": (0, 0, 3.0),
}  # fmt: skip
STATUS = {"potential": 38.0, "formal": 30.0, "signed": 22.0, "abandoned": 10.0}
LEVEL = {
    "potential": {"A": 10, "B": 45, "C": 45}, "formal": {"A": 20, "B": 60, "C": 20},
    "signed": {"A": 40, "B": 50, "C": 10}, "abandoned": {"A": 5, "B": 35, "C": 60},
}  # fmt: skip
WORTH = {"A": 260_000.0, "B": 60_000.0, "C": 18_000.0}
SOURCE = {
    "search": 18, "advert": 9, "referral": 22, "online_signup": 10, "online_enquiry": 11, "visit": 4, "cold_call": 8, "phone": 8, "mail": 3,
    "fair": 12, "promotion": 5,
}  # fmt: skip
INITIAL = 0.3  # of all customers came with the first import


def invent(size: Size, staff: list[tuple[Employee, int]], days: Days, identity: Identity, chance: Random) -> list[Client]:
    """All customers of the company, oldest first."""
    owners = [(each, user) for each, user in staff if each.share]
    counts = split(size.customers, [each.share for each, _user in owners], least=min(14, size.customers // (2 * len(owners))))
    found: list[Client] = []
    for (each, user), count in zip(owners, counts, strict=True):
        side = each.department if each.department in ("east", "south") else chance.choice(("east", "south"))
        found += _of_owner(user, side, count, days, identity, chance)
    found.sort(key=lambda client: client.born)
    _group(size, found, identity, chance)
    return found


def _of_owner(user: int, side: str, count: int, days: Days, identity: Identity, chance: Random) -> list[Client]:
    tempos = quota(chance, count, {key: weight for key, (_low, _high, weight) in TEMPO.items()})
    statuses = quota(chance, count, STATUS)
    levels = ["A"] + [""] * count  # whoever has customers has a key customer
    made = []
    for tempo, status, level in zip(tempos, statuses, levels, strict=False):
        if tempo == "never":
            status = "potential" if status == "signed" else status
        client = _one(user, side, status, level, identity, chance)
        client.tempo = tempo
        _when(client, days, chance)
        made.append(client)
    return made


def _one(user: int, side: str, status: str, level: str, identity: Identity, chance: Random) -> Client:
    place = identity.place(side)
    industry = pick(chance, names.INDUSTRY_WEIGHTS)
    level = level or pick(chance, LEVEL[status])
    values: dict[str, Any] = {
        "owner": user, "level": level, "industry": industry, "source": pick(chance, SOURCE), "region": place.code,
        "type": "channel" if chance.random() < 0.1 else "end",
    }  # fmt: skip
    client = Client(values, born=datetime.min, by=user, status=status, industry=industry)
    client.weight = lognormal(chance, WORTH[level], 0.75)
    client.values["tags"] = _tags(client, chance)
    if chance.random() < 0.08:
        _as_person(client, place.code, place.district, identity, chance)
    else:
        _as_company(client, place, identity, chance)
    if chance.random() < 0.25:
        values["remark"] = chance.choice(talk.REMARKS)
    if chance.random() < 0.15:
        values["preferences"] = chance.choice(talk.NEEDS)
    return client


def _as_company(client: Client, place: Any, identity: Identity, chance: Random) -> None:
    client.brand = identity.brand()
    name = identity.company(place, client.industry, client.brand)
    values = client.values | {
        "name": name,
        "address": identity.street(place),
        "phone": identity.landline(place.area) if chance.random() < 0.75 else identity.mobile(),
        "employees": int(lognormal(chance, 40 + client.weight / 2_000, 0.9)) + 3,
    }
    if chance.random() < 0.85:
        kind = "12" if client.industry == "government" else "52" if name.endswith(("学校", "医院")) else "91"
        values["uscc"] = identity.uscc(place.code, kind)
    site = f"{identity.spelled(client.brand)}{chance.choice(('', '-group', 'tech', place.area.lstrip('0')))}.example"
    if chance.random() < 0.5:
        values["website"] = f"https://www.{site}"
    if chance.random() < 0.45:
        values["email"] = f"{chance.choice(('info', 'sales', 'office', 'hr'))}@{site}"
    if chance.random() < 0.4:
        trade = name.replace(place.city, "").replace(client.brand, "")
        values["business"] = f"{trade.split('有限')[0].strip('（）')}相关产品的研发、生产、销售与服务。"
    client.values = values


def _as_person(client: Client, region: str, district: str, identity: Identity, chance: Random) -> None:
    name, woman = identity.person()
    client.values |= {
        "name": name,
        "person": True,
        "occupation": chance.choice(names.OCCUPATIONS),
        "phone": identity.mobile(),
        "address": district,
    }
    if chance.random() < 0.35:
        client.values["resident_id"] = identity.resident_id(region, woman=woman)
    client.weight *= 0.3


def _tags(client: Client, chance: Random) -> list[str]:
    level, tags = client.values["level"], []
    if level == "A" and chance.random() < 0.5:
        tags.append("vip")
    if level == "A" and chance.random() < 0.25:
        tags.append("strategic")
    if client.status == "signed" and chance.random() < 0.25:
        tags.append("renewing")
    if client.status == "signed" and chance.random() < 0.12:
        tags.append("reference")
    if client.status in ("formal", "signed") and chance.random() < 0.07:
        tags.append("risk")
    return tags


def _when(client: Client, days: Days, chance: Random) -> None:
    """Last contact by tempo; birth before it, part of all customers at the very beginning."""
    low, high, _weight = TEMPO[client.tempo]
    if client.tempo == "never":
        born = days.draw(days.ago(40), days.ago(1))
    else:
        oldest = min(high, (days.today - days.first).days - 30)
        client.last = days.today if client.tempo == "today" else _between(days, low, max(low, oldest), chance)
        longest = {"potential": 400}.get(client.status, 2_000)
        earliest = max(days.first + timedelta(days=10), client.last - timedelta(days=longest))
        least = 90 if client.status == "signed" else 12
        born = days.draw(earliest, max(earliest, client.last - timedelta(days=least)))
        if chance.random() < INITIAL and (client.status != "potential" or client.tempo in ("quarter", "half")):
            born = days.draw(days.first, days.first + timedelta(days=9))
    client.born = days.at_work(born)


def _between(days: Days, low: int, high: int, chance: Random) -> date:
    """A day so long ago, a working day unless the span holds none."""
    span = [day for n in range(low, high + 1) if (day := days.today - timedelta(days=n)) in days.set]
    return chance.choice(span) if span else days.today - timedelta(days=low)


def _group(size: Size, clients: list[Client], identity: Identity, chance: Random) -> None:
    """Some larger companies have subsidiaries, which bear their name."""
    companies = [c for c in clients if not c.values.get("person") and c.brand]
    heads = sorted(companies[: len(companies) // 2], key=lambda c: -c.weight)[: size.groups]
    free = [c for c in companies if c not in heads]
    for head in heads:
        mine = [c for c in free if c.born > head.born and c.parent is None and c.by == head.by]
        for child in chance.sample(mine, min(len(mine), chance.choice((1, 1, 2, 2, 3)))):
            child.parent = head
            renamed = child.values["name"].replace(child.brand, head.brand)
            if renamed not in identity.taken:
                identity.taken.add(renamed)
                child.values["name"], child.brand = renamed, head.brand

"""Follow-ups: on which days each customer was spoken to, by whom, in what phase, and when the next time was planned."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from guanxi.demo.cast import Client, Story, Talk
from guanxi.demo.chance import pick
from guanxi.demo.days import Days
from guanxi.demo.size import Size
from guanxi.demo.talking import Words
from guanxi.demo.words import talk

MODES = {
    "first": {"call": 55, "wechat": 20, "mail": 8, "visit": 10, "event": 7},
    "needs": {"call": 32, "visit": 30, "wechat": 26, "mail": 10, "event": 2},
    "offer": {"call": 26, "visit": 34, "wechat": 22, "mail": 16, "event": 2},
    "bargain": {"call": 36, "visit": 26, "wechat": 28, "mail": 10},
    "after": {"call": 38, "visit": 18, "wechat": 34, "mail": 7, "sms": 3},
    "cool": {"call": 45, "wechat": 38, "sms": 9, "mail": 8},
}
#: What a customer's last follow-up leaves for the future, by tempo: nothing, today, missed, or a day to come.
NEXT = {
    "today": {"ahead": 90, "none": 10}, "week": {"ahead": 62, "today": 14, "missed": 9, "none": 15},
    "seven": {"ahead": 45, "today": 12, "missed": 25, "none": 18}, "fifteen": {"ahead": 32, "today": 5, "missed": 33, "none": 30},
    "month": {"ahead": 14, "missed": 26, "none": 60}, "quarter": {"ahead": 5, "missed": 15, "none": 80},
    "half": {"missed": 6, "none": 94},
}  # fmt: skip


def invent(size: Size, story: Story, service: list[int], days: Days, words: Words, chance: Random) -> None:
    """Add all follow-ups to the story, oldest first."""
    spoken = [client for client in story.clients if client.last]
    for client, count in zip(spoken, _counts(size.follow_ups, spoken, days, chance), strict=True):
        moments = _moments(client, count, days)
        for place in range(len(moments)):
            author = chance.choice(service) if service and client.status == "signed" and chance.random() < 0.12 else client.by
            story.talks.append(_one(client, place, moments, author, days, words, chance))
    _plan_ahead(story, days, chance)
    story.talks.sort(key=lambda each: each.values["happened_at"])


def _counts(total: int, clients: list[Client], days: Days, chance: Random) -> list[int]:
    """So many follow-ups for each customer: by what it is worth, at most three in five working days."""
    room = [max(1, int(days.count(c.born.date(), c.last or days.today) * 0.6)) for c in clients]
    eager = {"potential": 0.6, "formal": 1.2, "signed": 1.5, "abandoned": 0.5}
    weights = [(c.weight**0.35) * eager[c.status] * chance.uniform(0.5, 1.8) for c in clients]
    low, high = 0.0, float(total)
    for _round in range(60):
        scale = (low + high) / 2
        counts = [min(r, max(1, int(w * scale))) for r, w in zip(room, weights, strict=True)]
        low, high = (scale, high) if sum(counts) < total else (low, scale)
    short = total - sum(counts)
    order = sorted(range(len(clients)), key=lambda i: room[i] - counts[i], reverse=True)
    for i in order[: abs(short)]:
        counts[i] += 1 if short > 0 else -1 if counts[i] > 1 else 0
    return counts


def _moments(client: Client, count: int, days: Days) -> list[datetime]:
    """The days drawn, the last one certain, all after the customer came."""
    assert client.last is not None
    first = client.born.date() + timedelta(days=1)
    drawn = {days.draw(first, client.last) for _try in range(count - 1)}
    tries = 0
    while len(drawn) < count - 1 and tries < count * 6:
        drawn.add(days.draw(first, client.last))
        tries += 1
    repeated = count - 1 - len(drawn)
    whole = sorted([*(day for day in drawn if day < client.last), *([client.last] * 1)])
    moments = [days.at_work(day) for day in whole]
    spare = count - len(moments)
    moments += [days.at_work(days.draw(first, client.last)) for _try in range(max(spare, 0) if repeated or spare else 0)]
    return sorted(max(moment, client.born + timedelta(minutes=20)) for moment in moments)


def _phase(client: Client, place: int, count: int, moment: datetime, chance: Random) -> str:
    """Where the relation stood at that moment."""
    part = place / max(1, count - 1)
    if place == 0 or (place < 2 and count > 5):
        return "first"
    if client.status == "signed" and part > 0.45:
        return "after"
    if client.status == "abandoned" and part > 0.6:
        return "cool"
    if client.status == "potential":
        return chance.choice(("first", "needs", "needs", "cool"))
    return "needs" if part < 0.35 else "offer" if part < 0.7 else chance.choice(("offer", "bargain", "bargain"))


def _one(client: Client, place: int, moments: list[datetime], author: int, days: Days, words: Words, chance: Random) -> Talk:
    moment = moments[place]
    phase = _phase(client, place, len(moments), moment, chance)
    mode = pick(chance, MODES[phase])
    known = [c for c in client.contacts if c.born < moment]
    contact = (known[0] if chance.random() < 0.55 else chance.choice(known)) if known and chance.random() < 0.92 else None
    about = [c for c in client.chances if c.born < moment]
    minutes = {"call": chance.randint(3, 25), "visit": chance.choice((45, 60, 90, 120, 150)), "event": chance.choice((30, 60, 180))}.get(
        mode, 0
    )
    product = chance.choice(talk.PRODUCTS[client.industry].split())
    values: dict[str, Any] = {
        "summary": words.summary(mode, phase, client, contact, product=product, minutes=minutes),
        "mode": mode,
        "direction": "into" if chance.random() < 0.14 else "out",
        "happened_at": moment,
    }
    if minutes:
        values["minutes"] = minutes
    if mode == "visit":
        values |= {"place": client.values["address"][:60] or "客户公司", "purpose": chance.choice(talk.PURPOSES[phase])}
    if chance.random() < 0.12:
        values["promise"] = chance.choice(talk.PROMISES)
    if place + 1 < len(moments) and chance.random() < 0.8:
        _plan(values, phase, days, moment, moments[place + 1].date(), chance)
    written = min(moment + timedelta(minutes=chance.randint(2, 55)), max(days.now, moment))
    return Talk(
        values, written, author, customer=client, with_whom=contact, about=chance.choice(about) if about and chance.random() < 0.6 else None
    )


def _plan(values: dict[str, Any], phase: str, days: Days, moment: datetime, actual: date, chance: Random) -> None:
    """The next follow-up as it was planned: about when it then took place."""
    at = days.later(actual - timedelta(days=chance.choice((0, 0, 0, 0, 1, 1, 2, 5))))
    if at > moment:
        values |= {"next_at": at, "next_plan": chance.choice(talk.PLANS[phase])}


def _plan_ahead(story: Story, days: Days, chance: Random) -> None:
    """What the last follow-up of each customer leaves to be done; the first customers of each owner get one of everything."""
    last: dict[int, Talk] = {}
    for each in story.talks:
        known = last.get(id(each.customer))
        if known is None or each.values["happened_at"] >= known.values["happened_at"]:
            last[id(each.customer)] = each
    certain: dict[int, list[str]] = {}
    for each in last.values():
        client = each.customer
        assert client is not None
        kinds = certain.setdefault(client.by, ["today", "missed", "ahead", "today", "missed"])
        kind = kinds.pop() if kinds and client.tempo in ("week", "seven", "fifteen") else pick(chance, NEXT[client.tempo])
        if client.status == "abandoned" and kind == "ahead":
            kind = "none"
        at = _next(kind, client, each, days, chance)
        if at is not None and at > each.values["happened_at"]:
            each.values |= {"next_at": at, "next_plan": chance.choice(talk.PLANS["after" if client.status == "signed" else "needs"])}


def _next(kind: str, client: Client, each: Talk, days: Days, chance: Random) -> datetime | None:
    if kind == "today":
        return days.later(days.today)
    if kind == "ahead":
        return days.later(days.ahead(days.today, 1, 24))
    if kind == "missed" and client.last and client.last < days.today - timedelta(days=1):
        return days.later(days.draw(client.last + timedelta(days=1), days.today - timedelta(days=1)))
    return None

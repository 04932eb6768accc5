"""Opportunities: which customer, how much, and when each stage was entered; the past is laid out backwards from its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from guanxi.demo.cast import Chance, Client, Move, Story
from guanxi.demo.chance import lognormal, pick, quota, split
from guanxi.demo.days import Days
from guanxi.demo.talking import Words
from guanxi.demo.words import talk

STAGES = {
    "contact": 8.0, "needs": 9.0, "proposal": 9.0, "negotiation": 6.0, "renewal_plan": 3.0, "renewal_talk": 3.0,
    "won": 27.0, "lost": 20.0, "renewal_won": 7.0, "renewal_lost": 4.0, "invalid": 4.0,
}  # fmt: skip
WAY = {
    "standard": ("contact", "needs", "proposal", "negotiation"),
    "renewal": ("renewal_plan", "renewal_talk"),
}
#: Which customers an ending suits best.
FITS = {
    "won": "signed",
    "renewal_won": "signed",
    "renewal_plan": "signed",
    "renewal_talk": "signed",
    "renewal_lost": "signed",
    "invalid": "potential",
}
REASONS = {"competitor": 34, "budget": 24, "cancelled": 16, "changed": 14, "decision": 12}
STALE = 0.35
OPEN = ("contact", "needs", "proposal", "negotiation", "renewal_plan", "renewal_talk")


@dataclass(frozen=True)
class Maker:
    """What the inventing functions share."""

    days: Days
    words: Words
    chance: Random


def invent(total: int, story: Story, days: Days, words: Words, chance: Random) -> None:
    """Add all opportunities and their moves to the story."""
    owners = sorted({c.by for c in story.clients})
    worth = [sum(c.weight for c in story.clients if c.by == owner) ** 0.8 for owner in owners]
    maker = Maker(days, words, chance)
    for owner, count in zip(owners, split(total, worth, least=min(14, total // (2 * len(owners)))), strict=True):
        mine = [c for c in story.clients if c.by == owner and not c.values.get("person") and c.tempo != "never"]
        for place, stage in enumerate(_stages(chance, count)):
            client = _client(mine, stage, days, chance)
            found = _one(client, stage, place, maker, story)
            client.chances.append(found)
            story.chances.append(found)
    story.chances.sort(key=lambda each: each.born)


def _stages(chance: Random, count: int) -> list[str]:
    """Stages of one owner's opportunities, open ones first so that the first of them can be given what every owner should have."""
    return sorted(quota(chance, count, STAGES), key=lambda stage: stage not in OPEN)


def _client(mine: list[Client], stage: str, days: Days, chance: Random) -> Client:
    wanted = FITS.get(stage)
    before = days.now - timedelta(days=150 if wanted == "signed" else 45)
    pools = [[c for c in mine if c.born < before and (c.status == wanted if wanted else c.status in ("formal", "signed"))], mine]
    pool = next(p for p in pools if p)
    busy = [c.weight**0.6 / (1 + len(c.chances)) ** 2 for c in pool]
    return chance.choices(pool, busy)[0]


def _one(client: Client, stage: str, place: int, maker: Maker, story: Story) -> Chance:
    chance = maker.chance
    pipeline = "renewal" if stage.startswith("renewal") else "standard"
    way = list(WAY[pipeline])
    way = way[: way.index(stage)] if stage in way else way[: chance.randint(1, len(way)) if stage in ("lost", "invalid") else len(way)]
    ended = _entered(client, stage, place, maker)
    moments = _backwards(client, ended, len(way), maker)
    product = chance.choice(talk.PRODUCTS[client.industry].split())
    values: dict[str, Any] = {
        "name": _name(client, product, pipeline, chance),
        "amount": _amount(client, chance),
        "pipeline": pipeline,
        "stage": way[0] if way else stage,
        "expected_on": _expected(stage, place, ended.date(), maker),
        "owner": client.by,
    }
    if chance.random() < 0.6:
        values["requirement"] = maker.words.fill(chance.choice(talk.REQUIREMENTS), client, product=product)
    contacts = client.contacts[: chance.choice((0, 1, 1, 2))]
    found = Chance(values, moments[0], client.by, customer=client, product=product, contacts=contacts)
    for moment, name in zip(moments[1:], [*way[1:], stage], strict=False):
        if name != values["stage"]:
            story.moves.append(Move(moment, found, {"stage": name, **(_closing(stage, chance) if name == stage else {})}))
    if stage in OPEN and chance.random() < 0.7:
        values["next_step"] = chance.choice(talk.PLANS[{"contact": "first", "needs": "needs", "proposal": "offer"}.get(stage, "bargain")])
    return found


def _entered(client: Client, stage: str, place: int, maker: Maker) -> datetime:
    """When the present stage was entered: open ones lately or too long ago, closed ones any time."""
    days, chance = maker.days, maker.chance
    if stage in OPEN:
        stale = place == 1 or (place != 0 and chance.random() < STALE)
        day = days.draw(days.ago(70), days.ago(17)) if stale else days.draw(days.ago(12), days.ago(1))
    else:
        day = days.draw(client.born.date() + timedelta(days=20), days.ago(1))
    return max(days.at_work(day), client.born + timedelta(days=1, minutes=place % 50))


def _backwards(client: Client, ended: datetime, earlier: int, maker: Maker) -> list[datetime]:
    """The moments of all stages, the last one `ended`, none before the customer was known."""
    moments = [ended]
    room = ended - client.born
    for left in range(earlier, 0, -1):
        span = min(timedelta(days=maker.chance.randint(5, 32)), room / (left + 1))
        moment = moments[0] - span
        day = maker.days.work[max(0, _place(maker.days, moment.date()))]
        proper = maker.days.at_work(day)
        moments.insert(0, proper if client.born < proper < moments[0] else moment)
        room = moments[0] - client.born
    return moments


def _place(days: Days, day: date) -> int:
    from bisect import bisect_right

    return bisect_right(days.work, day) - 1


def _name(client: Client, product: str, pipeline: str, chance: Random) -> str:
    short = client.brand or client.values["name"][:6]
    if pipeline == "renewal":
        return f"{short}{product}续约"
    end = chance.choice(("项目", "一期", "试点项目", "采购", "升级项目", "二期", "集团推广", "扩容"))
    return f"{short}{product}{end}"


def _amount(client: Client, chance: Random) -> int:
    raw = max(3_000.0, lognormal(chance, client.weight, 0.6))
    unit = 100 if raw < 20_000 else 1_000 if raw < 200_000 else 10_000
    return max(unit, round(raw / unit) * unit)


def _expected(stage: str, place: int, ended: date, maker: Maker) -> date:
    """Closed ones were expected about when they ended; of the open ones some close this month, some are late."""
    days, chance = maker.days, maker.chance
    if stage not in OPEN:
        return ended + timedelta(days=chance.randint(-10, 15))
    month_end = (days.today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if place < 2 or chance.random() < 0.25:
        return days.today + timedelta(days=chance.randint(0, (month_end - days.today).days))
    return days.today + timedelta(days=chance.randint(-15, 110))


def _closing(stage: str, chance: Random) -> dict[str, Any]:
    if stage in ("lost", "renewal_lost"):
        reason = pick(chance, REASONS)
        return {"loss_reason": reason, "close_note": chance.choice(talk.CLOSE_LOST[reason])}
    if stage in ("won", "renewal_won"):
        return {"close_note": chance.choice(talk.CLOSE_WON)}
    return {"close_note": "重复录入。"} if stage == "invalid" else {}

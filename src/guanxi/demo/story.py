"""The whole story of a company, invented in memory before a single row is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from guanxi.demo import clients, contacts, follow_ups, pipeline
from guanxi.demo.cast import Client, Move, Story
from guanxi.demo.days import Days
from guanxi.demo.identity import Identity
from guanxi.demo.people import Employee
from guanxi.demo.size import Size
from guanxi.demo.talking import Words

SEED = "云帆科技"


def invent(size: Size, staff: list[tuple[Employee, int]]) -> tuple[Story, Days]:
    """Invent everything that happened up to now. `staff` are the employees with their ids."""
    chance = Random(SEED)
    days, identity, words = Days(chance, size.days), Identity(chance), Words(chance)
    story = Story()
    story.clients = clients.invent(size, staff, days, identity, chance)
    story.contacts = contacts.invent(size, story.clients, days, identity, chance)
    pipeline.invent(size.opportunities, story, days, words, chance)
    service = [user for each, user in staff if each.role == "service"]
    follow_ups.invent(size, story, service, days, words, chance)
    won = {id(m.figure): m.at for m in reversed(story.moves) if m.values["stage"] in ("won", "renewal_won")}
    for client in story.clients:
        _grow(client, [won[id(each)] for each in client.chances if id(each) in won], story, days, chance)
    story.moves.sort(key=lambda move: move.at)
    return story, days


def _grow(client: Client, wins: list[datetime], story: Story, days: Days, chance: Random) -> None:
    """Every customer starts as potential; what became of it is a change of its status with a date."""
    client.values["status"] = "potential"
    if client.status == "potential":
        return
    end = days.at_work(client.last) if client.last and client.last < days.today else days.now - timedelta(hours=30)
    end = max(end, client.born + timedelta(minutes=30))
    turned = min(wins) if wins else end if client.status == "abandoned" else _between(client.born, end, chance)
    if client.status == "signed" and turned - client.born > timedelta(days=3):
        story.moves.append(Move(_between(client.born, turned, chance), client, {"status": "formal"}))
    story.moves.append(Move(turned, client, {"status": client.status}))


def _between(first: datetime, last: datetime, chance: Random) -> datetime:
    return first + (last - first) * chance.uniform(0.1, 0.7)

"""What makes a company look lived in beside its records: shared customers, remarks of colleagues, a recycle bin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random

from guanxi.demo.cast import Chance, Client, Story
from guanxi.demo.days import Days
from guanxi.demo.telling import CONTACT, CUSTOMER, DOOR, OPPORTUNITY
from guanxi.demo.words import talk
from guanxi.kernel import clock, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.models import Comment, Share
from guanxi.kernel.registry import registry
from guanxi.org import actors
from guanxi.org.models import User

#: One contact in so many has agreed to something.
AGREED = 25
SUBJECTS = (("marketing", "同意接收新品与活动信息"), ("service", "同意回访与满意度调查"), ("profiling", "同意用于需求分析"))
CONSENT = registry.get("customers.consent")
#: Login → (customers shared with him, opportunities shared with him).
SHARED = {"sales": (6, 3), "sales2": (5, 2), "manager": (3, 1), "director": (2, 1)}


def add(story: Story, people: Mapping[str, User], days: Days) -> None:
    """Add all of it."""
    chance = Random("extras")
    _share(story, people, chance)
    _comment(story, people, days, chance)
    _agree(story, days, chance)
    _throw_away(story, people, days)


def _share(story: Story, people: Mapping[str, User], chance: Random) -> None:
    """Co-owners and collaborators: what is shared with the demo logins belongs to others."""
    rows = []
    for login, (customers, opportunities) in SHARED.items():
        user = people[login].pk
        theirs = [c for c in story.clients if c.by != user and c.tempo != "never"]
        deals = [c for c in story.chances if c.by != user]
        for place, client in enumerate(chance.sample(theirs, min(customers, len(theirs)))):
            part = "co_owner" if place % 2 == 0 else "collaborator"
            rows.append(_shared(CUSTOMER.key, client.id, user, part, client.by))
        rows += [_shared(OPPORTUNITY.key, d.id, user, "collaborator", d.by) for d in chance.sample(deals, min(opportunities, len(deals)))]
    Share.objects.bulk_create(rows)


def _shared(entity: str, record: int, user: int, part: str, giver: int) -> Share:
    return Share(entity=entity, record=record, to="person", grantee=user, edit=part == "co_owner", part=part, created_by=giver)


def _comment(story: Story, people: Mapping[str, User], days: Days, chance: Random) -> None:
    logins = [login for login in ("director", "manager", "service", "business", "luozq") if login in people]
    figures: list[Client | Chance] = [*chance.sample(story.clients, len(story.clients) // 40 + 3), *story.chances[-12:]]
    rows = []
    for figure in figures:
        entity = CUSTOMER if isinstance(figure, Client) else OPPORTUNITY
        at = figure.born + (days.now - figure.born) * chance.uniform(0.2, 0.98)
        author = people[chance.choice(logins)].pk
        rows.append(Comment(entity=entity.key, record=figure.id, body=chance.choice(talk.COMMENTS), created_by=author, created_at=at))
    Comment.objects.bulk_create(rows)


def _agree(story: Story, days: Days, chance: Random) -> None:
    """Some contacts have said what their data may be used for; a few have taken it back."""
    figures = chance.sample(story.contacts, len(story.contacts) // AGREED)
    rows = []
    for figure in figures:
        purpose, subject = chance.choice(SUBJECTS)
        given = figure.born.date()
        row = {"contact": figure.id, "subject": subject, "purpose": purpose, "ground": "consent", "given_on": given, "proof": "微信确认"}
        if chance.random() < 0.15:
            row["withdrawn_on"] = given + (days.today - given) / 2
        rows.append(row)
    authors, moments = [f.by for f in figures], [f.born for f in figures]
    outcome = write.create_many(CONSENT, rows, actor=SYSTEM, door=DOOR, born=moments, by=authors)
    if outcome.refused:
        raise ValueError(f"The demo invented a bad consent: {outcome.refused}")


def _throw_away(story: Story, people: Mapping[str, User], days: Days) -> None:
    """A few records of the demo logins in the recycle bin, thrown away by their owners in the last days."""
    for place, login in enumerate(("sales", "sales2", "manager")):
        user = people[login]
        customers = [c for c in story.clients if c.by == user.pk and c.tempo == "never" and not c.chances][-2:]
        contacts = [c for c in story.contacts if c.by == user.pk and not c.values["main"] and c.customer not in customers][:2]
        deals = [c for c in story.chances if c.by == user.pk and c.values["stage"] == "invalid"][:1]
        with clock.frozen(days.now - timedelta(days=place + 1, hours=2)):
            actor = actors.resolve(user)
            for entity, figures in ((CUSTOMER, customers[:1]), (CONTACT, contacts), (OPPORTUNITY, deals)):
                write.delete_many(entity, [each.id for each in figures], actor=actor, door="web")

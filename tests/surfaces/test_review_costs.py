"""What a page of reviews asks of the database: the same for many cards as for few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, drafts, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import reviews
from tests import samples
from tests.people import Cast, closed

pytestmark = pytest.mark.django_db
CUSTOMER, OPPORTUNITY = registry.get("customers.customer"), registry.get("sales.opportunity")


def sent(cast: Cast, count: int) -> list[Draft]:
    """Changes of opportunities from one customer to another, each changed by somebody else since."""
    made = []
    for n in range(count):
        old, new, third = (samples.make(CUSTOMER, actor=cast.owner, name=f"{word} {n:02}") for word in ("Old", "New", "Third"))
        row = samples.make(OPPORTUNITY, actor=cast.owner, customer=old.id)
        about = {"entity": OPPORTUNITY.key, "record": row.id, "title": row.name, "verb": "update", "action": "edit", "base": row.version}
        values = {"values": {"customer": new.id}, "former": {"customer": old.id}}
        made.append(Draft.objects.create(**about, **values, asks=["superior"], author=cast.owner.id, sent_at=clock.now(), door="test"))
        write.update((OPPORTUNITY, row.id), {"customer": third.id}, actor=cast.owner, door="test")
    return made


def drawn(found: list[Draft], actor: Actor) -> tuple[list[list[tuple[str, str, str]]], int]:
    """The lines of each card, and how many statements they took."""
    reviews.cards(found[:1], actor, {})  # what a process keeps is kept now
    with CaptureQueriesContext(connection) as asked:
        cards = reviews.cards(found, actor, {})
    return [[(line.old, line.new, line.now) for line in card["lines"]] for card in cards], len(asked)


def test_forty_cards_ask_no_more_than_five(cast: Cast) -> None:
    found, manager = sent(cast, 40), cast.again(cast.manager)
    assert drafts.decidable(manager).count() == 40
    few, cost = drawn(found[:5], manager)
    assert few == [[(f"Old {n:02}", f"New {n:02}", f"Third {n:02}")] for n in range(5)]
    many, more = drawn(found, manager)
    assert len(many) == 40
    assert more == cost


def test_titles_that_a_reviewer_may_not_read_are_not_in_the_cards(cast: Cast) -> None:
    found = sent(cast, 2)
    blind = closed(cast.again(cast.manager), CUSTOMER.key, CUSTOMER.title, "hidden")
    assert all(title == "" for lines in drawn(found, blind)[0] for line in lines for title in line)
    narrow = cast.again(cast.manager)
    other = samples.make(CUSTOMER, actor=cast.stranger, name="Elsewhere")
    found[0].former = {"customer": other.id}
    found[0].save()
    assert drawn(found, narrow)[0][0][0][0] == ""

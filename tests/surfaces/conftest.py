"""Somebody at a browser: a signed-in client for each of the cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.org.models import User


@pytest.fixture
def at_desk(db: None) -> Callable[[Actor], Client]:
    """A browser in which this person is signed in, with the English page."""

    def sit(actor: Actor) -> Client:
        User.objects.filter(id=actor.id).update(language="en")
        client = Client()
        client.force_login(User.objects.get(id=actor.id))
        return client

    return sit

"""A form of leads that is open, and somebody who fills it in with the patience of a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.surfaces.collecting import shelf, ticket
from guanxi.surfaces.collecting.models import CollectForm
from tests.people import Cast
from tests.security.conftest import post  # noqa: F401 - a fixture
from tests.surfaces.conftest import at_desk  # noqa: F401 - a fixture

Desk = Callable[[Actor], Client]
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def _afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ticket, "QUICKEST", 0)
    shelf.clear()
    yield
    shelf.clear()


def said(cast: Cast, **more: Any) -> dict[str, Any]:
    """What an administrator types into the page of a form."""
    return {
        "name": "Fair lead",
        "person": cast.owner.id,
        "title-zh": "展会登记",
        "title-en": "Fair registration",
        "intro-en": "Tell us what you need.",
        "thanks-en": "See you soon.",
        "asked": ["name", "phone", "email", "requirement"],
        "must-phone": "1",
        "zh-name": "您的公司",
        "en-name": "Your company",
        "fixed-source": "fair",
        **more,
    }


def made(desk: Client, cast: Cast, of: str = "leads", **more: Any) -> CollectForm:
    """A form designed on the screen, and opened."""
    answer = desk.post("/admin/collect/new/", {"name": "Fair lead", "of": of})
    assert answer.status_code == 302, unescape(answer.content.decode())[-2000:]
    address = answer["Location"]
    answer = desk.post(address, said(cast, **more))
    assert answer.status_code == 302, unescape(answer.content.decode())
    answer = desk.post(address + "switch/", {"active": "1"})
    assert answer.status_code == 302, unescape(answer.content.decode())
    return CollectForm.objects.select_related("person").latest("pk")


@pytest.fixture
def form(cast: Cast, at_desk: Desk) -> CollectForm:  # noqa: F811
    return made(at_desk(cast.business), cast)


class Stranger:
    """Somebody at a telephone: no account, no cookie."""

    def __init__(self, form: CollectForm) -> None:
        self.browser, self.address = Client(enforce_csrf_checks=True, **ENGLISH), f"/f/{form.token}/"

    def look(self, **query: str) -> str:
        answer = self.browser.get(self.address, query)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def ticket(self) -> str:
        found = re.search(r'name="_ticket" value="([^"]+)"', self.look())
        assert found
        return found[1]

    def send(self, **values: Any) -> Any:
        given = {"_ticket": values.get("_ticket") or self.ticket(), "name": "Newcomer Ltd", "phone": "13812346021", **values}
        return self.browser.post(self.address, given)

"""The page of the API: what its reader may call, no more, and a token to try it with."""

from __future__ import annotations

from django.test import Client

from guanxi.org.models import Token, User
from tests.api.conftest import Program
from tests.people import Cast


def page_of(actor: object, *, verb: str = "get") -> str:
    """The page as somebody gets it."""
    found = Client()
    found.force_login(User.objects.get(pk=actor.id))  # type: ignore[attr-defined]
    answer = getattr(found, verb)("/api/docs/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return str(answer.content.decode())


def test_it_shows_what_its_reader_may_call(cast: Cast) -> None:
    mine, theirs = page_of(cast.owner), page_of(cast.readonly)
    assert 'data-verb="POST" data-path="/api/v1/customers"' in mine
    assert 'data-verb="GET" data-path="/api/v1/customers"' in theirs
    assert 'data-verb="POST" data-path="/api/v1/customers"' not in theirs
    assert "/api/v1/customers" not in page_of(cast.admin)
    assert Client().get("/api/docs/").status_code == 302


def test_nothing_on_it_comes_from_elsewhere_or_breaks_the_policy(cast: Cast) -> None:
    text = page_of(cast.owner)
    assert "<script>" not in text
    assert ' onclick="' not in text
    assert "cdn" not in text


def test_a_token_to_try_with(cast: Cast) -> None:
    token = "gx_" + page_of(cast.owner, verb="post").partition("gx_")[2].partition('"')[0]
    assert Program(token, Client()).get("customers").status_code == 200
    assert Token.objects.get().expires_at is not None
    assert token not in page_of(cast.owner)

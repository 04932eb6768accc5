"""How the first people of a company come in, and the one password that is no secret."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from guanxi.org import accounts
from guanxi.org.backend import DEMO_PASSWORD
from guanxi.org.models import User

pytestmark = pytest.mark.django_db


def test_an_account_from_the_terminal_must_change_its_password_before_anything_else(client: Client) -> None:
    password = accounts.create("wang", name="王雅婷", role="sales", department="华东一部")
    assert client.post("/login/", {"username": "wang", "password": password}).headers["Location"] == "/settings/password/"
    assert client.get("/customers/").headers["Location"] == "/settings/password/"
    client.post("/settings/password/", {"old": password, "new": "Mo-yu-2026-ok", "again": "Mo-yu-2026-ok"})
    assert client.get("/customers/").status_code == 200


def test_a_taken_login_and_an_unknown_role_are_refused_with_what_to_do() -> None:
    accounts.create("wang", name="王", role="sales", department="华东一部")
    with pytest.raises(ValueError, match="is taken"):
        accounts.create("WANG", name="王", role="sales", department="华东一部")
    with pytest.raises(ValueError, match="known are admin, business"):
        accounts.create("li", name="李", role="boss", department="华东一部")


def test_the_demo_password_opens_no_account_outside_the_demo(client: Client) -> None:
    accounts.create("li", name="李", role="sales", department="华东一部")
    user = User.objects.get(login="li")
    with pytest.raises(ValidationError):
        validate_password(DEMO_PASSWORD, user)
    user.set_password(DEMO_PASSWORD)
    user.save()
    assert client.post("/login/", {"username": "li", "password": DEMO_PASSWORD}).status_code == 422

"""Tokens that reach less far than their person, programs that get their own, and how often any of them may ask."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import Application, Token, User
from guanxi.surfaces.api import rate
from tests import samples
from tests.api.conftest import Program
from tests.people import Cast

customers, contacts = registry.get("customers.customer"), registry.get("customers.contact")


def browser_of(actor: Any) -> Client:
    """Somebody at his screen."""
    found = Client()
    found.force_login(User.objects.get(pk=actor.id))
    return found


def scoped(actor: Any, *scopes: str) -> Program:
    """A program whose token reaches that far."""
    return Program(tokens.issue(actor.login, scopes=scopes), Client())


class TestScopes:
    """A token never reaches further than its person, and as little as it says."""

    def test_who_may_only_read_changes_nothing(self, cast: Cast) -> None:
        mine = scoped(cast.owner, "read")
        one = samples.make(customers, actor=cast.owner)
        assert mine.get(f"customers/{one.id}").status_code == 200
        for verb, path in (("POST", "customers"), ("PATCH", f"customers/{one.id}"), ("DELETE", f"customers/{one.id}")):
            answer = mine.send(verb, path, {"name": "Other"})
            assert (answer.status_code, "insufficient_scope" in answer["WWW-Authenticate"]) == (403, True)
        paths = mine.get("openapi.json").json()["paths"]
        assert {verb for path in paths.values() for verb in path} <= {"get", "parameters"}

    def test_one_entity_alone(self, cast: Cast) -> None:
        mine = scoped(cast.owner, "customers:read", "contacts:write")
        one = samples.make(customers, actor=cast.owner)
        assert mine.get("customers").status_code == mine.get("contacts").status_code == 200
        assert mine.get("opportunities").status_code == 404
        assert mine.patch(f"customers/{one.id}", {"name": "Other"}).status_code == 403
        assert mine.post("contacts", {"name": "Wang", "customer": one.id}).status_code == 201
        slugs = {e["slug"] for e in mine.get("meta/entities").json()["results"]}
        assert {slug for slug in slugs if not slug.startswith("pool-")} == {"customers", "contacts"}  # a pool is of customers

    def test_nothing_is_added(self, cast: Cast) -> None:
        assert scoped(cast.stranger, "write").get("customers").json()["results"] == []
        assert scoped(cast.admin, "read").get("webhooks").status_code == 404


class TestOwn:
    """Tokens in one's own settings."""

    def test_made_shown_once_and_ended(self, cast: Cast) -> None:
        mine = browser_of(cast.owner)
        page = mine.post("/settings/tokens/", {"name": "Report", "scope": "read", "days": "30"}).content.decode()
        token = page.partition("gx_")[2].partition("<")[0]
        program = Program(f"gx_{token}", Client())
        assert program.get("customers").status_code == 200
        assert token not in mine.get("/settings/tokens/").content.decode()
        row = Token.objects.get(name="Report")
        assert row.expires_at is not None
        assert browser_of(cast.mate).post(f"/settings/tokens/{row.pk}/").status_code == 404
        assert program.get("customers").status_code == 200
        mine.post(f"/settings/tokens/{row.pk}/")
        assert program.get("customers").status_code == 401

    def test_one_that_has_ended_lets_nobody_in(self, cast: Cast) -> None:
        token = tokens.issue(cast.owner.login, until=clock.now() + timedelta(days=1))
        assert Program(token, Client()).get("customers").status_code == 200
        Token.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        assert Program(token, Client()).get("customers").status_code == 401

    @pytest.mark.parametrize("bad", [{"name": ""}, {"scope": "admin"}, {"days": "5"}])
    def test_nonsense_is_refused(self, cast: Cast, bad: dict[str, str]) -> None:
        assert browser_of(cast.owner).post("/settings/tokens/", {"name": "x", "scope": "", "days": "30", **bad}).status_code == 422
        assert not Token.objects.exists()


@pytest.fixture
def secret(cast: Cast) -> tuple[Application, str]:
    """An application of Olivia's, made at the screen."""
    body = {"name": "Warehouse", "user": cast.owner.id, "scopes": "customers:read contacts:write", "active": "1"}
    page = browser_of(cast.admin).post("/admin/applications/new/", body).content.decode()
    return Application.objects.get(), "gxs_" + page.partition("gxs_")[2].partition("<")[0]


def ask(client_id: str, secret: str, *, basic: bool = True, place: str = "127.0.0.1", **body: Any) -> Any:
    """A request for an access token, from an address."""
    given = {"grant_type": "client_credentials", **body}
    coded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {coded}"} if basic else {}
    content = given if basic else {**given, "client_id": client_id, "client_secret": secret}
    form = "&".join(f"{k}={v}" for k, v in content.items())
    browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=place)
    return browser.post("/oauth/token", form, content_type="application/x-www-form-urlencoded", headers=headers)


class TestApplications:
    """Client credentials, RFC 6749 section 4.4."""

    @pytest.mark.feature("INT-02")
    @pytest.mark.parametrize("basic", [True, False])
    def test_an_hour_for_an_id_and_a_secret(self, cast: Cast, secret: tuple[Application, str], basic: bool) -> None:
        row, word = secret
        samples.make(customers, actor=cast.owner)
        answer = ask(row.client_id, word, basic=basic)
        found = answer.json()
        assert (answer.status_code, answer["Cache-Control"], found["token_type"], found["expires_in"]) == (200, "no-store", "Bearer", 3600)
        program = Program(found["access_token"], Client())
        assert len(program.results("customers")) == 1
        assert program.post("customers", {"name": "Other"}).status_code == 403
        Token.objects.update(expires_at=clock.now())
        assert program.get("customers").status_code == 401
        assert word not in row.digest

    def test_a_narrower_scope_and_no_wider_one(self, secret: tuple[Application, str]) -> None:
        row, word = secret
        found = ask(row.client_id, word, scope="contacts:read").json()
        assert found["scope"] == "contacts:read"
        assert Program(found["access_token"], Client()).get("customers").status_code == 404
        for scope in ("write", "customers:write", "nothing:read", "admin"):
            answer = ask(row.client_id, word, scope=scope)
            assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})

    def test_errors_bear_the_names_of_the_standard(self, secret: tuple[Application, str]) -> None:
        row, word = secret
        wrong = ask(row.client_id, "nonsense")
        assert (wrong.status_code, wrong.json(), wrong["WWW-Authenticate"][:5]) == (401, {"error": "invalid_client"}, "Basic")
        assert ask("gxc_nobody", word).json() == {"error": "invalid_client"}
        assert ask(row.client_id, word, grant_type="password").json() == {"error": "unsupported_grant_type"}
        assert ask(row.client_id, word, grant_type="").json() == {"error": "invalid_request"}
        assert Client().get("/oauth/token").status_code == 405
        assert Client().post("/oauth/token", "{}", content_type="application/json").json() == {"error": "invalid_request"}

    def test_closed_or_with_another_secret_it_is_out_at_once(self, cast: Cast, secret: tuple[Application, str]) -> None:
        row, word = secret
        program = Program(ask(row.client_id, word).json()["access_token"], Client())
        Application.objects.update(active=False)
        assert program.get("customers").status_code == 401
        assert ask(row.client_id, word).status_code == 401
        Application.objects.update(active=True)
        browser_of(cast.admin).post(f"/admin/applications/{row.pk}/secret/")
        assert program.get("customers").status_code == 401
        assert ask(row.client_id, word).status_code == 401

    def test_who_guesses_waits(self, secret: tuple[Application, str]) -> None:
        row, word = secret
        statuses = [ask(row.client_id, "wrong").status_code for _try in range(22)]
        assert statuses[:20] == [401] * 20
        assert statuses[20:] == [429, 429]
        assert ask(row.client_id, word).status_code == 429
        assert ask(row.client_id, word, place="192.0.2.7").status_code == 200  # nobody is locked out by a stranger


class TestRate:
    """So many a minute, told in headers."""

    @pytest.fixture(autouse=True)
    def minute(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.GUANXI_API_RATE = 5
        monkeypatch.setattr(rate, "_windows", {})
        monkeypatch.setattr(rate.time, "time", lambda: 1_000_020.0)

    def test_the_sixth_of_five_waits(self, cast: Cast, program: Callable[[Any], Program], monkeypatch: pytest.MonkeyPatch) -> None:
        mine, theirs = program(cast.owner), program(cast.mate)
        answers = [mine.get("meta/entities") for _n in range(6)]
        assert [a.status_code for a in answers] == [200] * 5 + [429]
        assert [a["RateLimit-Remaining"] for a in answers] == ["4", "3", "2", "1", "0", "0"]
        late = answers[-1]
        assert (late["RateLimit-Limit"], late["RateLimit-Reset"], late["Retry-After"]) == ("5", "60", "60")
        assert late["Content-Type"] == "application/problem+json"
        assert theirs.get("meta/entities").status_code == 200
        monkeypatch.setattr(rate.time, "time", lambda: 1_000_081.0)
        assert mine.get("meta/entities").status_code == 200

    def test_processes_learn_of_one_another(self, cast: Cast, program: Callable[[Any], Program], monkeypatch: pytest.MonkeyPatch) -> None:
        mine = program(cast.owner)
        assert [mine.get("meta/entities").status_code for _n in range(3)] == [200] * 3
        monkeypatch.setattr(rate, "_windows", {})  # another process
        assert [mine.get("meta/entities").status_code for _n in range(3)] == [200, 200, 429]

    def test_who_asks_seldom_costs_no_write(self, cast: Cast, settings: Any, django_assert_num_queries: Any) -> None:
        settings.GUANXI_API_RATE = 1_000
        with django_assert_num_queries(1):
            for _n in range(20):
                rate.count(-7)

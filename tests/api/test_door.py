"""Who comes in, what may be sent, and how a refusal reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client

from guanxi.kernel import clock
from guanxi.kernel.models import Event
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import Token, User
from guanxi.surfaces.api import body
from tests import samples
from tests.api.conftest import Program
from tests.people import Cast

Programs = Callable[[Any], Program]
customers = registry.get("customers.customer")
START = clock.now()


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    """The document of a refusal."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert set(document) >= {"type", "title", "status", "detail", "errors"}
    assert document["status"] == status
    assert document["detail"]
    return document


class TestTokens:
    """Only a token opens the door, and only while it is good."""

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer gx_wrong", "Basic b2xpdmlhOng=", "gx_wrong", "Bearer \x7f"])
    @pytest.mark.parametrize("path", ["customers", "customers/1", "nothing", "meta/entities", "openapi.json"])
    def test_without_a_good_one_every_address_is_shut(self, cast: Cast, header: str, path: str) -> None:
        answer = Client().get(f"/api/v1/{path}", headers={"Authorization": header} if header else {})
        is_problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer ")

    def test_a_signed_in_browser_is_nobody_here(self, cast: Cast) -> None:
        browser = Client()
        browser.force_login(User.objects.get(id=cast.director.id))
        is_problem(browser.get("/api/v1/customers"), 401)
        is_problem(browser.post("/api/v1/customers", {"name": "x"}, content_type="application/json"), 401)

    def test_a_token_needs_no_forgery_check_because_no_cookie_counts(self, cast: Cast) -> None:
        strict = Client(enforce_csrf_checks=True)
        headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
        answer = strict.post("/api/v1/customers", {"name": "Acme"}, content_type="application/json", headers=headers)
        assert answer.status_code == 201
        assert not answer.cookies

    def test_a_revoked_token_and_a_leaver_s_token_are_no_good(self, cast: Cast, program: Programs) -> None:
        mine, theirs = program(cast.owner), program(cast.mate)
        Token.objects.filter(user=cast.owner.id).update(revoked_at="2026-01-01T00:00:00Z")
        User.objects.filter(id=cast.mate.id).update(is_active=False)
        is_problem(mine.get("customers"), 401)
        is_problem(theirs.get("customers"), 401)

    def test_only_its_digest_is_kept(self, cast: Cast, program: Programs) -> None:
        token = program(cast.owner).token
        assert token not in json.dumps(list(Token.objects.values()), default=str)

    def test_rights_taken_away_count_at_the_next_request(self, cast: Cast, program: Programs) -> None:
        from guanxi.kernel import versions
        from guanxi.org.models import Assignment

        mine = program(cast.owner)
        assert mine.get("customers").status_code == 200
        Assignment.objects.filter(user=cast.owner.id).delete()
        versions.bump("access")
        assert mine.get("customers").status_code == 404


class TestRefusals:
    """Every refusal is a problem document that names what to mend."""

    @pytest.mark.parametrize(
        "query",
        [
            {"where": "[1]"}, {"where": "["}, {"where": '["name","is",NaN]'}, {"where": '["\\ud800","is","x"]'}, {"where": "[" * 9999},
            {"where": '["nonsense","is","x"]'}, {"where": '["name","lt","x"]'}, {"sort": "nonsense"}, {"sort": "tags"}, {"limit": "0"},
            {"limit": "1001"}, {"limit": "x"}, {"limit": "１"}, {"cursor": "x"}, {"fields": "nonsense"}, {"page": "2"},
        ],
    )  # fmt: skip
    def test_a_list_that_cannot_be_understood(self, cast: Cast, program: Programs, query: dict[str, str]) -> None:
        answer = program(cast.owner).get("customers", **query)
        is_problem(answer, 400)

    def test_a_cursor_of_another_sort(self, cast: Cast, program: Programs) -> None:
        mine = program(cast.owner)
        for _ in range(2):
            samples.make(customers, actor=cast.owner)
        following = mine.get("customers", limit=1, sort="name").json()["next"]
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]
        assert mine.get("customers", sort="name", cursor=cursor).status_code == 200
        is_problem(mine.get("customers", sort="-name", cursor=cursor), 400)

    @pytest.mark.parametrize(
        ("sent", "kind", "status"),
        [
            ("{", "application/json", 400), ("[]", "application/json", 400), ('"x"', "application/json", 400),
            ('{"name": NaN}', "application/json", 400), ('{"name": "\\ud800"}', "application/json", 400),
            ("[" * 100_000, "application/json", 400), ("name=x", "application/x-www-form-urlencoded", 415),
            ('{"name": "x"}', "text/plain", 415), ("\xff", "application/json", 400),
            ('{"name": "' + "x" * body.LIMIT + '"}', "application/json", 413),
        ],
    )  # fmt: skip
    def test_a_body_that_is_none(self, cast: Cast, program: Programs, traces: Any, sent: str, kind: str, status: int) -> None:
        mine = program(cast.owner)
        before = traces()
        headers = {"Authorization": f"Bearer {mine.token}"}
        raw = sent.encode("latin-1")
        is_problem(mine.client.generic("POST", "/api/v1/customers", raw, kind, headers=headers), status)
        assert traces() == before

    @pytest.mark.parametrize(
        ("given", "named"),
        [
            ({}, "name"), ({"name": ""}, "name"), ({"name": ["x"]}, "name"), ({"name": {"x": 1}}, "name"), ({"name": True}, "name"),
            ({"name": "a\x00b"}, "name"), ({"name": "x" * 121}, "name"), ({"name": "x", "phone": "12"}, "phone"),
            ({"name": "x", "level": "Z"}, "level"), ({"name": "x", "level": {"id": []}}, "level"), ({"name": "x", "parent": True}, "parent"),
            ({"name": "x", "parent": 10**30}, "parent"), ({"name": "x", "parent": {"id": 5}}, "parent"),
            ({"name": "x", "tags": [[1]]}, "tags"), ({"name": "x", "employees": 1e300}, "employees"),
            ({"name": "x", "employees": 10**400}, "employees"), ({"name": "x", "region": 99**99}, "region"),
            ({"name": "x", "next_follow_up_at": "0001-01-01T00:00:00+23:00"}, "next_follow_up_at"),
            ({"name": "x", "owner": 10**30}, "owner"), ({"name": "x", "version": 1}, "version"), ({"name": "x", "nonsense": 1}, "nonsense"),
            ({"name": "x", "open_amount": 1}, "open_amount"), ({"name": "x", "open_amount_currency": "CNY"}, "open_amount_currency"),
        ],
    )  # fmt: skip
    def test_values_that_do_not_fit_are_named(self, cast: Cast, program: Programs, traces: Any, given: dict[str, Any], named: str) -> None:
        mine = program(cast.owner)
        before = traces()
        problem = is_problem(mine.post("customers", given), 422)
        assert named in problem["errors"]
        assert traces() == before

    def test_verbs_and_addresses_that_there_are_not(self, cast: Cast, program: Programs) -> None:
        mine = program(cast.owner)
        answer = mine.send("PUT", "customers/1", {})
        is_problem(answer, 405)
        assert answer["Allow"] == "GET, PATCH, DELETE"
        for path in ("customers/1/nonsense", "nonsense", "customers/x", "customers/1/actions/nonsense", "../v2/customers"):
            is_problem(mine.get(path) if "actions" not in path else mine.post(path), 404)
        is_problem(mine.client.get("/api/", headers={"Authorization": f"Bearer {mine.token}"}), 404)

    def test_a_slash_at_the_end_is_forgiven(self, cast: Cast, program: Programs) -> None:
        mine = program(cast.owner)
        record = mine.post("customers/", {"name": "Acme"})
        assert record.status_code == 201
        assert mine.get(f"customers/{record.json()['id']}/").status_code == 200
        assert mine.get("customers/").status_code == 200
        assert mine.send("HEAD", "customers").status_code == 200

    def test_it_speaks_the_language_asked_for(self, cast: Cast, program: Programs) -> None:
        mine = program(cast.owner)
        label = {
            wanted: mine.send("GET", "meta/entities", **({"Accept-Language": wanted} if wanted else {})).json()["results"][0]["label"]
            for wanted in ("", "en", "zh-CN", "fr, en;q=0.5")
        }
        assert label["en"] == label["fr, en;q=0.5"] == "Customer"
        assert label[""] == label["zh-CN"]
        User.objects.filter(id=cast.owner.id).update(language="en")
        assert mine.get("meta/entities").json()["results"][0]["label"] == "Customer"


class TestOnce:
    """A key sent with a write: a retry after a lost network writes once."""

    def test_the_same_key_gives_the_first_answer_again(self, cast: Cast, program: Programs, traces: Any) -> None:
        mine = program(cast.owner)
        first = mine.post("customers", {"name": "Acme"}, **{"Idempotency-Key": "k" * 300})
        before = traces()
        again = mine.post("customers/", {"name": "Acme"}, **{"Idempotency-Key": "k" * 300})
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again["Location"] == first["Location"]
        assert again["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first
        assert traces() == before

    def test_keys_of_other_people_addresses_and_refusals_do_not_count(self, cast: Cast, program: Programs) -> None:
        mine, theirs = program(cast.owner), program(cast.mate)
        key = {"Idempotency-Key": "1"}
        assert mine.post("customers", {"name": ""}, **key).status_code == 422
        first = mine.post("customers", {"name": "Acme"}, **key).json()
        assert theirs.post("customers", {"name": "Other"}, **key).json()["id"] != first["id"]
        contact = mine.post("contacts", {"name": "Wang", "customer": first["id"]}, **key)
        assert contact.status_code == 201
        assert contact.json()["id"] != first["id"]
        assert mine.post("customers", {"name": "Third"}, **{"Idempotency-Key": "2"}).json()["id"] != first["id"]

    def test_thirty_two_at_the_same_moment_create_one(self, committed: Cast) -> None:
        token = tokens.issue(committed.owner.login)

        def post(_n: int) -> tuple[int, int]:
            try:
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "at once"}
                answer = Client().post("/api/v1/customers", {"name": "Acme"}, content_type="application/json", headers=headers)
                return answer.status_code, answer.json().get("id", 0)
            finally:
                connection.close()

        with ThreadPoolExecutor(32) as threads:
            answers = set(threads.map(post, range(32)))
        assert len(answers) == 1
        assert {status for status, _id in answers} == {201}
        assert customers.model._default_manager.count() == 1
        assert Event.objects.filter(verb="created", entity=customers.key).count() == 1

    def test_eight_with_the_same_name_and_no_key_create_one_and_are_told(self, committed: Cast) -> None:
        token = tokens.issue(committed.owner.login)

        def post(_n: int) -> int:
            try:
                headers = {"Authorization": f"Bearer {token}"}
                return Client().post("/api/v1/customers", {"name": "Acme"}, content_type="application/json", headers=headers).status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as threads:
            answers = sorted(threads.map(post, range(8)))
        assert answers == [201] + [422] * 7
        assert customers.model._default_manager.count() == 1

    def test_the_same_key_with_another_body_is_refused(self, cast: Cast, program: Programs, traces: Any) -> None:
        mine, key = program(cast.owner), {"Idempotency-Key": "1"}
        first = mine.post("customers", {"name": "Acme"}, **key)
        before = traces()
        again = mine.post("customers", {"name": "Other"}, **key)
        assert (first.status_code, again.status_code, traces() == before) == (201, 422, True)
        assert mine.post("customers", {"name": "Acme"}, **key).json()["id"] == first.json()["id"]


class TestTrouble:
    """What nobody expected is still an answer that a program reads, and a person can ask about."""

    def test_it_names_the_request_and_nothing_of_the_inside(self, cast: Cast, program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
        def burst(*_given: Any, **_named: Any) -> None:
            raise ZeroDivisionError("secret inside")

        monkeypatch.setattr("guanxi.kernel.write.create", burst)
        mine = program(cast.owner)
        mine.client.raise_request_exception = False
        answer = mine.post("customers", {"name": "Acme"}, **{"X-Request-ID": "abc-1"})
        assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
        assert (answer.json()["request_id"], answer["X-Request-ID"]) == ("abc-1", "abc-1")
        assert "abc-1" in answer.json()["detail"]
        assert b"secret inside" not in answer.content

    def test_its_last_use_is_noted_once_a_minute(self, cast: Cast, program: Programs) -> None:
        mine = program(cast.owner)
        noted = []
        for seconds in (0, 30, 61):
            with clock.frozen(START + timedelta(seconds=seconds)):
                tokens.owner(mine.token)
            noted.append(Token.objects.get(user_id=cast.owner.id).used_at)
        assert noted == [START, START, START + timedelta(seconds=61)]

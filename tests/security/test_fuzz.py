"""Whatever stands in an address, the answer is a page or a refusal, never a crash."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.kernel.fields.base import OPERATORS
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.surfaces import tiles
from tests import samples
from tests.people import Cast
from tests.security.conftest import World, build

text = st.text(max_size=12) | st.sampled_from(["\x00", "²", "１", "%_\\", "'", '"', "me", "today", "-30d", "-", "--", "9" * 30, "\ud800"])
scalar = st.none() | st.booleans() | st.integers() | st.floats() | text
value = scalar | st.lists(scalar, max_size=3) | st.dictionaries(text, scalar, max_size=2)


def keys(entity: Any) -> st.SearchStrategy[str]:
    """Names of fields, paths over relations, and names that there are not."""
    own = list(entity.fields)
    paths = [f"{k}.{t}" for k, f in entity.fields.items() if hasattr(f.kind, "target") for t in list(f.kind.target.fields)[:6]]
    return st.sampled_from([*own, *own, *paths, "follow_ups.summary", "contacts.name", "id", "version", "custom", "pk", ""]) | text


def wheres(entity: Any) -> st.SearchStrategy[str]:
    """Conditions that mostly make sense, some that do not, and noise."""
    test = st.tuples(keys(entity), st.sampled_from(list(OPERATORS)), value).map(list) | st.tuples(keys(entity), text).map(list)
    words = st.sampled_from(["and", "or", "not"])
    group = lambda inner: st.tuples(words, st.lists(inner, max_size=3)).map(lambda g: [g[0], *g[1]])
    tree = st.recursive(test, group, max_leaves=5)
    return (tree | value).map(lambda v: json.dumps(v)) | text


def queries(entity: Any) -> st.SearchStrategy[dict[str, str]]:
    """Parameters of a list."""
    sort = keys(entity) | keys(entity).map(lambda k: f"-{k}")
    known = {"where": wheres(entity), "sort": sort, "at": text, "view": st.sampled_from(["mine", "all", "s1"]) | text}
    more = {
        "layout": st.sampled_from(["board", "table", "calendar", "groups"]) | text,
        "columns": text,
        "page": text,
        "by": st.tuples(keys(entity), st.sampled_from(["", "", ".month", ".quarter", ".year", ".x", "."])).map("".join),
        "on": text | st.sampled_from(["2026-11-23", "0001-01-01", "9999-12-31", "1800-01-01", "2999-12-31"]),
        "span": st.sampled_from(["month", "week", "day"]) | text,
        "hide": text,
        "to": text,
        "lane": text,
        "q": text,
        "after": text,
        "seen": text,
        "ids": text | st.sampled_from(["1,2", "1", "1,1", ",", "-1,2"]),
        "field": keys(entity),
        "open": text,
    }
    return st.fixed_dictionaries({}, optional={**known, **more})


PLACES = (
    "",
    "_exact/",
    "_column/",
    "_figures/",
    "_totals/",
    "_bin/",
    "_panel/filter/",
    "_similar/",
    "_views/",
    "_counts/",
    "_merge/",
    "_duplicates/",
)


@pytest.mark.parametrize("place", [*PLACES, "_bulk/", "_delete/", "_transfer/", "_share/"])
def test_a_list_never_crashes(cast: Cast, entity: Any, place: str) -> None:
    world = World(entity, cast, samples.make(entity, "full", actor=cast.owner), None)
    browser = world.client(cast.owner)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(queries(entity))
    def check(query: dict[str, str]) -> None:
        answer = browser.get(f"/{entity.slug}/{place}", {k: v.encode("utf-8", "replace") for k, v in query.items()})
        assert answer.status_code in (200, 204, 400, 404, 422), (query, answer.status_code)

    check()


@pytest.mark.parametrize("layout", ["groups", "board", "calendar"])
def test_no_layout_of_a_list_ever_crashes(cast: Cast, entity: Any, layout: str) -> None:
    """Each by any field, any part of a date and any noise, over records that there are."""
    browser = World(entity, cast, samples.make(entity, "full", actor=cast.owner), None).client(cast.owner)
    shown = st.sampled_from([f"{key}{part}" for key in entity.fields for part in ("", ".month", ".quarter", ".year")])

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(queries(entity), shown | text)
    def check(query: dict[str, str], by: str) -> None:
        asked = {k: v.encode("utf-8", "replace") for k, v in {**query, "by": by, "layout": layout}.items() if k != "view"}
        answer = browser.get(f"/{entity.slug}/", asked)
        assert answer.status_code in (200, 400), (query, by, answer.status_code)

    check()


def test_what_is_asked_of_many_never_crashes(cast: Cast, entity: Any) -> None:
    browser = World(entity, cast, samples.make(entity, "full", actor=cast.owner), None).client(cast.owner)
    verbs = st.sampled_from(["edit", "delete", "transfer"]) | text
    form = st.fixed_dictionaries(
        {"all": st.sampled_from(["1", "", "x"])}, optional=dict.fromkeys(("ids", "counted", "owner", "field", "version"), text)
    )

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(queries(entity), form, verbs)
    def check(query: dict[str, str], body: dict[str, str], verb: str) -> None:
        asked = {k: v.encode("utf-8", "replace") for k, v in query.items()}
        sent = {k: v.encode("utf-8", "replace") for k, v in body.items()}
        address = f"/{entity.slug}/_rehearse/{quote(verb.encode('utf-8', 'replace'), safe='')}/"
        answer = browser.post(address, sent, query_params=asked, headers={"HX-Request": "true"})
        assert answer.status_code in (200, 204, 400, 404, 422), (query, body, verb, answer.status_code)

    check()


def test_pages_about_a_person_and_his_files_never_crash(cast: Cast, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    entity = registry.get("customers.customer")
    world = build(entity, cast)
    browser, file = world.client(cast.owner), f"/_files/{world.ids['file_id']}"
    for odd in ("\x00", "²", "9" * 5_000, "-1", "1e3", "%_\\", "x" * 400, '"><img>'):
        for address in (
            "/notifications/",
            "/",
            *(f"/_home/{tile.code}/" for tile in tiles.of(cast.owner)),
            f"{file}/view/",
            f"{file}/text/",
            f"{file}/",
        ):
            answer = browser.get(address, dict.fromkeys(("page", "before", "at", "tried", "inline", "view", "q", "on", "scope"), odd))
            assert answer.status_code in (200, 204, 400, 404, 422), (address, odd, answer.status_code)
        assert browser.get(f"/_home/{quote(odd, safe='')}/").status_code in (400, 404)


def test_the_api_never_crashes(cast: Cast, entity: Any) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    browser = World(entity, cast, record, None).client(None)
    browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {tokens.issue(cast.owner.login)}"

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(queries(entity), st.dictionaries(keys(entity), value, max_size=3))
    def check(query: dict[str, str], body: dict[str, Any]) -> None:
        asked = {k: v.encode("utf-8", "replace") for k, v in query.items() if k in ("where", "sort", "q")}
        answer = browser.get(f"/api/v1/{entity.slug}", asked)
        assert answer.status_code in (200, 400), (query, answer.content)
        answer = browser.patch(f"/api/v1/{entity.slug}/{record.id}", json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 400, 403, 409, 422), (body, answer.content)

    check()


@pytest.mark.parametrize("ids", ["²", "１,２", "9" * 40, "9" * 5_000, "-1", "x", ",,", "1e3", ""])
def test_odd_ids_in_bulk_requests_never_crash(cast: Cast, ids: str) -> None:
    entity = registry.get("sales.opportunity")
    browser = build(entity, cast).client(cast.owner)
    for path, body in (
        ("_delete/", {}),
        ("_transfer/", {"owner": "²"}),
        ("_bulk/", {"field": "next_step", "next_step": "x"}),
        ("_bin/restore/", {}),
    ):
        assert browser.post(f"/{entity.slug}/{path}", {"ids": ids, **body}).status_code < 500
    assert browser.post(f"/{entity.slug}/_move/", {"id": ids, "version": ids, "to": ids}).status_code < 500
    assert browser.post(f"/{entity.slug}/_columns/", {"column": ids, "view": f"s{ids}"}).status_code < 500


@pytest.mark.parametrize("name", ["\x00", "x\x00y", "x" * 400, "²", "9" * 5_000, "1e999999", "1e999999亿", "2026-1-" + "9" * 5_000])
def test_odd_texts_in_forms_never_crash(cast: Cast, name: str) -> None:
    entity = registry.get("customers.customer")
    record = samples.make(entity, actor=cast.owner)
    world = World(entity, cast, record, None)
    browser = world.client(cast.owner)
    forms: dict[str, dict[str, Any]] = {
        "/login/": {"username": name, "password": name},
        "/customers/new/": dict.fromkeys(entity.writable(cast.owner), name),
        "/customers/_views/": {"name": name, "where": name, "sort": name, "layout": name},
        f"/customers/{record.id}/_comment/": {"body": name},
        f"/customers/{record.id}/_compose/": {"mode": name, "text": name, "due": name},
        f"/customers/{record.id}/edit/": {"name": name, "version": name},
        "/opportunities/new/": dict.fromkeys([*registry.get("sales.opportunity").writable(cast.owner), "amount_currency"], name),
        "/follow-ups/new/": dict.fromkeys(registry.get("activity.followup").writable(cast.owner), name),
        "/customers/_columns/": {"column": name, "view": name, "next": name},
        "/customers/_widths/": {"widths": json.dumps({"name": 60}).replace("60", name)},
        "/customers/export/": {"ids": name, "view": name, "sort": name, "column": name, "format": name},
        "/settings/": {"email": name, "phone": name, "time_zone": name},
        "/settings/language/": {"lang": name, "next": name},
        "/login/second/": {"code": name, "credential": name, "next": name},
        "/login/passkey/": {"credential": name, "next": name},
        "/recover/": {"asked": name},
        "/settings/second/": {"code": name, "password": name},
        "/settings/second/passkeys/": {"name": name, "credential": name},
    }
    for path, body in forms.items():
        client = world.client(None) if path == "/login/" else browser
        assert client.post(path, body).status_code < 500, path
    for path in ("/_search/", "/_pick/customers/", "/_pick/regions/", "/customers/_similar/", "/customers/_bin/"):
        assert browser.get(path, {"q": name, "field": "name", "value": name}).status_code < 500, path


DEEP = [f'{"[" * n}"name"{"]" * n}' for n in (60, 900, 100_000)]
NESTED = [
    *DEEP,
    f'["name", "is", {DEEP[1]}]',
    '["and", ' * 900 + '["name", "is", "x"]' + "]" * 900,
    '["name", "is", ' + '{"a":' * 900 + "1" + "}" * 900 + "]",
    '["employees", "is", ' + "9" * 5_000 + "]",
    '["employees", "is", 1e400]',
    '["owner", "is", ' + "9" * 4_000 + "]",
    '["customer.name", "is", "x"]',
    '["name", "is", "\\ud800"]',
    '["name", "is", "x\\u0000"]',
    '["name\\u0000", "is", "x"]',
    '{"name": 1}',
    "null",
    "1",
]


@pytest.mark.parametrize("where", NESTED, ids=range(len(NESTED)))
def test_conditions_too_deep_or_too_large_are_refused_in_words(cast: Cast, where: str) -> None:
    """At every door through which a filter comes, among them those that keep it."""
    world = World(registry.get("customers.customer"), cast, None, None)
    browser = world.client(cast.owner)
    saved = browser.post("/customers/_views/", {"name": "Odd", "where": where})
    assert saved.status_code in (302, 422), saved.content[-200:]
    for place in ("", "_counts/", "_exact/", "_column/", "_figures/", "_totals/", "_panel/filter/", "_views/"):
        assert browser.get(f"/customers/{place}", {"view": "all", "where": where}).status_code in (200, 400), place
    assert browser.post("/customers/export/", {"where": where, "format": "csv"}).status_code in (200, 400)
    assert browser.post("/customers/_delete/?view=all", {"all": "1"}, query_params={"view": "all", "where": where}).status_code < 500
    headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
    answer = world.client(None).get("/api/v1/customers", {"where": where}, headers=headers)
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) in ((200, "application/json"), (400, "application/problem+json"))


@pytest.mark.parametrize(
    "odd",
    ["9" * 5_000, "1e400", '"\\ud800"', '"x\\u0000"', '"' + "9" * 5_000 + '"', DEEP[1], '{"id": ' + "9" * 400 + "}", '"1e999999亿"', "-1"],
)
def test_odd_values_in_a_program_s_body_are_refused_in_words(cast: Cast, entity: Any, odd: str) -> None:
    browser = World(entity, cast, None, None).client(None)
    record = samples.make(entity, actor=cast.owner)
    headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
    for key in [*entity.fields, "version", "amount_currency"]:
        body = f'{{"{key}": {odd}}}'
        for verb, path in (("PATCH", f"{entity.slug}/{record.id}"), ("POST", entity.slug)):
            answer = browser.generic(verb, f"/api/v1/{path}", body, content_type="application/json", headers=headers)
            assert answer.status_code in (200, 201, 400, 409, 422), (verb, body[:60], answer.status_code)
            assert b"Traceback" not in answer.content


@pytest.mark.parametrize("number", ["9" * 19, "9" * 40, "9" * 5_000])
def test_numbers_that_no_record_bears_are_not_found(cast: Cast, number: str) -> None:
    world = World(registry.get("customers.customer"), cast, None, None)
    browser = world.client(cast.owner)
    for path in ("", "edit/", "_history/", "_timeline/", "_field/name/", "_related/contacts/"):
        assert browser.get(f"/customers/{number}/{path}").status_code == 404, path
    for path in ("/_files/{}/", "/_files/{}/view/", "/_files/{}/text/", "/jobs/{}/", "/_comments/{}/form/"):
        assert browser.get(path.format(number)).status_code == 404, path
    for path in ("/_undo/{}/1/", "/_undo/1/{}/", "/customers/{}/delete/", "/customers/_views/{}/", "/customers/{}/_reveal/phone/"):
        assert browser.post(path.format(number)).status_code == 404, path
    headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
    for path in ("", "/history", "/restore"):
        assert world.client(None).get(f"/api/v1/customers/{number}{path}", headers=headers).status_code in (404, 405)


@pytest.mark.parametrize("at", ["x", "\x00", ":::", "9" * 5_000, "a:b:c", "…", "eyJ9:1abc:xyz"])
def test_a_damaged_page_address_is_refused(cast: Cast, at: str) -> None:
    world = World(registry.get("customers.customer"), cast, samples.make(registry.get("customers.customer"), actor=cast.owner), None)
    browser = world.client(cast.owner)
    assert browser.get("/customers/", {"at": at}).status_code == 400
    assert browser.get(f"/customers/{world.record.id}/_timeline/", {"before": at}).status_code in (200, 400, 404)
    headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
    assert world.client(None).get("/api/v1/customers", {"cursor": at}, headers=headers).status_code == 400

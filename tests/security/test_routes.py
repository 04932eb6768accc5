"""Every address × everybody × every verb: what people may do works, and what they may not leaves no trace."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from guanxi.kernel import history, write
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from guanxi.org import actors, tokens
from guanxi.org.models import Assignment, Department, Role, User
from tests import samples
from tests.people import Cast, forget
from tests.security.conftest import SECRET, World, build, undone
from tests.security.routes import API, OPEN, RULES, Rule

Marks = Callable[[], dict[str, Any]]
NOWHERE = 10**14


def patterns(resolver: Any, prefix: str = "") -> Iterator[str]:
    """Every address that Django would resolve."""
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from patterns(item, prefix + str(item.pattern))
        elif isinstance(item, URLPattern):
            yield prefix + str(item.pattern)


def test_every_address_is_known_to_this_matrix() -> None:
    present = {p for p in patterns(get_resolver()) if not p.startswith(API)}
    assert present - set(RULES) - set(OPEN) == set(), "say in tests/security/routes.py how these are guarded"
    assert (set(RULES) | set(OPEN)) - present == set(), "these addresses are gone"


def addresses(world: World, guard: str) -> Iterator[tuple[str, Rule, str]]:
    """(pattern, rule, address) of every address with this guard that the entity has."""
    for pattern, rule in RULES.items():
        parts = rule.parts(world) if rule.guard == guard else None
        if parts is not None:
            yield pattern, rule, filled(pattern + rule.query, {**world.ids, **parts})


def filled(pattern: str, parts: dict[str, Any]) -> str:
    """The address of a pattern."""
    address = pattern
    for key, value in parts.items():
        for kind in ("int", "slug", "uuid"):
            address = address.replace(f"<{kind}:{key}>", str(value))
    assert "<" not in address, address
    return f"/{address}"


def requests(rule: Rule, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """The verbs of an address with rightful bodies."""
    if rule.get:
        yield "GET", {}
    body = rule.post(world) if rule.post else None
    if body is not None:
        yield "POST", body


def send(browser: Any, verb: str, address: str, body: dict[str, Any]) -> Any:
    """A request as the page would send it. Uploads are read anew each time."""
    for value in body.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return browser.get(address) if verb == "GET" else browser.generic(verb, address) if verb != "POST" else browser.post(address, body)


def text_of(answer: Any) -> str:
    """What came, whichever way."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace"))


class TestRecords:
    """Addresses of one record, its comments, files and writes."""

    def test_its_owner_may(self, world: World, marks: Marks) -> None:
        browser = world.client(world.cast.owner)
        for guard in ("record", "own"):
            for pattern, rule, address in addresses(world, guard):
                if "/import/" in pattern or pattern.endswith("result/"):
                    continue  # a run without its file, a job without a result: see tests/exchange and tests/surfaces
                for verb, body in requests(rule, world):
                    with undone():
                        before = marks()
                        answer = send(browser, verb, address, body)
                        assert answer.status_code < 400 or answer.status_code in (409, 422), (verb, address, answer.status_code)
                        if answer.status_code < 400 and verb == "POST" and "_reveal" not in pattern and "restore" not in pattern:
                            assert marks() != before, (verb, address)

    @pytest.mark.parametrize("who", ["mate", "stranger", "admin"])
    def test_to_others_they_do_not_exist(self, world: World, marks: Marks, traces: Any, who: str) -> None:
        browser = world.client(getattr(world.cast, who))
        cases = [case for guard in ("record", "own", "judge") for case in addresses(world, guard)]
        whole, before = traces(), marks()
        for pattern, rule, address in cases:
            for verb, body in [*requests(rule, world), ("PUT", {}), ("DELETE", {})]:
                answer = send(browser, verb, address, body)
                shut = (404, 405) if verb in ("PUT", "DELETE") else (404,)
                assert answer.status_code in shut, (who, verb, address, answer.status_code)
                assert SECRET not in text_of(answer), (who, verb, address)
                assert marks() == before, (who, verb, address)
                if "record_id" in pattern and verb == "GET":
                    nowhere = send(browser, verb, address.replace(str(world.record.id), str(NOWHERE)), body)
                    assert nowhere.status_code == answer.status_code, address
        assert traces() == whole

    def test_who_may_look_may_only_look(self, world: World, marks: Marks, traces: Any) -> None:
        cases = list(addresses(world, "record"))
        for who in ("manager", "readonly"):
            browser, whole = world.client(getattr(world.cast, who)), traces()
            for pattern, rule, address in cases:
                for verb, body in requests(rule, world):
                    with undone():
                        before = marks()
                        answer = send(browser, verb, address, body)
                        if verb == "GET" and rule.post is None:
                            assert answer.status_code < 400, (who, address, answer.status_code)
                        elif verb == "POST" and not rule.looking:
                            assert answer.status_code in (403, 404, 409, 422), (who, verb, address, answer.status_code)
                        if not rule.looking:
                            assert marks() == before, (who, verb, address)
            assert traces() == whole

    @pytest.mark.parametrize("who", ["director", "manager"])
    def test_what_is_one_person_s_alone_is_not_the_boss_s(self, world: World, marks: Marks, who: str) -> None:
        browser = world.client(getattr(world.cast, who))
        for _pattern, rule, address in list(addresses(world, "own")):
            for verb, body in requests(rule, world):
                before = marks()
                answer = send(browser, verb, address, body)
                assert answer.status_code in (403, 404, 405), (who, verb, address, answer.status_code)
                assert marks() == before, (who, verb, address)


#: What a part in a record lets somebody do who has no other way to it.
MAY = {
    "basic": {"view"},
    "viewer": {"view"},
    "collaborator": {"view", "edit"},
    "co_owner": {"view", "edit", "delete", "transfer"},
}
NEEDS = {"delete/": "delete", "_participants/<int:share_id>/remove/": "transfer"}


def needs(pattern: str, rule: Rule, world: World) -> str:
    """The action without which an address changes nothing."""
    if "_action/" in pattern:
        return world.entity.actions[0].grant
    special = next((action for end, action in NEEDS.items() if pattern.endswith(f"<int:record_id>/{end}")), "")
    return special or ("view" if rule.looking else "edit")


@pytest.mark.parametrize("key", ["customers.customer", "sales.opportunity"])
@pytest.mark.parametrize("part", MAY)
def test_who_takes_part_may_what_his_part_says(cast: Cast, marks: Marks, settings: Any, tmp_path: Any, key: str, part: str) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = build(registry.get(key), cast)
    write.share(
        world.entity, [world.record.id], [write.Grantee("person", cast.stranger.id or 0)], part, None, actor=cast.owner, door="test"
    )
    browser = world.client(cast.stranger)
    for pattern, rule, address in list(addresses(world, "record")):
        for verb, body in requests(rule, world):
            with undone():
                before = marks()
                answer = send(browser, verb, address, body)
                if verb == "GET" and rule.post is None:
                    assert answer.status_code < 400, (part, address, answer.status_code)
                elif verb == "POST" and needs(pattern, rule, world) in MAY[part]:
                    assert answer.status_code < 400 or answer.status_code in (409, 422), (part, address, answer.status_code)
                elif verb == "POST":
                    assert answer.status_code in (403, 404, 409, 422), (part, address, answer.status_code)
                    assert marks() == before, (part, address)
    for _pattern, rule, address in list(addresses(world, "own")):
        for verb, body in requests(rule, world):
            before = marks()
            assert send(browser, verb, address, body).status_code in (403, 404, 405), (part, verb, address)
            assert marks() == before, (part, verb, address)


def test_whoever_directs_a_dealer_finds_nothing_of_its_maker(world: World, marks: Marks) -> None:
    house = Department.objects.create(name="Dealer", code="dealer", parent=Department.objects.get(code="company"), company=True)
    rival = User.objects.create(login="rival", name="Rival", department=house, password="!")
    Assignment.objects.create(user=rival, role=Role.objects.get(code="director"))
    forget()
    browser = world.client(actors.by_id(rival.pk))
    for guard in ("record", "own", "judge"):
        for _pattern, rule, address in list(addresses(world, guard)):
            for verb, body in requests(rule, world):
                before = marks()
                answer = send(browser, verb, address, body)
                assert answer.status_code in (403, 404), (verb, address, answer.status_code)
                assert SECRET not in text_of(answer), (verb, address)
                assert marks() == before, (verb, address)
    for guard in ("list", "person", "bulk"):
        for _pattern, rule, address in list(addresses(world, guard)):
            for verb, body in requests(rule, world):
                with undone():
                    stood = [state(world, r) for r in (world.record, world.binned)]
                    answer = send(browser, verb, address, body)
                    assert answer.status_code < 500, (verb, address)
                    assert SECRET not in (text_of(answer) + str(answer.headers)).replace("q=Zanzibar", ""), (verb, address)
                    if guard == "bulk":
                        assert [state(world, r) for r in (world.record, world.binned)] == stood, (verb, address)


class TestReviews:
    """Decisions about what somebody has sent for review."""

    VERDICTS = ({"approve": "1"}, {"refuse": "1", "note": "no"}, {"back": "1", "note": "anew"})

    def test_whom_the_author_asked_decides_and_so_does_who_may_do_the_same(self, world: World, marks: Marks) -> None:
        number = world.ids["draft_number"]
        for who in ("manager", "director"):
            browser = world.client(getattr(world.cast, who))
            for given in self.VERDICTS:
                with undone():
                    before = marks()
                    # A number that is nobody's beside it changes nothing.
                    answer = browser.post("/reviews/decide/", {"ids": f"{number},{NOWHERE}", **given})
                    assert answer.status_code == 302, (who, given, answer.status_code)
                    assert marks() != before, (who, given)
                    assert Draft.objects.get(pk=number).decided_by == getattr(world.cast, who).id

    def test_nobody_else_decides_and_to_him_there_is_nothing_to_decide(self, world: World, marks: Marks) -> None:
        number = world.ids["draft_number"]
        for who, given in itertools.product(("owner", "mate", "stranger", "admin", "readonly"), self.VERDICTS):
            before, browser = marks(), world.client(getattr(world.cast, who))
            there, nowhere = (browser.post("/reviews/decide/", {"ids": str(n), **given}) for n in (number, NOWHERE))
            assert (there.status_code, nowhere.status_code) == (404, 404), (who, given)
            several = browser.post("/reviews/decide/", {"ids": f"{number},{NOWHERE}", **given})
            assert several.status_code == 302
            assert several["Location"] == "/reviews/?tab=inbox"
            assert marks() == before, (who, given)


class TestLists:
    """Addresses of an entity as a whole."""

    def test_who_may_view_the_entity_gets_them(self, world: World) -> None:
        browser = world.client(world.cast.owner)
        for _pattern, rule, address in addresses(world, "list"):
            for verb, body in requests(rule, world):
                with undone():
                    answer = send(browser, verb, address, body)
                    assert answer.status_code < 400, (verb, address, answer.status_code)
                    if address.endswith("/export/") and verb == "POST":
                        assert SECRET in text_of(answer)

    @pytest.mark.parametrize("who", ["mate", "stranger"])
    def test_what_is_out_of_scope_is_not_in_them(self, world: World, who: str) -> None:
        samples.make(world.entity, actor=getattr(world.cast, who))
        browser = world.client(getattr(world.cast, who))
        for guard in ("list", "person", "bulk"):
            for _pattern, rule, address in addresses(world, guard):
                if rule.get:
                    answer = send(browser, "GET", address, {})
                    assert answer.status_code < 400, (who, address, answer.status_code)
                    assert SECRET not in text_of(answer).replace("q=Zanzibar", ""), (who, address)
                if address.endswith("/export/") and rule.post is not None:
                    for body in (rule.post(world), {"format": "csv", "all": "1"}):
                        assert SECRET not in text_of(send(browser, "POST", address, body or {})), (who, address)

    def test_an_administrator_without_a_scope_finds_none_of_them(self, world: World, marks: Marks) -> None:
        browser, before = world.client(world.cast.admin), marks()
        for guard in ("list", "bulk"):
            for _pattern, rule, address in addresses(world, guard):
                for verb, body in requests(rule, world):
                    answer = send(browser, verb, address, body)
                    assert answer.status_code == 404, (verb, address, answer.status_code)
                    assert marks() == before, (verb, address)

    def test_who_may_not_create_makes_nothing(self, world: World, marks: Marks) -> None:
        browser, body = world.client(world.cast.readonly), RULES["<slug:slug>/new/"].post(world)  # type: ignore[misc]
        before = marks()
        assert send(browser, "POST", f"/{world.entity.slug}/new/", body or {}).status_code == 404
        assert marks() == before


class TestSeveralAtOnce:
    """Mixed ids: one's own are done, the others look like such that do not exist."""

    @pytest.mark.parametrize("who", ["mate", "stranger", "manager"])
    def test_only_what_one_may_is_touched(self, world: World, who: str) -> None:
        actor = getattr(world.cast, who)
        browser = world.client(actor)
        for pattern, rule, address in addresses(world, "bulk"):
            with undone():
                mine = samples.make(world.entity, actor=actor)
                if "_bin" in pattern:
                    write.delete(mine, actor=actor, door="test")
                theirs = world.binned if "_bin" in pattern else world.record
                body = rule.post(world) if rule.post else {}
                before = (state(world, theirs), len(history.of_record(theirs.id)), len(history.of_record(mine.id)))
                answer = send(browser, "POST", address, {**(body or {}), "ids": f"{theirs.id},{mine.id},{NOWHERE}"})
                assert answer.status_code < 500, (who, address)
                if not (who == "manager" and pattern.endswith(("_transfer/", "_share/", "_do/<slug:code>/"))):
                    assert (state(world, theirs), len(history.of_record(theirs.id))) == before[:2], (who, address)
                if who != "manager":  # he may look at it, and is told which one was refused
                    assert SECRET not in text_of(answer) + str(answer.headers), (who, address)
                if not (pattern.endswith("_transfer/") and world.entity.parent):
                    assert len(history.of_record(mine.id)) == before[2] + 1, (who, address, answer.headers)

    @pytest.mark.parametrize("who", ["mate", "stranger"])
    def test_another_s_record_alone_answers_like_none(self, world: World, marks: Marks, who: str) -> None:
        browser = world.client(getattr(world.cast, who))
        for pattern, rule, address in addresses(world, "bulk"):
            theirs = world.binned if "_bin" in pattern else world.record
            before, body = marks(), rule.post(world) if rule.post else {}
            there, nowhere = (send(browser, "POST", address, {**(body or {}), "ids": str(i)}) for i in (theirs.id, NOWHERE))
            assert there.status_code == nowhere.status_code, (who, address)
            assert there.headers.get("HX-Trigger") == nowhere.headers.get("HX-Trigger"), (who, address)
            assert marks() == before, (who, address)


def state(world: World, record: Any) -> dict[str, Any]:
    """The row as it stands."""
    found: dict[str, Any] = world.entity.model._default_manager.filter(id=record.id).values().get()
    return found


class TestStrangersToTheHouse:
    """Without a session there is the login page and nothing else."""

    def test_nobody_gets_in_anywhere(self, world: World, marks: Marks, traces: Any) -> None:
        token = tokens.issue(world.cast.director.login)
        cases = [case for guard in ("record", "own", "judge", "list", "bulk", "person") for case in addresses(world, guard)]
        whole = traces()
        for header in ("", f"Bearer {token}"):  # a token opens the API, no page
            browser = world.client(None)
            browser.defaults.update({"HTTP_AUTHORIZATION": header} if header else {})
            for _pattern, rule, address in cases:
                for verb, body in requests(rule, world):
                    before = marks()
                    answer = send(browser, verb, address, body)
                    assert answer.status_code in (302, 401, 403), (verb, address, answer.status_code)
                    if answer.status_code == 302:
                        assert answer["Location"].startswith("/login/"), (verb, address)
                    assert SECRET not in text_of(answer)
                    assert marks() == before, (verb, address)
        assert traces() == whole

    def test_a_forged_form_is_refused_everywhere(self, world: World, marks: Marks) -> None:
        from django.test import Client

        browser = Client(enforce_csrf_checks=True)
        browser.force_login(User.objects.get(id=world.cast.owner.id))
        for guard in ("record", "own", "judge", "list", "bulk", "person"):
            for _pattern, rule, address in addresses(world, guard):
                for verb, body in requests(rule, world):
                    if verb == "POST":
                        before = marks()
                        assert send(browser, verb, address, body).status_code == 403, address
                        assert marks() == before, address


def test_somebody_deactivated_is_out_at_once(cast: Cast) -> None:
    world = build(registry.get("customers.customer"), cast)
    browser = world.client(cast.owner)
    assert browser.get("/customers/").status_code == 200
    User.objects.filter(id=cast.owner.id).update(is_active=False)
    assert browser.get("/customers/").status_code == 302

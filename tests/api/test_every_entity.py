"""What the API promises for every entity, derived from the registry."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import history, write
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from tests import samples
from tests.api.conftest import Program, address
from tests.people import Cast, let_all

_serial = itertools.count(1)
Programs = Callable[[Any], Program]
#: What no program may set on any record.
SERVER_OWNED = (
    "id", "pk", "created_at", "created_by", "created_by_id", "updated_at", "department", "department_id", "owner_id", "deleted_at",
    "deleted_by", "merged_into", "custom", "nonsense", "entity", "linked", "__class__",
)  # fmt: skip


@pytest.mark.parametrize("shape", ["minimal", "full", "hostile"])
def test_what_a_program_sends_it_reads_back(entity: Entity, cast: Cast, program: Programs, shape: samples.Shape) -> None:
    mine = program(cast.owner)
    twin = samples.make(entity, shape, actor=cast.owner)
    given = sendable(entity, twin, cast)
    taken = {u.field for u in entity.unique} - {entity.title}
    given = {key: value for key, value in given.items() if key not in taken}
    write.delete(twin, actor=cast.director, door="test")  # it may be in the way of the other
    created = mine.post(entity.slug, {**given, **title(entity)})
    assert created.status_code == 201, created.content
    record = created.json()
    assert created["Location"].endswith(f"/api/v1/{address(entity, record['id'])}")
    assert mine.get(address(entity, record["id"])).json() == record
    for key, value in given.items():
        if key != entity.title:
            assert plain(record[key]) == plain(value), key
    (change,) = history.of_record(record["id"])
    assert (change.verb, change.door, change.actor) == ("create", "api", cast.owner.id)


def sendable(entity: Entity, record: Any, cast: Cast) -> dict[str, Any]:
    """Everything that may be set, as the API would write it."""
    fresh = entity.rows(cast.owner).get(id=record.id)
    return {k: f.kind.json(f.value(fresh)) for k, f in entity.writable(cast.owner).items() if k != "owner"}


def title(entity: Entity) -> dict[str, Any]:
    """A title that nobody bears yet."""
    return {entity.title: f"Nobody else {next(_serial)}"}


def plain(value: Any) -> Any:
    """References as ids."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value["id"] if isinstance(value, dict) else value


def test_a_record_sent_back_as_it_was_read_changes_nothing(entity: Entity, cast: Cast, program: Programs, traces: Any) -> None:
    mine, record = program(cast.owner), samples.make(entity, "full", actor=cast.owner)
    read = mine.get(address(entity, record)).json()
    given = {k: v for k, v in read.items() if k in entity.writable(cast.owner) or k == "version" or k.endswith("_currency")}
    before = traces()
    answer = mine.patch(address(entity, record), given)
    assert answer.status_code == 200, answer.content
    assert answer.json() == read
    assert traces() == before


def test_a_list_is_walked_to_its_end_without_gaps(entity: Entity, cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    made = {samples.make(entity, actor=cast.owner).id for _ in range(5)}
    seen: list[int] = []
    answer = mine.get(entity.slug, limit=2, fields=entity.title)
    while True:
        page = answer.json()
        assert len(page["results"]) <= 2
        assert all(set(r) == {"id", "version", entity.title} for r in page["results"])
        seen += [r["id"] for r in page["results"]]
        if page["next"] is None:
            break
        answer = mine.client.get(page["next"], headers={"Authorization": f"Bearer {mine.token}"})
        assert answer.status_code == 200
    assert len(seen) == len(set(seen))
    assert made <= set(seen)
    assert set(seen) == set(entity.rows(cast.owner).values_list("id", flat=True))


def test_the_cost_of_a_list_does_not_grow_with_rows(entity: Entity, cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert mine.get(entity.slug, limit=200).status_code == 200
        return len(queries)

    samples.make(entity, "full", actor=cast.owner)
    cost()
    few = cost()
    for _ in range(6):
        samples.make(entity, "full", actor=cast.owner)
    cost()  # a new pool changes who sees what, which is asked anew once
    assert cost() == few
    assert few <= 8


def test_strangers_get_the_answer_of_what_does_not_exist(entity: Entity, cast: Cast, program: Programs, traces: Any) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    binned = samples.make(entity, actor=cast.owner)
    program(cast.owner).delete(address(entity, binned))
    them, before = program(cast.stranger), traces()
    for there, nowhere in ((record.id, 10**14), (binned.id, 10**14)):
        for verb, more, body in requests(entity):
            one = them.send(verb, address(entity, there, *more), body)
            other = them.send(verb, address(entity, nowhere, *more), body)
            assert (one.status_code, one.content) == (404, other.content), (verb, more)
    assert record.id not in [r["id"] for r in them.results(entity.slug)]
    assert traces() == before


def requests(entity: Entity) -> list[tuple[str, list[str], Any]]:
    """Every verb that the address of a record knows."""
    found: list[tuple[str, list[str], Any]] = [
        ("GET", [], None),
        ("GET", ["history"], None),
        ("PATCH", [], {entity.title: "x"}),
        ("PATCH", [], {"nonsense": 1}),
        ("DELETE", [], None),
        ("POST", ["restore"], None),
    ]
    return found + [("POST", ["actions", a.code], {}) for a in entity.actions]


def test_who_may_only_look_is_told_so(entity: Entity, cast: Cast, program: Programs, traces: Any) -> None:
    record = samples.make(entity, actor=cast.owner)
    them, before = program(cast.readonly), traces()
    assert them.get(address(entity, record)).status_code == 200
    assert them.patch(address(entity, record), title(entity)).status_code == 403
    assert them.delete(address(entity, record)).status_code == 403
    assert them.post(entity.slug, title(entity)).status_code == 403
    for action in entity.actions:
        assert them.post(address(entity, record, "actions", action.code), {}).status_code in (403, 409)
    assert traces() == before


def test_an_administrator_without_a_scope_finds_no_such_address(entity: Entity, cast: Cast, program: Programs, traces: Any) -> None:
    record = samples.make(entity, actor=cast.owner)
    them, before = program(cast.admin), traces()
    for path in (entity.slug, f"{entity.slug}/similar", address(entity, record), address(entity, record, "history")):
        assert them.get(path).status_code == 404
    assert them.post(entity.slug, title(entity)).status_code == 404
    assert them.patch(address(entity, record), title(entity)).status_code == 404
    assert them.delete(address(entity, record)).status_code == 404
    assert entity.slug not in [e["slug"] for e in them.results("meta/entities")]
    assert traces() == before


def test_no_program_sets_what_the_server_decides(entity: Entity, cast: Cast, program: Programs, traces: Any) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    mine = program(cast.director)
    columns = {f.name for f in entity.model._meta.local_fields} - set(entity.writable(cast.director)) - {"version"}
    columns -= {f"{key}_currency" for key in entity.fields}
    columns |= {key for key, field in entity.fields.items() if field.computed} | set(SERVER_OWNED)
    given = {
        **title(entity),
        **{k: v for k, v in sendable(entity, record, cast).items() if entity.fields[k].required and k != entity.title},
    }
    before = traces()
    for key in sorted(columns):
        for value in (1, None):
            for answer in (mine.patch(address(entity, record), {key: value}), mine.post(entity.slug, {**given, key: value})):
                assert answer.status_code == 422, (key, value, answer.content)
                assert key in answer.json()["errors"], (key, answer.content)
    assert mine.post(entity.slug, {**given, "version": 3}).status_code == 422
    assert traces() == before


def test_hidden_is_absent_and_masked_is_masked(entity: Entity, cast: Cast, program: Programs) -> None:
    """All fields at once, for it is asked of every entity; one by one in tests/contract/test_access.py."""
    record = samples.make(entity, "full", actor=cast.owner)
    mine = program(cast.owner)
    whole = mine.get(address(entity, record)).json()
    closed = [key for key in entity.fields if key not in ("owner", "department", "created_by", entity.parent)]
    let_all(cast.owner, entity.key, closed, "hidden")
    for answer in (mine.get(address(entity, record)), mine.get(entity.slug)):
        document = answer.json().get("results", [answer.json()])[0]
        assert not {*closed, *(f"{key}_currency" for key in closed)} & document.keys()
    changes = mine.get(address(entity, record, "history")).json()["results"][0]["changes"]
    assert not {c["field"] for c in changes} & set(closed)
    for key in closed:
        assert mine.get(entity.slug, fields=key).status_code == 400
        assert mine.get(entity.slug, sort=key).status_code == 400
        assert mine.get(entity.slug, where=[key, "empty"]).status_code == 400
        assert mine.get(f"{entity.slug}/similar", field=key, value="x").status_code == 400
    maskable = [k for k in closed if entity.fields[k].kind.stored != "list" and not hasattr(entity.fields[k].kind, "target")]
    let_all(cast.owner, entity.key, maskable, "masked")
    masked = mine.get(address(entity, record)).json()
    for key in maskable:
        assert isinstance(masked[key], str)
        assert masked[key] != whole.get(key) or whole[key] == "", key  # a roll-up is only seen by who is let see it
        assert mine.get(entity.slug, sort=key).status_code == 400
    let_all(cast.owner, entity.key, closed, "readonly")
    sendables = sendable(entity, record, cast)
    for key in closed:
        value = 1 if entity.fields[key].computed else sendables.get(key, 1)
        assert mine.patch(address(entity, record), {key: value}).status_code == 422, key


def test_a_referred_record_out_of_sight_has_no_title(entity: Entity, cast: Cast, program: Programs) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    read = program(cast.owner).get(address(entity, record)).json()
    for key, field in entity.fields.items():
        if not hasattr(field.kind, "target") or field.kind.stored == "list" or not read[key]:
            continue
        assert read[key]["title"], key
        field.kind.target.model._default_manager.filter(id=read[key]["id"]).update(
            owner_id=cast.stranger.id, department_id=cast.stranger.department
        )
        again = program(cast.owner).get(address(entity, record))
        if again.status_code == 200:
            assert again.json()[key] == {"id": read[key]["id"], "title": None}, key


def test_a_deleted_record_comes_back_from_the_bin(entity: Entity, cast: Cast, program: Programs) -> None:
    mine, record = program(cast.owner), samples.make(entity, "full", actor=cast.owner)
    before = mine.get(address(entity, record)).json()
    assert mine.delete(address(entity, record)).status_code == 204
    assert mine.get(address(entity, record)).status_code == 404
    assert mine.delete(address(entity, record)).status_code == 404
    assert record.id not in [r["id"] for r in mine.results(entity.slug)]
    restored = mine.post(address(entity, record, "restore"))
    assert restored.status_code == 200
    assert {**restored.json(), "version": 0} == {**before, "version": 0}
    verbs = [c["verb"] for c in mine.results(address(entity, record, "history"))]
    assert verbs == ["restore", "delete", "create"]


def test_a_stale_write_of_the_same_field_is_a_conflict_with_both_values(entity: Entity, cast: Cast, program: Programs, traces: Any) -> None:
    mine, record = program(cast.owner), samples.make(entity, actor=cast.owner)
    read = mine.get(address(entity, record)).json()
    theirs, ours = title(entity), title(entity)
    assert mine.patch(address(entity, record), theirs).status_code == 200
    before = traces()
    answer = mine.patch(address(entity, record), {**ours, "version": read["version"]})
    assert answer.status_code == 409
    key = entity.title
    assert answer.json()["clashes"] == [{"field": key, "read": read[key], "now": theirs[key], "sent": ours[key]}]
    assert traces() == before
    assert mine.patch(address(entity, record), {**ours, "version": answer.json()["version"]}).status_code == 200


def test_a_version_that_has_never_been_is_a_conflict(entity: Entity, cast: Cast, program: Programs, traces: Any) -> None:
    mine, record = program(cast.owner), samples.make(entity, actor=cast.owner)
    read, before = mine.get(address(entity, record)).json(), traces()
    answer = mine.patch(address(entity, record), {**title(entity), "version": read["version"] + 1})
    assert (answer.status_code, list(answer.json()["errors"])) == (409, ["version"])
    assert traces() == before


def test_history_names_the_door_and_the_fields(entity: Entity, cast: Cast, program: Programs) -> None:
    mine, record = program(cast.owner), samples.make(entity, actor=cast.owner)
    new = title(entity)
    mine.patch(address(entity, record), new)
    (newest, first) = mine.results(address(entity, record, "history"))
    assert (newest["door"], newest["actor"], newest["name"], newest["verb"]) == ("api", cast.owner.id, cast.owner.name, "update")
    (line,) = [c for c in newest["changes"] if c["field"] == entity.title]
    assert line["new"] == entity.fields[entity.title].kind.text(new[entity.title], Reader(cast.owner))
    page = mine.get(address(entity, record, "history"), limit=1).json()
    assert [c["write"] for c in page["results"]] == [newest["write"]]
    rest = mine.client.get(page["next"], headers={"Authorization": f"Bearer {mine.token}"}).json()
    assert [c["write"] for c in rest["results"]] == [first["write"]]
    assert rest["next"] is None


def test_searching_finds_what_was_just_created(entity: Entity, cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    if not entity.search:
        assert mine.get(entity.slug, q="x").status_code == 400
        return
    record = mine.post(entity.slug, {**_minimal(entity, cast), entity.title: "杭州云深示例9417"}).json()
    assert [r["id"] for r in mine.results(entity.slug, q="云深示例")] == [record["id"]]
    assert [r["id"] for r in mine.results(entity.slug, q="hzyssl")] == [record["id"]]
    assert program(cast.stranger).results(entity.slug, q="云深示例") == []


def _minimal(entity: Entity, cast: Cast) -> dict[str, Any]:
    return samples.values(entity, actor=cast.owner)

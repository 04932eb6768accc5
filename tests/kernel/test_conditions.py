"""One condition, four interpreters: SQL, a test in memory, a sentence, the filter builder. The first two agree to the letter."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import builder
from guanxi.kernel.condition.predicate import matches
from guanxi.kernel.condition.sentence import sentence
from guanxi.kernel.condition.tree import ConditionError, parse
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import OPERATORS, Field, Reader
from guanxi.kernel.query import Rows
from guanxi.kernel.registry import registry
from tests import samples
from tests.kernel.conftest import TEXTS
from tests.people import Cast

#: For each of the entities, which together see some six hundred.
DEEP = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
Population = Callable[..., list[Any]]
NUMBERS = [0, 1, -1, "7", "12.5", "1,234", "-3.00", "9999999999999.99"]
DAYS = ["2026-01-31", "2024-02-29", "today", "this_month", "last_quarter", "-30d", "+7d", "2026年11月30日", "2026-12-01", "this_week"]
OPERANDS: dict[str, list[Any]] = {
    "text": [t for t in TEXTS if t.strip()] + ["acme", "公司", "\\", "ς"],
    "email": ["a@example.com", "A@EXAMPLE.com"],
    "url": ["www.example.com", "https://例子.测试/路径?a=100%25"],
    "phone": ["13812346021", "0571-88881234", "1234", "138"],
    "uscc": ["91330100799655058B", "91330100799655058b"],
    "resident_id": ["11010519491231002X"],
    "number": ["KH-202611-0001", "kh_", "%", "202611"],
    "integer": NUMBERS,
    "decimal": NUMBERS,
    "money": NUMBERS,
    "boolean": [True, False],
    "percent": [0, "12.5%", "-3", 100],
    "rating": [1, "★★★", 5],
    "duration": [0, "0:59", "1小时30分", 90],
    "geo": ["30.27415,120.15515", "-33.8688 151.2093"],
    "secret": ["一号密码"],
    "date": DAYS,
    "datetime": [*DAYS, "2026-11-30T23:59:59.999999+08:00", "2026-12-01 00:00", "2024-02-29T00:00:00.000001+08:00"],
    "region": ["330000", "330100", "浙江省杭州市滨江区", "北京"],
    "person": ["me", "my_reports", "olivia", "stella"],
    "department": ["my_department", "east", "company"],
}


def operands(field: Field) -> list[Any]:
    kind = field.kind
    if hasattr(kind, "dictionary"):
        return [i.code for i in kind.dictionary.items()[:4]]
    if hasattr(kind, "target"):
        return list(kind.target.model._default_manager.values_list("id", flat=True)[:3])
    return OPERANDS.get(kind.name, [])


def comparisons(entity: Entity, path: str, field: Field) -> list[list[Any]]:
    """Every operator of a field with its operands."""
    found: list[list[Any]] = []
    pool = operands(field)
    for op in field.kind.operators:
        if op in ("empty", "not_empty"):
            found.append([path, op])
        elif op == "between":
            found += [[path, op, [a, b]] for a in pool[:5] for b in (pool[2:6] if "today" not in pool else pool[:2] + pool[7:9])]
        elif op in ("in", "not_in", "has", "has_all"):
            found += [[path, op, pool[:n]] for n in (0, 1, 2, 4)] + [[path, op, one] for one in pool]
        else:
            found += [[path, op, one] for one in pool]
    return found


def related(entity: Entity) -> list[tuple[str, Field]]:
    """Paths over each relation, there and back."""
    found = []
    for key, field in entity.fields.items():
        if hasattr(field.kind, "target"):
            target = field.kind.target
            found += [(f"{key}.{k}", target.fields[k]) for k in (target.title, "owner", "created_at", *target.filters[:3])]
    for child, key in registry.children(entity):
        back = child.fields[key].extra["back"]
        found += [(f"{back}.{k}", child.fields[k]) for k in (child.title, "owner", *child.filters[:3])]
    return found


def among(entity: Entity, records: list[Any], actor: Actor) -> Rows:
    """These records as the actor sees them, for one condition after another."""
    return entity.rows(actor).filter(id__in=[r.id for r in records])


def agree(rows: Rows, condition: Any, records: list[Any]) -> bool:
    """Whether both give the same of `records`, which `rows` reads; whether the condition was accepted at all."""
    entity, actor = rows.entity, rows.actor
    try:
        node = parse(entity, condition, actor)
    except ConditionError:
        return False
    expected = {r.id for r in records if matches(node, r, actor)}
    found = set(rows.where(condition).values_list("id", flat=True))
    assert found == expected, condition
    return True


def everything(entity: Entity) -> list[list[Any]]:
    own = [t for key, field in entity.fields.items() for t in comparisons(entity, key, field)]
    return own + [t for path, field in related(entity) for t in islice(comparisons(entity, path, field), 0, None, 3)]


def test_sql_and_memory_agree_on_every_kind_and_operator(entity: Entity, cast: Cast, population: Population) -> None:
    records = population(entity)
    rows = among(entity, records, cast.director)
    accepted = [c for c in everything(entity) if agree(rows, c, records)]
    tried = {(c[0], c[1]) for c in accepted}
    for key, field in entity.fields.items():
        if operands(field):
            assert {op for path, op in tried if path == key} == set(field.kind.operators), key


def test_sql_and_memory_agree_on_any_nesting(entity: Entity, cast: Cast, population: Population) -> None:
    records = population(entity)
    rows = among(entity, records, cast.director)
    leaves = st.sampled_from(everything(entity))
    trees = st.recursive(
        leaves | st.just(["and"]) | st.just([]),
        lambda inner: (
            st.builds(lambda w, ns: [w, *ns], st.sampled_from(["and", "or"]), st.lists(inner, max_size=3))
            | st.builds(lambda n: ["not", n], inner)
        ),
        max_leaves=8,
    )

    @DEEP
    @given(trees)
    def inner(condition: Any) -> None:
        agree(rows, condition, records)

    inner()


def test_me_is_whoever_asks(cast: Cast, population: Population) -> None:
    entity = registry.get("customers.customer")
    records = population(entity)
    for who in (cast.owner, cast.manager, cast.director):
        for condition in (
            ["owner", "is", "me"],
            ["owner", "is_not", "me"],
            ["owner", "in", ["my_reports"]],
            ["department", "within", "my_department"],
        ):
            visible = [r for r in records if entity.rows(who).filter(id=r.id).exists()]
            assert agree(among(entity, visible, who), condition, visible)
    mine = set(entity.rows(cast.director).where(["owner", "is", "me"]).values_list("owner_id", flat=True))
    assert mine <= {cast.director.id}


def test_an_empty_value_matches_only_empty_and_negations(entity: Entity, cast: Cast, population: Population) -> None:
    population(entity)
    rows = entity.rows(cast.director)
    for key, field in entity.fields.items():
        if "not_empty" not in field.kind.operators:
            continue
        for condition in comparisons(entity, key, field):
            if condition[1] in ("empty", "is_not", "not_in") or (condition[1] == "has_all" and not condition[2]):
                continue
            try:
                both = ["and", condition, [key, "empty"]]
                assert not rows.where(both).exists(), condition
            except ConditionError:
                continue


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["²", "\x00", "\ud800", "１２３", "1e999999万", "-9999d"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=8,
)


def test_garbage_is_refused_and_nothing_else(entity: Entity, cast: Cast, population: Population) -> None:
    population(entity, 2)
    start = entity.rows(cast.owner)
    paths = [*entity.fields, *(path for path, _f in related(entity)), "nonsense", "and", "or", "not", "name.name.name", "."]
    likely = st.tuples(st.sampled_from(paths), st.sampled_from([*OPERATORS, "like", ""]), JSON).map(list)

    @settings(DEEP, max_examples=120)
    @given(JSON | likely | st.lists(likely, max_size=3).map(lambda parts: ["or", *parts]))
    def inner(garbage: Any) -> None:
        try:
            rows = start.where(garbage)
            node = parse(entity, garbage, cast.owner)
        except ConditionError:
            return
        list(rows[:1])
        sentence(node, Reader(cast.owner))

    inner()


def test_a_filter_has_an_end(entity: Entity, cast: Cast) -> None:
    deep: Any = [entity.title, "is", "x"]
    for _ in range(50):
        deep = ["not", deep]
    for condition in (deep, ["or", *([[entity.title, "is", "x"]] * 100)]):
        with pytest.raises(ConditionError):
            parse(entity, condition, cast.owner)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_condition_reads_as_a_sentence(entity: Entity, cast: Cast, population: Population, language: str) -> None:
    population(entity, 2)
    reader = Reader(cast.director)
    with translation.override(language):
        for condition in everything(entity):
            try:
                node = parse(entity, condition, cast.director)
            except ConditionError:
                continue
            text = sentence(node, reader)
            assert str(OPERATORS[condition[1]]) in text, condition
            assert not any(mark in text for mark in ("None", "Decimal", "datetime.", "object at", "[", "{")), text
            if len(condition) == 3 and condition[2] not in ([], ""):
                assert (
                    text != f"{entity.fields[condition[0]].label} {OPERATORS[condition[1]]}" if condition[0] in entity.fields else True
                ), condition


def test_the_builder_knows_every_field(entity: Entity, cast: Cast, population: Population) -> None:
    population(entity, 1)
    described = {f["key"]: f for f in builder.metadata(entity, Reader(cast.director))}
    assert set(described) == set(entity.fields)
    assert list(described)[: len(entity.filters)] == list(entity.filters)
    for key, field in entity.fields.items():
        tree = not hasattr(field.kind, "dictionary") or field.kind.dictionary.tree
        expected = [op for op in field.kind.operators if tree or op != "within"]  # nothing stands below a value of a plain list
        assert [o["value"] for o in described[key]["operators"]] == expected
        assert all(o["label"] for o in described[key]["operators"])
        assert described[key]["label"]
        for option in (described[key]["options"] or [])[:5]:
            op = "has" if "has" in field.kind.operators else "in" if "in" in field.kind.operators else "is"
            parse(entity, [key, op, option["value"]], cast.director)


def test_samples_are_valid_for_a_custom_field_of_the_same_kind(cast: Cast, population: Population) -> None:
    entity = registry.get("customers.customer")
    population(entity, 1)
    record = samples.make(entity, "full", actor=cast.owner)
    fresh = entity.rows(cast.owner).get(id=record.id)
    for key, field in entity.fields.items():
        if key.startswith("f") and key[1:].isdigit():
            assert not field.kind.is_blank(field.value(fresh)) or field.kind.name in ("tags", "image") or field.rolls, key
            assert field.value(fresh) == field.value(record), key

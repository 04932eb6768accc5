"""Formulas: read as people write them, the same in Python and in SQL, and nothing but what they are for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.kernel import jobs, pooled, pools, reckoned, write
from guanxi.kernel.formula import python, sql, tree
from guanxi.kernel.formula.tree import FormulaError, Named, Node
from guanxi.kernel.models import CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields as verbs
from guanxi.org import actors
from guanxi.org.models import User
from tests import samples
from tests.people import Cast, let

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unshaped")]
CUSTOMER = registry.get("customers.customer")
FIELDS: dict[str, tuple[tree.Type, str]] = {
    "n": ("number", "numeric"), "m": ("number", "numeric"), "t": ("text", "text"), "u": ("text", "text"), "d": ("date", "date"),
    "e": ("date", "date"), "b": ("truth", "boolean"),
}  # fmt: skip
DEEP = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def field(word: str) -> Named | None:
    return Named(word, FIELDS[word][0]) if word in FIELDS else None


def both(node: Node, values: dict[str, Any]) -> tuple[Any, Any]:
    """What Python and what PostgreSQL make of it."""
    expression, params = sql.compiled(node, lambda key: f'"{key}"')
    columns = ", ".join(f'%s::{kind} AS "{key}"' for key, (_type, kind) in FIELDS.items())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression} FROM (SELECT {columns}) v", [*params, *(values[key] for key in FIELDS)])
        return python.evaluate(node, values), cursor.fetchone()[0]


VALUES: dict[str, Any] = {"n": Decimal("7.5"), "m": None, "t": "云深", "u": None, "d": date(2026, 1, 31), "e": date(2026, 3, 1), "b": True}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3 - -1", Decimal(10)),
        ("［n］ × 2 ÷ 3", Decimal(5)),
        ("10 / 4 / 5", Decimal("0.5")),
        ("1 / 3", Decimal("0.3333333333")),
        ("1 / 0", None),
        ("[n] + [m]", None),
        ("coalesce([m], 3)", Decimal(3)),
        ("round([n] / 7, 2)", Decimal("1.07")),
        ("round(0 - 2.5, 0)", Decimal(-3)),
        ("days([d], [e])", Decimal(29)),
        ("adddays([d], 29)", date(2026, 3, 1)),
        ("year([d]) * 100 + month([d])", Decimal(202601)),
        ('if([n] > 7, "大", "小")', "大"),
        ('如果（且（[n] > 7，为空（[u]）），“是”，“否”）', "是"),
        ('if([m] < 1, "x", "y")', "y"),
        ('[t] & "-" & text([n])', "云深-7.5"),
        ('left([t], 1) & [u]', "云"),
        ("min([n], [m], 3)", Decimal(3)),
        ('[t] = "云深"', True),
        ("not([b])", False),
        ("length(text(1000))", Decimal(4)),
    ],
)  # fmt: skip
def test_it_gives_what_one_expects_in_both(source: str, value: Any) -> None:
    mine, theirs = both(tree.parse(source, field), VALUES)
    assert mine == value
    assert theirs == value


@pytest.mark.parametrize(
    "source",
    [
        "", "1 +", "(1", "1)", "[n", "[nothing]", "nothing(1)", "n", "__import__('os')", "[n].real", "[n].__class__", "'a'.upper()",
        "if(1, 2, 3)", 'if([b], 1, "x")', '[n] + "1"', "[b] < [b]", "round([n], [m])", "round([n], 99)", "days([d])", "lambda: 1", "1 if 1 else 2",
        "(" * 40 + "1" + ")" * 40, "-" * 60 + "1", "1" + "+1" * 200, "[n]" * 2, "1e9", "9" * 16, "x" * 2_000, "if" * 100 + "(", "@", "{n}", "%s", "\\",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(source: str) -> None:
    with pytest.raises(FormulaError):
        tree.parse(source, field)


numbers = st.decimals(min_value=-(10**15), max_value=10**15, places=6, allow_nan=False, allow_infinity=False).map(
    lambda d: python.bounded(d)
)
texts = st.text(alphabet="aZ云é中 -_%\\'", max_size=6).map(lambda t: t or None)
days = st.dates(date(1, 1, 1), date(9999, 12, 31))
values = st.fixed_dictionaries(
    {
        "n": numbers | st.none(),
        "m": numbers | st.none(),
        "t": texts,
        "u": texts,
        "d": days | st.none(),
        "e": days | st.none(),
        "b": st.booleans(),
    }
)
LEAVES = {
    "number": ["[n]", "[m]", "0", "3", "0.001", "99999999"],
    "text": ["[t]", "[u]", '"云"', '""'],
    "date": ["[d]", "[e]"],
    "truth": ["[b]"],
}


@st.composite
def formulas(draw: Any, wanted: str = "", depth: int = 0) -> str:
    """A formula that makes sense, of some type."""
    wanted = wanted or draw(st.sampled_from(list(LEAVES)))
    if depth > 3 or draw(st.integers(0, 3)) == 0:
        return str(draw(st.sampled_from(LEAVES[wanted])))

    def one(type_: str) -> str:
        return str(draw(formulas(type_, depth + 1)))

    like = draw(st.sampled_from(list(LEAVES)))
    made = {
        "number": [lambda: f"({one('number')} {draw(st.sampled_from('+-*/'))} {one('number')})", lambda: f"round({one('number')}, 3)",
                   lambda: f"days({one('date')}, {one('date')})", lambda: f"length({one('text')})", lambda: f"max({one('number')}, {one('number')})",
                   lambda: f"floor({one('number')})", lambda: f"(-{one('number')})", lambda: f"year({one('date')})"],
        "text": [lambda: f"concat({one('text')}, {one('text')})", lambda: f"left({one('text')}, 2)", lambda: f"text({one('number')})"],
        "date": [lambda: f"adddays({one('date')}, {one('number')})"],
        "truth": [lambda: f"({one('number')} {draw(st.sampled_from(['=', '<>', '<', '<=', '>', '>=']))} {one('number')})",
                  lambda: f"({one('text')} {draw(st.sampled_from(['=', '<>', '<']))} {one('text')})", lambda: f"not({one('truth')})",
                  lambda: f"and({one('truth')}, {one('truth')})", lambda: f"empty({one(like)})"],
    }[wanted]  # fmt: skip
    made += [lambda: f"if({one('truth')}, {one(wanted)}, {one(wanted)})", lambda: f"coalesce({one(wanted)}, {one(wanted)})"]
    return str(draw(st.sampled_from(made))())


@given(source=formulas(), given_=values)
@DEEP
def test_python_and_sql_agree(source: str, given_: dict[str, Any]) -> None:
    mine, theirs = both(tree.parse(source, field), given_)
    assert mine == theirs, source


@given(source=st.text(max_size=200) | st.text(alphabet="[]()nmtdb+-*/&,<>=\"'.0123456789 if", max_size=120))
@DEEP
def test_whatever_is_typed_is_a_formula_or_is_refused(source: str) -> None:
    try:
        node = tree.parse(source, field)
    except FormulaError:
        return
    both(node, VALUES)


def made(cast: Cast, label: str, formula: str) -> str:
    row = verbs.add(CUSTOMER, verbs.Wish(label, sort="formula", formula=formula), actor=cast.business)
    return f"f{row.pk}"


def test_it_follows_every_write_and_its_own_changes(cast: Cast) -> None:
    price, number = samples.added(CUSTOMER, "decimal"), samples.added(CUSTOMER, "integer")
    record = samples.make(CUSTOMER, actor=cast.owner, **{price: "12.50", number: 4})
    total = made(cast, "合计", "[My decimal] * [My integer]")
    jobs.run(Job.objects.latest("id").pk)
    taxed = made(cast, "含税", "round([合计] * 1.13, 2)")
    jobs.run(Job.objects.latest("id").pk)

    def now() -> list[Any]:
        row = CUSTOMER.rows(cast.owner).get(id=record.id)
        return [CUSTOMER.fields[key].value(row) for key in (total, taxed)]

    assert now() == [Decimal("50.00"), Decimal("56.50")]
    write.update((CUSTOMER, record.id), {number: 2}, actor=cast.owner, door="test")
    assert now() == [Decimal("25.00"), Decimal("28.25")]
    write.update_many(CUSTOMER, {record.id: {price: "1"}}, actor=cast.owner, door="test")
    assert now() == [Decimal("2.00"), Decimal("2.26")]
    assert CUSTOMER.rows(cast.owner).where([taxed, "gt", "2"]).count() == 1
    verbs.change(CUSTOMER, row(total), verbs.Wish("合计", formula="[My decimal] * [My integer] + 1"), actor=cast.business)
    jobs.run(Job.objects.latest("id").pk)
    assert Job.objects.latest("id").state == "done"
    assert now() == [Decimal("3.00"), Decimal("3.39")]
    assert reckoned.in_words(CUSTOMER, CUSTOMER.fields[taxed].formula) == "round([合计] * 1.13, 2)"
    with pytest.raises(write.Invalidated):
        write.update((CUSTOMER, record.id), {total: "1"}, actor=cast.owner, door="test")
    for bad in ("[含税] + 1", '"text"', "[nothing]"):
        with pytest.raises(write.Invalidated):
            verbs.change(CUSTOMER, row(total), verbs.Wish("合计", formula=bad), actor=cast.business)


def row(key: str) -> CustomField:
    return CustomField.objects.get(pk=key[1:])


def test_what_is_closed_is_not_told_by_a_formula(cast: Cast) -> None:
    let(cast.business, CUSTOMER.key, "remark", "hidden")
    let(cast.owner, CUSTOMER.key, "remark", "masked")
    copy = verbs.add(CUSTOMER, verbs.Wish("Copy", sort="formula", formula="[remark]"), actor=cast.again(cast.business))
    long = verbs.add(CUSTOMER, verbs.Wish("Long", sort="formula", formula="length([Copy]) + length([name])"), actor=cast.business)
    for row in (copy, long):
        assert cast.again(cast.business).right(CUSTOMER.key, f"f{row.pk}") == "hidden"
        assert cast.again(cast.owner).right(CUSTOMER.key, f"f{row.pk}") == "masked"
        assert cast.again(cast.manager).right(CUSTOMER.key, f"f{row.pk}") == "edit"


def test_rights_are_read_again_when_a_formula_reads_something_else(cast: Cast) -> None:
    row = verbs.add(CUSTOMER, verbs.Wish("Copy", sort="formula", formula="[name]"), actor=cast.business)
    let(cast.owner, CUSTOMER.key, "remark", "hidden")
    user = User.objects.get(pk=cast.owner.id)
    assert actors.resolve(user).right(CUSTOMER.key, f"f{row.pk}") == "edit"
    verbs.change(CUSTOMER, row, verbs.Wish("Copy", formula="[remark]"), actor=cast.business)
    assert actors.resolve(user).right(CUSTOMER.key, f"f{row.pk}") == "hidden"
    pool = pools.Pool(1, "x", CUSTOMER.key, hidden=frozenset({"name", "remark"}), people=frozenset({user.pk}))
    assert pooled._lens(cast.again(cast.manager), pool).right(CUSTOMER.key, f"f{row.pk}") == "hidden"

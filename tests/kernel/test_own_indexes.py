"""Indexes of own fields are built beside the work of others, serve filters and sorts, and go when they are wanted no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from guanxi.kernel import custom, jobs, own_index, own_unique, write
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.models import CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields as verbs
from tests import samples
from tests.people import Cast

CUSTOMER = registry.get("customers.customer")
#: So many records bear the same value.
ALIKE = 6


@pytest.fixture
def company(committed: Cast) -> Iterator[Cast]:
    yield committed
    with own_index.owner() as cursor:
        for name in indexes():
            cursor.execute(f'DROP INDEX "{name}"'.encode())
    CustomField.objects.all().delete()
    Job.objects.all().delete()
    custom.load()


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indexrelid::regclass::text LIKE 'own_%%' AND indisvalid")
        return {row[0] for row in cursor.fetchall()}


def spreads() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_statistic_ext WHERE stxname LIKE 'own_f%%'")
        return int(cursor.fetchone()[0])


def expected(rows: Any) -> int:
    """How many rows PostgreSQL thinks there are."""
    return int(json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"])


def planned(rows: Any) -> str:
    """How PostgreSQL would read it, were the table large: neither row by row nor by way of a bitmap."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        try:
            return str(rows.explain())
        finally:
            cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")


def done() -> Job:
    job = Job.objects.latest("id")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def row_of(key: str) -> CustomField:
    return CustomField.objects.get(pk=key[1:])


@pytest.mark.parametrize("kind", ["text", "integer", "decimal", "date", "boolean", "lookup"])
def test_an_index_serves_filter_and_sort_and_goes_with_the_field(company: Cast, kind: str) -> None:
    key = samples.added(CUSTOMER, kind, **samples.OPTIONS.get(kind, {}))
    record, *_alike = [samples.make(CUSTOMER, "full", actor=company.owner) for _n in range(ALIKE)]
    verbs.quicken(row_of(key), quick=True, actor=company.business)
    job = done()
    assert (job.state, job.message, job.done) == ("done", "", job.total)
    assert indexes() == {f"own_{key}_all", f"own_{key}_owner"} | ({f"own_{key}_folded"} if kind == "text" else set())
    field = CUSTOMER.fields[key]
    everything = CUSTOMER.rows(company.director)
    given = field.kind.json(field.value(record))
    assert f"own_{key}_" in planned(everything.where([key, "is", given]))
    found = everything.where([key, "is", given])
    assert expected(found) == found.count() == (1 if kind == "lookup" else ALIKE), "PostgreSQL knows how many bear the same"
    ordered = everything.annotate(_key=everything.sort(f"-{key}").path).filter(_key__isnull=False).order_by("-_key", "-id")[:50]
    plan = planned(ordered.values_list("id", "_key"))
    assert f"own_{key}_all" in plan
    assert "Sort" not in plan
    verbs.retire(row_of(key), active=False, actor=company.business)
    assert done().state == "done"
    assert (indexes(), spreads()) == (set(), 0)


def test_a_sort_that_is_refused_for_many_records_is_had_with_an_index(company: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from guanxi.kernel import query

    key = samples.added(CUSTOMER, "integer")
    monkeypatch.setattr(query, "estimate", lambda _model: 1_000_000)
    with pytest.raises(ConditionError):
        CUSTOMER.rows(company.director).sort(key)
    verbs.quicken(row_of(key), quick=True, actor=company.business)
    assert CUSTOMER.rows(company.director).sort(key)


def test_doubles_that_come_before_the_index_make_it_fail_and_say_so(company: Cast) -> None:
    key = samples.added(CUSTOMER, "text")
    verbs.change(CUSTOMER, row_of(key), verbs.Wish("工号", unique=True), actor=company.business)
    CustomField.objects.filter(pk=key[1:]).update(unique=False)
    custom.load()
    for _n in range(2):
        samples.make(CUSTOMER, actor=company.owner, **{key: "同号"})
    CustomField.objects.filter(pk=key[1:]).update(unique=True)
    custom.load()
    job = done()
    assert job.state == "failed"
    assert "同号 × 2" in job.message
    assert not row_of(key).unique
    assert indexes() == set()


def test_the_database_itself_keeps_doubles_out(company: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    key = samples.added(CUSTOMER, "text")
    verbs.change(CUSTOMER, row_of(key), verbs.Wish("工号", unique=True), actor=company.business)
    assert done().state == "done"
    assert indexes() == {f"own_{key}_unique"}
    samples.make(CUSTOMER, actor=company.owner, **{key: "同号"})
    monkeypatch.setattr(own_unique, "rivals", lambda *_given: {})
    with pytest.raises(write.Invalidated) as refused:
        write.create(CUSTOMER, {"name": "后来者", key: "同号"}, actor=company.owner, door="test")
    assert set(refused.value.errors) == {key}


def test_a_unique_formula_is_reckoned_anew_and_says_where_it_is_no_more_unique(company: Cast) -> None:
    size = samples.added(CUSTOMER, "integer")
    key = samples.added(CUSTOMER, "formula", source=f"[{size}]", type="number")
    verbs.change(CUSTOMER, row_of(key), verbs.Wish("序号", unique=True), actor=company.business)
    assert done().state == "done"
    records = [samples.make(CUSTOMER, actor=company.owner, **{size: n}) for n in (1, 2, 4)]
    for formula, states in ((f"[{size}] * 2", ("done", "done")), (f"[{size}] * 0", ("done", "failed"))):
        verbs.change(CUSTOMER, row_of(key), verbs.Wish("序号", unique=row_of(key).unique, formula=formula), actor=company.business)
        assert (done().state, done().state) == states
        assert indexes() == ({f"own_{key}_unique"} if states[1] == "done" else set())
        assert row_of(key).unique == (states[1] == "done")
    assert {CUSTOMER.rows(company.owner).get(id=record.id).custom[key] for record in records} == {"0.00"}

"""Cells are drawn once for all pages, and never a moment longer than they are true."""

from __future__ import annotations

from datetime import timedelta

from guanxi.kernel import clock, plan, versions
from guanxi.kernel.models import DictionaryValue
from guanxi.kernel.registry import registry
from guanxi.org import directory
from guanxi.org.models import User
from guanxi.surfaces.pages import table
from tests import samples
from tests.people import Cast

ENTITY = "customers.customer"


def drawn(cast: Cast, record: int, *keys: str) -> str:
    """The row of a record as a list draws it for its owner, resolved anew as each request does."""
    entity = registry.get(ENTITY)
    now = versions.current()
    directory.refresh(now["access"])
    versions.refresh(now["shape"])
    actor = cast.again(cast.owner)
    compiled = plan.compile(entity, keys, actor)
    rows = entity.rows(actor).filter(id=record).values_list("id", "id", *compiled.paths)
    return str(table.body(entity, compiled, [tuple(r) for r in rows], compiled.reader))


def test_a_value_of_a_choice_list_that_was_renamed_shows_its_new_name(cast: Cast) -> None:
    record = samples.make(registry.get(ENTITY), "full", actor=cast.owner)
    value = DictionaryValue.objects.get(id=record.level)
    assert value.zh in drawn(cast, record.id, "level")
    DictionaryValue.objects.filter(id=value.id).update(zh="改过的级别")
    assert "改过的级别" in drawn(cast, record.id, "level")


def test_an_owner_who_was_renamed_shows_the_new_name(cast: Cast) -> None:
    record = samples.make(registry.get(ENTITY), "full", actor=cast.owner)
    drawn(cast, record.id, "owner")
    User.objects.filter(id=cast.owner.id).update(name="欧阳改名")
    assert "欧阳改名" in drawn(cast, record.id, "owner")


def test_how_long_since_goes_on_counting(cast: Cast) -> None:
    record = samples.make(registry.get(ENTITY), "full", actor=cast.owner)
    start = clock.now()
    with clock.frozen(start + timedelta(minutes=5)):
        early = drawn(cast, record.id, "updated_at")
    with clock.frozen(start + timedelta(hours=3)):
        assert drawn(cast, record.id, "updated_at") != early

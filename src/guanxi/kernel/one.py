"""One record in somebody's scope, and what he may do with it: what every page of a record asks first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, ExpressionWrapper, Value

from guanxi.kernel import access, query, statement
from guanxi.kernel.actor import Actor
from guanxi.kernel.statement import Slot

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


def find(entity: Entity, actor: Actor, record: int, *, action: str = "view", deleted: bool | None = False) -> Any:
    """The record, or None where `actor` may not perform `action` on it."""

    def make() -> Any:
        return query.rows(entity, actor, action=action, deleted=deleted).filter(id=Slot("id")).order_by()

    return next(iter(statement.objects(entity.model, actor, (entity.key, "one", action, deleted), make, id=record)), None)


def locked(entity: Entity, actor: Actor, record: int, action: str) -> Any:
    """The same, locked until the transaction ends."""
    names = [f.attname for f in entity.model._meta.concrete_fields]

    def make() -> statement.Statement:
        rows = query.rows(entity, actor, action=action).filter(id=Slot("id")).order_by()
        read = statement.compiled(rows.values_list(*names))
        return replace(read, sql=read.sql and f'{read.sql} FOR UPDATE OF "{entity.model._meta.db_table}"')

    found = statement.kept(actor, ("locked", entity.key, action), make).run(id=record)
    return entity.model.from_db("default", names, found[0]) if found else None


def verbs(entity: Entity, actor: Actor, record: int, wanted: Iterable[str]) -> dict[str, bool]:
    """Which of these actions he may perform on a record that he may view."""
    actions = tuple(wanted)

    def make() -> statement.Statement:
        scopes = {f"_{a}": _within(entity, actor, a) for a in actions}
        rows = entity.objects.filter(id=Slot("id"), deleted_at__isnull=True)
        return statement.compiled(rows.annotate(**scopes).values_list(*scopes))

    found = statement.kept(actor, ("verbs", entity.key, actions), make).run(id=record)
    return {action: bool(found and found[0][place]) for place, action in enumerate(actions)}


def _within(entity: Entity, actor: Actor, action: str) -> Any:
    if not actor.may(entity.key, action):
        return Value(False, BooleanField())
    scope = access.scope(entity, actor, action)
    return Value(True, BooleanField()) if scope is None else ExpressionWrapper(scope, output_field=BooleanField())

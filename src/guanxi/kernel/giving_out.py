"""What whoever gives records of a pool to its members may ask for: one person, in turn or by load among some, and of which records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory, pools, sharing_out
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import sql
from guanxi.kernel.dictionary import Fixed, Value
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.kernel.fields.column import Stored
from guanxi.kernel.fields.condition import ConditionKind
from guanxi.kernel.fields.several import PeopleKind
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from guanxi.kernel.write.errors import Invalidated

#: How what lies in a pool is given to several.
HOW = Fixed(
    "pool_assignment",
    turn=Value("轮流分配", en="In turn", default=True),
    load=Value("按负荷分配（持有最少者优先）", en="By load: whoever holds least"),
)


class TakersKind(PeopleKind):
    """People who belong to the pool that the reader looks into and can work on what lies there."""

    def choices(self, reader: Reader) -> Mapping[Any, str]:
        pool = pools.get(reader.actor.pool)
        if pool is None:
            return super().choices(reader)
        return {i: directory.person_name(i) for i in sharing_out.takers(registry.get(pool.entity), pool, everybody=True)}


def inputs(entity: Entity) -> dict[str, Field]:
    """What is asked beside the owner, by key."""
    return {
        "how": Field("how", ChoiceKind(HOW, plain=True), gettext_lazy("Or give out to several"), Stored("how")),
        "people": Field(
            "people",
            TakersKind(),
            gettext_lazy("Among"),
            Stored("people"),
            help=gettext_lazy("Members of the pool; without any, all who take from it."),
        ),
        "where": Field(
            "where",
            ConditionKind((entity.key,)),
            gettext_lazy("Only those"),
            Stored("where"),
            help=gettext_lazy("By region, source or whatever else it says; what does not fit stays in the pool."),
        ),
    }


def shares(entity: Entity, pool: Pool, ids: Sequence[int], values: Mapping[str, Any], actor: Actor) -> tuple[dict[int, int], set[int]]:
    """Who gets which of these records, as asked by raw values, and for which nobody has room; others do not fit. Raises Invalidated."""
    given = _parsed(entity, values, actor)
    how, people = HOW.by_id(given["how"]), given["people"]
    if given["owner"] and (how or people):
        raise Invalidated({"how": _("Give them either to one person or to several.")})
    wanted = _fitting(entity, ids, given["where"], actor)
    if given["owner"]:
        found = dict.fromkeys(wanted, int(given["owner"]))
    elif how or people:
        found = sharing_out.among(entity, pool, wanted, people, by_load=how is not None and how.code == "load")
    else:
        found = sharing_out.by_rules(entity, pool, wanted)
        rest = [i for i in wanted if i not in found]
        found |= sharing_out.by_load(entity, pool, rest) if rest else {}
    return found, set(wanted) - found.keys()


def _parsed(entity: Entity, values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    found, errors = {}, {}
    for key, field in {"owner": entity.fields["owner"], **inputs(entity)}.items():
        raw = values.get(key)
        try:
            found[key] = field.kind.blank if raw in (None, "", []) else field.kind.parse(raw, Reader(actor))
        except Invalid as error:
            errors[key] = str(error)
    if errors:
        raise Invalidated(errors)
    return found


def _fitting(entity: Entity, ids: Sequence[int], where: str, actor: Actor) -> list[int]:
    """Those of these records, in the same order, that a condition fits which this person may ask; what lies there he sees as a member."""
    if not where:
        return list(ids)
    node = ConditionKind((entity.key,)).parsed(json.loads(where), actor)
    rows = entity.rows_of(ids).filter(sql.to_q(node, actor))
    fit = set(rows.values_list("id", flat=True))
    return [i for i in ids if i in fit]


__all__ = ["HOW", "inputs", "shares"]

"""Fields of the company's own on a million customers: two with an index, beside the declared fields whose values they repeat, and one without."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bench import queries

if TYPE_CHECKING:
    from bench.measure import Bench

ENTITY = "customers.customer"
ROLES = ("sales", "manager", "director")
#: (kind, label, options, indexed): `grade` repeats the level, `due` the next follow-up, `weight` is served by nothing.
FIELDS: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("choice", "评级", {"dictionary": "customer_level"}, True),
    ("datetime", "约定时间", {}, True),
    ("decimal", "权重", {"places": 2}, False),
)
PATIENCE = 900.0


def define() -> tuple[str, ...]:
    """Make the fields, as an administrator would; their keys in order. Their indexes are built by `later`, once there are rows."""
    from guanxi.kernel.models import CustomField

    given = [{"entity": ENTITY, "kind": kind, "label": label, "options": options, "quick": quick} for kind, label, options, quick in FIELDS]
    return tuple(f"f{CustomField.objects.create(**one).pk}" for one in given)


def later() -> None:
    """Leave the building of indexes to the worker of the server, which is where it is done."""
    from guanxi.kernel import own_index
    from guanxi.kernel.actor import SYSTEM
    from guanxi.kernel.models import CustomField

    for row in CustomField.objects.filter(entity=ENTITY, quick=True):
        own_index.later(row, actor=SYSTEM)


def wait(bench: Bench) -> None:
    """Until the worker has built them and nobody sweeps after the filling any more."""
    begun = time.perf_counter()
    waiting = (
        "SELECT (SELECT count(*) FROM kernel_job WHERE kind = 'own_index' AND state IN ('waiting', 'running')) "
        "+ (SELECT count(*) FROM pg_stat_progress_vacuum) + (SELECT count(*) FROM pg_stat_progress_analyze)"
    )
    while time.perf_counter() - begun < PATIENCE:
        if (bench.connection.execute(waiting).fetchone() or (0,))[0] == 0:
            return
        time.sleep(0.5)
    raise RuntimeError(f"the indexes of own fields were not ready after {PATIENCE} s")


def run(bench: Bench) -> None:
    """A filter and a sort by an own field and by the declared one, one after the other, and their ratio; a filter that no index serves."""
    keys = [key for (key,) in bench.connection.execute("SELECT 'f' || id FROM kernel_customfield WHERE entity = %s ORDER BY id", [ENTITY])]
    grade, due, weight = keys
    pairs: dict[str, tuple[Any, Any]] = {
        "filter": (queries.address(["level", "is", "A"]), queries.address([grade, "is", "A"])),
        "sort": (queries.address([], sort="next_follow_up_at"), queries.address([], sort=due)),
    }
    for role in ROLES:
        for name, (declared, own) in pairs.items():
            bench.ask(f"own.{name}.declared", role, [declared], budget="list")
            bench.ask(f"own.{name}", role, [own], budget="list")
            bench.measure(f"own.{name}.ratio", bench.in_turns(role, (declared, own)), "times", role)
        bench.ask("own.filter.unindexed", role, [queries.address([weight, "gt", "99.5"])], budget="own_unindexed")

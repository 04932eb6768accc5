"""What the mapping page says: which column goes where, and how rows find their records."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.whole import whole
from guanxi.surfaces.exchange.importing import opening, targets
from guanxi.surfaces.exchange.models import ImportRun


def read_mapping(run: ImportRun, entity: Entity, actor: Actor, form: QueryDict) -> str:
    """Put the form on the run; returns why it cannot be, or nothing."""
    goals = targets.targets(entity, actor)
    chosen = {str(i): form.get(f"c{i}", "") for i in range(len(run.headers))}
    run.mapping = {column: key for column, key in chosen.items() if key in goals}
    keys = list(run.mapping.values())
    twice = next((k for k in keys if keys.count(k) > 1), "")
    if twice:
        return _("Two columns go to “%(field)s”. Choose one of them.") % {"field": goals[twice].label}
    if not any(goals[k].writes for k in keys):
        return _("Choose a field for at least one column.")
    wanted = str(form.get("owner", ""))
    owner = directory.colleagues(actor).get(whole(wanted) or 0)
    policy = form.get("policy", "skip")
    run.options = {
        **opening.defaults(),
        "match": [k for k in form.getlist("match") if k in keys and k in targets.match_keys(entity, goals, set(keys))],
        "policy": policy if policy in opening.POLICIES else "skip",
        "lookups": "create" if form.get("lookups") == "create" else "refuse",
        "owner": owner.id if owner is not None and owner.active and owner.id != actor.id else None,
        "erase": bool(form.get("erase")),
        "words": run.options.get("words", {}),
    }
    return ""

"""Fields that a file retires: in use while the rest of it is taken over, for that may name them as it does at home, and retired last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from guanxi.kernel import custom
from guanxi.kernel.models import CustomField
from guanxi.kernel.write import fields as field_verbs
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Taker

#: What is counted from other fields goes before those.
_READERS = ("formula", "rollup")


class Retiring:
    """The fields that wait for the end, and which of them nobody may leave empty."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._text = json.dumps(document, ensure_ascii=False, default=str)
        self._waiting: dict[str, bool] = {}

    def begun(self, name: str, row: Mapping[str, Any]) -> dict[str, bool]:
        """How a field of the file stands until the end: one that something in it names is in use, and nothing has to fill it in."""
        if row["active"] or name not in self._text:
            return {"active": bool(row["active"]), "required": bool(row["required"])}
        self._waiting[name] = bool(row["required"])
        return {"active": True, "required": False}

    def end(self, taking: Taker) -> None:
        """Retire what waits, as the file has it."""
        pks = Names().pk
        rows = CustomField.objects.in_bulk([pks[name] for name in self._waiting if name in pks])
        for name in sorted(self._waiting, key=lambda each: rows[pks[each]].kind not in _READERS if each in pks else True):
            row = rows.get(pks.get(name, 0))
            if row is not None:
                with taking.judged("fields", *name.removeprefix("own:").split("/", 1)):
                    if self._waiting[name]:
                        CustomField.objects.filter(pk=row.pk).update(required=True)
                    field_verbs.retire(row, active=False, actor=taking.actor)
        custom.load()


__all__ = ["Retiring"]

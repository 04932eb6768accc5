"""The fourth interpreter: what the filter builder needs to draw a condition and let a person change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guanxi.kernel.condition import period
from guanxi.kernel.fields.base import OPERATORS, Reader

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


def metadata(entity: Entity, reader: Reader) -> list[dict[str, Any]]:
    """Fields with their operators, control and choices, those named in `entity.filters` first."""
    order = {key: place for place, key in enumerate(entity.filters)}
    fields = []
    for key, field in entity.visible(reader.actor).items():
        masked = reader.actor.right(entity.key, key) == "masked"
        operators = [op for op in field.kind.comparisons() if op == "is" or not masked]
        fields.append(
            {
                "key": key,
                "label": str(field.label),
                "kind": field.kind.name,
                "control": field.kind.control,
                "operators": [{"value": op, "label": str(OPERATORS[op])} for op in operators],
                "options": field.kind.options(reader),
                "periods": period.choices() if field.kind.name in ("date", "datetime") else None,
                "pick": f"/_pick/{field.kind.target.slug}/" if hasattr(field.kind, "target") else None,
            }
        )
    return sorted(fields, key=lambda f: order.get(str(f["key"]), 99))

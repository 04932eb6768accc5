"""The third interpreter: a condition as a sentence in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.condition.period import Word
from guanxi.kernel.condition.tree import Group, Node, Related, Test
from guanxi.kernel.fields.base import OPERATORS, Field, Reader


def sentence(node: Node, reader: Reader) -> str:
    """`级别 属于 A 重点、B 普通 且 负责人 是 我`."""
    match node:
        case Group("not", (inner,)):
            return _("not (%(inner)s)") % {"inner": sentence(inner, reader)}
        case Group(word, nodes):
            glue = _(" and ") if word == "and" else _(" or ")
            parts = [sentence(n, reader) for n in nodes]
            wrapped = [f"({p})" if isinstance(n, Group) and len(n.nodes) > 1 else p for n, p in zip(nodes, parts, strict=True)]
            return glue.join(wrapped)
        case Related():
            return f"{node.label} · {sentence(node.node, reader)}"
        case Test():
            right = operand_text(node.field, node.op, node.operand, node.raw, reader)
            return f"{node.field.label} {OPERATORS[node.op]} {right}".strip()


def operand_text(field: Field, op: str, operand: Any, raw: Any, reader: Reader) -> str:
    """The right side in words; `me` stays `me`."""
    if op in ("empty", "not_empty"):
        return ""
    words = {str(o["value"]): str(o["label"]) for o in field.kind.options(reader) or []}
    raws = raw if isinstance(raw, list) else [raw]
    if all(isinstance(r, (str, int)) and str(r) in words for r in raws):
        return "、".join(words[str(r)] for r in raws)
    if isinstance(operand, Word):
        return operand.label()
    if isinstance(operand, list) and field.kind.stored != "list":
        glue = " – " if op == "between" else "、"
        return glue.join(field.kind.text(o, reader) if not isinstance(o, str) else o for o in operand)
    return operand if isinstance(operand, str) else field.kind.text(operand, reader)

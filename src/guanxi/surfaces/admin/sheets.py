"""Pages of a log: fifty lines, with the way to the newer and the older ones that keeps the filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest

from guanxi.kernel.whole import whole
from guanxi.surfaces.ui.environment import query

SIZE = 50
LAST = 10_000


def sheet(request: HttpRequest, address: str, rows: Any, keys: Iterable[str], draw: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """The part of a page's context that every log has; `keys` are the parameters of its filter."""
    number = max(1, min(whole(request.GET.get("page")) or 1, LAST))
    start = (number - 1) * SIZE
    found = list(rows[start : start + SIZE + 1])
    given = {key: request.GET.get(key, "") for key in keys}
    turn = lambda to: f"{address}?{query({**given, 'page': to})}"
    return {
        "rows": [draw(row) for row in found[:SIZE]],
        "given": given,
        "asked": query(given),
        "range": f"{start + 1:,}–{start + len(found[:SIZE]):,}" if found else "0",
        "previous": turn(number - 1) if number > 1 else "",
        "next": turn(number + 1) if len(found) > SIZE else "",
    }

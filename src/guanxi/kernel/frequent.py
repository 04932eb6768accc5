"""How frequent tokens of the search index are, as PostgreSQL's statistics know it, and where the newest entries end.

What is frequent is best looked for among the newest entries, what is rare in the token index. PostgreSQL itself chooses
badly between the two: it takes the tokens of one word for independent, and knows nothing of what a pattern leaves.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime
from math import prod, sqrt

from django.db import connection

from guanxi.kernel.china.grams import initials_pairs

#: From this share of all entries on something counts as frequent: twenty hits then lie among the newest ten thousand.
SHARE = 0.002
#: From this share on a token says little beside another of the same word, and reading its long posting list costs more than it spares.
COMMON = 0.1
#: So many of the newest entries are walked for what is frequent.
WALK = 10_000
_SECONDS = 600
_SQL = """
SELECT element, share FROM pg_stats, unnest(most_common_elems::text::int[], most_common_elem_freqs) AS common (element, share)
WHERE schemaname = current_schema() AND tablename = 'kernel_searchentry' AND attname = 'tokens' AND share >= %s
AND element IS NOT NULL
"""


class _Known:
    until = 0.0
    shares: dict[int, float] = {}
    edges: dict[tuple[str, int], datetime] = {}


def frequent(tokens: Collection[int]) -> bool:
    """Whether many entries hold all these tokens.

    The neighbouring characters of a word come together far more often than by chance, yet each further one leaves some entries
    out: half, as a rule of thumb. Initials come together little more often than by chance: between the two, the geometric mean.
    """
    known = _fresh().shares
    found = [known.get(token, 0.0) for token in tokens]
    if not found:
        return False
    if len(found) > 1 and initials_pairs().issuperset(tokens):
        return sqrt(min(found) * prod(found)) >= SHARE
    return min(found) * 0.5 ** (len(found) - 1) >= SHARE


def telling(tokens: list[int]) -> list[int]:
    """Without what nearly every entry holds, as long as something rarer is left: the hits are checked by their text anyway."""
    known = _fresh().shares
    rare = [token for token in tokens if known.get(token, 0.0) < COMMON]
    return rare or tokens


def edge(column: str, value: int) -> datetime:
    """When the 10,000th newest entry was changed, of those with this owner or department, or of all (column '').

    A bound for walking, not a promise: it is read off an index once in ten minutes.
    """
    known = _fresh().edges
    if (column, value) not in known:
        where = f"WHERE {connection.ops.quote_name(column)} = %s" if column else ""
        sql = f"SELECT updated_at FROM kernel_searchentry {where} ORDER BY updated_at DESC OFFSET {WALK} LIMIT 1"
        with connection.cursor() as cursor:
            cursor.execute(sql, [value] if column else [])
            row = cursor.fetchone()
        known[column, value] = row[0] if row else datetime(1970, 1, 1, tzinfo=UTC)
    return known[column, value]


def _fresh() -> type[_Known]:
    """Asked once in ten minutes."""
    if _Known.until < time.monotonic():
        with connection.cursor() as cursor:
            cursor.execute(_SQL, [SHARE])
            _Known.shares = dict(cursor.fetchall())
        _Known.edges = {}
        _Known.until = time.monotonic() + _SECONDS
    return _Known

"""How frequent tokens of the search index are, as PostgreSQL's statistics know it.

What is frequent is best looked for among the newest entries, what is rare in the token index. PostgreSQL itself chooses
badly between the two: it takes the tokens of one word for independent, and knows nothing of what a pattern leaves.
"""

from __future__ import annotations

import time
from collections.abc import Collection

from django.db import connection

#: From this share of all entries on something counts as frequent: twenty hits then lie among the newest ten thousand.
SHARE = 0.002
_SECONDS = 600
_SQL = """
SELECT element, share FROM pg_stats, unnest(most_common_elems::text::int[], most_common_elem_freqs) AS common (element, share)
WHERE schemaname = current_schema() AND tablename = 'kernel_searchentry' AND attname = 'tokens' AND share >= %s
AND element IS NOT NULL
"""


class _Known:
    until = 0.0
    shares: dict[int, float] = {}


def frequent(tokens: Collection[int]) -> bool:
    """Whether many entries hold all these tokens.

    The tokens of a word come together far more often than by chance, yet each further one leaves some entries out: half,
    as a rule of thumb.
    """
    known = _shares()
    return min((known.get(token, 0.0) for token in tokens), default=0.0) * 0.5 ** (len(tokens) - 1) >= SHARE


def _shares() -> dict[int, float]:
    """Asked once in ten minutes."""
    if _Known.until < time.monotonic():
        with connection.cursor() as cursor:
            cursor.execute(_SQL, [SHARE])
            _Known.shares = dict(cursor.fetchall())
        _Known.until = time.monotonic() + _SECONDS
    return _Known.shares

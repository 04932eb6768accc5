"""Which tokens of the search index are frequent, as PostgreSQL's statistics know it.

A frequent token is best looked for among the newest entries, a rare one in the token index. PostgreSQL itself chooses
badly between the two: it takes the tokens of one word for independent, and knows nothing of what a pattern leaves.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.db import connection

#: From this share of all entries on a token counts as frequent: twenty hits then lie among the newest ten thousand.
SHARE = 0.002
_SECONDS = 600
_known: dict[str, object] = {"until": 0.0, "tokens": frozenset()}
_SQL = """
SELECT element FROM pg_stats, unnest(most_common_elems::text::int[], most_common_elem_freqs) AS common (element, share)
WHERE schemaname = current_schema() AND tablename = 'kernel_searchentry' AND attname = 'tokens' AND share >= %s
AND element IS NOT NULL
"""


def all_frequent(tokens: Iterable[int]) -> bool:
    """Whether each of these tokens stands in many entries."""
    return _tokens().issuperset(tokens)


def _tokens() -> frozenset[int]:
    if float(_known["until"]) < time.monotonic():  # type: ignore[arg-type]
        with connection.cursor() as cursor:
            cursor.execute(_SQL, [SHARE])
            _known["tokens"] = frozenset(row[0] for row in cursor.fetchall())
        _known["until"] = time.monotonic() + _SECONDS
    return _known["tokens"]  # type: ignore[return-value]

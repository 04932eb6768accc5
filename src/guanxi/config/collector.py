"""The garbage collector of a process that lives for weeks: what was loaded at the start stays, and is not walked again and again."""

from __future__ import annotations

import gc

#: New objects before the youngest are looked at, then so many rounds before the older ones are. Python's own 700 suit small programs:
#: a list of a thousand records is looked at hundreds of times, which takes a fifth of a bulk edit.
THRESHOLDS = (20_000, 50, 100)


def settle() -> None:
    """To be called when everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)

"""Who decides a draft: the one question that review asks, and that an engine for approvals will answer one day.

The kernel knows no superiors and no roles' holders; the floor that does registers its answer here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

#: (who is asked, author) → the people who may decide, the author never among them.
Answer = Callable[[Sequence[str], int], frozenset[int]]
SUPERIOR = "superior"
ROLE = "role:"

_answer: list[Answer] = []


def answer_with(answer: Answer) -> None:
    """Called once by the floor that knows people."""
    _answer[:] = [answer]


def who(asks: Sequence[str], author: int) -> frozenset[int]:
    """Who decides what this author sent and asked these about; empty where nobody is there to be asked."""
    return _answer[0](asks, author)


__all__ = ["ROLE", "SUPERIOR", "answer_with", "who"]

"""What every operator reduces to, so that SQL and the in-memory predicate implement the same few forms.

A test is two-valued: nothing about an empty value is true except `blank` and a negation. Text is compared folded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["eq", "in", "range", "above", "ranges", "contains", "starts", "folded_in", "overlap", "superset", "blank"]


@dataclass(frozen=True)
class Primitive:
    """One form with its arguments.

    `range` holds (low, high, high included): None leaves an end open. `above` is strictly greater. `ranges` holds closed pairs.
    """

    form: Form
    args: Any = None
    negate: bool = False

    def negated(self) -> Primitive:
        """The complement, which includes empty values."""
        return Primitive(self.form, self.args, not self.negate)

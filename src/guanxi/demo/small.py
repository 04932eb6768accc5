"""The small demo company of the tests."""

from __future__ import annotations

from guanxi.demo.load import tell
from guanxi.demo.size import SMALL
from guanxi.org.models import User


def load_small() -> None:
    """Load 3 departments, the nine logins, 60 customers, 120 contacts, 40 opportunities and 200 follow-ups.

    The same code and password as the demo company, deterministic relative to the day (freeze `kernel.clock` for a fixed one). Customers
    belong to `sales` (华东一部), `manager` (its head), `sales2` (华南二部) and `director`. Does nothing when they are there. Needs a
    database into which `kernel.install` has put dictionaries and roles; joins the transaction of the test.
    """
    if not User.objects.filter(demo=True).exists():
        tell(SMALL)

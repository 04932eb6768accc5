"""Load the demo company into an empty installation."""

from __future__ import annotations

import sys

from django.db import connection, transaction

from guanxi.demo import attending, dealer, extras, leads, people, pooling, story, telling
from guanxi.demo.size import COMPANY, Size
from guanxi.kernel import clock
from guanxi.org.models import User


def load() -> None:
    """Load the demo company: all of it or nothing. A second call says that it is already there.

    Deterministic relative to the day. Ends the program when the installation belongs to somebody else.
    """
    if User.objects.filter(demo=True).exists():
        print("The demo company is already there.", file=sys.stderr)
        return
    if User.objects.exists():
        sys.exit("guanxi: this installation has people of its own; the demo company is loaded into an empty one only.")
    with transaction.atomic():
        tell(COMPANY)
        dealer.add()
    _analyse()


def tell(size: Size) -> None:
    """Invent and write a company of this size."""
    with transaction.atomic(), clock.frozen():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        staff = people.hire(size)
        told, days = story.invent(size, [(each, staff[each.login].pk) for each in people.employees(size)])
        telling.tell(told, days.steps(size.stride, size.daily))
        extras.add(told, staff, days)
        pooling.add(told, staff, days)
        leads.add(size, staff, days)
        attending.add(staff, days)


def _analyse() -> None:
    """Tell the planner what has come, where this role owns the tables; elsewhere autovacuum does it within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, tableowner, 'USAGE') FROM pg_tables WHERE tablename = 'kernel_searchentry'")
        row = cursor.fetchone()
        if row and row[0]:
            cursor.execute("ANALYZE")

"""Old lines of the logs: written to a file first, then removed by the database, which logs that they went.

The app holds no right to change or remove a line (`operations.sql`, `history.sql`); `guanxi_clear` does, by its own rules.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.kernel.write import Invalidated
from guanxi.org.arrivals import VERBS
from guanxi.org.duty import administering
from guanxi.org.models import Operation

LOGS = {
    "signins": gettext_lazy("Sign-ins"),
    "access": gettext_lazy("Reading and export of data"),
    "operations": gettext_lazy("Trail of administration"),
}
#: Logs of network operation are kept for six months at least: Cybersecurity Law of the PRC, article 21, item 3.
KEPT = timedelta(days=180)


def rows(log: str, before: datetime) -> Any:
    """The lines of a log older than an instant, oldest first."""
    if log == "operations":
        return Operation.objects.filter(at__lt=before).order_by("id")
    old = AccessLog.objects.filter(at__lt=before).order_by("id")
    return old.filter(verb__in=VERBS) if log == "signins" else old.exclude(verb__in=(*VERBS, "clear", "forget"))


def check(log: str, before: datetime | None, *, actor: Actor) -> datetime:
    """The instant before which lines may go. Raises Forbidden or Invalidated."""
    administering(actor)
    if log not in LOGS:
        raise Invalidated({"log": _("Choose a log from the list.")})
    if before is None or before > clock.now() - KEPT:
        raise Invalidated({"before": _("Logs are kept for 180 days at least. Choose an earlier day.")})
    if not rows(log, before).exists():
        raise Invalidated({"before": _("There is nothing older than that.")})
    return before


def clear(log: str, before: datetime, exported: int, *, actor: Actor) -> None:
    """Remove the exported lines, and keep that they went. The database refuses when there are more or fewer than were exported."""
    administering(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT guanxi_clear(%s, %s, %s, %s, %s)", [log, before, exported, actor.id, list(VERBS)])

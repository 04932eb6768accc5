"""Django's database sessions, read by one prepared statement instead of a composed query: every request pays for it.

The same statement brings when the session was last used and how long it may lie idle, so that one which lay too long is
gone without anybody having swept it, and the person whose session it is (`arrived`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from guanxi.kernel.statement import prepared_cursor
from guanxi.org import arrived

#: Minutes that a session may lie unused where administrators say nothing else; the code of the policy that says so.
IDLE_MINUTES, IDLE = 480, "idle_minutes"


class SessionStore(DatabaseStore):
    """Same table, same cookies, same rotation."""

    #: Where and when it began (`presences`), and when it was last used; None for the session of nobody.
    presence: int | None = None
    seen: datetime | None = None

    def _get_session_from_db(self) -> Any:
        now = timezone.now()
        with prepared_cursor() as cursor:
            cursor.execute(_SESSION, [self.session_key, now])
            row = cursor.fetchone()
        arrived.bring(None)
        if row is None or idle(row[3], row[4], now):
            self._session_key = None
            return None
        self.presence, self.seen = row[2], row[3]
        arrived.bring(row[_PERSON:] if row[_ACTIVE] else None)
        return self.model(session_key=str(self.session_key), session_data=row[0], expire_date=row[1])

    def cycle_key(self) -> None:
        """Django's; what is known of the session goes along."""
        before = self.session_key
        super().cycle_key()
        if before and self.presence:
            _presences().filter(session_key=before).update(session_key=self.session_key)

    def delete(self, session_key: str | None = None) -> None:
        """Django's; a session that ends is no longer listed."""
        if self.presence and session_key is None:
            _presences().filter(session_key=self.session_key).delete()
        super().delete(session_key)


def idle(seen: datetime | None, minutes: int | None, now: datetime) -> bool:
    """Whether it has lain too long; 0 minutes mean that it never has."""
    allowed = IDLE_MINUTES if minutes is None else minutes
    return bool(seen and allowed and now - seen > timedelta(minutes=allowed))


def _presences() -> Any:
    from guanxi.org.models import Presence

    return Presence.objects


#: Where in a row of the statement it says whether there is such a person, and where he begins.
_ACTIVE, _PERSON = 5, 6
_SESSION = f"""
SELECT s.session_data, s.expire_date, p.id, p.seen, (SELECT (value #>> '{{}}')::int FROM org_policy WHERE code = '{IDLE}'),
    person.id IS NOT NULL, {arrived.COLUMNS}
FROM django_session s
LEFT JOIN org_presence p ON p.session_key = s.session_key
LEFT JOIN org_user person ON person.id = p.user_id AND person.is_active
WHERE s.session_key = %s AND s.expire_date > %s
"""

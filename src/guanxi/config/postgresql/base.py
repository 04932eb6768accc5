"""The database engine of the settings."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket where Django asks `SELECT 1` before each request: PostgreSQL says good-bye before it goes."""

    def is_usable(self) -> bool:
        """Whether the connection is open and nothing has come in that was not asked for."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        return not poll.poll(0)

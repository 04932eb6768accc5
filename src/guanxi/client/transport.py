"""One request over one connection that is kept open. Another transport, of a test say, is any function of this shape."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


#: (verb, path with query, headers, body) → answer. Raises OSError or http.client.HTTPException where there is none.
Transport = Callable[[str, str, Mapping[str, str], bytes | None], Answer]


class Wire:
    """The usual transport. Not for several threads at once: give each its own client."""

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a server")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(parts.hostname, parts.port, timeout=timeout)
        self.prefix = parts.path.rstrip("/")

    def __call__(self, verb: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            self.connection.request(verb, self.prefix + path, body=body, headers=dict(headers))
            answer = self.connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise


__all__ = ["Answer", "Transport", "Wire"]

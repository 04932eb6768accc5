"""Calls that this installation makes to others: to public addresses only, unless an administrator has named a host inside.

The name is resolved once and the connection goes to what it resolved to; redirects are not followed, and proxies of the
environment are not asked.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import filter_host
from requests_hardened.ip_filter_adapter import IPFilterAdapter

PATIENCE = (5, 10)
LARGEST, EXCERPT = 1_000_000, 2_000
Session = TypeVar("Session", bound=requests.Session)


class Refused(requests.RequestException):
    """An address that must not be called."""


class _Public(IPFilterAdapter):
    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if urlsplit(request.url).scheme != "https":
            raise Refused("only https leaves the house")
        return super().send(request, *args, **{**kwargs, "timeout": PATIENCE})


class _Inside(HTTPAdapter):
    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().send(request, *args, **{**kwargs, "timeout": PATIENCE})


def guarded(session: Session, inside: Collection[str] = ()) -> Session:
    """The session, which from now on reaches only public addresses by https, and the hosts of `inside` by any way.

    A host is named as in the address: with its port where the address has one.
    """
    session.trust_env = False
    session.max_redirects = 0
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign] # else the whole answer is read to see where it leads
    session.adapters.clear()
    session.mount("https://", _Public(is_https_proto=True))
    session.mount("http://", _Public(is_https_proto=False))
    for host in inside:
        for scheme in ("http", "https"):
            session.mount(f"{scheme}://{host.lower()}/", _Inside())
    return session


def document(session: requests.Session, address: str, **headers: str) -> dict[str, Any]:
    """A JSON object from there. Raises requests.RequestException."""
    with session.get(address, headers={"Accept": "application/json", **headers}, allow_redirects=False, stream=True) as answer:
        if answer.status_code != 200:
            raise Refused(f"answered {answer.status_code}")
        body = answer.raw.read(LARGEST + 1, decode_content=True)
        if len(body) > LARGEST:
            raise Refused("the answer is too large")
        answer._content = body
        found = answer.json()
    if not isinstance(found, dict):
        raise Refused("the answer is no object")
    return found


def tell(session: requests.Session, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """POST a body; the status and the beginning of the answer. A redirect is an answer like others. Raises requests.RequestException."""
    with session.post(address, data=body, headers=headers, allow_redirects=False, stream=True) as answer:
        began = b""
        until = time.monotonic() + PATIENCE[1]
        while len(began) < EXCERPT and time.monotonic() < until:
            part = answer.raw.read1(EXCERPT - len(began))
            if not part:
                break
            began += part
        return answer.status_code, began.decode("utf-8", "replace")


def reachable(host: str, port: int, inside: Collection[str] = ()) -> str:
    """The address to which a name leads, for a call of another kind than HTTP: a public one, unless `inside` names `host:port`.

    Raises requests.RequestException.
    """
    if f"{host}:{port}".lower() in inside:
        return host
    return filter_host(host, port, allow_loopback=False).strip("[]")

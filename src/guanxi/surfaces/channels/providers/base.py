"""What a provider is: the settings it needs, how a message is handed over, and what it tells of it later."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import requests
import urllib3
from django.conf import settings

from guanxi.kernel.fields.base import Label
from guanxi.org import outgoing

#: Bytes of an answer that are looked at.
LARGEST = 64_000


class Declined(Exception):
    """The provider will not send it, now or later; the text says why in its words."""


class Busy(Exception):
    """It has not been taken and may be tried again."""


class Unsure(Exception):
    """It may have been taken: the connection broke after it was handed over."""


@dataclass(frozen=True)
class Setting:
    """One thing an administrator says of a channel; what is `secret` is kept sealed and never shown."""

    key: str
    label: Label
    help: Label = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    #: text, long, number, address (of a program), mailbox, or a choice between these.
    sort: str = "text"
    choices: Mapping[str, Label] | None = None


@dataclass(frozen=True)
class Parcel:
    """What is handed over: `code` and `parameters` where the operators have approved the wording."""

    name: str
    to: str
    subject: str
    body: str
    sender: str = ""
    reply_to: str = ""
    code: str = ""
    parameters: Sequence[str] = ()
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """What became of a message: by the provider's `reference` of it, and the number where one reference covers several."""

    reference: str
    delivered: bool
    answer: str = ""


class Provider:
    """One kind of service."""

    code: ClassVar[str]
    label: ClassVar[Label]
    medium: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]
    #: Whether only wordings go out that operators have approved.
    approved: ClassVar[bool] = False

    def send(self, says: Mapping[str, str], parcel: Parcel) -> str:
        """Hand it over; the provider's reference, or nothing. Raises Declined, Busy or Unsure."""
        raise NotImplementedError

    def reports(self, body: bytes) -> list[Report]:
        """What a call of the provider tells of messages. Raises ValueError where that is no such call."""
        raise ValueError

    def heard(self) -> dict[str, Any]:
        """What the provider expects to hear back of such a call."""
        return {}


def call(address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """POST to a provider and read its answer. Raises Busy where nothing was handed over, Unsure where that is not known, and Declined."""
    if not all(value.isascii() for value in headers.values()):
        raise Declined("signs")
    session = outgoing.guarded(requests.Session(), settings.GUANXI_WEBHOOK_HOSTS)
    try:
        with session.post(address, data=body, headers=dict(headers), allow_redirects=False, stream=True) as answer:
            return answer.status_code, _begun(answer)
    except (requests.ConnectTimeout, outgoing.Refused) as problem:
        raise Busy(type(problem).__name__) from problem
    except requests.ConnectionError as problem:
        raise (Busy if _never_connected(problem) else Unsure)(type(problem).__name__) from problem
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
        raise Unsure(type(problem).__name__) from problem


def within(seconds: float, hand_over: Callable[[], str]) -> str:
    """What it gives, or raises. Raises Unsure after so many seconds: whoever answers byte by byte keeps each limit of the network, and never ends."""
    found: queue.SimpleQueue[tuple[str, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            found.put((hand_over(), None))
        except Exception as problem:  # it is raised by who waits
            found.put(("", problem))

    threading.Thread(target=run, daemon=True).start()
    try:
        reference, problem = found.get(timeout=seconds)
    except queue.Empty:
        raise Unsure("TimeoutError") from None
    if problem is not None:
        raise problem
    return reference


def _begun(answer: requests.Response) -> bytes:
    """What it says, up to a limit of bytes and of time: whoever lets words drip says less."""
    said, until = b"", time.monotonic() + outgoing.PATIENCE[1]
    while len(said) < LARGEST and time.monotonic() < until:
        part = answer.raw.read1(LARGEST - len(said), decode_content=True)
        if not part:
            break
        said += part
    return said


def verdict(code: str, later: tuple[str, ...], unknown: tuple[str, ...]) -> type[Exception]:
    """What a provider's code of refusal means, by how it begins."""
    return Busy if code.startswith(later) else Unsure if code.startswith(unknown) else Declined


def _never_connected(problem: BaseException) -> bool:
    """Whether a connection could not even be made: then nobody has heard anything."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

    inner = problem.args[0] if problem.args else ""
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    return isinstance(reason, NewConnectionError | SSLError | str)


__all__ = ["Busy", "Declined", "Parcel", "Provider", "Report", "Setting", "Unsure", "call", "verdict", "within"]

"""Mail to people: written in their language, as text and as a page, and sent by a worker, never while somebody waits.

`later` enqueues what a letter is about, in the transaction of whatever caused it; a worker finds the writer of that kind
and sends. Links are made when the letter is written, so that no secret lies in the queue, and begin with the address that
this installation says of itself, never with what a request claims.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from guanxi.org.models import User
from guanxi.surfaces.ui.environment import drawn

TASK, QUEUE = "guanxi.letter", "default"
Writer = Callable[..., None]
WRITERS: dict[str, Writer] = {}


def writer(kind: str) -> Callable[[Writer], Writer]:
    """Register the function that writes the letters of a kind, from what `later` was told."""

    def register(function: Writer) -> Writer:
        WRITERS[kind] = function
        return function

    return register


def possible() -> bool:
    """Whether this installation can send mail."""
    return bool(settings.GUANXI_MAIL)


def later(kind: str, **about: Any) -> None:
    """A letter once the transaction has committed; `about` is plain data without secrets."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    own = app.with_connector(DjangoConnector(alias="default"))
    own.configure_task(TASK, queue=QUEUE, allow_unknown=True).defer(kind=kind, about=about)


def write(kind: str, about: dict[str, Any]) -> None:
    """What the worker does."""
    WRITERS[kind](**about)


def send(user: User, to: str, compose: Callable[[], tuple[str, Sequence[str], str, str]]) -> None:
    """To an address of somebody: `compose` gives subject, paragraphs, label of the button and path, in his language."""
    send_to(to, user.name, user.language, compose)


def send_to(to: str, name: str, language: str, compose: Callable[[], tuple[str, Sequence[str], str, str]]) -> None:
    """The same to somebody who has no account."""
    with translation.override(language):
        subject, lines, label, path = compose()
        link = settings.GUANXI_URL + path if path else ""
        context = {"subject": subject, "name": name, "lines": lines, "label": label, "link": link, "lang": language}
        letter = EmailMultiAlternatives(subject, str(drawn("mail/letter.txt", context)), settings.DEFAULT_FROM_EMAIL, [to])
        letter.attach_alternative(str(drawn("mail/letter.html", context)), "text/html")
        letter.send()

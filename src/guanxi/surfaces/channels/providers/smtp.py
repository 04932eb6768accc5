"""A mailbox of the company, by whose server mails go out (SMTP submission, RFC 6409)."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import formatdate
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from requests import RequestException

from guanxi.org import outgoing
from guanxi.surfaces.channels.providers.base import Busy, Declined, Parcel, Provider, Setting, Unsure

#: Seconds in which a server has to answer.
PATIENCE = 20
ENCRYPTED = {"tls": _("from the start (465)"), "starttls": _("once connected (587)"), "no": _("not at all")}


class Smtp(Provider):
    """A mailbox; that its server has taken a mail is all that is known, what does not arrive comes back to the mailbox."""

    code, label, medium = "smtp", _("Mailbox of the company"), "mail"
    settings = (
        Setting(
            "from",
            _("Address of the mailbox"),
            _("It is who the mail comes from; answers go to the person who wrote, where his address is known."),
            sort="mailbox",
        ),
        Setting("called", _("Name of the sender"), required=False),
        Setting("host", _("Mail server")),
        Setting("port", _("Port"), default="465", sort="number"),
        Setting("encrypted", _("Encrypted"), default="tls", sort="choice", choices=ENCRYPTED),
        Setting("login", _("Login"), required=False),
        Setting("secret", _("Password or authorization code"), secret=True, required=False),
    )

    def send(self, says: Mapping[str, str], parcel: Parcel) -> str:
        """Hand it over. Raises Declined, Busy or Unsure."""
        try:
            letter = _letter(says, parcel)
        except (ValueError, IndexError, MessageError) as problem:  # what the address makes of the header is up to the parser
            raise Declined(_said(problem)) from problem
        try:
            server = _connected(says)
        except UnicodeError as problem:
            raise Declined("signs") from problem
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as problem:
            raise Declined(_said(problem)) from problem
        except (smtplib.SMTPException, RequestException, OSError) as problem:
            raise Busy(_said(problem)) from problem
        try:
            server.send_message(letter, from_addr=says["from"], to_addrs=[parcel.to])
        except smtplib.SMTPRecipientsRefused as problem:
            code, said = next(iter(problem.recipients.values()))
            raise (Busy if 400 <= code < 500 else Declined)(f"{code} {said.decode('utf-8', 'replace')}") from problem
        except smtplib.SMTPResponseException as problem:
            raise (Busy if 400 <= problem.smtp_code < 500 else Declined)(_said(problem)) from problem
        except smtplib.SMTPNotSupportedError as problem:
            raise Declined(_said(problem)) from problem
        except (smtplib.SMTPException, OSError) as problem:
            raise Unsure(_said(problem)) from problem
        finally:
            server.close()
        return ""


def _letter(says: Mapping[str, str], parcel: Parcel) -> EmailMessage:
    letter = EmailMessage(policy=POLICY)
    name, domain = says["from"].rsplit("@", 1)
    letter["From"] = Address(says.get("called") or parcel.sender, name, domain)
    letter["To"] = Address(addr_spec=parcel.to)
    if parcel.reply_to:
        letter["Reply-To"] = Address(parcel.sender, addr_spec=parcel.reply_to)
    letter["Subject"] = " ".join(parcel.subject.split())
    letter["Date"] = formatdate(localtime=True)
    letter["Message-ID"] = f"<{parcel.name}@{domain}>"
    letter.set_content(parcel.body, cte="base64")
    return letter


def _connected(says: Mapping[str, str]) -> smtplib.SMTP:
    host, port, how = says["host"], int(says["port"]), says["encrypted"]
    place = outgoing.reachable(host, port, settings.GUANXI_WEBHOOK_HOSTS)
    server = (_Tls if how == "tls" else _Plain)(host, place)
    server.connect(host, port)
    if how == "starttls":
        server.starttls(context=ssl.create_default_context())
    server.ehlo_or_helo_if_needed()
    if says.get("login"):
        server.login(says["login"], says.get("secret", ""))
    return server


class _Plain(smtplib.SMTP):
    """Connects to the place that the name was found to lead to, and says the name where certificates are compared."""

    def __init__(self, name: str, place: str) -> None:
        self.place = place
        super().__init__(timeout=PATIENCE)
        self._host = name

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return socket.create_connection((self.place, port), timeout)


class _Tls(_Plain):
    """The same, encrypted from the start."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return ssl.create_default_context().wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


def _said(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        error = problem.smtp_error
        return f"{problem.smtp_code} {error.decode('utf-8', 'replace') if isinstance(error, bytes) else error}"
    return f"{type(problem).__name__} {problem}".strip()


__all__ = ["Smtp"]

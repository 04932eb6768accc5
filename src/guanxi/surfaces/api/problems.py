"""Refusals as RFC 9457 problem documents: a program reads `status` and `errors`, a person reads `detail`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import JsonResponse
from django.utils.translation import gettext as _

from guanxi.kernel import patience, write
from guanxi.kernel.condition.tree import ConditionError

#: What a request may raise that is the caller's to mend.
EXPECTED = (ConditionError, write.Refused, OperationalError)


class Problem(Exception):
    """A refusal with its status; `more` are further members of the document, `headers` go with the answer."""

    def __init__(
        self, status: int, detail: str, *, errors: dict[str, str] | None = None, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers, self.more = status, detail, errors or {}, headers or {}, more

    def response(self) -> JsonResponse:
        """The document."""
        phrase = HTTPStatus(self.status).phrase
        document = {
            "type": f"urn:guanxi:problem:{phrase.lower().replace(' ', '-')}",
            "title": phrase,
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
            **self.more,
        }
        return JsonResponse(
            document, status=self.status, headers=self.headers, content_type="application/problem+json", json_dumps_params=PLAIN
        )


#: Chinese stays readable in the answer.
PLAIN = {"ensure_ascii": False}


def missing() -> Problem:
    """The one answer for what does not exist and for what this reader may not see."""
    return Problem(404, str(write.NotFound()))


def from_error(error: Exception) -> Problem:
    """The problem that an expected exception means; others are raised again."""
    match error:
        case Problem():
            return error
        case ConditionError():
            return Problem(400, str(error))
        case write.NotFound():
            return missing()
        case write.Invalidated():
            return Problem(422, str(error), errors=error.errors)
        case write.Outdated():
            return Problem(409, str(error), errors={"version": str(error)})
        case write.Refused():
            return Problem(403, str(error))
        case OperationalError() if patience.is_busy(error):
            return Problem(503, _("This takes too long at the moment. Filter more narrowly, or try again."), headers={"Retry-After": "2"})
    raise error

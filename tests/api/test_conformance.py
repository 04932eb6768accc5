"""Programs that know nothing but the document: whatever they send, they are answered as it says, and nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.test import Client
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode, checks

from guanxi.kernel.registry import registry
from guanxi.org import tokens
from tests import samples
from tests.people import Cast
from tests.security.conftest import undone

CUSTOMER = registry.get("customers.customer")
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
#: One entity stands for all, whose operations are of the same making; what is about everything is asked as well.
ABOUT = r"/api/v1/(customers|webhooks|changes|search|files|reviews|meta)(/.*)?$"
FEW = settings(
    max_examples=4, derandomize=True, deadline=None, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
)


def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The program as a WSGI server has it, but in the transaction of the test."""
    response = ClientHandler(enforce_csrf_checks=True)(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    body = b"".join(response) if response.streaming else response.content
    return [body]


def drive(operation: APIOperation, mode: GenerationMode, headers: dict[str, str], number: int) -> None:
    """Send what the document allows, or what it does not, to a record that there is and to others; nothing of it stays."""

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def send(case: Case, known: bool) -> None:
        if known and case.path_parameters and "id" in case.path_parameters:
            case.path_parameters["id"] = number
        with undone():
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

    send()


@pytest.mark.feature("INT-02")
@pytest.mark.parametrize("role", ["director", "admin"])
def test_every_answer_is_one_that_the_document_names(cast: Cast, role: str, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    record = samples.make(CUSTOMER, "full", actor=cast.owner)
    headers = {"Authorization": f"Bearer {tokens.issue(getattr(cast, role).login)}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served, headers=headers)
    asked = [found.ok() for found in schema.include(path_regex=ABOUT).get_all_operations()]
    assert len(asked) > 5
    for operation in asked:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            drive(operation, mode, headers, record.id)


def test_what_cannot_even_be_read_is_a_problem_like_others(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
    for path, status in ((f"customers/{record.id}/files", 400), ("customers/%0A/files", 404)):
        answer = Client().post(f"/api/v1/{path}", b"x", content_type="multipart/form-data", headers=headers)
        assert answer.status_code == status
        assert {"type", "title", "status", "detail", "errors"} <= answer.json().keys()

"""A program whose writes wait for somebody's agreement: 202 and an address, never a record that is not there yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel import drafts
from tests import samples
from tests.api.conftest import Program
from tests.people import Cast, restrict, review
from tests.surfaces.test_reviews import CUSTOMER, NAME

Programs = Callable[[Any], Program]


@pytest.mark.feature("CUS-04")
def test_what_a_program_writes_waits_too(cast: Cast, program: Programs, traces: Callable[[], Any]) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner, name="慈溪电器有限公司").id
    mine = program(review(cast.owner, CUSTOMER.key))
    before = traces()
    made = mine.post("customers", {"name": NAME}, **{"Idempotency-Key": "once"})
    again = mine.post("customers", {"name": NAME}, **{"Idempotency-Key": "once"})
    answers = [made, mine.patch(f"customers/{record}", {"address": "Riverside 1"}), mine.delete(f"customers/{record}")]
    answers.append(mine.post(f"customers/{record}/actions/release", {"pool_reason": "no time"}))
    assert traces() == before
    for answer in answers:
        assert answer.status_code == 202, answer.content
        told = mine.get(answer["Location"].partition("/api/v1/")[2])
        assert told.json() == answer.json()
        assert (told.json()["state"], told.json()["author"]["id"]) == ("waiting", cast.owner.id)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["review"] == made.json()["review"]
    number = made.json()["review"]
    drafts.approve(number, "", actor=cast.manager)
    told = mine.get(f"reviews/{number}").json()
    assert told["state"] == "approved"
    assert mine.get(f"customers/{told['record']}").json()["name"] == NAME


def test_a_draft_is_nobody_elses_business(cast: Cast, program: Programs) -> None:
    mine = program(review(cast.owner, CUSTOMER.key))
    number = mine.post("customers", {"name": NAME, "address": "Riverside 1"}).json()["review"]
    for actor in (cast.mate, cast.stranger, cast.readonly, cast.admin):
        answer = program(actor).get(f"reviews/{number}")
        assert answer.status_code == 404
        assert answer.json() == program(actor).get("reviews/999999").json()
    assert program(cast.manager).get(f"reviews/{number}").json()["values"]["address"] == "Riverside 1"
    restrict(cast.manager, CUSTOMER.key, "address", "hidden")
    assert "Riverside" not in program(cast.manager).get(f"reviews/{number}").content.decode()

"""`expand` and `count`: whole records in references, and how many there are; of either no more than the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel.registry import registry
from tests import samples
from tests.api.conftest import Program
from tests.people import Cast, restrict

Programs = Callable[[Any], Program]
customers, contacts = registry.get("customers.customer"), registry.get("customers.contact")


def test_a_reference_bears_its_record_as_the_reader_has_it(cast: Cast, program: Programs) -> None:
    restrict(cast.owner, customers.key, "remark", "hidden")
    restrict(cast.owner, customers.key, "phone", "masked")
    mine = samples.make(customers, actor=cast.owner, name="Acme", phone="13812345678", remark="secret")
    contact = samples.make(contacts, actor=cast.owner, customer=mine.id)
    client = program(cast.owner)
    found = client.get("contacts", expand="customer").json()["results"][0]["customer"]
    assert (found["id"], found["record"]["name"], found["record"]["id"]) == (mine.id, "Acme", mine.id)
    assert found["record"] == client.get(f"customers/{mine.id}").json()
    assert "remark" not in found["record"]
    assert "13812345678" not in str(found)
    one = client.get(f"contacts/{contact.id}", expand="customer", fields="customer").json()
    assert one["customer"] == found
    assert "record" not in client.get(f"contacts/{contact.id}").json()["customer"]


def test_a_record_that_he_may_not_see_is_not_told_of(cast: Cast, program: Programs) -> None:
    hidden = samples.make(customers, actor=cast.stranger, name="Beyond")
    parent = samples.make(customers, actor=cast.stranger, name="Above")
    own = samples.make(customers, actor=cast.director, name="Own", parent=parent.id)
    customers.model.objects.filter(id=own.id).update(owner_id=cast.owner.id)
    answer = program(cast.owner).get("customers", expand="parent").json()["results"]
    assert [each["parent"]["record"] for each in answer if each["id"] == own.id] == [None]
    assert str(hidden.id) not in [str(each["id"]) for each in answer]


@pytest.mark.parametrize(
    ("more", "status"),
    [({"expand": "nonsense"}, 400), ({"expand": "name"}, 400), ({"expand": "owner"}, 400), ({"expand": "parent", "fields": "name"}, 400),
     ({"count": "1"}, 400), ({"count": "false"}, 200), ({"expand": ""}, 200)],
)  # fmt: skip
def test_what_cannot_be_expanded_or_counted_is_refused(cast: Cast, program: Programs, more: dict[str, str], status: int) -> None:
    assert program(cast.owner).get("customers", **more).status_code == status


def test_the_count_is_of_all_pages_and_of_what_the_reader_may_see(cast: Cast, program: Programs) -> None:
    for n in range(5):
        samples.make(customers, actor=cast.owner, name=f"Acme {n}")
    samples.make(customers, actor=cast.stranger, name="Acme of others")
    client = program(cast.owner)
    assert client.get("customers", count="true", limit="2").json()["count"] == 5
    assert client.get("customers", count="true", where='["name","is","Acme 3"]').json()["count"] == 1
    assert client.get("customers", count="true", q="Acme").json()["count"] == 5
    assert "count" not in client.get("customers").json()

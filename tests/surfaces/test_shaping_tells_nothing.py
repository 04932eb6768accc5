"""What administrators shape tells nobody what his rights hide, gives no number twice and lets no token reach further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from guanxi.kernel import custom, dictionary, lists, numbering, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields as field_verbs
from guanxi.kernel.write import lists as list_verbs
from guanxi.kernel.write import numbers, retyping
from guanxi.org import tokens
from tests import samples
from tests.api.conftest import Program
from tests.people import Cast, let

pytestmark = pytest.mark.django_db
CUSTOMER = registry.get("customers.customer")


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    with translation.override("en"):
        yield
    dictionary.clear()
    custom._definitions.clear()
    numbering._known.clear()
    for entity in registry:
        entity.reshape()


def program(actor: Actor, *scopes: str) -> Program:
    return Program(tokens.issue(actor.login, scopes=scopes), Client())


def hanging(cast: Cast) -> tuple[str, str]:
    """A field whose values all hang on the first industry; its key and the code of its first value."""
    row = field_verbs.add(
        CUSTOMER, field_verbs.Wish("细分行业", "Trade", sort="choice", lines="汽车零件,Parts\n银行,Bank"), actor=cast.business
    )
    list_verbs.hang(listed(f"field_{row.pk}"), "industry", actor=cast.business)
    first = Dictionary("industry").active()[0]
    for item in listed(f"field_{row.pk}").items:
        list_verbs.move(listed(f"field_{row.pk}"), item, first.id, actor=cast.business)
    return f"f{row.pk}", listed(f"field_{row.pk}").items[0].code


def listed(code: str) -> lists.ListOf:
    found = lists.get(code)
    assert found is not None
    return found


def test_what_does_not_fit_a_hidden_field_is_refused_without_a_word_about_it(cast: Cast) -> None:
    key, value = hanging(cast)
    other = Dictionary("industry").active()[1]
    record = samples.make(CUSTOMER, actor=cast.owner)
    write.update((CUSTOMER, record.id), {"industry": other.code, key: ""}, actor=SYSTEM, door="test")
    told = program(cast.owner).patch(f"customers/{record.id}", {key: value})
    assert (told.status_code, str(other.label) in told.content.decode()) == (422, True)
    let(cast.owner, CUSTOMER.key, "industry", "hidden")
    answer = program(cast.again(cast.owner)).patch(f"customers/{record.id}", {key: value})
    assert answer.status_code == 422
    assert str(other.label) not in answer.content.decode()


def test_going_back_to_an_earlier_scheme_gives_no_number_twice(cast: Cast) -> None:
    def scheme(text: str) -> None:
        field = CUSTOMER.fields["number"]
        numbers.change(
            CUSTOMER, field, numbers.read(CUSTOMER, field, [("text", text), ("counter", "1")], "never", quick=False), actor=cast.business
        )

    given = []
    for text, count in (("A", 2), ("A1", 3), ("A", 11)):
        scheme(text)
        given += [samples.make(CUSTOMER, actor=cast.owner).number for _each in range(count)]
    assert len(given) == len(set(given)) == 16


def test_a_field_that_a_formula_reads_stays(cast: Cast) -> None:
    shops = field_verbs.add(CUSTOMER, field_verbs.Wish("店数", "Shops", sort="integer"), actor=cast.business)
    guess = field_verbs.add(CUSTOMER, field_verbs.Wish("估计", "Guess", sort="formula", formula="[Shops] * 2"), actor=cast.business)
    with pytest.raises(write.Invalidated, match="Guess"):
        field_verbs.retire(shops, active=False, actor=cast.business)
    with pytest.raises(write.Invalidated, match="Guess"):
        retyping.convert(CUSTOMER, shops, field_verbs.Wish("", sort="decimal"), actor=cast.business)
    field_verbs.retire(guess, active=False, actor=cast.business)
    field_verbs.retire(shops, active=False, actor=cast.business)
    assert not {"店数", "Shops"} & {str(f.label) for f in CUSTOMER.fields.values()}


def test_the_api_takes_no_number_for_a_choice(cast: Cast) -> None:
    item = Dictionary("industry").active()[0]
    answer = program(cast.owner).post("customers", {"name": "云深机电", "industry": item.id})
    assert answer.status_code == 422
    assert program(cast.owner).post("customers", {"name": "云深机电", "industry": item.code}).status_code == 201


def test_a_token_for_contacts_leaves_the_files_of_customers_alone(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    own, narrow = program(cast.owner), program(cast.owner, "customers:read", "contacts:write")

    def send(desk: Program) -> int:
        file = SimpleUploadedFile("a.txt", b"words", content_type="text/plain")
        headers = {"Authorization": f"Bearer {desk.token}"}
        return int(desk.client.post(f"/api/v1/customers/{record.id}/files", {"files": file}, headers=headers).status_code)

    assert send(own) == 201
    assert send(narrow) == 403
    file = own.get(f"customers/{record.id}/files").json()["results"][0]["id"]
    assert narrow.delete(f"files/{file}").status_code == 403
    assert own.delete(f"files/{file}").status_code == 204


@pytest.mark.parametrize("message", ['{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":"\\ud800"}'])
def test_half_a_character_is_no_message(cast: Cast, message: str) -> None:
    desk = program(cast.owner)
    answer = desk.client.post("/mcp", message, content_type="application/json", headers={"Authorization": f"Bearer {desk.token}"})
    assert answer.status_code < 500
    assert answer.json()["error"]["code"] == -32700


def test_a_name_that_cannot_be_stored_is_refused_and_the_answer_kept(cast: Cast) -> None:
    answer = program(cast.owner).post("customers/bulk", {"create": [{"na\u0000me": 1}]}, **{"Idempotency-Key": "k1"})
    assert answer.status_code < 500

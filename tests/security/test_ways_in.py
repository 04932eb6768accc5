"""Ways in that were found by reading: addresses that change hands, letters that go astray, tokens in logs."""

from __future__ import annotations

import pytest

from guanxi.config.request_id import without_secrets
from guanxi.kernel import write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.registry import registry
from guanxi.org import identities
from guanxi.org.identities import Claims
from guanxi.org.models import Grant, Provider, Role, User
from tests import samples
from tests.people import Cast


def test_an_address_links_once_whoever_bears_it_later(cast: Cast) -> None:
    provider = Provider.objects.create(name="IdP", issuer="https://idp.example", client_id="guanxi")
    User.objects.filter(pk=cast.owner.id).update(email="olivia@example.com")
    first = identities.meant(provider, Claims(subject="s-1", email="olivia@example.com", verified=True, name="Olivia", login="olivia"))
    assert first is not None
    assert first.pk == cast.owner.id
    assert (
        identities.meant(provider, Claims(subject="s-2", email="olivia@example.com", verified=True, name="Mallory", login="mallory"))
        is None
    )
    again = identities.meant(provider, Claims(subject="s-1", email="olivia@example.com", verified=True, name="Olivia", login="olivia"))
    assert again is not None
    assert again.pk == cast.owner.id


def test_who_keeps_the_directory_sends_nobody_s_letters_elsewhere(cast: Cast) -> None:
    entity = registry.get("people.employee")
    admin = User.objects.get(pk=cast.admin.id)
    row = samples.make(entity, actor=SYSTEM, name=admin.name, email="adam@example.com", works_in=admin.department_id)
    write.decide((entity, row.id), {"account": admin.pk}, actor=SYSTEM, door="test")
    User.objects.filter(pk=admin.pk).update(email="adam@example.com")
    Grant.objects.update_or_create(role=Role.objects.get(code="sales"), entity=entity.key, action="edit", defaults={"scope": "all"})
    with pytest.raises(write.Invalidated):
        write.update((entity, row.id), {"email": "mallory@example.com"}, actor=cast.again(cast.owner), door="form")
    admin.refresh_from_db()
    assert admin.email == "adam@example.com"


def test_no_address_that_lets_its_bearer_in_stands_in_a_log() -> None:
    assert without_secrets("/recover/12/abc-123/") == "/recover/…"
    assert without_secrets("/settings/email/a:b/") == "/settings/email/…"
    assert without_secrets("/customers/12/") == "/customers/12/"

"""What a form does not take: too much, too often, too fast, twice, or after it has closed; and what it never tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from guanxi.config.request_id import without_secrets
from guanxi.kernel import clock, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.kernel.write import entities
from guanxi.org.models import User
from guanxi.surfaces.collecting import ticket
from guanxi.surfaces.collecting.models import CollectForm, Submission
from guanxi.surfaces.pages import collect as pages
from tests.collect.conftest import ENGLISH, Stranger, made
from tests.people import Cast, forget
from tests.security.test_markup import PAYLOADS, RAW

Desk = Callable[[Actor], Client]
LEAD = registry.get("sales.lead")


def test_a_double_click_makes_one_record_and_what_was_changed_another(form: CollectForm) -> None:
    stranger = Stranger(form)
    token = stranger.ticket()
    first, second = (stranger.send(_ticket=token) for _ in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert LEAD.objects.count() == 1
    stranger.send(_ticket=token, phone="13900001234")
    assert LEAD.objects.count() == 2
    form.refresh_from_db()
    assert form.received == 2


def test_who_is_too_quick_or_too_late_sends_once_more_what_he_typed(form: CollectForm, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Stranger(form)
    monkeypatch.setattr(ticket, "QUICKEST", 2)
    token = stranger.ticket()
    quick = stranger.send(_ticket=token)
    assert quick.status_code == 422
    assert "very quick" in quick.content.decode()
    assert f'value="{token}"' in quick.content.decode()  # whose age goes on
    with clock.frozen(clock.now() - timedelta(hours=25)):
        old = ticket.draw(form.pk)
    for stale in (old, ticket.draw(form.pk + 1), "forged"):
        late = stranger.send(_ticket=stale)
        assert late.status_code == 422
        assert 'value="Newcomer Ltd"' in late.content.decode()
        assert f'value="{stale}"' not in late.content.decode()
    assert not Submission.objects.exists()
    monkeypatch.setattr(ticket, "QUICKEST", 0)
    assert stranger.send(_ticket=token).status_code == 303


def test_a_program_that_fills_every_box_is_asked_to_leave_one_empty(form: CollectForm) -> None:
    answer = Stranger(form).send(**{pages.TRAP: "https://spam.example"})
    assert answer.status_code == 422
    assert "spam.example" not in answer.content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize("limit", ["FROM_ONE_PLACE", "A_FORM"])
def test_nobody_sends_without_end(form: CollectForm, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(pages, limit, 2)
    stranger = Stranger(form)
    answers = [stranger.send(name=f"N{n}") for n in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert 'value="N2"' in answers[2].content.decode()
    assert LEAD.objects.count() == 2


def test_what_is_too_large_is_not_read(form: CollectForm) -> None:
    stranger = Stranger(form)
    assert stranger.send(requirement="x" * pages.LARGEST).status_code == 413
    assert not Submission.objects.exists()


def test_the_last_place_is_taken_once_and_the_last_day_ends(cast: Cast, at_desk: Desk) -> None:
    form = made(at_desk(cast.business), cast, most="1", until=str(clock.today()))
    stranger = Stranger(form)
    late = stranger.ticket()
    assert [stranger.send(_ticket=late).status_code for _click in range(2)] == [303, 303]
    assert stranger.browser.get(f"/f/{form.token}/thanks/").status_code == 200
    full = stranger.browser.post(stranger.address, {"_ticket": late, "name": "Second", "phone": "13812346021"})
    assert full.status_code == 410
    assert "received all that it takes" in full.content.decode()
    CollectForm.objects.update(most=None)
    assert stranger.look()
    CollectForm.objects.update(until=clock.today() - timedelta(days=1))
    assert "It was open until" in stranger.browser.get(stranger.address).content.decode()
    assert LEAD.objects.count() == 1


def test_a_form_that_is_switched_off_is_like_a_link_that_never_was(cast: Cast, form: CollectForm, at_desk: Desk) -> None:
    stranger = Client(**ENGLISH)
    nowhere = stranger.get("/f/" + "x" * 22 + "/")
    shaper, mine = at_desk(cast.business), f"/f/{form.token}/"

    def away(said: str) -> None:
        for answer in (stranger.get(mine), stranger.post(mine, {"name": "x"}), stranger.get(mine + "thanks/")):
            assert answer.status_code == nowhere.status_code == 404
            assert answer.content == nowhere.content
        assert said in shaper.get("/admin/collect/").content.decode()

    for strange in ("/f/", "/f/short/", "/f/%00" + "x" * 21 + "/", "/f/<script>/"):
        assert stranger.get(strange).status_code == 404
    shaper.post(f"/admin/collect/{form.pk}/switch/", {})
    away("Not open")
    looked = shaper.get(f"/admin/collect/{form.pk}/look/").content.decode()
    assert "Fair registration" in looked
    assert 'wide" disabled>' in looked
    assert at_desk(cast.owner).get(f"/admin/collect/{form.pk}/look/").status_code == 404
    shaper.post(f"/admin/collect/{form.pk}/switch/", {"active": "1"})
    assert stranger.get(mine).status_code == 200
    User.objects.filter(pk=cast.owner.id).update(is_active=False)
    forget()
    away("no longer works here")
    assert shaper.post(f"/admin/collect/{form.pk}/switch/", {"active": "1"}).status_code == 422


def test_the_page_has_no_session_no_script_and_no_way_into_a_frame(form: CollectForm) -> None:
    answer = Client(**ENGLISH).get(f"/f/{form.token}/")
    assert not answer.cookies
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    assert "<script" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "/_pick/" not in answer.content.decode()
    assert "_similar" not in answer.content.decode()
    assert form.token not in without_secrets(f"/f/{form.token}/")


def test_what_a_stranger_types_is_text_wherever_it_is_read(cast: Cast, form: CollectForm, at_desk: Desk) -> None:
    stranger, desk, shaper = Stranger(form), at_desk(cast.owner), at_desk(cast.business)
    for payload in PAYLOADS:
        refused = stranger.send(name=payload, phone=payload, email=payload, requirement=payload)
        assert refused.status_code == 422
        assert not RAW.search(refused.content.decode()), payload
        assert stranger.send(name=payload, requirement=payload).status_code == 303
    row = Submission.objects.latest("pk")
    Submission.objects.filter(pk=row.pk).update(state="waiting", record=None, why={"sort": "wrong", "keys": ["name"]})
    pages_ = ["/leads/", "/notifications/", "/collected/", f"/admin/collect/{form.pk}/received/"]
    for address in [*pages_, *(f"/leads/{lead.id}/" for lead in LEAD.objects.all())]:
        answer = (shaper if address.startswith("/admin/") else desk).get(address)
        assert answer.status_code == 200, address
        assert not RAW.search(answer.content.decode()), address
    words = {f"{name}-{code}": PAYLOADS[0] + PAYLOADS[1][:20] for name in ("title", "intro", "thanks", "consent") for code in ("zh", "en")}
    hostile = made(shaper, cast, **words, **{"en-name": PAYLOADS[0], "help_en-name": PAYLOADS[2]}, name=PAYLOADS[0])
    for address in (f"/f/{hostile.token}/", f"/f/{hostile.token}/thanks/"):
        assert not RAW.search(stranger.browser.get(address).content.decode()), address
    for address in ("/admin/collect/", f"/admin/collect/{hostile.pk}/"):
        assert not RAW.search(shaper.get(address).content.decode()), address


def test_who_is_erased_leaves_what_he_sent_too(cast: Cast, form: CollectForm) -> None:
    Stranger(form).send()
    (lead,) = LEAD.objects.all()
    assert Submission.objects.get().values["phone"]
    from guanxi.org.models import Grant, Role

    Grant.objects.update_or_create(role=Role.objects.get(code="business"), entity=LEAD.key, action="forget", defaults={"scope": "all"})
    write.forget((LEAD, lead.id), "asked for it", actor=cast.again(cast.business), door="test")
    assert Submission.objects.get().values == {}


def test_no_kind_of_record_gets_the_address_of_forms() -> None:
    assert not entities._free("f")
    assert not entities._free("collected")

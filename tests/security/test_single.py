"""Single sign-on against a service that speaks the real protocol, honest or lying."""

from __future__ import annotations

import base64
import hmac
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.db import connection
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from guanxi.kernel import sealed
from guanxi.org import logins, mailboxes, outgoing, single
from guanxi.org.models import Identity, Operation, Provider, Role, User
from guanxi.people import hiring
from guanxi.people.directory import of_account
from tests.people import Cast
from tests.security.provider import CLIENT, SECRET, Service, serving

PASSWORD = "a long and right one"


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
def staff(cast: Cast, service: Service) -> Provider:
    hiring.adopt()
    User.objects.filter(login="olivia").update(email="olivia@example.com")
    return Provider.objects.create(
        name="Staff",
        issuer=service.issuer,
        client_id=CLIENT,
        secret=sealed.seal(SECRET, about=single.ABOUT),
        inside=urlsplit(service.issuer).netloc,
    )


def went(browser: Client, staff: Provider, address: str = "") -> str:
    """To the service and back: the address at which the browser arrives again."""
    address = address or browser.get(f"/login/with/{staff.pk}/?next=/customers/")["Location"]
    answer = requests.get(address, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def inside(browser: Client) -> str:
    """Who is signed in."""
    return browser.get("/_here/").json().get("person", "")


def olivia() -> User:
    return User.objects.get(login="olivia")


def test_a_verified_address_lets_one_in_and_the_link_stays_when_the_address_changes(staff: Provider, service: Service) -> None:
    browser = Client()
    assert "Staff" in browser.get("/login/").content.decode()
    before = browser.session.session_key
    answer = browser.get(went(browser, staff))
    assert answer["Location"] == "/customers/"
    assert inside(browser) == olivia().pk
    assert browser.session.session_key != before
    service.who |= {"email": "married@example.com"}
    again = Client()
    again.get(went(again, staff))
    assert inside(again) == olivia().pk
    assert Identity.objects.get().known_as == "s-1"


def test_an_unverified_or_shared_or_unknown_address_opens_nothing(staff: Provider, service: Service) -> None:
    people = User.objects.count()
    for spoil in (
        lambda: service.who.update(email_verified=False),
        lambda: (service.who.update(email_verified=True), User.objects.filter(login="max").update(email="Olivia@example.com")),
        lambda: service.who.update(email="nobody@example.com"),
        lambda: service.who.pop("email"),
    ):
        spoil()
        browser = Client()
        assert browser.get(went(browser, staff)).status_code == 422
        assert inside(browser) == ""
    assert not Identity.objects.exists()
    assert User.objects.count() == people


def test_an_address_that_somebody_only_claims_opens_nothing(staff: Provider, service: Service) -> None:
    """A colleague who puts the director's address into his own settings does not catch her sign-on."""
    browser, mallory = Client(), Client()
    mallory.force_login(User.objects.get(login="max"))
    assert mallory.post("/settings/", {"email": "dora@example.com"}).status_code == 302
    service.who |= {"email": "dora@example.com"}
    assert browser.get(went(browser, staff)).status_code == 422
    mailboxes.prove(User.objects.get(login="max"), "dora@example.com")
    assert browser.get(went(browser, staff)).status_code == 302


def test_a_locked_account_stays_locked(staff: Provider, service: Service) -> None:
    browser = Client()
    browser.get(went(browser, staff))
    User.objects.filter(login="olivia").update(is_active=False)
    again = Client()
    assert again.get(went(again, staff)).status_code == 422
    assert inside(again) == ""


def test_a_second_factor_is_asked_for_all_the_same(staff: Provider) -> None:
    User.objects.filter(login="olivia").update(second=True)
    browser = Client()
    assert browser.get(went(browser, staff))["Location"].startswith("/login/second/")
    assert inside(browser) == ""


def test_the_request_carries_challenge_state_and_nonce_and_the_way_back_of_the_house(staff: Provider, settings: Any) -> None:
    settings.GUANXI_URL = "https://crm.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    one, other = (
        parse_qs(urlsplit(Client().get(f"/login/with/{staff.pk}/", headers={"Host": "evil.example"})["Location"]).query) for _n in range(2)
    )
    assert one["redirect_uri"] == [f"https://crm.example.com/login/with/{staff.pk}/back/"]
    assert one["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name][0]) >= 24
        assert one[name] != other[name]


def test_what_was_begun_elsewhere_or_is_used_already_is_refused(staff: Provider) -> None:
    mine, theirs = Client(), Client()
    way = went(mine, staff)
    assert theirs.get(way).status_code == 422
    assert mine.get(way.replace("state=", "state=x")).status_code == 422
    assert mine.get(way).status_code == 422  # the state was used up by the attempt
    way = went(mine, staff)
    assert mine.get(way).status_code == 302
    assert Client().get(way).status_code == 422
    assert mine.get(f"/login/with/{staff.pk}/back/?error=access_denied").status_code == 422


def _unsigned(claims: dict[str, Any]) -> str:
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    return f"{part({'alg': 'none'})}.{part(claims)}."


def _by_public_key(claims: dict[str, Any], service: Service) -> str:
    """Signed with what everybody knows, as if it were a shared secret."""
    part = lambda value: base64.urlsafe_b64encode(value).decode().rstrip("=")
    body = f"{part(json.dumps({'alg': 'HS256', 'kid': 'one'}).encode())}.{part(json.dumps(claims).encode())}"
    return f"{body}.{part(hmac.digest(service.key.as_pem(private=False), body.encode(), 'sha256'))}"


@pytest.mark.parametrize(
    "lie",
    ["nonce", "no nonce", "audience", "two audiences", "issuer", "expired", "stranger's key", "none", "shared secret", "other issuer"],
)
def test_a_lying_service_lets_nobody_in(staff: Provider, service: Service, lie: str, caplog: Any) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "one"}) if lie == "stranger's key" else service.key
    without = lambda claims: {k: v for k, v in claims.items() if k != "nonce"}
    change = {
        "nonce": lambda claims: {**claims, "nonce": "another"},
        "no nonce": without,
        "audience": lambda claims: {**claims, "aud": "somebody else"},
        "two audiences": lambda claims: {**claims, "aud": [CLIENT, "evil"], "azp": "evil"},
        "issuer": lambda claims: {**claims, "iss": "https://evil.example"},
        "expired": lambda claims: {**claims, "exp": claims["iat"] - 3600},
    }
    service.claims = change.get(lie, service.claims)
    if lie == "stranger's key":
        service.signed = lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger)
    elif lie == "none":
        service.signed = _unsigned
    elif lie == "shared secret":
        service.signed = lambda claims: _by_public_key(claims, service)
    browser = Client()
    way = went(browser, staff)
    if lie == "other issuer":
        service.named = "https://evil.example"
    with caplog.at_level(logging.DEBUG):
        answer = browser.get(way)
    assert answer.status_code == 422
    assert inside(browser) == ""
    assert not Identity.objects.exists()
    assert SECRET not in caplog.text


def test_one_links_it_in_the_settings_with_the_password_and_removes_it_again(staff: Provider, service: Service) -> None:
    user = User.objects.get(login="max")
    user.set_password(PASSWORD)
    user.save()
    desk, fresh = Client(), Client()
    desk.post("/login/", {"username": "max", "password": PASSWORD})
    service.who = {"sub": "s-max"}
    place = f"/settings/identities/{staff.pk}/"
    assert desk.post(place, {"password": "wrong"}).status_code == 422
    page = desk.post(place, {"password": PASSWORD}).content.decode()
    address = page.split('class="btnp" href="')[1].split('"')[0].replace("&amp;", "&")
    way = went(desk, staff, address)
    thief = Client()
    thief.force_login(olivia())
    assert thief.get(way).status_code == 422
    assert desk.get(way)["Location"] == "/settings/identities/"
    fresh.get(went(fresh, staff))
    assert inside(fresh) == user.pk
    assert Operation.objects.filter(subject="identity", verb="create").exists()
    assert desk.post(place + "remove/", {"password": PASSWORD}).status_code == 302
    again = Client()
    assert again.get(went(again, staff)).status_code == 422


def test_an_identity_opens_one_account_only(staff: Provider, service: Service) -> None:
    first, desk = Client(), Client()
    first.get(went(first, staff))
    User.objects.filter(login="max").update(password="!")
    desk.force_login(User.objects.get(login="max"))
    page = desk.post(f"/settings/identities/{staff.pk}/").content.decode()
    address = page.split('class="btnp" href="')[1].split('"')[0].replace("&amp;", "&")
    assert desk.get(went(desk, staff, address)).status_code == 422
    assert Identity.objects.get().user == olivia()


@pytest.mark.feature("USR-11")
def test_newcomers_get_an_account_only_where_that_is_switched_on_and_within_the_licence(
    cast: Cast, staff: Provider, service: Service
) -> None:
    service.who = {
        "sub": "s-new",
        "email": "zhangsan@example.com",
        "email_verified": True,
        "name": "张三",
        "preferred_username": "Zhang.San",
    }
    assert Client().get(went(browser := Client(), staff)).status_code == 422
    Provider.objects.update(creates=True)
    logins.limit(logins.active(), actor=cast.admin)
    browser = Client()
    assert browser.get(went(browser, staff)).status_code == 422
    assert not User.objects.filter(email="zhangsan@example.com").exists()
    logins.limit(None, actor=cast.admin)
    browser = Client()
    assert browser.get(went(browser, staff)).status_code == 422
    user = User.objects.get(email="zhangsan@example.com")
    assert (user.login, user.name, user.is_active, user.has_usable_password()) == ("zhang.san", "张三", False, False)
    assert of_account(user.pk) is not None
    logins.unlock(user, actor=cast.admin)
    browser = Client()
    browser.get(went(browser, staff))
    assert inside(browser) == user.pk
    Provider.objects.update(role=Role.objects.get(code="sales"))
    service.who |= {"sub": "s-two", "email": "zhang.san@other.example.com"}
    browser = Client()
    browser.get(went(browser, staff))
    second = User.objects.get(login="zhang.san1")
    assert inside(browser) == second.pk
    assert list(second.assignments.values_list("role__code", flat=True)) == ["sales"]


def test_calls_stay_outside_unless_an_administrator_names_the_host(staff: Provider, service: Service) -> None:
    Provider.objects.update(inside="")
    service.asked.clear()
    assert Client().get(f"/login/with/{staff.pk}/").status_code == 502
    assert service.asked == []
    for address in ("https://127.0.0.1/", "https://localhost/", "https://169.254.169.254/latest/", "http://example.com/", "https://[::1]/"):
        with pytest.raises(requests.RequestException):
            outgoing.document(outgoing.guarded(requests.Session()), address)
    inside_only = outgoing.guarded(requests.Session(), ["127.0.0.1:1"])
    with pytest.raises(requests.RequestException):
        outgoing.document(inside_only, service.issuer + "/.well-known/openid-configuration")
    assert service.asked == []


def test_administrators_set_it_up_and_the_secret_is_never_seen_again(cast: Cast, service: Service) -> None:
    admin = Client()
    admin.force_login(User.objects.get(login="adam"))
    given = {"name": "Staff", "issuer": service.issuer, "client_id": CLIENT, "secret": SECRET, "active": "1"}
    assert admin.post("/admin/providers/new/", given).status_code == 422  # a host inside that nobody has named
    assert admin.post("/admin/providers/new/", {**given, "issuer": "https://127.0.0.1:1/x"}).status_code == 422
    for odd in ("x" * 400, "a b" * 200, "²", "x\x00y"):
        assert admin.post("/admin/providers/new/", dict.fromkeys(("name", "issuer", "client_id", "inside", "role"), odd)).status_code == 422
    given["inside"] = urlsplit(service.issuer).netloc
    answer = admin.post("/admin/providers/new/", given)
    assert answer.status_code == 302
    assert SECRET not in admin.get(answer["Location"]).content.decode()
    kept = Provider.objects.get()
    assert sealed.unseal(kept.secret, about=single.ABOUT) == SECRET
    assert admin.post(answer["Location"], {**given, "secret": "", "name": "Renamed"}).status_code == 302
    assert sealed.unseal(Provider.objects.get().secret, about=single.ABOUT) == SECRET
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(o::text, ' ') FROM org_operation o WHERE subject = 'provider'")
        said = cursor.fetchone()[0]
    assert "Renamed" in said
    assert SECRET not in said
    assert kept.secret not in said
    admin_role = Role.objects.get(code="admin").pk
    admin.post(answer["Location"], {**given, "role": str(admin_role), "creates": "1"})
    assert Provider.objects.get().role is None

"""Passkeys made by a device of our own, honest or not: what the server takes and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256

from guanxi.org import passkeys, roles
from guanxi.org.models import Role, User
from tests.people import Cast

PASSWORD, HOME = "a long and right one", "https://crm.example.com"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Device:
    """Holds one key; `looks` says whether it makes sure who it is, `page` what page it believes to be on."""

    def __init__(self) -> None:
        self.key, self.id, self.handle = ec.generate_private_key(ec.SECP256R1()), b"key-one-of-the-device", ""
        self.looks, self.page, self.house = True, HOME, "crm.example.com"

    def make(self, options: dict[str, Any]) -> str:
        """A new key for the options of a page."""
        self.handle = options["publicKey"]["user"]["id"]
        client = self._client("webauthn.create", options)
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = b"\0" * 16 + struct.pack(">H", len(self.id)) + self.id + public
        shown = cbor.encode({"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested})
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(shown)})

    def sign(self, options: dict[str, Any]) -> str:
        """Proof for the options of a page."""
        client, data = self._client("webauthn.get", options), self._data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        said = {"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": self.handle}
        return self._answer(said)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.page}).encode()

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.looks else 0)
        return hashlib.sha256(self.house.encode()).digest() + bytes([flags]) + struct.pack(">I", 0)

    def _answer(self, response: dict[str, str]) -> str:
        extensions = {"credProps": {"rk": True}}
        return json.dumps(
            {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response, "clientExtensionResults": extensions}
        )


@pytest.fixture
def desk(cast: Cast, settings: Any) -> Client:
    settings.GUANXI_URL = HOME
    user = User.objects.get(login="olivia")
    user.set_password(PASSWORD)
    user.save()
    browser = Client()
    browser.post("/login/", {"username": "olivia", "password": PASSWORD})
    return browser


@pytest.fixture
def device(desk: Client) -> Device:
    """Added by Olivia in her settings."""
    made = Device()
    options = desk.post("/settings/second/passkeys/", {"password": PASSWORD}).json()
    assert desk.post("/settings/second/passkeys/", {"name": "Key", "credential": made.make(options)}).status_code == 200
    return made


def enter(device: Device, browser: Client | None = None, options: dict[str, Any] | None = None) -> tuple[int, Client]:
    browser = browser or Client()
    options = options or browser.post("/login/passkey/").json()
    return browser.post("/login/passkey/", {"credential": device.sign(options)}).status_code, browser


def inside(browser: Client) -> bool:
    return browser.get("/customers/").status_code == 200


def test_it_opens_the_account_without_a_password_and_once_for_each_challenge(device: Device) -> None:
    browser = Client()
    options = browser.post("/login/passkey/").json()
    signed = device.sign(options)
    assert browser.post("/login/passkey/", {"credential": signed})["Location"] == "/"
    assert inside(browser)
    assert Client().post("/login/passkey/", {"credential": signed}).status_code == 422
    browser.post("/logout/")
    assert browser.post("/login/passkey/", {"credential": signed}).status_code == 422
    assert not inside(browser)


def test_it_is_a_second_factor_after_the_password(device: Device) -> None:
    browser = Client()
    assert browser.post("/login/", {"username": "olivia", "password": PASSWORD})["Location"].startswith("/login/second/")
    options = browser.post("/login/second/passkey/").json()
    assert browser.post("/login/second/", {"credential": Device().sign(options)}).status_code == 422
    options = browser.post("/login/second/passkey/").json()
    assert browser.post("/login/second/", {"credential": device.sign(options)}).status_code == 302
    assert inside(browser)
    assert Client().post("/login/second/passkey/").status_code == 404


@pytest.mark.parametrize(
    "lie", ["another page", "a page below ours", "another house", "nobody looked", "another key", "another person", "challenge"]
)
def test_a_proof_that_does_not_fit_opens_nothing(device: Device, lie: str) -> None:
    options = None
    browser = Client()
    match lie:
        case "another page":
            device.page = "https://evil.example"
        case "a page below ours":
            device.page = "https://evil.crm.example.com"
        case "another house":
            device.house = "evil.example"
        case "nobody looked":
            device.looks = False
        case "another key":
            device.key = ec.generate_private_key(ec.SECP256R1())
        case "another person":
            device.handle = b64(b"1")
        case "challenge":
            options = Client().post("/login/passkey/").json()
    status, browser = enter(device, browser, options)
    assert status == 422
    assert not inside(browser)


def test_nonsense_opens_nothing_and_breaks_nothing(device: Device) -> None:
    good = json.loads(device.sign(Client().post("/login/passkey/").json()))
    for text in (
        "",
        "null",
        "[]",
        "{}",
        '{"response": 1}',
        '{"response": {"clientDataJSON": "e30"}}',
        "x" * 30_000,
        json.dumps({**good, "rawId": 5}),
    ):
        browser = Client()
        browser.post("/login/passkey/")
        assert browser.post("/login/passkey/", {"credential": text}).status_code == 422, text[:40]


def test_a_locked_account_stays_locked(device: Device) -> None:
    User.objects.filter(login="olivia").update(is_active=False)
    assert enter(device)[0] == 422


def test_adding_one_needs_the_password_even_with_a_challenge_from_the_login_page(desk: Client) -> None:
    device = Device()
    assert desk.post("/settings/second/passkeys/", {"password": "wrong"}).status_code == 422
    options = desk.post("/login/passkey/").json()
    options["publicKey"]["user"] = {"id": b64(b"1")}
    assert desk.post("/settings/second/passkeys/", {"credential": device.make(options)}).status_code == 422
    options = desk.post("/settings/second/passkeys/", {"password": PASSWORD}).json()
    device.looks = False
    assert desk.post("/settings/second/passkeys/", {"credential": device.make(options)}).status_code == 422
    assert not User.objects.get(login="olivia").second


def test_nobody_removes_another_s_and_the_last_one_stays_where_a_role_asks_for_it(cast: Cast, desk: Client, device: Device) -> None:
    key = passkeys.of(User.objects.get(login="olivia")).get().pk
    stranger = Client()
    stranger.force_login(User.objects.get(login="max"))
    assert stranger.post(f"/settings/second/passkeys/{key}/remove/").status_code == 404
    roles.guard(Role.objects.get(code="sales"), second=True, actor=cast.admin)
    assert desk.post(f"/settings/second/passkeys/{key}/remove/", {"password": PASSWORD}).status_code == 422
    assert User.objects.get(login="olivia").second
    roles.guard(Role.objects.get(code="sales"), second=False, actor=cast.admin)
    assert desk.post(f"/settings/second/passkeys/{key}/remove/", {"password": PASSWORD}).status_code == 302
    assert not User.objects.get(login="olivia").second
    assert enter(device)[0] == 422

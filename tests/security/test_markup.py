"""What people type is text: through whichever door it comes and wherever it is read, none of it becomes markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guanxi.kernel.models import Attachment
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from tests import samples
from tests.people import Cast
from tests.security.conftest import World

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</title></textarea></script><b id=pwned>",
    "javascript:alert(1)",
    "{{7*7}}{% raise %}${7*7}",
    "<!--<a href='data:text/html,<script>alert(1)</script>'>",
    "\u2028</script><iframe srcdoc='<p>'>",
)
#: None of these comes from our own templates in this form.
RAW = re.compile(
    r"<script>alert|<img src=x|<svg onload|<b id=pwned|<iframe srcdoc|<a href='data:|on(error|load)=alert\(1\)>", re.IGNORECASE
)
#: Texts that may be in an attribute or script once escaped.
ESCAPED = re.compile(r"&lt;|&#34;|&quot;|&#39;|\\u003c")

customers, contacts = registry.get("customers.customer"), registry.get("customers.contact")
opportunities, follow_ups = registry.get("sales.opportunity"), registry.get("activity.followup")


@pytest.fixture
def full(cast: Cast, settings: Any, tmp_path: Any) -> Iterator[tuple[World, dict[str, int]]]:
    """A customer with contact, opportunity and follow-up, whose texts came through different doors."""
    settings.MEDIA_ROOT = tmp_path
    customer = samples.make(customers, actor=cast.owner)
    world = World(customers, cast, customer, None)
    browser = world.client(cast.owner)
    bad = PAYLOADS[0] + PAYLOADS[1] + PAYLOADS[2]
    program = {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(cast.owner.login)}"}

    def api(path: str, body: dict[str, Any]) -> int:
        answer = world.client(None).post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", **program)
        assert answer.status_code == 201, answer.content
        return int(answer.json()["id"])

    long = "".join(PAYLOADS)
    form = {"remark": long, "business": long, "address": bad, "preferences": long, "occupation": PAYLOADS[0], "name": "Acme plain"}
    assert browser.post(f"/customers/{customer.id}/edit/", form).status_code == 302
    assert browser.post(f"/customers/{customer.id}/_field/remark/", {"remark": long + "!"}).status_code in (200, 302)
    ids = {"customers": customer.id}
    ids["contacts"] = api("contacts", {"name": PAYLOADS[1], "customer": customer.id, "remark": long, "wechat": PAYLOADS[2], "hobbies": bad})
    ids["opportunities"] = api(
        "opportunities", {"name": bad, "customer": customer.id, "requirement": long, "next_step": bad, "amount": "1"}
    )
    ids["follow-ups"] = api(
        "follow-ups", {"summary": long, "customer": customer.id, "place": bad, "next_plan": bad, "next_at": "2099-01-01"}
    )
    api_refused = world.client(None).post(
        "/api/v1/customers", json.dumps({"name": PAYLOADS[0]}), content_type="application/json", **program
    )
    assert api_refused.status_code == 422
    upload = SimpleUploadedFile('"><img src=x onerror=alert(1)>.svg', b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    assert browser.post(f"/customers/{customer.id}/_files/", {"files": upload}).status_code in (200, 302)
    assert browser.post(f"/customers/{customer.id}/_comment/", {"body": long}).status_code in (200, 302)
    assert browser.post("/customers/_views/", {"name": PAYLOADS[2][:60], "where": "[]"}).status_code in (200, 302)
    return world, ids


def pages(ids: dict[str, int]) -> Iterator[tuple[str, dict[str, str]]]:
    """Everywhere that it is read, as a page and as a fragment."""
    htmx = {"HX-Request": "true"}
    yield "/", {}
    for text in ("img", "script", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'):
        yield "/_search/?q=" + text, {}
        yield "/_search/?q=" + text, htmx
    for slug, record in ids.items():
        base = f"/{slug}/{record}/"
        yield f"/{slug}/", {}
        yield f"/{slug}/?layout=board", {}
        yield f"/{slug}/?layout=groups", {}
        yield f"/{slug}/?where=" + json.dumps([registry.by_slug(slug).title, "contains", "<script>alert(1)</script>"]), {}  # type: ignore[union-attr]
        yield f"/{slug}/?sort=<script>alert(1)</script>", {}
        yield base, {}
        yield base, {**htmx, "HX-Target": "drawer"}
        yield base + "edit/", {}
        yield base + "_history/", htmx
        yield base + "_timeline/", htmx
        yield base + "_files/", htmx
        for number in Attachment.objects.filter(record=record, entity=registry.by_slug(slug).key).values_list("pk", flat=True):  # type: ignore[union-attr]
            yield f"/_files/{number}/view/", {}
            yield f"/_files/{number}/view/", htmx
            yield f"/_files/{number}/text/", htmx
        yield f"/_pick/{slug}/?q=img", htmx
        yield f"/{slug}/new/?quick=1&customer=" + PAYLOADS[1], htmx
        yield f"/{slug}/_similar/?field=name&value=" + PAYLOADS[1], htmx
        for code in registry.by_slug(slug).related:  # type: ignore[union-attr]
            yield f"{base}_related/{code}/", htmx


def test_it_is_text_wherever_it_is_read(full: tuple[World, dict[str, int]]) -> None:
    world, ids = full
    browser, escaped = world.client(world.cast.owner), 0
    for address, headers in pages(ids):
        answer = browser.get(address, headers=headers)
        assert answer.status_code in (200, 204, 400), (address, answer.status_code)
        html = answer.content.decode()
        found = RAW.search(html)
        assert not found, (address, html[max(0, found.start() - 120) : found.end() + 40])
        assert "pwned>" not in html.replace("pwned&gt;", "")
        assert 'href="javascript:' not in html.lower()
        assert ">49<" not in html.replace(" ", "")
        escaped += bool(ESCAPED.search(html))
        policy = answer["Content-Security-Policy"]
        scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
        assert "'unsafe-inline'" not in scripts
        assert "'unsafe-eval'" not in policy
        assert "'self'" in scripts
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert escaped > 10


def test_pages_have_no_script_of_their_own_that_the_policy_would_stop(full: tuple[World, dict[str, int]]) -> None:
    world, ids = full
    browser = world.client(world.cast.owner)
    for address, headers in pages(ids):
        html = browser.get(address, headers=headers).content.decode()
        for tag in re.findall(r"<script\b[^>]*>", html):
            assert "src=" in tag or "nonce=" in tag or 'type="application/json"' in tag, (address, tag)
        tags = re.sub(r"<(textarea|title)[^>]*>.*?</\1>", "", html, flags=re.S)
        for tag in re.findall(r"<[a-z][^<>]*>", tags):
            names = re.findall(r"\s([a-z-]+)=", re.sub(r'"[^"]*"', '""', tag))
            assert not [n for n in names if n.startswith("on")], (address, tag)


def test_a_refused_entry_stands_again_as_text(full: tuple[World, dict[str, int]]) -> None:
    world, ids = full
    browser = world.client(world.cast.owner)
    for payload in PAYLOADS:
        for path, body in (
            ("/customers/new/", {"name": payload, "phone": payload, "uscc": payload, "region": payload, "email": payload}),
            (f"/customers/{ids['customers']}/_field/phone/", {"phone": payload}),
            ("/contacts/new/?quick=1", {"name": payload, "mobile": payload, "customer": payload}),
            ("/login/", {"username": payload, "password": payload, "next": payload}),
        ):
            client = world.client(None) if path == "/login/" else browser
            answer = client.post(path, body)
            assert answer.status_code in (200, 422, 302), (path, payload)
            assert not RAW.search(answer.content.decode()), (path, payload)


def test_an_uploaded_page_or_drawing_is_never_drawn_by_the_browser(full: tuple[World, dict[str, int]]) -> None:
    world, _ids = full
    for row in Attachment.objects.all():
        answer = world.client(world.cast.owner).get(f"/_files/{row.pk}/?inline=1")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] not in ("image/svg+xml", "text/html")
        assert "\n" not in answer["Content-Disposition"]
        assert "<" not in answer["Content-Disposition"]

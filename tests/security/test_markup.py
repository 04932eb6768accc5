"""What people type is text: through whichever door it comes and wherever it is read, none of it becomes markup."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guanxi.kernel import pairs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Attachment, DictionaryValue
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import User
from guanxi.surfaces import tiles
from tests import papers, samples
from tests.people import Cast, forget
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
    for name, body in documents():
        assert browser.post(f"/contacts/{ids['contacts']}/_files/", {"files": SimpleUploadedFile(name, body)}).status_code in (200, 302), (
            name
        )
    for slug, record in ids.items():
        said = {"body": f"@{cast.owner.name} {bad}"}
        assert world.client(cast.manager).post(f"/{slug}/{record}/_comment/", said).status_code in (200, 302)
    return world, ids


def documents() -> Iterator[tuple[str, bytes]]:
    """Files of every kind that is read here, with payloads in names, texts, sheets, slides and heads of letters."""
    name, long = '"><img src=x onerror=alert(1)>', "".join(PAYLOADS)
    yield f"{name}.docx", papers.docx(papers.paragraph(long, "Heading1"), *PAYLOADS)
    yield f"{name}.xlsx", papers.xlsx({"<img src=x onerror=alert(1)>": [PAYLOADS, [long]], "'><svg onload=alert(1)>": []})
    yield f"{name}.pptx", papers.pptx(PAYLOADS)
    yield f"{name}.csv", "\n".join(f'"{each.replace(chr(34), chr(34) * 2)}",x' for each in PAYLOADS).encode()
    yield f"{name}.txt", long.encode()
    yield f"{name}.pdf", papers.pdf()
    coded = f"=?utf-8?b?{b64encode(PAYLOADS[0].encode()).decode()}?="
    yield (
        f"{name}.eml",
        f"From: {coded} <a@firm.example>\r\nTo: {PAYLOADS[1]} <b@firm.example>\r\nCc: {PAYLOADS[2]}\r\nSubject: {PAYLOADS[3]} {coded}\r\n"
        f'Date: {PAYLOADS[2]}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        f"Content-Type: text/html; charset=utf-8\r\n\r\n<p>{long}</p>&lt;script&gt;alert(1)&lt;/script&gt;\r\n--b\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{PAYLOADS[0]}\r\n--b\r\n"
        f"Content-Type: application/pdf; name*=utf-8''{quote(PAYLOADS[1])}\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--b--\r\n".encode(),
    )


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
            if not Attachment.objects.get(pk=number).name.endswith(".pdf"):
                yield f"/_files/{number}/text/", htmx
        yield f"/_pick/{slug}/?q=img", htmx
        yield f"/{slug}/new/?quick=1&customer=" + PAYLOADS[1], htmx
        yield f"/{slug}/_similar/?field=name&value=" + PAYLOADS[1], htmx
        for code in registry.by_slug(slug).related:  # type: ignore[union-attr]
            yield f"{base}_related/{code}/", htmx


#: What an address of a list may say.
PARAMETERS = (
    "view",
    "where",
    "sort",
    "layout",
    "by",
    "hide",
    "at",
    "on",
    "span",
    "to",
    "lane",
    "columns",
    "page",
    "after",
    "open",
    "seen",
    "counted",
)


def newest(ids: dict[str, int], actor: Actor) -> Iterator[tuple[str, dict[str, str]]]:
    """Groups, boards and calendars with every parameter, tiles of the home page, notifications, merging, and what is done to many."""
    htmx = {"HX-Request": "true"}
    for tile in tiles.of(actor):
        yield f"/_home/{tile.code}/", htmx
    yield "/notifications/", {}
    yield "/recent/", {}
    other = '"><img src=x onerror=alert(1)>'
    for slug, record in ids.items():
        entity = registry.by_slug(slug)
        assert entity is not None
        for layout in ("groups", "board", "calendar", "table"):
            for name in PARAMETERS:
                yield f"/{slug}/?" + urlencode({"layout": layout, name: other}), {}
        for key in [k for k, f in entity.fields.items() if f.kind.name in ("choice", "person", "lookup", "date", "text")]:
            yield f"/{slug}/?layout=groups&by={key}", {}
        ticked = urlencode({"ids": f"{record},{other}", "view": "all", "seen": other, "field": other})
        for verb in ("_bulk", "_delete", "_transfer", "_share"):
            yield f"/{slug}/{verb}/?{ticked}", htmx
        yield f"/{slug}/{record}/_merge/", htmx
        yield f"/{slug}/_merge/?ids={record},{other}", {}
        yield f"/{slug}/_duplicates/", {}
        yield f"/{slug}/_bin/?q={quote(other)}", {}


def plain(address: str, answer: Any) -> bool:
    """Nothing in the answer is markup of ours no longer; whether a payload stands there as text."""
    html = answer.content.decode()
    found = RAW.search(html)
    assert not found, (address, html[max(0, found.start() - 120) : found.end() + 40])
    assert "pwned>" not in html.replace("pwned&gt;", "")
    assert 'href="javascript:' not in html.lower()
    assert ">49<" not in html.replace(" ", "")
    return bool(ESCAPED.search(html))


def test_it_is_text_wherever_it_is_read(full: tuple[World, dict[str, int]]) -> None:
    world, ids = full
    browser, escaped = world.client(world.cast.owner), 0
    for address, headers in pages(ids):
        answer = browser.get(address, headers=headers)
        assert answer.status_code in (200, 204, 400), (address, answer.status_code)
        escaped += plain(address, answer)
        policy = answer["Content-Security-Policy"]
        scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
        assert "'unsafe-inline'" not in scripts
        assert "'unsafe-eval'" not in policy
        assert "'self'" in scripts
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert escaped > 10


def test_it_is_text_in_files_groups_tiles_notices_and_where_many_are_changed_or_merged(full: tuple[World, dict[str, int]]) -> None:
    world, ids = full
    for person in (world.cast.owner, world.cast.manager):
        User.objects.filter(id=person.id).update(name=PAYLOADS[1])
    DictionaryValue.objects.update(zh=PAYLOADS[2], en=PAYLOADS[2])
    forget()
    browser = world.client(world.cast.owner)
    twin = {"name": PAYLOADS[1], "customer": ids["customers"], "remark": PAYLOADS[2], "hobbies": PAYLOADS[3], "wechat": PAYLOADS[0]}
    second = samples.make(contacts, actor=world.cast.owner, mobile="13812346021", **twin)
    write.update((contacts, ids["contacts"]), {"mobile": "13812346021"}, actor=world.cast.owner, door="test")
    list(pairs.find(contacts))
    fixed = {
        "/opportunities/?layout=groups&by=owner",
        "/opportunities/?layout=groups&by=stage",
        f"/contacts/_merge/?ids={ids['contacts']},{second.id}",
        "/notifications/",
        "/contacts/_duplicates/",
    }
    seen: dict[str, tuple[int, bool]] = {}
    for address, headers in chain(newest(ids, world.cast.owner), ((each, {}) for each in fixed)):
        answer = browser.get(address, headers=headers)
        assert answer.status_code in (200, 204, 302, 400, 404, 422), (address, answer.status_code)
        seen[address] = (answer.status_code, plain(address, answer))
    for address in fixed:
        assert seen[address] == (200, True), address
    strange = samples.make(opportunities, actor=world.cast.stranger)
    for verb, given in (("edit", {"field": "next_step", "next_step": PAYLOADS[0]}), ("delete", {}), ("transfer", {"owner": PAYLOADS[1]})):
        form = {"ids": f"{ids['opportunities']},{strange.id}", "counted": PAYLOADS[1], **given}
        plain(verb, browser.post(f"/opportunities/_rehearse/{verb}/?view=all", form, headers={"HX-Request": "true"}))
    plain("choose", browser.post(f"/contacts/{second.id}/_merge/", {"other": PAYLOADS[1]}, headers={"HX-Request": "true"}))
    chosen = {"ids": f"{ids['contacts']},{second.id}", "keep": PAYLOADS[1], "c-remark": PAYLOADS[2]}
    plain("merge", browser.post("/contacts/_merge/", chosen))


def test_what_is_read_of_a_file_is_text(full: tuple[World, dict[str, int]]) -> None:
    world, ids = full
    browser, read = world.client(world.cast.owner), set()
    for row in Attachment.objects.filter(entity=contacts.key, record=ids["contacts"]):
        Attachment.objects.filter(pk=row.pk).update(name=PAYLOADS[1] + row.name)  # as if names were not cleaned on their way in
        shown = browser.get(f"/_files/{row.pk}/text/", headers={"HX-Request": "true"})
        if shown.status_code == 200:
            assert plain(row.name, shown), (row.name, shown.content.decode())
            read.add(row.name.rpartition(".")[2])
        assert plain(row.name, browser.get(f"/_files/{row.pk}/view/", headers={"HX-Request": "true"})), row.name
    assert read == {"docx", "xlsx", "pptx", "csv", "txt", "eml"}


def test_pages_have_no_script_of_their_own_that_the_policy_would_stop(full: tuple[World, dict[str, int]]) -> None:
    world, ids = full
    browser = world.client(world.cast.owner)
    for address, headers in chain(pages(ids), newest(ids, world.cast.owner)):
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

"""A Word file of one's own is filled with texts; what else stands in it, or what it is, does no harm."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document

from guanxi.kernel import jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog, CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields, retyping
from guanxi.surfaces.prints import keeping, press, word
from guanxi.surfaces.prints.models import PrintTemplate, PrintVersion
from tests.people import Cast, let

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


def document(*lines: str, rows: tuple[str, ...] = ()) -> bytes:
    made = Document()
    for line in lines:
        made.add_paragraph(line)
    if rows:
        table = made.add_table(rows=len(rows), cols=1)
        for place, text in enumerate(rows):
            table.cell(place, 0).text = text
    body = BytesIO()
    made.save(body)
    return body.getvalue()


def upload(body: bytes, name: str = "合同.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def text(body: bytes) -> str:
    found = Document(BytesIO(body))
    return "\n".join(
        [*(p.text for p in found.paragraphs), *(cell.text for table in found.tables for row in table.rows for cell in row.cells)]
    )


@pytest.fixture
def row(cast: Cast) -> PrintTemplate:
    return keeping.create(CUSTOMER, "合同", "", "zh-hans", None, actor=cast.business)


@pytest.fixture
def customer(cast: Cast) -> int:
    values = {
        "name": "云深机电",
        "address": "<天目山路> & {{7*7}}",
        "phone": "13812345678",
        "level": "A",
        "employees": "1200",
        "remark": "秘密",
    }
    record = write.create(CUSTOMER, values, actor=cast.owner, door="test").id
    for name in ("王小明", "李四"):
        write.create(registry.get("customers.contact"), {"name": name, "customer": record}, actor=cast.owner, door="test")
    return record


def test_a_file_is_filled_with_values_formats_and_lists(cast: Cast, at_desk: Desk, row: PrintTemplate, customer: int) -> None:
    body = document(
        "甲方：{{ name }}，{{ address }}，{{ 级别 }}，{{ employees|capitals }}，{{ owner }}，{{ today|date }}。",
        "上级：{{ parent.name }}。",
        rows=("联系人", "{%tr for one in contacts %}", "{{ one.name }}", "{%tr endfor %}"),
    )
    assert (
        at_desk(cast.business).post(f"/admin/prints/{row.pk}/", {"zh": "合同", "language": "zh-hans", "file": upload(body)}).status_code
        == 302
    )
    answer = at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/")
    assert answer["Content-Type"] == word.KIND
    assert "attachment" in answer["Content-Disposition"]
    said = text(answer.content)
    assert "甲方：云深机电，<天目山路> & {{7*7}}，A 重点，壹仟贰佰元整，Olivia，" in said
    assert "上级：。" in said
    assert "王小明\n李四" in said
    logged = AccessLog.objects.get(verb="export", entity=CUSTOMER.key)
    assert {"name", "contacts", "employees"} <= set(logged.data["columns"])
    assert PrintVersion.objects.get(template=row).name == "合同.docx"


def test_what_the_reader_may_not_see_is_not_in_his_file(cast: Cast, at_desk: Desk, row: PrintTemplate, customer: int) -> None:
    keeping.take(
        row,
        upload(
            document("{{ remark }}|{{ phone }}|{{ employees|capitals }}|{% for one in contacts %}{{ one.phone }}{{ one.name }}{% endfor %}")
        ),
        actor=cast.business,
    )
    for key, right in (("remark", "hidden"), ("phone", "masked"), ("employees", "hidden")):
        let(cast.owner, CUSTOMER.key, key, right)
    let(cast.owner, "customers.contact", "name", "hidden")
    answer = at_desk(cast.again(cast.owner)).get(f"/customers/{customer}/_print/{row.pk}/")
    assert text(answer.content) == "|138****5678||"
    assert at_desk(cast.stranger).get(f"/customers/{customer}/_print/{row.pk}/").status_code == 404


@pytest.mark.parametrize("source", ["{% autoescape false %}{{ remark }}{% endautoescape %}", "{% autoescape name %}x{% endautoescape %}"])
def test_no_file_makes_markup_of_what_records_say(cast: Cast, row: PrintTemplate, source: str) -> None:
    with pytest.raises(write.Invalidated, match="autoescape"):
        keeping.take(row, upload(document(source)), actor=cast.business)


HOSTILE = [
    "{{ name.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__ }}{{ name }}",
    "{{ name._written }}{{ name['_written'] }}",
    "{{ name.format('x') }}",
    "{{ ''.join.__globals__ }}{{ name }}",
    "{{ name|attr('__class__') }}",
    "{% set x = name.__init__.__globals__ %}{{ x }}",
    "{% for one in contacts %}{{ loop.__class__ }}{{ loop._iterable }}{{ one.pop('name') }}{{ one.items() }}{% endfor %}",
    "{{ name.upper }}{{ contacts.append }}{{ contacts[0].update }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{{ self.__init__ }}{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum }}{{ range(10) }}{{ namespace() }}",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_code_in_a_file_is_refused_or_finds_nothing(cast: Cast, row: PrintTemplate, customer: int, source: str) -> None:
    try:
        keeping.take(row, upload(document(source)), actor=cast.business)
    except write.Invalidated:
        return
    path = PrintVersion.objects.get(template=row).path
    try:
        said = text(word.filled(CUSTOMER, path, customer, cast.owner)[0])
    except press.Unprinted:
        return
    for trace in ("class", "built-in", "bound", "method", "function", "Written(", "object at", "root:", "module", "dict_items", "王"):
        assert trace not in said, said


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in contacts %}{% for b in contacts %}{{ '%99999999d' % 1 }}{% endfor %}{% endfor %}",
        "{{ 9**999999999 }}",
        "{{ 'x' * 999999999 * 9 }}",
    ],
)
def test_a_file_that_eats_memory_or_time_is_stopped(cast: Cast, row: PrintTemplate, customer: int, source: str) -> None:
    def use() -> None:
        keeping.take(row, upload(document(source)), actor=cast.business)
        word.filled(CUSTOMER, PrintVersion.objects.get(template=row).path, customer, cast.owner)

    with pytest.raises((write.Invalidated, press.Unprinted)):
        use()


def _bomb() -> bytes:
    """A document with a part of a hundred megabytes of nothing."""
    made = BytesIO(document("x"))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.bmp", b"\0" * (100 << 20))
    return made.getvalue()


def _entities() -> bytes:
    """Whose text refers to a file of the machine."""
    source, made = zipfile.ZipFile(BytesIO(document("x"))), BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                part = part.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document', 1).replace(
                    b">x<", b">&e;<"
                )
            archive.writestr(name, part)
    return made.getvalue()


def _macros() -> bytes:
    made = BytesIO(document("x"))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    return made.getvalue()


@pytest.mark.parametrize(
    "body",
    [b"", b"no zip", b"PK\x03\x04rubbish", document("x")[:2_000], _bomb(), _macros()],
    ids=["empty", "text", "rubbish", "cut", "bomb", "macros"],
)
def test_what_is_no_harmless_word_file_is_refused(cast: Cast, at_desk: Desk, row: PrintTemplate, body: bytes) -> None:
    answer = at_desk(cast.business).post(f"/admin/prints/{row.pk}/", {"zh": "合同", "file": upload(body)})
    assert answer.status_code == 422 or not PrintVersion.objects.filter(template=row).exists()
    assert not PrintVersion.objects.filter(template=row).exists()


def test_a_file_that_names_another_file_reads_nothing_of_it(cast: Cast, row: PrintTemplate, customer: int) -> None:
    try:
        keeping.take(row, upload(_entities()), actor=cast.business)
        said = text(word.filled(CUSTOMER, PrintVersion.objects.get(template=row).path, customer, cast.owner)[0])
    except (write.Invalidated, press.Unprinted):
        return
    assert "root:" not in said


def test_a_tag_that_there_is_not_is_named_when_the_file_comes(cast: Cast, at_desk: Desk, row: PrintTemplate) -> None:
    answer = at_desk(cast.business).post(f"/admin/prints/{row.pk}/", {"zh": "合同", "file": upload(document("{{ nmae }}"))})
    assert answer.status_code == 422
    assert "nmae" in answer.content.decode()
    answer = at_desk(cast.business).post(f"/admin/prints/{row.pk}/", {"zh": "合同", "file": upload(document("{{ name "))})
    assert answer.status_code in (302, 422)


def test_files_of_versions_come_back_as_they_were_to_who_shapes(cast: Cast, at_desk: Desk, row: PrintTemplate) -> None:
    first, second = document("{{ name }} 1"), document("{{ name }} 2")
    for body in (first, second):
        keeping.take(row, upload(body), actor=cast.business)
    keeping.go_back(row, 1, actor=cast.business)
    business = at_desk(cast.business)
    for number, body in ((1, first), (2, second), (3, first)):
        assert b"".join(business.get(f"/admin/prints/{row.pk}/versions/{number}/file/").streaming_content) == body
    assert at_desk(cast.owner).get(f"/admin/prints/{row.pk}/versions/1/file/").status_code in (403, 404)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("x", "{{ name "), ("Paragraph 2", "{{ name")),
        (("{{ name|upcase }}",), ("Paragraph 1", "no such format", "upcase", "capitals")),
        (("{% for one in contacts %}", "{{ one.name }}"), ("Paragraph 1", "has no end")),
        (("x", "y", "{% endfor %}"), ("Paragraph 3", "ends nothing")),
        (("{% include 'x' %}", "{{ name || }}"), ("Paragraph 1", "no command", "for、if、set")),
        (("x", "{{ name || }}"), ("Paragraph 2", "cannot be read", "{{ name || }}")),
    ],
)
def test_what_is_wrong_with_a_tag_is_said_in_plain_words_and_where_it_stands(
    cast: Cast, at_desk: Desk, row: PrintTemplate, lines: tuple[str, ...], words: tuple[str, ...]
) -> None:
    answer = at_desk(cast.business).post(f"/admin/prints/{row.pk}/", {"zh": "合同", "file": upload(document(*lines))})
    assert answer.status_code == 422
    page = unescape(answer.content.decode())
    assert all(word in page for word in words), re.findall("alert-circle.*?</p>", page)
    assert "Encountered" not in page


@pytest.mark.usefixtures("unshaped")
def test_its_names_follow_a_field_that_is_called_or_held_otherwise(cast: Cast, row: PrintTemplate, customer: int) -> None:
    key = f"f{fields.add(CUSTOMER, fields.Wish('安装地点', sort='text'), actor=cast.business).pk}"
    write.update((CUSTOMER, customer), {key: "12"}, actor=cast.owner, door="test")
    child = write.create(CUSTOMER, {"name": "下级", "parent": customer, key: "13"}, actor=cast.owner, door="test").id
    row = keeping.take(row, upload(document(f"{{{{ 安装地点 }}}}/{{{{ {key} }}}}/{{{{ parent.{key} }}}}")), actor=cast.business)

    def said() -> str:
        row.refresh_from_db()
        version = keeping.current(row)
        return text(word.filled(CUSTOMER, version.path, child, cast.owner, meant=version.document["names"])[0])

    assert said() == "13/13/12"
    field = CustomField.objects.get(pk=key[1:])
    fields.change(CUSTOMER, field, fields.Wish("车间"), actor=cast.business)
    assert said() == "13/13/12"
    field.refresh_from_db()
    assert any(
        "合同" in what and goes
        for what, goes in retyping.preview(CUSTOMER, field, fields.Wish("", sort="integer"), actor=cast.business).named
    )
    retyping.convert(CUSTOMER, field, fields.Wish("", sort="integer"), actor=cast.business)
    for job in Job.objects.filter(state="waiting").order_by("id"):
        jobs.run(job.pk)
    assert said() == "13/13/12"
    row = keeping.go_back(row, 1, actor=cast.business)
    assert said() == "13/13/12"


def test_one_that_goes_round_and_round_holds_the_only_turn_for_a_moment(
    cast: Cast, at_desk: Desk, row: PrintTemplate, customer: int
) -> None:
    assert word.QUICK.patience < word.LIMITS.patience < press.LIMITS.patience
    many = "".join(f"{{% for {name} in contacts %}}" for name in "abcdefghijklmnopqrstuvwxyz")
    keeping.take(row, upload(document(many + "x" + "{% endfor %}" * 26)), actor=cast.business)
    given = []
    asked = press.subprocess.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(press.subprocess, "run", lambda *a, **k: given.append(k["timeout"]) or asked(*a, **k))
        sample = at_desk(cast.business).get(f"/admin/prints/{row.pk}/sample/", {"record": customer})
    assert sample.status_code == 422
    assert given == [word.QUICK.patience]

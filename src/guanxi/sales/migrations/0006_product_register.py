"""The product of an opportunity becomes a record of the register; the values of the former list become products.

Choices, history, saved views and remembered imports follow, in both directions. Going back, each product becomes a value called by
its name: its English label, price and category stay behind in the register, from which it is found again by its name.
"""

import json

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from guanxi.kernel.china import pinyin, width

LIST, ENTITY = "product", "sales.opportunity"
STATES = {"on_sale": ("在售", "On sale", "g", True), "discontinued": ("停售", "Discontinued", "", False)}
POINT = "UPDATE sales_opportunity SET {to} = ({new}::jsonb ->> {source}::text)::bigint WHERE {source} IS NOT NULL"
#: A difference keeps [old, new] under the name of its column.
TOLD = """
UPDATE change SET diff = (diff - %(before)s::text) || jsonb_build_object(%(after)s::text, jsonb_build_array(
    %(ids)s::jsonb -> (diff -> %(before)s::text ->> 0), %(ids)s::jsonb -> (diff -> %(before)s::text ->> 1)))
WHERE entity = %(entity)s AND diff ? %(before)s::text
"""


def into_register(apps, editor):
    """Every value is a product of its name; opportunities and what speaks of them refer to it."""
    values = apps.get_model("kernel", "DictionaryValue").objects.filter(dictionary=LIST).order_by("position", "id")
    if not values:
        return
    product = apps.get_model("catalog", "Product")
    state = {code: _state(apps, place, code) for place, code in enumerate(STATES)}
    known = dict(product.objects.filter(deleted_at=None).values_list("name_key", "id"))
    fresh = [value for value in {width.fold(v.zh): v for v in reversed(values)}.values() if width.fold(value.zh) not in known]
    for value, number in zip(fresh, _numbers(editor, len(fresh)), strict=True):
        now, key = timezone.now(), width.fold(value.zh)
        kept = {"name": value.zh, "name_key": key, "name_sort": pinyin.sort_key(value.zh), "number": number}
        known[key] = product.objects.create(
            id=_next(editor), **kept, state=state["on_sale" if value.active else "discontinued"], created_at=now, updated_at=now
        ).pk
    _point(apps, editor, ("product_value", "product_id"), {v.id: known[width.fold(v.zh)] for v in values})
    _speak(apps, {v.code: known[width.fold(v.zh)] for v in values}, {v.code: f"id:{known[width.fold(v.zh)]}" for v in values})
    values.delete()


def out_of_register(apps, editor):
    """Every product is a value of its name again; the products stay."""
    value = apps.get_model("kernel", "DictionaryValue")
    ended = value.objects.filter(dictionary="product_state", code="discontinued").values_list("id", flat=True).first()
    made = {}
    for place, each in enumerate(apps.get_model("catalog", "Product").objects.order_by("deleted_at", "id")):
        taken = {v.code for v in made.values()}
        code = each.name[:60] if each.name[:60] not in taken else f"{each.name[:40]}~{each.id}"
        active = each.deleted_at is None and (each.state is None or each.state != ended)
        made[each.id] = value.objects.create(dictionary=LIST, code=code, zh=each.name, en=each.name, position=place, active=active)
    if made:
        _point(apps, editor, ("product_id", "product_value"), {record: v.id for record, v in made.items()})
        codes = {record: v.code for record, v in made.items()}
        _speak(apps, codes, {f"id:{record}": code for record, code in codes.items()})


def _state(apps, place, code):
    zh, en, colour, default = STATES[code]
    first = {"zh": zh, "en": en, "colour": colour, "position": place, "default": default}
    return apps.get_model("kernel", "DictionaryValue").objects.get_or_create(dictionary="product_state", code=code, defaults=first)[0].id


def _numbers(editor, count):
    name = f"CP-{timezone.localdate():%Y%m}"
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_counter AS k (name, value) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = k.value + excluded.value RETURNING value",
            [name, count],
        )
        last = cursor.fetchone()[0]
    return [f"{name}-{n:04d}" for n in range(last - count + 1, last + 1)]


def _next(editor):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT nextval('record_id')")
        return cursor.fetchone()[0]


def _point(apps, editor, columns, ids):
    """Records and their history say the same by other numbers, which is no change of them."""
    before, after = columns
    keys = {"product_value": "product", "product_id": "product_id"}
    with editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sales_opportunity DISABLE TRIGGER USER")
        cursor.execute(POINT.format(to=after, new="%s", source=before), [json.dumps(ids)])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE sales_opportunity ENABLE TRIGGER USER")
        cursor.execute("SELECT to_regclass('change') IS NOT NULL")
        if cursor.fetchone()[0]:
            words = {"before": keys[before], "after": keys[after], "ids": json.dumps(ids), "entity": ENTITY}
            cursor.execute(TOLD, words)


def _speak(apps, named, answers):
    """Saved views and remembered imports mean the same products."""
    for view in apps.get_model("surfaces", "SavedView").objects.filter(entity=ENTITY):
        where = _renamed(view.where, named)
        if where != view.where:
            view.where = where
            view.save(update_fields=["where"])
    for mapping in apps.get_model("surfaces", "ImportMapping").objects.filter(entity=ENTITY):
        words = mapping.options.get("words", {})
        if LIST in words:
            said = {word: answers.get(answer, answer) for word, answer in words[LIST].items()}
            mapping.options = {**mapping.options, "words": {**words, LIST: said}}
            mapping.save(update_fields=["options"])


def _renamed(where, named):
    """The condition with other names for the products in it."""
    if not isinstance(where, list):
        return where
    if len(where) == 3 and where[0] == LIST:
        meant = where[2]
        return [*where[:2], [named.get(m, m) for m in meant] if isinstance(meant, list) else named.get(meant, meant)]
    return [_renamed(each, named) for each in where]


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("customers", "0005_consent"),
        ("kernel", "0013_reactions"),
        ("surfaces", "0003_looks"),
        ("sales", "0005_opportunity_product"),
    ]

    operations = [
        migrations.RenameField("opportunity", "product", "product_value"),
        migrations.AddField(
            model_name="opportunity",
            name="product",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.product"
            ),
        ),
        migrations.RunPython(into_register, out_of_register),
        migrations.RemoveField("opportunity", "product_value"),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("product__isnull", False)), fields=["product", "id"], name="opportunit_product_l"
            ),
        ),
    ]

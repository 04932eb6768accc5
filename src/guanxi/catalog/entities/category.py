"""How products are sorted: a tree of categories that a company keeps itself."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.declare import Entity, Grants, Integer, Lookup, Preset, Record, RollUp, Text, Unique


class ProductCategory(Record):
    name = Text(_("Category name"), max_length=60, aliases=("类别名称", "分类名称", "产品类别", "产品系列", "category", "series"))
    parent = Lookup(
        _("Parent category"),
        "catalog.ProductCategory",
        back="subcategories",
        back_label=_("Subcategories"),
        aliases=("上级类别", "上级分类", "parent category"),
    )
    remark = Text(_("Remark"), blank=True, lines=3, aliases=("备注", "说明"))
    product_count = Integer(_("Products"), computed=True)


class ProductCategoryEntity(Entity, model=ProductCategory):
    slug = "product-categories"
    label = _("Product category")
    label_plural = _("Product categories")
    icon = "category"
    teaches = _("Categories and series by which products are sorted, one within another where you like.")
    section = _("Sales")
    place = 46
    in_menu = False
    columns = ("name", "parent", "product_count", "remark", "updated_at")
    filters = ("parent", "created_at")
    search = ("name",)
    sorts = ("updated_at", "name")
    unique = (Unique("name"),)
    layout = {_("Profile"): ("name", "parent", "product_count", "remark")}
    quick = ("name", "parent")
    hidden_in_form = ("owner",)
    related = ("products", "subcategories")
    rollups = (RollUp("product_count", "catalog.Product", via="category", how="count"),)
    beside = ((_("Products"), "/products/", "package"),)
    views = (Preset("all", _("All"), [], sort="name"), Preset("top", _("Highest level"), ["parent", "empty"], sort="name"))
    grants = Grants.like("catalog.product")

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """No category lies within itself, nor within one of its own."""
        above, passed = record.parent_id, {record.id}
        while "parent" in changed and above is not None:
            if above in passed:
                errors.setdefault("parent", _now("A category cannot lie within itself."))
                return
            passed.add(above)
            above = ProductCategory._default_manager.filter(id=above).values_list("parent_id", flat=True).first()

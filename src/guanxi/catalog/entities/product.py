"""What a company sells: goods and services with their prices."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.declare import (
    Action,
    AutoNumber,
    Board,
    Choice,
    Decimals,
    Dictionary,
    Entity,
    Grants,
    Lookup,
    Money,
    Preset,
    Record,
    Text,
    Unique,
    Value,
)
from guanxi.kernel.actor import Actor
from guanxi.kernel.grants import row

STATE = Dictionary(
    "product_state",
    on_sale=Value("在售", en="On sale", colour="g", default=True),
    discontinued=Value("停售", en="Discontinued"),
)
UNIT = Dictionary(
    "product_unit",
    set=Value("套", en="Set"),
    device=Value("台", en="Unit"),
    piece=Value("个", en="Piece"),
    item=Value("件", en="Item"),
    box=Value("箱", en="Box"),
    kilogram=Value("千克", en="Kilogram"),
    metre=Value("米", en="Metre"),
    year=Value("年", en="Year"),
    month=Value("月", en="Month"),
    day=Value("人天", en="Person-day"),
    time=Value("次", en="Session"),
)
KEEPS = row("all", "all")
READS = row("all")
LOOKS = row("all", bulk=False)
SELLERS = ("sales", "head", "service", "marketing", "readonly", "dealer-lead", "dealer-sales")


class Product(Record):
    number = AutoNumber(_("Product No."), prefix="CP", aliases=("产品编号", "商品编号", "编号"))
    name = Text(_("Product name"), max_length=120, aliases=("产品名称", "商品名称", "品名", "名称", "产品", "product", "item"))
    category = Lookup(
        _("Category"),
        "catalog.ProductCategory",
        back="products",
        back_label=_("Products"),
        aliases=("产品类别", "产品分类", "产品系列", "系列", "series", "product line"),
    )
    state = Choice(_("Sales status"), STATE, blank=True, aliases=("销售状态", "状态", "上下架", "status"))
    code = Text(
        _("Model"), blank=True, max_length=60, search="code", aliases=("型号", "产品型号", "产品编码", "货号", "sku", "part number")
    )
    unit = Choice(_("Sales unit"), UNIT, blank=True, plain=True, aliases=("单位", "计量单位", "销售单位", "uom"))
    list_price = Money(
        _("List price"), aliases=("标准价", "价格", "单价", "售价", "销售价格", "目录价", "sales_price", "price", "unit price")
    )
    cost_price = Money(_("Cost price"), aliases=("成本", "成本价", "进价", "采购价", "cost"))
    tax_rate = Decimals(_("Tax rate"), places=2, unit="%", least=0, most=100, aliases=("税率", "增值税率", "vat", "tax"))
    successor = Lookup(
        _("Replaced by"),
        "catalog.Product",
        back="predecessors",
        back_label=_("Replaces"),
        offers=["state", "is_not", "discontinued"],
        aliases=("替代产品", "替代型号", "successor"),
    )
    description = Text(_("Description"), blank=True, lines=4, aliases=("产品描述", "产品说明", "描述", "规格说明"))


def discontinue(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """It is sold no more, but perhaps another in its place; what was sold of it stays."""
    return {"state": "discontinued", "successor": values.get("successor")}


def offer(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """It is for sale again."""
    return {"state": "on_sale"}


class ProductEntity(Entity, model=Product):
    slug = "products"
    label = _("Product")
    label_plural = _("Products")
    icon = "package"
    teaches = _("What you sell, with list prices. Opportunities refer to it, so that you see what is sold how often and for how much.")
    section = _("Sales")
    place = 45
    columns = ("name", "code", "category", "state", "unit", "list_price", "cost_price", "tax_rate", "updated_at")
    filters = ("state", "category", "unit", "list_price", "cost_price", "tax_rate", "created_at")
    search = ("name", "number", "code")
    sorts = ("updated_at", "name", "list_price")
    unique = (Unique("name"),)
    layout = {
        _("Profile"): ("name", "number", "code", "category", "unit", "state", "successor", "description"),
        _("Price"): ("list_price", "cost_price", "tax_rate"),
    }
    quick = ("name", "category", "list_price")
    chips = ("state", "category")
    tiles = ("list_price", "cost_price")
    hidden_in_form = ("owner",)
    related = ("opportunities", "predecessors")
    beside = ((_("Categories"), "/product-categories/", "category"),)
    boards = (Board("state", card=("code", "category", "list_price")),)
    views = (
        Preset("on_sale", _("On sale"), ["state", "is", "on_sale"], sort="name"),
        Preset("discontinued", _("Discontinued"), ["state", "is", "discontinued"]),
        Preset("all", _("All"), [], sort="name"),
    )
    actions = (
        Action("discontinue", _("Discontinue"), discontinue, icon="ban", form=("successor",), when=["state", "is", "on_sale"]),
        Action("offer", _("Put on sale"), offer, icon="circle-check", when=["state", "is_not", "on_sale"], tone="g"),
    )
    #: One list for the whole company: everybody reads it, few write it. A dealer's people keep a list of their own.
    grants = Grants(
        {
            **dict.fromkeys(("business", "director", "manager", "information", "dealer-manager"), KEEPS),
            **dict.fromkeys(("sales", "head", "dealer-lead", "dealer-sales"), READS),
            **dict.fromkeys(("finance", "service", "marketing", "readonly"), LOOKS),
        }
    )
    #: What a product costs its seller is known to who keeps the list and to finance.
    rights = {role: {"cost_price": "hidden"} for role in SELLERS}

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """No price is negative, and nothing replaces itself."""
        if record.successor_id and record.successor_id == record.id:
            errors.setdefault("successor", _now("A product cannot replace itself."))
        for key in ("list_price", "cost_price"):
            price = getattr(record, key)
            if key in changed and price is not None and price < 0:
                errors.setdefault(key, _now("A price is not negative."))

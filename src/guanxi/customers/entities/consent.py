"""On what ground and for what purpose somebody's data are kept, given and withdrawn (PIPL articles 13 to 17)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.declare import Choice, Date, Dictionary, Entity, Fixed, Lookup, Preset, Record, Text, Value
from guanxi.kernel import clock

PURPOSE = Dictionary(
    "consent_purpose",
    contract=Value("订立、履行合同", en="Contract", default=True),
    service=Value("售后服务", en="Service"),
    marketing=Value("营销推广", en="Marketing", colour="b"),
    profiling=Value("客户画像分析", en="Analysis", colour="v"),
    other=Value("其他", en="Other"),
)
GROUND = Fixed(
    "consent_ground",
    consent=Value("本人同意", en="Consent", colour="g", default=True),
    contract=Value("合同所必需", en="Needed for a contract"),
    law=Value("法定义务", en="Required by law"),
    public=Value("已合法公开", en="Lawfully public"),
)


class Consent(Record):
    subject = Text(_("About"), max_length=120, aliases=("说明", "事项"))
    contact = Lookup(_("Contact"), "customers.Contact", blank=False, back="consents", back_label=_("Consents"), aliases=("联系人",))
    purpose = Choice(_("For what"), PURPOSE, aliases=("目的", "处理目的"))
    ground = Choice(_("On what ground"), GROUND, aliases=("依据", "法律依据"))
    given_on = Date(_("Given on"), aliases=("同意日期",))
    ends_on = Date(_("Ends on"), aliases=("有效期至",))
    withdrawn_on = Date(_("Withdrawn on"), aliases=("撤回日期",))
    proof = Text(_("Where it is written"), blank=True, max_length=300, aliases=("凭据", "来源"))


class ConsentEntity(Entity, model=Consent):
    slug = "consents"
    label = _("Consent")
    label_plural = _("Consents")
    icon = "checklist"
    teaches = _("Who agreed to what, when and how: enter it when a person agrees, and when he takes it back.")
    place = 25
    in_menu = False
    title = "subject"
    columns = ("subject", "contact", "purpose", "ground", "given_on", "ends_on", "withdrawn_on")
    filters = ("purpose", "ground", "given_on", "withdrawn_on")
    layout = {_("Consent"): ("subject", "contact", "purpose", "ground"), _("Time"): ("given_on", "ends_on", "withdrawn_on", "proof")}
    quick = ("contact", "subject", "purpose")
    chips = ("purpose", "ground")
    parent = "contact"
    views = (
        Preset("standing", _("In force"), ["withdrawn_on", "empty"]),
        Preset("withdrawn", _("Withdrawn"), ["withdrawn_on", "not_empty"]),
        Preset("all", _("All"), []),
    )

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """Given today unless said otherwise; it neither ends nor is withdrawn before."""
        if record.given_on is None:
            record.given_on = clock.today()
        for key in ("ends_on", "withdrawn_on"):
            value = getattr(record, key)
            if value and value < record.given_on and changed & {key, "given_on"}:
                errors.setdefault(key, _now("This lies before the day it was given."))

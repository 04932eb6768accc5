"""A chance to sell something, on its way through the stages of a pipeline."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.declare import (
    Action,
    AutoNumber,
    Board,
    Choice,
    Date,
    DateTime,
    Dictionary,
    Entity,
    Fixed,
    Integer,
    Links,
    Lookup,
    Money,
    Preset,
    Record,
    Text,
    Value,
)
from guanxi.kernel import clock
from guanxi.kernel.actor import Actor

PIPELINE = Fixed(
    "pipeline",
    standard=Value("标准销售流程", en="Standard sales", default=True),
    renewal=Value("续约流程", en="Renewal"),
)


def _stage(zh: str, en: str, probability: int, outcome: str = "open", colour: str = "b", pipeline: str = "standard") -> Value:
    return Value(zh, en=en, colour=colour, parent=pipeline, extra={"probability": probability, "outcome": outcome})


STAGE = Fixed(
    "opportunity_stage",
    contact=_stage("初步接洽", "First contact", 10),
    needs=_stage("需求确认", "Needs confirmed", 30),
    proposal=_stage("方案报价", "Proposal", 50),
    negotiation=_stage("商务谈判", "Negotiation", 80),
    won=_stage("赢单", "Won", 100, "won", "g"),
    lost=_stage("输单", "Lost", 0, "lost", "r"),
    invalid=_stage("无效", "Invalid", 0, "invalid", ""),
    renewal_plan=_stage("续约准备", "Renewal planned", 40, pipeline="renewal"),
    renewal_talk=_stage("续约洽谈", "Renewal talks", 70, pipeline="renewal"),
    renewal_won=_stage("已续约", "Renewed", 100, "won", "g", "renewal"),
    renewal_lost=_stage("未续约", "Not renewed", 0, "lost", "r", "renewal"),
)
OUTCOME = Fixed(
    "opportunity_outcome",
    open=Value("进行中", en="Open", colour="b", default=True),
    won=Value("赢单", en="Won", colour="g"),
    lost=Value("输单", en="Lost", colour="r"),
    invalid=Value("无效", en="Invalid"),
)
LOSS_REASON = Dictionary(
    "loss_reason",
    competitor=Value("客户选择竞品", en="Chose a competitor"),
    cancelled=Value("立项失败", en="Project not approved"),
    decision=Value("决策链复杂", en="Complex decision chain"),
    budget=Value("预算限制", en="Budget"),
    changed=Value("需求变化", en="Needs changed"),
)


class Opportunity(Record):
    number = AutoNumber(gettext_lazy("Opportunity No."), prefix="SJ", aliases=("商机编号",))
    name = Text(gettext_lazy("Opportunity name"), max_length=120, aliases=("商机名称", "机会名称", "项目名称"))
    customer = Lookup(
        gettext_lazy("Customer"),
        "customers.Customer",
        blank=False,
        back="opportunities",
        back_label=gettext_lazy("Opportunities"),
        aliases=("客户", "客户名称", "account"),
    )
    lead = Lookup(
        gettext_lazy("From lead"),
        "sales.Lead",
        back="opportunities",
        back_label=gettext_lazy("Opportunities"),
        aliases=("线索", "来源线索"),
    )
    contacts = Links(gettext_lazy("Contacts"), "customers.Contact", back="opportunities", aliases=("联系人",))
    product = Lookup(
        gettext_lazy("Product"),
        "catalog.Product",
        back="opportunities",
        back_label=gettext_lazy("Opportunities"),
        proposes={"amount": "list_price"},
        offers=["state", "is_not", "discontinued"],
        aliases=("产品", "产品名称"),
    )
    pipeline = Choice(gettext_lazy("Pipeline"), PIPELINE, plain=True, aliases=("销售流程",))
    stage = Choice(gettext_lazy("Stage"), STAGE, depends_on="pipeline", blank=True, aliases=("阶段", "销售阶段", "deal_stage"))
    outcome = Choice(gettext_lazy("Outcome"), OUTCOME, computed=True, blank=True)
    probability = Integer(gettext_lazy("Win rate %"), least=0, most=100, aliases=("赢率", "成功概率"))
    amount = Money(gettext_lazy("Amount"), aliases=("预计金额", "预计销售金额", "金额", "close_value"))
    expected_on = Date(gettext_lazy("Expected close"), aliases=("预计成交日期", "预计成交"))
    closed_on = Date(gettext_lazy("Closed on"), aliases=("关闭日期", "成交日期", "close_date"))
    loss_reason = Choice(gettext_lazy("Reason"), LOSS_REASON, blank=True, plain=True, aliases=("输单原因", "关闭原因"))
    close_note = Text(gettext_lazy("Closing note"), blank=True, lines=3, aliases=("关闭说明",))
    requirement = Text(gettext_lazy("Requirement"), blank=True, lines=3, aliases=("需求", "客户需求"))
    next_step = Text(gettext_lazy("Next step"), blank=True, max_length=200, aliases=("下一步", "下一步计划"))
    next_follow_up_at = DateTime(gettext_lazy("Next follow-up"), style="due", aliases=("下次跟进",))
    stage_since = DateTime(gettext_lazy("In stage since"), computed=True, style="ago")


def win(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Move to the won stage of the record's pipeline."""
    return {"stage": closing_stage(record, "won"), "close_note": values.get("close_note", "")}


def lose(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Move to the lost stage with its reason."""
    return {"stage": closing_stage(record, "lost"), "loss_reason": values.get("loss_reason"), "close_note": values.get("close_note", "")}


def reopen(record: Any, values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Back to the first stage of the pipeline."""
    return {"stage": stages(record.pipeline)[0].code, "loss_reason": None}


def stages(pipeline: int | None) -> list[Any]:
    """The stages of a pipeline in order."""
    return [s for s in STAGE.active() if s.parent == pipeline]


def closing_stage(record: Any, outcome: str) -> str:
    """The code of the stage in which an opportunity of this pipeline ends."""
    return next(str(s.code) for s in stages(record.pipeline) if s.extra.get("outcome") == outcome)


class OpportunityEntity(Entity, model=Opportunity):
    slug = "opportunities"
    label = gettext_lazy("Opportunity")
    label_plural = gettext_lazy("Opportunities")
    icon = "filter-dollar"
    teaches = gettext_lazy("What a customer may buy, for how much and until when. Move it from stage to stage on the board.")
    place = 40
    printed = True
    section = gettext_lazy("Sales")
    columns = ("name", "customer", "stage", "amount", "probability", "expected_on", "next_follow_up_at", "owner", "updated_at")
    filters = (
        "stage",
        "outcome",
        "pipeline",
        "product",
        "amount",
        "expected_on",
        "closed_on",
        "loss_reason",
        "owner",
        "customer",
        "created_at",
    )
    search = ("name", "number")
    sorts = ("updated_at", "expected_on", "amount", "stage_since")
    layout = {
        gettext_lazy("Profile"): (
            "name",
            "number",
            "customer",
            "contacts",
            "lead",
            "product",
            "amount",
            "expected_on",
            "pipeline",
            "stage",
            "probability",
        ),
        gettext_lazy("Progress"): ("requirement", "next_step", "next_follow_up_at", "stage_since"),
        gettext_lazy("Closing"): ("outcome", "closed_on", "loss_reason", "close_note"),
    }
    quick = ("name", "customer", "amount")
    chips = ("stage", "outcome")
    tiles = ("amount", "probability", "expected_on", "stage_since")
    stage = "stage"
    related = ("contacts", "follow_ups")
    timeline = True
    hidden_in_form = ("closed_on", "loss_reason", "close_note")
    boards = (Board("stage", total="amount", stale="stage_since", limit=14, card=("customer", "amount", "expected_on", "owner")),)
    views = (
        Preset("open", gettext_lazy("Open"), ["outcome", "is", "open"], layout="board"),
        Preset("mine", gettext_lazy("I own"), ["owner", "is", "me"]),
        Preset(
            "this_month",
            gettext_lazy("Closing this month"),
            ["and", ["outcome", "is", "open"], ["expected_on", "is", "this_month"]],
            sort="expected_on",
        ),
        Preset(
            "stale",
            gettext_lazy("Over 14 days in stage"),
            ["and", ["outcome", "is", "open"], ["stage_since", "before", "-14d"]],
            sort="stage_since",
        ),
        Preset("reports", gettext_lazy("My reports'"), ["owner", "is", "my_reports"]),
        Preset("won", gettext_lazy("Won"), ["outcome", "is", "won"]),
        Preset("lost", gettext_lazy("Lost"), ["outcome", "is", "lost"]),
        Preset("all", gettext_lazy("All"), []),
    )
    actions = (
        Action("win", gettext_lazy("Win"), win, icon="trophy", form=("close_note",), when=["outcome", "is", "open"], tone="g"),
        Action(
            "lose",
            gettext_lazy("Lose"),
            lose,
            icon="thumb-down",
            form=("loss_reason", "close_note"),
            when=["outcome", "is", "open"],
            tone="r",
        ),
        Action("reopen", gettext_lazy("Reopen"), reopen, icon="rotate", when=["outcome", "is_not", "open"]),
    )

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """The stage decides outcome, win rate and closing day; losing needs its reason."""
        if record.pipeline is None:
            first = PIPELINE.first()
            record.pipeline = first.id if first else None
        stage = STAGE.by_id(record.stage)
        if stage is None or stage.parent != record.pipeline:
            if stage is not None and "stage" in changed and "pipeline" not in changed:
                errors.setdefault("stage", _("This stage belongs to another pipeline."))
                return
            stage = next(iter(stages(record.pipeline)), None)
            record.stage = stage.id if stage else None
            changed.add("stage")
        if stage is not None and "stage" in changed:
            self.enter(record, stage, changed, errors)

    def enter(self, record: Any, stage: Any, changed: set[str], errors: dict[str, str]) -> None:
        """What entering a stage sets."""
        outcome = str(stage.extra.get("outcome", "open"))
        record.outcome = OUTCOME.id(outcome)
        record.stage_since = clock.now()
        if "probability" not in changed or record.probability is None:
            record.probability = stage.extra.get("probability")
        if outcome == "open":
            record.closed_on = record.loss_reason = None
        elif record.closed_on is None or "closed_on" not in changed:
            record.closed_on = record.closed_on or clock.today()
        if outcome == "lost" and record.loss_reason is None:
            errors.setdefault("loss_reason", _("Say why it was lost."))

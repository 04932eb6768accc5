"""Asking to be away, or to have a forgotten press entered: sent by whom it is about, decided by who stands above him."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.declare import (
    Action,
    Choice,
    Date,
    DateTime,
    Decimals,
    Dictionary,
    Entity,
    Fixed,
    Form,
    Grants,
    Person,
    Preset,
    Record,
    Text,
    Value,
)
from guanxi.kernel import write
from guanxi.kernel.actor import Actor

SORT = Fixed(
    "leave_sort",
    leave=Value("请假", en="Leave", colour="b", default=True),
    missed=Value("补卡", en="Missed press", colour="v"),
)
#: `all_days`: weekends and holidays within it count, as the law has it for these.
KIND = Dictionary(
    "leave_kind",
    annual=Value("年假", en="Annual leave", colour="g", default=True),
    personal=Value("事假", en="Personal leave", colour="a"),
    sick=Value("病假", en="Sick leave", colour="r"),
    off=Value("调休", en="Time off in lieu", colour="g"),
    trip=Value("出差", en="Business trip", colour="b"),
    out=Value("外出", en="Out on business", colour="b"),
    marriage=Value("婚假", en="Marriage leave", colour="v"),
    maternity=Value("产假", en="Maternity leave", colour="v", extra={"all_days": True}),
    paternity=Value("陪产假", en="Paternity leave", colour="v", extra={"all_days": True}),
    bereavement=Value("丧假", en="Bereavement leave"),
    other=Value("其他假", en="Other leave"),
)
PART = Fixed("day_part", am=Value("上午", en="Morning", default=True), pm=Value("下午", en="Afternoon"))
UNTIL = Fixed("day_part_until", am=Value("上午", en="Morning"), pm=Value("下午", en="Afternoon", default=True))
STATE = Fixed(
    "leave_state",
    sent=Value("待审批", en="Waiting", colour="a", default=True),
    agreed=Value("已同意", en="Agreed", colour="g"),
    refused=Value("已拒绝", en="Refused", colour="r"),
    withdrawn=Value("已撤回", en="Withdrawn"),
)
#: The constraint by which nobody is away twice at once.
ONCE = "leave_once"
#: What was agreed to stays as it was agreed to.
ASKED = frozenset({"sort", "kind", "reason", "first_day", "first_part", "last_day", "last_part", "came", "gone", "owner"})
OWN = {"view": "reports", "create": "all", "edit": "owned", "decide": "reports", "export": "reports"}
BRANCH = {**OWN, "view": "department", "decide": "department", "export": "department"}
HOUSE = {**OWN, "view": "all", "decide": "all", "export": "all"}
EVERYBODY = ("admin", "sales", "finance", "service", "marketing", "readonly")
_AHEAD = ["or", ["state", "is", "sent"], ["and", ["state", "is", "agreed"], ["first_day", "after", "today"]]]
_ONES_OWN = ["and", ["owner", "is", "me"], _AHEAD]
_WAITS = ["and", ["state", "is", "sent"], ["owner", "is_not", "me"]]


class Leave(Record):
    reason = Text(_("What for"), max_length=500, aliases=("事由", "请假事由", "原因"))
    sort = Choice(_("Kind of request"), SORT, aliases=("申请类型",))
    kind = Choice(_("Kind of leave"), KIND, blank=True, aliases=("请假类型", "假别"))
    first_day = Date(_("From day"), aliases=("开始日期",))
    first_part = Choice(_("From half"), PART, blank=True, plain=True, aliases=("开始时段",))
    last_day = Date(_("To day"), help=_("Empty: the same day."), aliases=("结束日期",))
    last_part = Choice(_("To half"), UNTIL, blank=True, plain=True, aliases=("结束时段",))
    came = DateTime(_("Came at"), help=_("The time that the press would have kept."), aliases=("补签到时间",))
    gone = DateTime(_("Left at"), aliases=("补签退时间",))
    days = Decimals(_("Days away"), places=1, computed=True, aliases=("请假天数", "天数"))
    state = Choice(_("Decision"), STATE, computed=True, aliases=("审批状态",))
    decided_by = Person(_("Decided by"), computed=True, aliases=("审批人",))
    decided_at = DateTime(_("Decided at"), computed=True, aliases=("审批时间",))
    answer = Text(_("Comment on the decision"), blank=True, max_length=300, computed=True, aliases=("审批意见",))
    # Halves of days, counted from the first day of the calendar, that a standing request takes: from, and up to without.
    half_from = models.IntegerField(null=True, editable=False)
    half_until = models.IntegerField(null=True, editable=False)

    class Meta:
        # A person is a range of one, so that no extension is needed.
        constraints = (
            ExclusionConstraint(
                name=ONCE,
                expressions=[
                    (models.Func(models.F("owner"), models.F("owner"), models.Value("[]"), function="int8range"), "&&"),
                    (models.Func(models.F("half_from"), models.F("half_until"), function="int4range"), "&&"),
                ],
                deferrable=models.Deferrable.IMMEDIATE,  # several may change places in one statement
                condition=models.Q(deleted_at=None, owner__isnull=False, half_from__isnull=False),
            ),
        )


def agree(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> write.Outcome:
    """Say yes."""
    from guanxi.people import absence

    return absence.decide(ids, "agreed", values, actor=actor, door=door)


def refuse(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> write.Outcome:
    """Say no, and why."""
    from guanxi.people import absence

    return absence.decide(ids, "refused", values, actor=actor, door=door)


def withdraw(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> write.Outcome:
    """Take it back."""
    from guanxi.people import absence

    return absence.withdraw(ids, str(values.get("answer") or ""), actor=actor, door=door)


class LeaveEntity(Entity, model=Leave):
    slug = "leaves"
    label = _("Leave request")
    label_plural = _("Leave requests")
    icon = "coffee"
    teaches = _("Holidays and other absences: ask here, whoever leads you is told and agrees.")
    section = _("Company")
    place = 92
    title = "reason"
    columns = ("reason", "owner", "kind", "first_day", "last_day", "days", "state", "decided_by")
    filters = ("state", "kind", "sort", "first_day", "owner", "department")
    sorts = ("updated_at", "first_day")
    search = ("reason",)
    layout = {
        _("Leave request"): ("sort", "kind", "reason"),
        _("Time"): ("first_day", "first_part", "last_day", "last_part", "came", "gone", "days"),
        _("Decision"): ("state", "decided_by", "decided_at", "answer"),
    }
    settled = ("half_from", "half_until")
    quick = ("kind", "first_day", "first_part", "last_day", "last_part", "reason")
    chips = ("state", "kind")
    hidden_in_form = ("owner",)
    beside = ((_("Month table"), "/attendance/month/", "table"),)
    forms = (
        Form("leave", _("Leave"), {"sort": "leave"}, without=("sort", "came", "gone")),
        Form("missed", _("Missed press"), {"sort": "missed"}, without=("sort", "kind", "first_day", "first_part", "last_day", "last_part")),
    )
    actions = (
        Action("withdraw", _("Withdraw"), run=withdraw, icon="arrow-back-up", grant="edit", when=_ONES_OWN, form=("answer",)),
        Action("agree", _("Agree"), run=agree, icon="check", grant="decide", when=_WAITS, tone="g", as_read=True),
        Action("refuse", _("Refuse"), run=refuse, icon="x", grant="decide", when=_WAITS, form=("answer",), asks=("answer",), as_read=True),
    )
    views = (
        Preset("waiting", _("For me to decide"), _WAITS, sort="first_day"),
        Preset("mine", _("My own"), ["owner", "is", "me"], sort="-first_day"),
        Preset(
            "now",
            _("Away today"),
            ["and", ["state", "is", "agreed"], ["first_day", "before", "tomorrow"], ["last_day", "after", "yesterday"]],
        ),
        Preset("all", _("All"), [], sort="-first_day"),
    )
    grants = Grants({**dict.fromkeys(EVERYBODY, OWN), "manager": BRANCH, "director": HOUSE, "business": HOUSE})

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """The days must make sense, are counted, and stay as they are once somebody has decided."""
        from guanxi.people import absence

        if record._state.adding and not absence.may_ask(record):
            errors.setdefault("owner", _now("Everybody asks for himself; only who decides may enter what a colleague asks for."))
        if not record._state.adding and changed & ASKED and record.state != STATE.id("sent"):
            errors.setdefault(next(iter(changed & ASKED)), _now("This has been decided. Withdraw it and send a new one."))
            return
        if not record._state.adding and "sort" in changed:
            errors.setdefault("sort", _now("It stays what it is. Withdraw it and send another request."))
            return
        absence.settle(record, changed, errors)

    def settle(self, record: Any) -> None:
        """The halves of days that it takes."""
        from guanxi.people import overlap

        overlap.settle(record)

    def collisions(self, records: Sequence[Any], actor: Actor) -> dict[int, dict[str, str]]:
        """Nobody is away twice at once."""
        from guanxi.people import overlap

        overlap.queue(records)
        return overlap.collisions(records, actor)

    def broken(self, error: BaseException) -> dict[str, str]:
        """Somebody sent two requests for the same time at the same moment."""
        from guanxi.people import overlap

        return overlap.broken(error)

"""What requests for leave mean: how many days they take, who may decide them, and what an agreed one does to the days it covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.write import Invalidated, Outcome, unit
from guanxi.org import actors
from guanxi.people import clocking, hours
from guanxi.people.entities.leave import KIND, PART, SORT, STATE, UNTIL, LeaveEntity

ENTITY = LeaveEntity.instance
#: Longer than any leave that the law knows.
LONGEST = 400


def settle(record: Any, changed: set[str], errors: dict[str, str]) -> None:
    """Fill in what follows, count the days, and say what makes no sense."""
    if record.sort == SORT.id("missed"):
        _missed(record, changed, errors)
        return
    if record.kind is None:
        errors.setdefault("kind", _("Choose what kind of leave it is."))
    record.first_day = record.first_day or clock.today()
    record.last_day = record.last_day or record.first_day
    record.first_part = record.first_part or PART.id("am")
    record.last_part = record.last_part or UNTIL.id("pm")
    if record.last_day < record.first_day:
        errors.setdefault("last_day", _("The last day lies before the first."))
    elif (record.last_day - record.first_day).days > LONGEST:
        errors.setdefault("last_day", _("That is too long. Send several requests."))
    elif record.last_day == record.first_day and (record.first_part, record.last_part) == (PART.id("pm"), UNTIL.id("am")):
        errors.setdefault("last_part", _("It ends before it begins."))
    else:
        record.days = counted(record)


def _missed(record: Any, changed: set[str], errors: dict[str, str]) -> None:
    """A forgotten press: one or both times of one day that has come."""
    times = [moment for moment in (record.came, record.gone) if moment is not None]
    record.days = None
    if not times:
        errors.setdefault("came", _("Give the time at which you came, or left, or both."))
        return
    table = hours.of(record.owner_id)
    day = table.day_at(times[0])
    for key in ("first_day", "last_day"):
        if key in changed and getattr(record, key) not in (None, day):
            errors.setdefault(key, _("The day is that of the times."))
        setattr(record, key, day)
    if table.day_at(times[-1]) != day or times[-1] < times[0]:
        errors.setdefault("gone", _("Both times belong to one day, the second after the first."))
    elif times[-1] > clock.now():
        errors.setdefault("gone" if record.gone else "came", _("This time has not come yet."))


def day_of(moment: datetime) -> date:
    """The company's day of an instant."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def halves(record: Any) -> Iterator[tuple[date, str]]:
    """Each half of a day that a leave covers, whatever day it is."""
    if record.sort != SORT.id("leave") or record.first_day is None or record.last_day is None:
        return
    for n in range((record.last_day - record.first_day).days + 1):
        day = record.first_day + timedelta(days=n)
        if not (day == record.first_day and record.first_part == PART.id("pm")):
            yield day, "am"
        if not (day == record.last_day and record.last_part == UNTIL.id("am")):
            yield day, "pm"


def counted(record: Any) -> Decimal:
    """Days by halves; weekends and holidays count only for kinds of which the law says so."""
    table, kind = hours.of(record.owner_id), KIND.by_id(record.kind)
    whole = kind is not None and bool(kind.extra.get("all_days"))
    return Decimal(sum(1 for day, _half in halves(record) if whole or table.works(day))) / 2


def agreed(people: Sequence[int], first: date, last: date) -> dict[tuple[int, date], set[str]]:
    """Which halves these people are away by agreement: for judging days, never shown as such."""
    rows = ENTITY.rows(SYSTEM).filter(owner__in=people, state=STATE.id("agreed"), first_day__lte=last, last_day__gte=first)
    found: dict[tuple[int, date], set[str]] = {}
    for row in rows:
        for day, half in halves(row):
            found.setdefault((row.owner_id, day), set()).add(half)
    return found


def may_ask(record: Any) -> bool:
    """Whether whoever makes this request may: for himself, or for a colleague about whom he decides."""
    if record.created_by_id in (None, record.owner_id):
        return True
    who = actors.by_id(record.created_by_id)
    arms, owner = who.arms(ENTITY.key, "decide"), directory.colleagues(who).get(record.owner_id)
    if owner is None:
        return False
    led = "reports" in arms and owner.id in who.reports
    return bool(arms & {"all", "company"}) or led or owner.department in who.branches(ENTITY.key, "decide")


def decide(ids: Sequence[int], state: str, values: dict[str, Any], *, actor: Actor, door: str) -> Outcome:
    """Agree or refuse: whoever may decide, of requests of others that nobody has decided. Raises Invalidated."""
    answer = _said(values.get("answer"))
    if state == "refused" and not answer:
        raise Invalidated({"answer": _("Say why, so that your colleague knows what to do.")})
    outcome = Outcome()
    with unit(actor, door, verb="agree" if state == "agreed" else "refuse"):
        rows = {r.id: r for r in ENTITY.rows(actor, "decide").select_for_update(of=("self",)).filter(id__in=list(ids)).order_by("id")}
        for number in ids:
            row = rows.get(number)
            if row is None or row.owner_id == actor.id:
                outcome.refused[number] = {"": _("Nobody decides about himself, nor about people who are not under him.")}
            elif row.state != STATE.id("sent"):
                outcome.refused[number] = {"": _("This has been decided already.")}
            else:
                done = {"state": STATE.id(state), "decided_by": actor.id, "decided_at": clock.now(), "answer": answer}
                outcome.written[number] = write.decide((ENTITY, number), done, actor=actor, door=door)
                _effect(outcome.written[number], actor=actor, door=door)
    return outcome


def _said(text: Any) -> str:
    return " ".join(str(text or "").replace("\x00", "").split())[:300]


def withdraw(ids: Sequence[int], why: str = "", *, actor: Actor, door: str) -> Outcome:
    """Take one's own back, as long as it waits or has not begun."""
    outcome = Outcome()
    done = {"state": STATE.id("withdrawn"), **({"answer": said} if (said := _said(why)) else {})}
    with unit(actor, door, verb="withdraw"):
        rows = {r.id: r for r in ENTITY.rows(actor, "edit").select_for_update(of=("self",)).filter(id__in=list(ids), owner=actor.id)}
        for number in ids:
            row = rows.get(number)
            ahead = row is not None and row.first_day is not None and row.first_day > clock.today()
            if row is None or not (row.state == STATE.id("sent") or (row.state == STATE.id("agreed") and ahead)):
                outcome.refused[number] = {"": _("This cannot be withdrawn any more.")}
            else:
                outcome.written[number] = write.decide((ENTITY, number), done, actor=actor, door=door)
    return outcome


def _effect(row: Any, *, actor: Actor, door: str) -> None:
    """A forgotten press is entered; days that have been judged are judged anew."""
    if row.state != STATE.id("agreed") or row.owner_id is None:
        return
    if row.sort == SORT.id("missed"):
        clocking.enter(row.owner_id, row.first_day, {"came": row.came, "gone": row.gone}, actor=actor, door=door)
    else:
        clocking.judge_again(row.owner_id, row.first_day, row.last_day, actor=actor, door=door)

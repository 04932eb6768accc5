"""What the pages of an import show: figures, a page of plan rows, steps and the words for states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.surfaces.exchange.cells import as_text
from guanxi.surfaces.exchange.importing import committing, report, targets, within
from guanxi.surfaces.exchange.models import ImportRow, ImportRun

PAGE = 50
#: Results of rows that are not done.
WAITING = ("", within.LATER)
TONES = {
    "create": "g",
    "update": "b",
    "child": "v",
    "skip": "",
    "error": "r",
    "created": "g",
    "updated": "b",
    "sent": "a",
    "changed": "a",
    "kept": "a",
}


def word_of(code: str) -> str:
    """An action or result in words."""
    return {
        "create": _("To create"),
        "update": _("To update"),
        "child": _("Only adds below"),
        "skip": _("Skipped"),
        "error": _("Error"),
        "created": pgettext("row", "Created"),
        "updated": pgettext("row", "Updated"),
        "sent": _("Sent for review"),
        "skipped": _("Skipped"),
        "changed": _("Changed meanwhile"),
        "undone": _("Taken back"),
        "kept": _("Kept"),
        "waiting": _("Not done"),
    }.get(code, code)


def state_of(run: ImportRun) -> str:
    """The state of a run in words."""
    return {
        "draft": _("Draft"),
        "planning": _("Preview is being made"),
        "planned": _("Ready to import"),
        "committing": _("Importing"),
        "done": _("Imported"),
        "cancelled": _("Cancelled"),
        "undoing": _("Being taken back"),
        "undone": _("Taken back"),
    }.get(run.state, run.state)


def steps(state: str, unknown: int) -> list[dict[str, Any]]:
    """The wizard's line of steps."""
    names = [_("File"), _("Match columns"), _("Preview"), _("Import")]
    at = {"draft": 0, "mapping": 1, "planning": 2, "planned": 2}.get(state, 3)
    return [{"label": name, "done": place < at or state in ("done", "undone"), "on": place == at} for place, name in enumerate(names)]


class Shown:
    """A run as its pages see it."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run, self.actor = run, actor
        self.entity: Entity = registry.get(run.entity)
        self.goals = targets.targets(self.entity, actor)
        self.reader = Reader(actor)

    @property
    def state(self) -> str:
        return state_of(self.run)

    def tally(self) -> list[dict[str, Any]]:
        """Figures with the filter that each stands for."""
        ended = bool(self.run.commit_jobs)
        column = "result" if ended else "action"
        rows = ImportRow.objects.filter(run=self.run)
        if ended:
            rows = rows.exclude(result__in=WAITING)
        found = dict(rows.values_list(column).annotate(n=Count("id")).order_by())
        if ended:
            planned = ImportRow.objects.filter(run=self.run, result__in=WAITING).values_list("action").annotate(n=Count("id")).order_by()
            for action, number in planned:
                code = action if action in ("skip", "error") else "waiting"
                found[code] = found.get(code, 0) + number
        order = [
            "create",
            "created",
            "update",
            "updated",
            "sent",
            "child",
            "undone",
            "kept",
            "changed",
            "error",
            "waiting",
            "skip",
            "skipped",
        ]
        return [{"code": c, "label": word_of(c), "count": f"{found[c]:,}", "tone": TONES.get(c, "")} for c in order if found.get(c)]

    def refused(self) -> bool:
        """Whether there are rows to correct."""
        return bool(report.refused(self.run).exists())

    def writes(self) -> int:
        """Rows that the commit would write."""
        return int(committing.outstanding(self.run).count())

    def written(self) -> bool:
        """Whether anything is in that could be taken back."""
        return ImportRow.objects.filter(run=self.run, result__in=("created", "updated")).exists()

    def below(self) -> list[str]:
        """Records below the imported ones, such as 1,206 contacts."""
        names = {back: child.label_plural for back, child, _via in targets.children(self.entity, self.actor)}
        return [f"{names[k]} {n:,}" for k, n in self.run.counts.items() if k in names]

    def columns(self) -> list[tuple[int, str]]:
        """(column, field) of the mapped columns, the first eight."""
        pairs = sorted((int(i), k) for i, k in self.run.mapping.items() if k in self.goals)
        return [(i, self.goals[k].label) for i, k in pairs][:8]

    def cell(self, row: ImportRow, index: int) -> str:
        """A cell as it came."""
        return as_text(row.cells[index])[:120] if index < len(row.cells) else ""

    def changes(self, row: ImportRow) -> list[tuple[str, str]]:
        """(field, new value) of an update."""
        found = []
        for key, value in row.values.items():
            bound = self.entity.fields.get(key)
            if bound is not None and row.action == "update":
                found.append((str(bound.label), self._text(bound, value)))
        return found

    def _text(self, bound: Any, value: Any) -> str:
        if isinstance(value, dict):
            return str(value.get("new") or value.get("row", ""))
        if value in (None, "", []):
            return "—"
        try:
            return str(bound.kind.text(bound.kind.parse(value, self.reader), self.reader))
        except ValueError:
            return str(value)

    def mark(self, row: ImportRow) -> tuple[str, str]:
        """(words, tone) of what will be or has become of a row."""
        code = (row.result if row.result not in WAITING else "") or (
            row.action if not self.run.commit_jobs or row.action in ("skip", "error") else "waiting"
        )
        return word_of(code), TONES.get(code, "")


@dataclass(frozen=True)
class RowsPage:
    """Some rows of a plan, and where the next ones begin."""

    rows: list[ImportRow]
    show: str
    next: int | None


def rows_page(run: ImportRun, show: str, after: str) -> RowsPage:
    """Rows after a row number, all or those with one action or result."""
    rows = ImportRow.objects.filter(run=run)
    if show == "waiting":
        rows = rows.filter(result__in=WAITING).exclude(action__in=("skip", "error"))
    elif show in ("create", "update", "child", "skip", "error"):
        rows = rows.filter(action=show) | (rows.filter(result="error") if show == "error" else rows.none())
    elif show:
        rows = rows.filter(result=show)
    number = whole(after)
    if number is not None:
        rows = rows.filter(number__gt=number)
    found = list(rows.order_by("number")[: PAGE + 1])
    return RowsPage(found[:PAGE], show, found[PAGE - 1].number if len(found) > PAGE else None)

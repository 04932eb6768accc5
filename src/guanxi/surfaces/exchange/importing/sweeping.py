"""Plans and files of imports are kept for a month, drafts for two days; the run itself stays."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from guanxi.surfaces.exchange.importing import opening
from guanxi.surfaces.exchange.models import ImportClaim, ImportRow, ImportRun

KEPT, DRAFTS_KEPT = timedelta(days=30), timedelta(days=2)


def sweep() -> int:
    """Remove what is old; returns how many runs were emptied or dropped."""
    now = timezone.now()
    old = ImportRun.objects.filter(created_at__lt=now - KEPT, rows__isnull=False).distinct()
    drafts = ImportRun.objects.filter(state__in=("draft", "planned"), created_at__lt=now - DRAFTS_KEPT)
    count = 0
    for run in [*old, *drafts]:
        opening.discard(run)
        ImportClaim.objects.filter(run=run).delete()
        ImportRow.objects.filter(run=run).delete()
        count += 1
    drafts.delete()
    return count

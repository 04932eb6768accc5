"""A letter to who answers for a form when something waits for him; one, however much comes after it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from guanxi.surfaces import letters
from guanxi.surfaces.collecting.models import CollectForm, Submission


def waits(form: CollectForm) -> None:
    """Something has begun to wait. In the transaction of that; what waits already has been told."""
    if letters.possible() and form.person.email and Submission.objects.filter(form=form, state="waiting")[:2].count() == 1:
        letters.later("collected", form=form.pk)


@letters.writer("collected")
def write(form: int) -> None:
    """That there is something, not what."""
    row = CollectForm.objects.select_related("person").filter(pk=form, person__is_active=True).exclude(person__email="").first()
    if row is not None:
        name = row.name
        letters.send(
            row.person,
            row.person.email,
            lambda: (
                _("The form “%(name)s” has received something that waits for you") % {"name": name},
                [_("No record could be made of it yet. Look what stands in the way, then try again or dismiss it.")],
                _("Look at it"),
                "/collected/?only=waiting",
            ),
        )


__all__ = ["waits", "write"]

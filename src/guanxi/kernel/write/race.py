"""A lost race for a unique value, or for what a constraint guards, becomes the refusal that the check before would have given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError
from django.utils.translation import gettext as _

from guanxi.kernel import own_unique
from guanxi.kernel.entity import Entity
from guanxi.kernel.write.errors import Invalidated


@contextmanager
def lost_is_refused(entity: Entity) -> Iterator[None]:
    """Raises Invalidated where the database found something taken between the check and the save."""
    try:
        yield
    except (IntegrityError, psycopg.IntegrityError) as error:  # the latter from COPY, which Django does not wrap
        for unique in entity.unique:
            if f"{unique.field[:14]}_unique" in str(error):
                label = entity.fields[unique.field].label
                message = _("“%(field)s” was taken by somebody else this very moment.") % {"field": label}
                raise Invalidated({unique.field: message}) from error
        for field in own_unique.fields(entity):
            if f"own_{field.key}_unique" in str(error):
                message = _("“%(field)s” was taken by somebody else this very moment.") % {"field": field.label}
                raise Invalidated({field.key: message}) from error
        if messages := entity.broken(error):
            raise Invalidated(messages) from error
        raise

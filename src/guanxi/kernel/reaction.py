"""A nod under a remark: one of a few signs, of whoever may read the remark."""

from __future__ import annotations

from django.db import models


class Reaction(models.Model):
    """A person's sign under a comment; each sign once a person."""

    id = models.BigAutoField(primary_key=True)
    comment = models.BigIntegerField()
    person = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person", "kind"], name="reaction_once")]

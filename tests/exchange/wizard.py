"""One file on its way through the pages of the wizard, as a person goes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client

from guanxi.org import actors
from guanxi.surfaces.exchange.importing import words
from guanxi.surfaces.exchange.models import ImportRun
from tests.exchange.company import upload, work


class Walk:
    """One file on its way through the pages of the wizard."""

    def __init__(self, client: Client, slug: str, path: Path) -> None:
        self.client = client
        answer = client.post(f"/{slug}/import/", {"file": upload(path)})
        assert answer.status_code == 302, answer.content.decode()
        self.url = answer["Location"]

    @property
    def run(self) -> ImportRun:
        return ImportRun.objects.get(pk=self.url.rstrip("/").rsplit("/", 1)[1])

    def map(self, **more: Any) -> None:
        """Take what is proposed, and `more`."""
        form = {f"c{column}": key for column, key in self.run.mapping.items()}
        options = {"match": self.run.options["match"], "policy": "skip"}
        assert self.client.post(f"{self.url}plan/", {**form, **options, **more}).status_code == 302
        work()

    def asked(self) -> dict[str, dict[str, int]]:
        return self.run.unknown

    def answer(self, **by_field: dict[str, str]) -> None:
        """Answer each word; `all` is the answer for the rest, and `this:` a record that was searched."""
        form = {"plan": str(self.run.plan_job)}
        page = self.client.get(self.url).content.decode()
        for question in words.questions(self.run, actors.by_id(self.run.actor_id)):
            said = by_field.get(question.target.key, {})
            form[f"{question.target.key}:all"] = said.get("all", "")
            for number, word in enumerate(question.words):
                assert f'name="{question.target.key}:{number}"' in page
                answer = said.get(word.text, "")
                place = f"{question.target.key}:{number}"
                form[f"{place}:this" if answer.startswith("this:") else place] = answer.removeprefix("this:")
        assert self.client.post(f"{self.url}words/", form).status_code == 302
        work()

    def commit(self) -> None:
        self.client.post(f"{self.url}commit/")
        work()
        assert self.client.get(self.url).status_code == 200

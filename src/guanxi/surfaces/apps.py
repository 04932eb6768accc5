"""The surfaces app: what is derived and seen."""

from django.apps import AppConfig


class SurfacesConfig(AppConfig):
    """Saved views, imports and the pages themselves."""

    name = "guanxi.surfaces"
    label = "surfaces"

    def ready(self) -> None:
        from guanxi.kernel import install
        from guanxi.kernel.write import (
            forgetting,
            repointing,
            titles,  # noqa: F401 - proposed titles go along with a field
        )
        from guanxi.surfaces import following  # noqa: F401 - what is kept here goes along with a field
        from guanxi.surfaces.channels import receipts
        from guanxi.surfaces.channels import shelf as channels
        from guanxi.surfaces.channels.models import Message
        from guanxi.surfaces.collecting import following as asked  # noqa: F401 - and what collection forms ask
        from guanxi.surfaces.collecting import settling
        from guanxi.surfaces.collecting import shelf as answering
        from guanxi.surfaces.exchange.importing import erasing
        from guanxi.surfaces.prints import following as tags  # noqa: F401 - so do the tags of prints
        from guanxi.surfaces.prints import shelf, starting
        from guanxi.surfaces.shape import parts  # noqa: F401 - sections of the file of the shape
        from guanxi.surfaces.texts import following as ready  # noqa: F401 - and those of texts
        from guanxi.surfaces.texts import shelf as texts

        forgetting.FURTHER += [erasing.empty, settling.empty, receipts.empty]
        repointing.ATTACHED["messages"] = repointing.Attached(Message)
        repointing.ATTACHED["addressed"] = repointing.Attached(Message, "whose", "whose_record")
        install.STEPS += [shelf.watch, texts.watch, starting.provide, answering.watch, channels.watch]

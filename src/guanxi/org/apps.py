"""The org app: supplies people and departments to the kernel."""

from __future__ import annotations

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """Registers the directory once models are loaded."""

    name = "guanxi.org"
    label = "org"

    def ready(self) -> None:
        from guanxi.kernel import deciding, directory, install, titles
        from guanxi.kernel.write import entities, retyping
        from guanxi.org import deciders, operations, origins, presets, roles  # noqa: F401 - origins brings a check
        from guanxi.org.directory import Directory, closed_to_some

        directory.register(Directory())
        deciding.answer_with(deciders.who)
        titles.closed_by(closed_to_some)
        retyping.followed_by(roles.follow)
        entities.followed_by(presets.provide)
        install.STEPS += [presets.watch, presets.sync, operations.watch]

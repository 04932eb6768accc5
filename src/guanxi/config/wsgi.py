"""The application that the web server loads."""

import os
from threading import Thread

from django.core.wsgi import get_wsgi_application

from guanxi.config import collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")

application = get_wsgi_application()


def _warm() -> None:
    """Load the dictionaries of pinyin, phones and regions, for which the first save of a process would wait a second."""
    from guanxi.kernel.china import regions, tokens

    tokens.index({"name": "关系", "phone": "13800000000"})
    regions.find("浙江")
    collector.settle()


Thread(target=_warm, name="warm", daemon=True).start()

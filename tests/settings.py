"""Settings of the tests: a data folder and a careless database of their own, and cheap password hashes."""

import os
from pathlib import Path

os.environ["GUANXI_DATA"] = str(Path(__file__).resolve().parent.parent / "var" / "test")
os.environ["GUANXI_AS_OWNER"] = "1"
os.environ["GUANXI_API_RATE"] = "0"  # tests ask faster than any program

from guanxi.config.settings import *  # noqa: F403
from guanxi.config.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # look a static file up when it is asked for instead of reading them all at start
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = 0

# The browser's driver keeps an event loop in the thread of the tests; nothing here runs on it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

"""Django's settings. What may differ between installations comes from `environment`; the rest is decided here."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from guanxi.config import database, keys, mail
from guanxi.config.environment import Environment, present, whole_number, words
from guanxi.config.logs import logging_settings

ENVIRONMENT = Environment()
PACKAGE = Path(__file__).resolve().parent.parent
DATA = ENVIRONMENT.data

DEBUG = ENVIRONMENT.debug
SECRET_KEY = keys.key(DATA, keys.SIGNING)
GUANXI_FIELD_KEY = keys.key(DATA, keys.FIELDS)

# ── What is installed, in this order: a foreign key points to an earlier area ──
AREAS = ("guanxi.people", "guanxi.customers", "guanxi.catalog", "guanxi.sales", "guanxi.activity", *words("GUANXI_EXTRA_AREAS"))


INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    *(area for area in ("guanxi.kernel", "guanxi.org", "guanxi.surfaces", *AREAS, "guanxi.demo") if present(f"{area}.apps")),
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "guanxi.config.urls"
WSGI_APPLICATION = "guanxi.config.wsgi.application"

# ── People ──
if "guanxi.org" in INSTALLED_APPS:
    AUTH_USER_MODEL = "org.User"
    AUTHENTICATION_BACKENDS = ["guanxi.org.backend.LoginBackend"]
GUANXI_DEPARTMENT_MODEL = "org.Department"
GUANXI_POOL_MODEL = "customers.Pool"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("login", "name")}),
    )
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "guanxi.org.passwords.NotTheDemoPassword", "OPTIONS": {}})
# Of allauth only the second factors, behind pages of our own: see docs/decisions/0010-sign-in.md.
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
MFA_ADAPTER = "guanxi.org.factors.Adapter"
MFA_TOTP_ISSUER = "Guanxi"
MFA_TOTP_TOLERANCE = 1
# Without a PIN, a finger or a face a stolen stick would be as good as its owner.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
SESSION_ENGINE = "guanxi.org.sessions"
SESSION_COOKIE_NAME = "guanxi_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "guanxi_csrf"
CSRF_FAILURE_VIEW = "guanxi.surfaces.pages.errors.forged"

# ── Language and time ──
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "guanxi_language"
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# ── Pages ──
MIDDLEWARE = [
    "guanxi.config.request_id.RequestIdMiddleware",
    "guanxi.config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guanxi.config.content_policy.ContentPolicyMiddleware",
    "guanxi.config.device.DeviceMiddleware",
    "guanxi.config.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    *(["guanxi.org.middleware.ActorMiddleware"] if present("guanxi.org.middleware") else []),
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "surfaces" / "ui" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "guanxi.surfaces.ui.environment.environment"},
    }
]
if not present("guanxi.surfaces.ui.environment"):
    TEMPLATES = []
STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in (PACKAGE / "surfaces" / "ui" / "static",) if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "guanxi.config.static.VersionedStaticFiles"},
}
# The build compresses its files and they are served from the package as they are; their addresses name their content.
WHITENOISE_MAX_AGE = 0 if DEBUG else 365 * 24 * 3600
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_]{8,}\.[a-z0-9]+$"
MEDIA_ROOT = DATA / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# ── Database, cache, jobs ──
DATABASES = {"default": database.connection(ENVIRONMENT)}
# The role that owns the tables: jobs that build indexes ask by it, nothing else does.
GUANXI_OWNER_AUTH_URL = database.owner_url(ENVIRONMENT)
# The role that DATABASE_URL names, to which the kernel's SQL grants what the app may do.
GUANXI_APP_ROLE = database.parse(database.app_url(ENVIRONMENT))["USER"]
CACHES = {
    # For what every process may compute for itself.
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # For what processes must agree on.
    "shared": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"},
}

# ── Safety ──
ALLOWED_HOSTS = list(ENVIRONMENT.hosts) or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ENVIRONMENT.hosts] if ENVIRONMENT.https else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.https else 0
SECURE_SSL_REDIRECT = ENVIRONMENT.https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
#: Requests a minute that the API answers to one token; 0: as many as come.
GUANXI_API_RATE = whole_number("GUANXI_API_RATE", 1_000)
#: Hosts inside that webhooks may call, as they stand in an address; all others must be public and answer by https.
GUANXI_WEBHOOK_HOSTS = words("GUANXI_WEBHOOK_HOSTS")
GUANXI_TRUSTED_PROXY = ENVIRONMENT.trusted_proxy
if GUANXI_TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
#: A table of addresses and places, by which people recognise where a sign-in came from.
GUANXI_IP_FILE = Path(ENVIRONMENT.ip_file).expanduser().resolve() if ENVIRONMENT.ip_file else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = [
    # http on one's own machine is a choice: GUANXI_HTTPS=1 turns on the cookies, the redirect and HSTS together.
    "security.W004",
    "security.W008",
    "security.W012",
    "security.W016",
]

# ── Mail ──
globals().update(mail.settings_of(ENVIRONMENT.mail_url))
GUANXI_MAIL, GUANXI_URL = bool(ENVIRONMENT.mail_url), ENVIRONMENT.url
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from or f"Guanxi <guanxi@{urlsplit(GUANXI_URL).hostname or 'localhost'}>"
PASSWORD_RESET_TIMEOUT = 30 * 60

LOGGING = logging_settings(level=ENVIRONMENT.log_level)

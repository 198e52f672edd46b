"""Django settings: one file, every value from the environment with a safe default."""

import os

from catalog import embedded
from catalog.environment import (
    BASE,
    choice,
    database,
    flag,
    folder,
    folders,
    secret_key,
    words,
)

PRODUCTION = flag("KULESHOV_PRODUCTION")
DEBUG = False
VAR = folder("KULESHOV_VAR", BASE / "var")
SECRET_KEY = secret_key(VAR / "secret_key", production=PRODUCTION)
ALLOWED_HOSTS = words(
    "ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]"
)
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

# Where files lie. Sources stay where they are; only derived files are ours.
MEDIA_ROOT = folder("KULESHOV_MEDIA", VAR / "media")
# Set to nginx's internal location of MEDIA_ROOT to have nginx send the files.
ACCEL_PREFIX = os.environ.get("KULESHOV_ACCEL_PREFIX", "")
UPLOAD_ROOT = folder("KULESHOV_UPLOADS", VAR / "uploads")
WEIGHTS_ROOT = folder("KULESHOV_WEIGHTS", VAR / "weights")
SAMPLES_ROOT = folder("KULESHOV_SAMPLES", VAR / "samples")
IMPORT_ROOTS = (
    folders("IMPORT_ROOTS") or []
    if PRODUCTION
    else [*folders("IMPORT_ROOTS"), SAMPLES_ROOT]
)
UPLOAD_LIMIT_BYTES = int(os.environ.get("KULESHOV_UPLOAD_LIMIT", "21474836480"))
# Refuse new work below this much free space: a full disk stops PostgreSQL itself.
FREE_DISK_BYTES = int(os.environ.get("KULESHOV_FREE_DISK", "2147483648"))
# Production refuses to decode outside bubblewrap unless the operator says so.
REQUIRE_BUBBLEWRAP = PRODUCTION and not flag("KULESHOV_ALLOW_PLAIN_SANDBOX")
FILE_UPLOAD_TEMP_DIR = str(UPLOAD_ROOT) if UPLOAD_ROOT.is_dir() else None

INSTALLED_APPS = [
    "catalog",
    "catalog.apps.CatalogAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "catalog.htmx.PageLoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "catalog.urls"
WSGI_APPLICATION = "catalog.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Databases and broker: servers when named, else the embedded ones in var/.
DATABASE_URL = os.environ.get("DATABASE_URL") or embedded.database_url(VAR)
DATABASES = {
    "default": {
        **database(DATABASE_URL, os.environ.get("KULESHOV_DATABASE_NAME")),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = os.environ.get("BROKER_URL") or embedded.broker_url(VAR)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": os.environ.get("KULESHOV_QUEUE_PREFIX", "kuleshov."),
    # Longer than any job: the job row, not the broker, decides what is lost.
    "visibility_timeout": 24 * 3600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    # On the interactive queue: the default one may be busy with films for hours.
    "sweep-jobs": {
        "task": "pipelines.sweep_jobs",
        "schedule": 5.0,
        "options": {"queue": "interactive", "expires": 5},
    },
    "look-for-sources": {
        "task": "pipelines.look_for_sources",
        "schedule": 300.0,
        "options": {"queue": "interactive", "expires": 300},
    },
    "clear-leftovers": {
        "task": "pipelines.clear_leftovers",
        "schedule": 3600.0,
        "options": {"queue": "interactive", "expires": 3600},
    },
}
CELERY_TIMEZONE = "UTC"

# Length of a proxy segment: what a killed decode has to do again at most.
PROXY_SEGMENT_SECONDS = float(os.environ.get("KULESHOV_SEGMENT_SECONDS", "60"))
# Lines of the picture that is delivered: how far a source may be enlarged depends on it.
DELIVERY_HEIGHT = int(os.environ.get("KULESHOV_DELIVERY_HEIGHT", "1080"))
TORCH_THREADS = int(os.environ.get("KULESHOV_TORCH_THREADS", "1"))
# auto: the network where the worker has a GPU; on a processor it costs more than all else.
SHOT_DETECTOR = choice(
    "KULESHOV_SHOT_DETECTOR", ("auto", "adaptive", "transnetv2"), default="auto"
)

# Leases: a worker renews every BEAT seconds; silent for LEASE seconds means dead.
JOB_LEASE_SECONDS = float(os.environ.get("KULESHOV_JOB_LEASE", "15"))
JOB_BEAT_SECONDS = JOB_LEASE_SECONDS / 3
JOB_ATTEMPTS = 3

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without a collected tree (tests, a plain runserver) whitenoise asks the finders.
WHITENOISE_USE_FINDERS = not PRODUCTION

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = not flag("KULESHOV_PLAIN_HTTP")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # The containers' own health checks speak plain http inside.
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "catalog.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Default deny: viewers read, editors write, whatever a view forgets to say.
    "DEFAULT_PERMISSION_CLASSES": ["catalog.api.permissions.ViewersReadEditorsWrite"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "catalog.api.paging.Cursor",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},
    "EXCEPTION_HANDLER": "catalog.api.errors.one_sentence",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kuleshov",
    "DESCRIPTION": "Titles, match cuts, bins and searches. See docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["catalog.api.permissions.ViewersReadEditorsWrite"],
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
}

TEST_RUNNER = "tests.runner.KuleshovRunner"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("KULESHOV_LOG", "INFO")},
    "loggers": {"axes": {"level": "WARNING"}},  # it greets at every start
}

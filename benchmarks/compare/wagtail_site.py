"""The page as Wagtail serves it, with or without wagtail-personalisation and so many segments, over ASGI and SQLite.

Runs in an environment of its own; it imports nothing of ours. `--prepare` makes the database that all variants begin
with; each then serves a copy of it.
"""

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

import django
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.urls import include, re_path

urlpatterns: list[Any] = []
_APPS = (
    "wagtail.users",
    "wagtail.images",
    "wagtail.documents",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail",
    "wagtail_modeladmin",
    "wagtailfontawesomesvg",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
)
_MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
_VISITORS = 50


def configure(folder: Path, *, database: str, personal: bool) -> None:
    """Django as a small site has it: sessions in the database, one SQLite file that stays open."""
    settings.configure(
        SECRET_KEY="a key for benchmarks, used nowhere else",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[*(["wagtail_personalisation"] if personal else []), *_APPS],
        MIDDLEWARE=_MIDDLEWARE,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(folder / "templates")],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(folder / database),
                "CONN_MAX_AGE": None,
                "OPTIONS": {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
            }
        },
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        WAGTAIL_SITE_NAME="The benchmark's site",
        WAGTAILADMIN_BASE_URL="http://127.0.0.1",
        STATIC_URL="/static/",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    from wagtail import urls

    urlpatterns.append(re_path(r"", include(urls)))


def prepare(folder: Path, page: Path) -> None:
    """Tables, the page's text as a template, and visitors with a session each, their cookies in a file."""
    template = folder / "templates" / "wagtailcore" / "page.html"
    template.parent.mkdir(parents=True)
    template.write_text(page.read_text())
    call_command("migrate", verbosity=0)
    from django.contrib.sessions.backends.db import SessionStore
    from wagtail.models import Page

    Page.objects.get(depth=2).add_child(title="The page", slug="static10")
    cookies = []
    for _ in range(_VISITORS):
        session = SessionStore()
        session["segments"] = []
        session.create()
        cookies.append(f"sessionid={session.session_key}")
    (folder / "cookies").write_text("\n".join(cookies) + "\n")


def add_segments(count: int) -> None:
    """Segments of one rule each, kinds in turn; half of them hold for who asks."""
    from wagtail_personalisation import models, rules

    for number in range(count):
        segment = models.Segment.objects.create(name=f"Segment {number}")
        match number % 4:
            case 0:
                rules.DeviceRule.objects.create(segment=segment, desktop=True)
            case 1:
                rules.ReferralRule.objects.create(segment=segment, regex_string=f"partner-{number}")
            case 2:
                rules.QueryRule.objects.create(segment=segment, parameter="variant", value=f"v-{number}")
            case _:
                rules.UserIsLoggedInRule.objects.create(segment=segment, is_logged_in=False)


def serve(folder: Path, options: argparse.Namespace) -> None:
    """One variant on a copy of the database."""
    name = f"segments-{options.segments}.sqlite3"
    shutil.copy(folder / "prepared.sqlite3", folder / name)
    configure(folder, database=name, personal=options.segments >= 0)
    if options.segments > 0:
        add_segments(options.segments)
    os.sched_setaffinity(0, {options.cpu})
    uvicorn.run(get_asgi_application(), port=options.port, log_level="warning", access_log=False, lifespan="off")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--prepare", type=Path, metavar="PAGE", help="make the database, then end")
    parser.add_argument("--segments", type=int, default=-1, help="-1: without wagtail-personalisation")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--cpu", type=int, default=0)
    options = parser.parse_args()
    if options.prepare:
        configure(options.folder, database="prepared.sqlite3", personal=True)
        prepare(options.folder, options.prepare)
    else:
        serve(options.folder, options)


if __name__ == "__main__":
    main()

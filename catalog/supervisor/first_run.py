"""What has to be there before anything is served: tables, weights, artwork, samples, an account."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connections

from catalog.environment import BASE
from catalog.supervisor.commands import module_command
from catalog.supervisor.household import Household

ADMIN_NAME = "admin"
CLIPS = BASE / "mlcore" / "videomae" / "weights" / "clips.safetensors"
"""As `pipelines.retraining.shipped` has it; without it there is nothing to set up."""


def prepare(household: Household, say: Callable[[str], None]) -> str | None:
    """Do every step that is still to do; return the administrator's password if just made.

    Raises StepFailedError, or what a migration raises, with the reason.
    """
    say("Preparing the database ...")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    password = create_admin()
    if password:
        say(f"Made the account {ADMIN_NAME}, password {password}")
    # The connection would only grow old while we watch over the others.
    connections.close_all()
    for what, folder in (
        ("weights", settings.WEIGHTS_ROOT),
        ("artwork", settings.WEIGHTS_ROOT),
        ("samples", settings.SAMPLES_ROOT),
    ):
        say(f"Placing the {what} in {folder} ...")
        words = (f"pipelines.{what}", "--folder", str(folder))
        household.attend(module_command(*words))
    say("Listing the editing components ...")
    household.attend(module_command("pipelines.components"))
    if CLIPS.is_file():
        say("Setting the clip encoder up ...")
        household.attend(module_command("pipelines.retraining"))
    return password


def create_admin() -> str | None:
    """Make the first administrator with a random password; None when there is one."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    admin = users.create_superuser(ADMIN_NAME, password=password)
    admin.groups.set(Group.objects.filter(name="admin"))
    return password

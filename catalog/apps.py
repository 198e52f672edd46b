from django.apps import AppConfig
from django.contrib.admin import apps as admin

# post_migrate, not a data migration: a test's flush empties what migrations wrote.
from django.db.models.signals import post_migrate  # noqa: TID251


class CatalogConfig(AppConfig):
    """The one app."""

    name = "catalog"

    def ready(self) -> None:
        """Have the groups written after every migrate and flush."""
        post_migrate.connect(_write_groups, sender=self)


class CatalogAdminConfig(admin.AdminConfig):
    """Django's admin with a site of our own."""

    default = (
        False  # of this module's two, `CatalogConfig` is the one meant by "catalog"
    )
    default_site = "catalog.admin_site.KuleshovAdminSite"


def _write_groups(**_kwargs: object) -> None:
    from django.contrib.auth.models import Group  # noqa: PLC0415  apps are loaded now

    from catalog.models.productions import GROUPS  # noqa: PLC0415

    for name in GROUPS:
        Group.objects.get_or_create(name=name)

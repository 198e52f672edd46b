"""The admin, open to the admin group as well as to staff."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from catalog.models.productions import sees_everything


class KuleshovAdminSite(AdminSite):
    """Lets in who sees everything; what they may change is each model's word."""

    site_header = site_title = "Kuleshov"
    index_title = "Admin"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in superusers, staff and the admin group."""
        return super().has_permission(request) or sees_everything(request.user)

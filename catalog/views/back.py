from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that a form was sent from, if it says so and tells the truth."""
    here = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        here, {request.get_host()}, require_https=request.is_secure()
    )
    return here if ours else otherwise

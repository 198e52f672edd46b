"""Chains: rules in the address, a search by a worker, strips of stills, kept as a bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from catalog.chains import ChainForm, KeepForm, chains_of, connected, cuts_by_key
from catalog.htmx import PageRequest, render_part
from catalog.models import Bin
from catalog.models.productions import may_edit
from catalog.services import Refused, ask_chains, keep_chain, make_bin
from catalog.views.access import editors_post
from catalog.views.back import way_back

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_safe
def chains(request: PageRequest) -> HttpResponse:
    """The rules; once they are given, the search's progress and then what it found."""
    asked = "length" in request.GET
    form = ChainForm(request.GET if asked else None, user=request.user)
    job = None
    if asked and form.is_valid() and request.method == "GET":
        job = ask_chains(form.wanted(), by=request.user)
    done = job is not None and job.state == job.State.DONE
    context = {
        "form": form,
        "job": job,
        "chains": chains_of(job, request.user) if job is not None and done else [],
        "done": done,
        "here": request.get_full_path(),
        "keep": KeepForm(user=request.user),
        "may_edit": may_edit(request.user),
    }
    status = 202 if job is not None and not job.is_over else 200
    return render_part(request, "chains.html", context, part="found", status=status)


@editors_post
def keep(request: PageRequest) -> HttpResponse:
    """Put the cuts of a chain into a bin; a new name makes one."""
    form = KeepForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, "Name a bin and a production for the chain.")
        return redirect(way_back(request, "chains"))
    keys = [int(key) for key in form.cleaned_data["pairs"].split(",")]
    known = cuts_by_key(set(keys), request.user)
    cuts = [known[key] for key in keys if key in known]
    if len(cuts) < len(keys) or not connected(cuts):
        raise Http404
    production, name = form.cleaned_data["production"], form.cleaned_data["name"]
    try:
        kept_in = Bin.objects.filter(production=production, name=name).first()
        kept_in = kept_in or make_bin(production, name, user=request.user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(way_back(request, "chains"))
    many = keep_chain(kept_in, cuts, user=request.user)
    messages.success(request, f"{many} cuts are in the bin {kept_in}.")
    return redirect(way_back(request, "chains"))

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.chains import Chain, ChainForm, ChainShot, chains_of
from catalog.commands import Document, JsonCommand, find_title
from catalog.models import Bin, Job, Production
from catalog.services import Refused, ask_chains, keep_chain, make_bin
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser

NUMBERS = {
    "length": (int, 4, "shots of a chain, 3 to 12"),
    "top": (int, 10, "chains at most"),
    "min-score": (float, None, "lowest score of a cut"),
    "min-seconds": (float, None, "seconds of a chain at least"),
    "max-seconds": (float, None, "and at most"),
    "min-shot": (float, None, "seconds of a shot at least"),
    "max-shot": (float, None, "and at most"),
    "titles": (int, None, "different titles at least"),
    "of-a-title": (int, None, "shots of one title at most"),
}


class Command(JsonCommand):
    help = "Find chains of shots in which every cut matches."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the rules, and a bin for the best chain."""
        parser.add_argument("--title", help="number or name: every cut touches it")
        parser.add_argument("--kind", help="of match; all of them when left out")
        for name, (kind, default, text) in NUMBERS.items():
            parser.add_argument(f"--{name}", type=kind, default=default, help=text)
        parser.add_argument("--bin", help="keep the cuts of the best chain here")
        parser.add_argument("--production", help="name or number, of the bin")

    def answer(self, **options: Any) -> Document:
        """Search by a worker, wait, and say what was found."""
        production = _production(options)
        job = ask_chains(_wanted(options), by=None)
        if not job.is_over:
            with a_worker() as worker:
                (job,) = wait_for([job], self.stderr.write, worker)
        if job.state != Job.State.DONE:
            raise Refused(job.error or f"The search was {job.state}.")
        found = chains_of(job, None)
        kept = _keep(found, options["bin"], production) if production else None
        return {
            "job": job.pk,
            "cuts": job.result["cuts"],
            "chains": [_said(chain) for chain in found],
            "bin": kept,
        }

    def lines(self, document: Document) -> list[str]:
        """One line a chain, one a shot."""
        said = [f"{len(document['chains'])} chains among {document['cuts']} cuts"]
        for chain in document["chains"]:
            said.append(
                f"{chain['rank']:>3}  weakest {chain['weakest']:.3f}  "
                f"mean {chain['mean']:.3f}  {chain['seconds']:.1f} s"
            )
            said += [
                f"       {shot['title_name']} shot {shot['shot_index']}  {shot['tc']}  "
                f"{shot['seconds']:.1f} s"
                for shot in chain["shots"]
            ]
        if document["bin"]:
            said.append(f"{document['bin']['items']} cuts in {document['bin']['name']}")
        return said


def _wanted(options: dict[str, Any]) -> dict[str, Any]:
    given = {name.replace("-", "_") for name in NUMBERS} | {"kind"}
    asked = {name: options[name] for name in given if options[name] is not None}
    if options["title"]:
        asked["title"] = find_title(options["title"]).pk
    form = ChainForm(asked, user=None)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        where = "" if field == "__all__" else f"--{field.replace('_', '-')}: "
        raise Refused(f"{where}{errors[0]}")
    return form.wanted()


def _production(options: dict[str, Any]) -> Production | None:
    if not options["bin"] and not options["production"]:
        return None
    if not options["bin"] or not options["production"]:
        raise Refused("Name both: --bin NAME and --production NAME.")
    word = options["production"]
    by = {"pk": int(word)} if word.isdigit() else {"name": word}
    found = Production.objects.filter(**by).first()
    if found is None:
        raise Refused(f"There is no production {word}.")
    return found


def _keep(found: list[Chain], name: str, production: Production) -> Document | None:
    if not found:
        return None
    kept_in = Bin.objects.filter(production=production, name=name.strip()).first()
    kept_in = kept_in or make_bin(production, name, user=None)
    items = keep_chain(kept_in, found[0].cuts, user=None)
    return {"id": kept_in.pk, "name": kept_in.name, "items": items}


def _said(chain: Chain) -> Document:
    return {
        "rank": chain.rank,
        "weakest": chain.weakest,
        "mean": chain.mean,
        "seconds": chain.seconds,
        "shots": [_shot(each) for each in chain.shots],
        "matches": [
            {
                "id": cut.pk,
                "kind": cut.kind,
                "score": cut.score,
                "leaving_frame": cut.leaving_frame,
                "entering_frame": cut.entering_frame,
            }
            for cut in chain.cuts
        ],
    }


def _shot(each: ChainShot) -> Document:
    return {
        "title": each.shot.title_id,
        "title_name": str(each.shot.title),
        "shot": each.shot.pk,
        "shot_index": each.shot.index,
        "first_frame": each.first,
        "last_frame": each.last,
        "tc": each.tc,
        "seconds": each.seconds,
    }

from __future__ import annotations

from typing import Any

from catalog.commands import Document, JsonCommand
from catalog.models import EncoderVersion, Job
from catalog.services import Refused, ask_learning
from catalog.waiting import a_worker, wait_for


class Command(JsonCommand):
    help = "Learn which components to suggest, from what titles use and people chose."

    def answer(self, **_options: Any) -> Document:
        """Ask, wait with a worker of our own if need be, and say what is in use now."""
        job = ask_learning(user=None)
        with a_worker() as worker:
            (done,) = wait_for([job], self.stderr.write, worker)
        if done.state != Job.State.DONE:
            raise Refused(done.error)
        live = EncoderVersion.objects.active(EncoderVersion.Family.RECOMMENDER)
        return {
            "version": live.pk,
            "words": live.config["words"],
            "by": live.config["by"],
            "examples": live.config["examples"],
            "with_component": live.config["with_component"],
            "metrics": live.metrics,
        }

    def lines(self, document: Document) -> list[str]:
        """What it goes by, and how well that foresees titles it has not seen."""
        return [
            document["words"],
            *(
                f"{what}, {name}: first {each['first']:.1%}, among five {each['five']:.1%}, "
                f"mean place {each['place']:.1f} of {each['cuts']}"
                for what, ways in document["metrics"].items()
                for name, each in ways.items()
            ),
        ]

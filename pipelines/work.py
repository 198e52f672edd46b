"""Which verb does which kind of job."""

from catalog.models import Job
from pipelines.chains import chains
from pipelines.ingest import ingest
from pipelines.jobs import Work
from pipelines.loops import render_loop
from pipelines.recut import recut, redetect, rematch

WORK: dict[str, Work] = {
    Job.Kind.INGEST: ingest,
    Job.Kind.REDETECT: redetect,
    Job.Kind.RECUT: recut,
    Job.Kind.REMATCH: rematch,
    Job.Kind.LOOP: render_loop,
    Job.Kind.CHAIN: chains,
}

"""Which verb does which kind of job."""

from catalog.models import Job
from pipelines.across import across
from pipelines.chains import chains
from pipelines.components.detect import detect
from pipelines.components.learn import learn_suggestions
from pipelines.components.previews import render_every_preview, render_previews
from pipelines.components.recommend import recommend
from pipelines.components.tryouts import render_tryout
from pipelines.editing.job import edit_shot
from pipelines.exports import export_loops
from pipelines.ingest import ingest
from pipelines.jobs import Work
from pipelines.loops import render_loop
from pipelines.offsets import find_offsets
from pipelines.recut import recut, redetect, rematch
from pipelines.retraining.job import retrain
from pipelines.search import search
from pipelines.train_ranking import train

WORK: dict[str, Work] = {
    Job.Kind.INGEST: ingest,
    Job.Kind.REDETECT: redetect,
    Job.Kind.RECUT: recut,
    Job.Kind.REMATCH: rematch,
    Job.Kind.LOOP: render_loop,
    Job.Kind.EXPORT: export_loops,
    Job.Kind.ACROSS: across,
    Job.Kind.SEARCH: search,
    Job.Kind.TRAIN: train,
    Job.Kind.RETRAIN: retrain,
    Job.Kind.OFFSETS: find_offsets,
    Job.Kind.CHAIN: chains,
    Job.Kind.PREVIEW: render_previews,
    Job.Kind.PREVIEWS: render_every_preview,
    Job.Kind.TRYOUT: render_tryout,
    Job.Kind.RECOMMEND: recommend,
    Job.Kind.DETECT: detect,
    Job.Kind.LEARN: learn_suggestions,
    Job.Kind.EDIT: edit_shot,
}

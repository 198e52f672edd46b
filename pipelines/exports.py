"""Loops of many cuts, numbered, in one ZIP."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

from catalog.exports.loops import loops_of
from catalog.files import local_path, publish, working_folder
from pipelines.errors import PipelineError
from pipelines.media.writer import write_loop

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.loops import Loop
    from pipelines.jobs import Claim


def export_loops(claim: Claim) -> None:
    """Render every loop that is not there yet, and pack them under the job's key.

    `Job.result` is {"key", "files"}. Raises PipelineError when a proxy is gone.
    """
    subject = claim.job.subject
    loops, key = loops_of(subject), subject["key"]
    if not local_path(key).exists():
        folder = working_folder(f"export-{claim.job.pk}")
        packed = folder / "loops.zip"
        # Pictures are packed already: stored, the ZIP plays from any of its places.
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
            for number, (name, loop) in enumerate(loops):
                claim.progress(
                    number / len(loops), f"loop {number + 1} of {len(loops)}"
                )
                with (
                    _rendered(loop, folder).open("rb") as source,
                    target.open(zipfile.ZipInfo(name), "w", force_zip64=True) as out,
                ):
                    shutil.copyfileobj(source, out, 1 << 20)
        publish(packed, key)
        shutil.rmtree(folder, ignore_errors=True)
    claim.job.write(result={"key": key, "files": len(loops)})


def _rendered(loop: Loop, folder: Path) -> Path:
    """The loop's file: the one that pages play, or rendered now and left for them."""
    path = local_path(loop.key)
    if path.exists():
        return path
    sides = (loop.leaving, loop.entering)
    proxies = [local_path(side.proxy_key) for side in sides]
    if not all(proxy.exists() for proxy in proxies):
        raise PipelineError("A proxy is gone; ingest its title again, then export.")
    spans = [(side.first_frame, side.end_frame) for side in sides]
    write_loop(proxies[0], spans[0], proxies[1], spans[1], folder / "loop.mp4")
    publish(folder / "loop.mp4", loop.key)
    return path

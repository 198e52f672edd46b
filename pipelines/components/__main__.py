"""Command line: python -m pipelines.components, which writes components and encoder down."""

import os
import sys

import django


def main() -> int:
    """List every component that this release draws, and put the encoder that ships in use.

    0 also when there is no encoder: the service runs without, and a sentence says so.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
    django.setup()
    # These need the settings.
    from mlcore.components.catalogue import catalogue  # noqa: PLC0415
    from pipelines.components.listing import list_components  # noqa: PLC0415
    from pipelines.components.shipped import load_finder, set_up_finder  # noqa: PLC0415
    from pipelines.errors import PipelineError  # noqa: PLC0415

    finder, lacking = None, ""
    try:
        finder = load_finder()
    except PipelineError as error:
        lacking = str(error)
    listed = list_components(catalogue(), finder.unseen_bases if finder else ())
    sys.stdout.write(
        f"{listed.offered} components, {listed.added} of them new, "
        f"{listed.withdrawn} no longer offered\n"
    )
    if finder is None:
        sys.stderr.write(f"No components are found in titles: {lacking}\n")
    else:
        sys.stdout.write(f"Components are found by {set_up_finder()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

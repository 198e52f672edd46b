"""Command line: python -m pipelines.components, which writes components and encoder down."""

import os
import sys

import django


def main() -> int:
    """List every component that this release draws; 0 also when its catalogue is not whole.

    The service runs without them: a sentence says what is lacking.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
    django.setup()
    # These need the settings.
    from mlcore.components.catalogue import catalogue  # noqa: PLC0415
    from pipelines.components.listing import list_components  # noqa: PLC0415
    from pipelines.components.shipped import set_up_finder  # noqa: PLC0415
    from pipelines.errors import PipelineError  # noqa: PLC0415

    try:
        components = catalogue()
    except ValueError as error:
        sys.stderr.write(f"No components are listed: {error}.\n")
        return 0
    listed = list_components(components)
    sys.stdout.write(
        f"{listed.offered} components, {listed.added} of them new, "
        f"{listed.withdrawn} no longer offered\n"
    )
    try:
        sys.stdout.write(f"Components are found by {set_up_finder()}\n")
    except PipelineError as error:
        sys.stderr.write(f"No components are found in titles: {error}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

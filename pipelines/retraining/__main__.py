"""Command line: python -m pipelines.retraining, which puts the clip encoder that ships in use."""

import os
import sys

import django


def main() -> int:
    """Set it up. 0 also without one: the service runs without, and a sentence says so."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
    django.setup()
    # These need the settings.
    from pipelines.errors import PipelineError  # noqa: PLC0415
    from pipelines.retraining.shipped import set_up_clips  # noqa: PLC0415

    try:
        version = set_up_clips()
    except PipelineError as error:
        sys.stderr.write(f"There are no matches of the kind clip: {error}\n")
        return 0
    sys.stdout.write(f"{version}: {version.get_status_display().lower()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Sizes of the pictures that are made of a source, and what to do to make them."""

from fractions import Fraction

from pipelines.media.packets import Json
from pipelines.media.probe import Probe

PROXY_LONG, PROXY_SHORT = 960, 540
SMALL_LONG = 256
# swscale's names; where a file says nothing, SD is BT.601 and HD BT.709, as players take it.
MATRICES = {
    "bt709": "bt709",
    "bt470bg": "bt601",
    "smpte170m": "bt601",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
HD_HEIGHT = 720


def proxy_size(probe: Probe) -> tuple[int, int]:
    """(width, height), even, within 960x540 (540x960 when upright), never enlarged."""
    width, height = probe.display_width, probe.display_height
    upright = height > width
    box = (PROXY_SHORT, PROXY_LONG) if upright else (PROXY_LONG, PROXY_SHORT)
    scale = min(Fraction(box[0], width), Fraction(box[1], height), Fraction(1))
    return _even(width * scale), _even(height * scale)


def active_in(probe: Probe, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The active picture in pixels of a picture of ``size``: (x, y, width, height)."""
    x, y, width, height = probe.active_picture
    left, top = round(x * size[0]), round(y * size[1])
    right = max(left + 2, round((x + width) * size[0]))
    bottom = max(top + 2, round((y + height) * size[1]))
    return left, top, min(right, size[0]) - left, min(bottom, size[1]) - top


def small_size(probe: Probe) -> tuple[int, int]:
    """(width, height) of the small picture: the active one, longest side 256."""
    width = probe.active_picture[2] * probe.display_width
    height = probe.active_picture[3] * probe.display_height
    scale = SMALL_LONG / max(width, height)
    return max(2, round(width * scale)), max(2, round(height * scale))


def display_shape(probe: Probe, size: tuple[int, int], **more: object) -> Json:
    """The request for showing frames upright, whole, in square pixels, at ``size``."""
    parity = {"top": "tff", "bottom": "bff"}.get(probe.field_order, "")
    return {
        "size": size,
        "rotation": probe.rotation,
        "deinterlace": parity,
        "matrix": matrix_of(probe),
        **more,
    }


def matrix_of(probe: Probe) -> str:
    """The matrix that frames are read with: "bt601", "bt709" or "bt2020"."""
    default = "bt709" if probe.height >= HD_HEIGHT else "bt601"
    return MATRICES.get(probe.colour_matrix, default)


def _even(length: Fraction | int) -> int:
    return max(2, round(length / 2) * 2)

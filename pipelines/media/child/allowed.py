"""The kinds of files and streams that may be decoded: what cameras and editors write.

libavformat gets these as white lists and, since a white list that a library forgets is
none, they are checked again on what it opened.
"""

# Demuxers. No playlist and no list of files (hls, concat, dash, imf): those name others.
FORMATS = frozenset(
    ("mov", "matroska", "webm", "avi", "mpegts", "mpeg", "mxf", "gxf", "dv")
)
FORMATS_IN_WORDS = "MOV/MP4, MKV/WebM, AVI, MPEG-TS, MPEG-PS, MXF, GXF, DV"

VIDEO = frozenset(
    (
        *("h264", "hevc", "vp8", "vp9", "av1", "mpeg1video", "mpeg2video", "mpeg4"),
        *("prores", "dnxhd", "cfhd", "jpeg2000", "dvvideo", "mjpeg", "ffv1", "qtrle"),
        *("v210", "v410", "r210", "r10k", "rawvideo"),
    )
)
AUDIO = frozenset(
    (
        *("aac", "ac3", "eac3", "mp2", "mp3", "flac", "alac", "opus", "vorbis", "dts"),
        *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be"),
        *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_u8", "pcm_s8"),
        *("pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd"),
    )
)
# Still pictures: demuxers of one picture each, and the decoder of each.
PICTURES = {"png_pipe": "png", "jpeg_pipe": "mjpeg", "webp_pipe": "webp"}
PICTURES_IN_WORDS = "PNG, JPEG, WebP"
# Decoders that libavcodec knows under another name than the codec's.
DECODERS = frozenset(("libdav1d", "mp3float", "mp2float", "dca", "libopus"))


def white_lists(max_pixels: int, descriptor: int) -> dict[str, str]:
    """Options for opening a file: ours, given as a descriptor, and nothing else."""
    return {
        "fd": str(descriptor),
        # Not even "file": what the file names cannot be opened at all.
        "protocol_whitelist": "fd",
        "format_whitelist": ",".join(sorted(FORMATS)),
        "codec_whitelist": ",".join(sorted(VIDEO | AUDIO | DECODERS)),
        "max_pixels": str(max_pixels),
    }

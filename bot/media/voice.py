"""Voice messages as browsers play them (security.md R58). Only the child loads it, for PyAV.

The target is MP3, 16 kHz mono, 32 kbit/s (240 KB a minute): every browser and WeChat itself play it, Safari's Ogg came
late, and WAV is four to eight times as large. The encoder is LAME (LGPL, its patents ended in 2017), in PyAV's wheel.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final, cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.codec import CodecContext

from bot.media.amr import amr_seconds
from bot.media.outcome import BadMedia
from bot.media.signature import AMR_WIDE

SAMPLES_A_SECOND: Final = 16_000
BITS_A_SECOND: Final = 32_000

# FFmpeg's own AMR readers refuse the comfort-noise and no-data frames that phones write in pauses; opencore's do not.
_NARROW_READER, _WIDE_READER = "libopencore_amrnb", "libopencore_amrwb"
# The demuxer is named, so nothing is guessed from the content; it reads from memory and may open no address at all.
_DEMUXER, _NO_PROTOCOL = "amr", {"protocol_whitelist": ""}


def playable_voice(data: bytes) -> bytes:
    """AMR or AMR-WB with whole frames, at most 60 s, as MP3; BadMedia for anything else."""
    amr_seconds(data)
    try:
        return _as_mp3(_spoken(data))
    except MemoryError as refused:
        raise BadMedia("out of memory") from refused
    except (av.FFmpegError, ValueError) as refused:
        raise BadMedia("broken") from refused


def _spoken(data: bytes) -> Iterator[AudioFrame]:
    """The decoded recording, 20 ms at a time."""
    wide = data.startswith(AMR_WIDE)
    reader = cast("AudioCodecContext", CodecContext.create(_WIDE_READER if wide else _NARROW_READER, "r"))
    reader.sample_rate = 16_000 if wide else 8_000
    reader.layout = "mono"
    reader.thread_count = 1
    with av.open(io.BytesIO(data), "r", format=_DEMUXER, container_options=_NO_PROTOCOL) as recording:
        for packet in recording.demux(audio=0):
            yield from reader.decode(packet if packet.size else None)


def _as_mp3(spoken: Iterator[AudioFrame]) -> bytes:
    written = io.BytesIO()
    resampler = AudioResampler(format="s16p", layout="mono", rate=SAMPLES_A_SECOND)
    with av.open(written, "w", format="mp3", container_options={"id3v2_version": "0"}) as target:
        stream = target.add_stream("libmp3lame", rate=SAMPLES_A_SECOND, layout="mono")
        stream.bit_rate = BITS_A_SECOND
        for frame in spoken:
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return written.getvalue()

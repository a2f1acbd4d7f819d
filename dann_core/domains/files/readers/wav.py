"""WAV recordings."""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np
from scipy.io import wavfile

from dann_core.domains.files.contents import Item
from dann_core.domains.files.readers.opening import Opening, Request
from dann_core.language import say

SCALED = say("its whole numbers (PCM) were scaled to -1 to 1, so that all bit depths are alike")


def open_wav(request: Request) -> Opening:
    """`signal`, `(steps,)` or `(steps, channels)` in fractions of full scale, and `rate` in steps a second.

    PCM of 8 to 32 bits is divided by what its type can hold, so that recordings of different depths are one scale; of
    floats, which are fractions already, nothing is changed.
    """
    with warnings.catch_warnings():
        # Chunks that hold no sound are skipped.
        warnings.simplefilter("ignore", wavfile.WavFileWarning)
        rate, signal = wavfile.read(BytesIO(request.data))
    values = {("signal",): _in_full_scale(np.array(signal)), ("rate",): np.array(rate)}
    items = [Item(path, "numbers", value.shape, value.dtype.name) for path, value in values.items()]
    return Opening("WAV", items, values.__getitem__, notes=[] if signal.dtype.kind == "f" else [SCALED])


def _in_full_scale(signal: np.ndarray) -> np.ndarray:
    if signal.dtype.kind == "f":
        return signal
    # 8 bits are kept without a sign; 24 are read as the upper ones of 32.
    zero = 128 if signal.dtype == np.uint8 else 0
    full = 2.0 ** (8 * signal.dtype.itemsize - 1)
    return ((signal.astype(np.float64) - zero) / full).astype(np.float32)

"""WAV recordings."""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np
from scipy.io import wavfile

from dann_core.domains.files.contents import Item
from dann_core.domains.files.readers.opening import Opening, Request


def open_wav(request: Request) -> Opening:
    """`signal`, `(steps,)` or `(steps, channels)` in the numbers of the file, and `rate` in steps a second."""
    with warnings.catch_warnings():
        # Chunks that hold no sound are skipped.
        warnings.simplefilter("ignore", wavfile.WavFileWarning)
        rate, signal = wavfile.read(BytesIO(request.data))
    values = {("signal",): np.array(signal), ("rate",): np.array(rate)}
    items = [Item(path, "numbers", value.shape, value.dtype.name) for path, value in values.items()]
    return Opening("WAV", items, values.__getitem__)

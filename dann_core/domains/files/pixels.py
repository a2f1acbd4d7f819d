"""Images of one size."""

from __future__ import annotations

import numpy as np
from PIL import Image

from dann_core.domains.files.limits import MAX_IMAGE_SIDE


def capped(height: int, width: int) -> tuple[int, int]:
    """Height and width brought to at most `MAX_IMAGE_SIDE`, in proportion."""
    scale = min(1.0, MAX_IMAGE_SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def resized(x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Images `(N, C, H, W)`, uint8 or float, as `(N, C, *size)`; bilinear, averaging where they shrink."""
    dtype = np.uint8 if x.dtype == np.uint8 else np.float32
    out = np.empty((*x.shape[:2], *size), dtype)
    height, width = size
    for i in np.ndindex(*x.shape[:2]):
        plane = Image.fromarray(np.ascontiguousarray(x[i], dtype=dtype))
        out[i] = np.asarray(plane.resize((width, height), Image.Resampling.BILINEAR))
    return out

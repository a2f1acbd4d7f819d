"""How colours look: contrast, difference, and what readers see who lack one kind of cone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np

SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""On linear RGB, at full severity: Machado, Oliveira & Fernandes 2009, IEEE TVCG 15(6), 1291-1298, table 1."""

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1, 1.08883])


def linear(colour: str) -> np.ndarray:
    """`#rrggbb` as linear sRGB in 0..1."""
    values = np.array([int(pair, 16) for pair in re.findall("..", colour[1:])]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio, 1 to 21."""
    low, high = sorted(float(_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def nearest(colours: Sequence[str], sight: str) -> float:
    """The smallest difference (CIEDE2000) between any two of them, as that reader sees them."""
    seen = [_lab(np.clip(np.asarray(SIGHT[sight]) @ linear(colour), 0, 1)) for colour in colours]
    return min(difference(one, other) for one, other in itertools.combinations(seen, 2))


def _lab(rgb: np.ndarray) -> np.ndarray:
    xyz = _XYZ @ rgb / _WHITE
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """CIEDE2000 between two CIELAB colours: Sharma, Wu & Dalal 2005, Color Research & Application 30(1), 21-30."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    grow = 1.5 - np.sqrt(c**7 / (c**7 + 25**7)) / 2
    c1, c2 = np.hypot(a1 * grow, b1), np.hypot(a2 * grow, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * grow)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    h = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    cosines = zip((-0.17, 0.24, 0.32, -0.20), (h - 30, 2 * h, 3 * h + 6, 4 * h - 63), strict=True)
    t = 1 + sum(weight * np.cos(np.radians(angle)) for weight, angle in cosines)
    in_light = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    in_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    in_hue = hue / (1 + 0.015 * chroma * t)
    bend = -np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    return float(np.sqrt(in_light**2 + in_chroma**2 + in_hue**2 + bend * in_chroma * in_hue))

"""The story of domain-adversarial training in scenes. To add one, write a module of this folder with its `SCENE`, whose
words stand in `words.py`, and enter it in `SCENES`."""

from __future__ import annotations

from ui.learn import classifier, discriminator, reading, reversal, schedule, two_domains

SCENES = tuple(module.SCENE for module in (two_domains, classifier, discriminator, reversal, schedule, reading))

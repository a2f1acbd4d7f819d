"""Texts for people, in more than one language: data where they are made, words where they are shown."""

from dann_core.language.catalogue import ENGLISH, Catalogue, catalogue, languages, module, negotiated, own_name
from dann_core.language.text import Text, as_data, english, enumerated, joined, said, say, say_many

__all__ = [
    "ENGLISH",
    "Catalogue",
    "Text",
    "as_data",
    "catalogue",
    "english",
    "enumerated",
    "joined",
    "languages",
    "module",
    "negotiated",
    "own_name",
    "said",
    "say",
    "say_many",
]

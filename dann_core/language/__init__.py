"""Texts for people, in more than one language: data where they are made, words where they are shown."""

from dann_core.language.catalogues import ENGLISH, Catalogue, catalogue, languages, module, negotiated, own_name
from dann_core.language.text import Text, as_data, enumerated, from_data, joined, said, say, say_many

__all__ = [
    "ENGLISH",
    "Catalogue",
    "Text",
    "as_data",
    "catalogue",
    "enumerated",
    "from_data",
    "joined",
    "languages",
    "module",
    "negotiated",
    "own_name",
    "said",
    "say",
    "say_many",
]

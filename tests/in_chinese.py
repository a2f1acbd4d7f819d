"""What is said of files, in Chinese: all of it is put into words, and names from files stand in it as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from dann_core.domains.files import without_options
from dann_core.language import Text, as_data, catalogue, from_data

LATIN = {
    *("x", "CSV", "NPZ", "NPY", "MAT", "MATLAB", "HDF", "PNG", "JPEG", "ZIP", "PDF", "RAR", "JSON", "HTML", "XML"),
    *("ARFF", "WAV", "PCM", "UTF", "NUL", "Excel", "Office", "Windows", "Python", "Parquet", "svmlight", "gzip"),
    *("bzip", "xz", "z", "tar", "xls", "deflate", "pickle", "plan", "json", "numpy", "savez", "astype", "str", "e"),
    *("cellstr", "table", "struct", "data"),
    *("match", "LABEL", "CLASS", "plus", "minus", "split", "by", "NAME", "SOURCE", "TARGET"),
}
"""Formats, identifiers and what the command line takes, which are the same in every language."""

WORDS = re.compile(r"[A-Za-z]+")


def leaves(value: Any) -> Iterator[str | float]:
    """The values of a text, and of the texts in it, that are no texts themselves."""
    if not isinstance(value, Text):
        yield value
        return
    for inner in value.form.values.values():
        yield from leaves(inner)


def without_leaves(text: Text) -> Text:
    """The same text without what is shown as it is."""
    values = {
        name: without_leaves(v) if isinstance(v, Text) else "" if isinstance(v, str) else v
        for name, v in text.form.values.items()
    }
    return Text(text.form._replace(values=values))


def parts(text: Text) -> Iterator[Text]:
    """The text, and all that are in it."""
    yield text
    for inner in text.form.values.values():
        if isinstance(inner, Text):
            yield from parts(inner)


def in_chinese(text: str) -> str:
    """A text in Chinese, once no English word of ours is left in it, and every value."""
    assert isinstance(text, Text), text
    again = from_data(json.loads(json.dumps(as_data(text))))
    assert (again, again.form) == (text, text.form)
    zh = catalogue("zh")
    for part in parts(text):
        assert not part.form.is_known or part.form.template in zh.messages, part.form.template
    words = zh.words(text)
    left = without_options(zh.words(without_leaves(text)))
    assert set(WORDS.findall(left)) <= LATIN, left
    for leaf in leaves(text):
        forms = [leaf] if isinstance(leaf, str) else [f"{leaf:,}", f"{leaf}", f"{leaf:g}"]
        assert any(form in words for form in forms) or not any(form in text for form in forms), leaf
    return words


def sentence_in_chinese(text: str) -> str:
    """A refusal or a question in Chinese, which is one sentence."""
    words, shown = in_chinese(text), [str(leaf) for leaf in leaves(text)]
    # What a pair of domains cannot be trained for is no business of files: it ends as it was said.
    assert words.endswith(("。", shown[-1]))
    assert words.count("。") <= 1 + sum(leaf.count("。") for leaf in shown)
    return words

"""Classes by folders and names of files; two domains in one file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.asking import (
    FILE_NAMES,
    FOLDERS,
    NO_LABELS,
    Candidate,
    Unclear,
    unclear_labels,
)
from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.domain_file import DomainFile, as_texts, first_of
from dann_core.domains.files.errors import by, quoted, refusal, shown
from dann_core.domains.files.guess_arrays import is_line
from dann_core.domains.files.guess_table import second_file_item
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labelling import class_folders, file_classes, names_beside
from dann_core.domains.files.names import (
    file_of,
    is_class_folder,
    is_label_name,
    last_of,
    source_and_target,
    split_of,
    without_splits,
)
from dann_core.domains.files.nouns import MANY, ONE, Placed, count_of, series
from dann_core.domains.files.piles import can_be_piled
from dann_core.domains.files.plan import Labels, Reading
from dann_core.domains.files.recordings import is_long
from dann_core.language import Text, said, say

_MOST = 500
_DOMAIN_NAMES = ("domain", "domains", "sample_domain")


def guess_place_labels(domain: DomainFile, items: Sequence[Item], what: Placed, source: Reading | None) -> Labels:
    """The classes of pictures or recordings: their folders, else what else in the file has one label for each, else
    their names. Raises `Unclear` where the source has none of these."""
    asked = domain.asked.labels_of(domain.role)
    if asked == NO_LABELS:
        return Labels()
    if domain.labels_from is not None:
        name = second_file_item(domain, asked, len(items), items)
        return Labels(by="item", name=name, file=domain.labels_from.file)
    level = domain.asked.class_level or 0
    # The folder of the domain itself is no class in it.
    folders = ["" if name == domain.folder.rpartition("/")[2] else name for name in class_folders(items, level)]
    if asked == FOLDERS or (asked is None and (level or _tell(folders, domain, source))):
        _say_folders(domain, items, folders, level)
        return Labels(by="folder", level=level)
    names = file_classes(domain.file, items)
    if asked == FILE_NAMES:
        return _by_names(domain, items, names)
    if asked is not None:
        return Labels(by="item", name=found(domain.file, domain.contents.items, asked).name)
    others = [i for i in domain.items if i not in items and i.shape and is_line(i) and not i.problem]
    listed_ = [i for i in others if max(i.shape) == len(items) or names_beside(domain.contents, i, items)]
    called = [names_beside(domain.contents, i, items) for i in listed_]
    listed_ = [i for i in listed_ if i not in called]
    texts = [i for i in listed_ if i.holds == "texts"]
    named = [i for i in listed_ if is_label_name(last_of(i))] or texts
    if len(items) > 1 and len(named) == 1:
        domain.note("label recording", name=named[0].name)
        return Labels(by="item", name=named[0].name)
    steps = [i for i in others if len(items) == 1 and max(i.shape) == max(items[0].shape) and is_label_name(last_of(i))]
    if what == "recording" and len(steps) == 1:
        domain.note("label steps", name=steps[0].name)
        return Labels(by="item", name=steps[0].name)
    if _names_tell(names, items, source):
        return _by_names(domain, items, names)
    if domain.role == "target":
        domain.note("unlabelled")
        return Labels()
    raise _unclear(domain, items, what, folders, names, listed_)


def _tell(folders: Sequence[str], domain: DomainFile, source: Reading | None) -> bool:
    if not all(folders):
        return False
    # The target's only class may be one of several.
    follows = source is not None and source.labels.by == "folder"
    return len(set(folders)) > 1 or follows


def _names_tell(names: Sequence[str], items: Sequence[Item], source: Reading | None) -> bool:
    """Whether names of recordings are classes: fewer names than files, or one file a class."""
    if items[0].holds == "picture" or not all(names):
        return source is not None and source.labels.by == "file name"
    distinct = len(set(names))
    # Parts of one data set are no classes, nor are two domains.
    if all(map(split_of, names)) or source_and_target(set(names)):
        return False
    words = not all(name.isdigit() for name in names)
    return (distinct > 1 and words) or (source is not None and source.labels.by == "file name" and words)


def _by_names(domain: DomainFile, items: Sequence[Item], names: Sequence[str]) -> Labels:
    rule = "label file name" if any(file_of(i) or i.holds == "picture" for i in items) else "label array name"
    domain.note(rule, names=first_of(sorted(set(names)), 5))
    return Labels(by="file name")


def _say_folders(domain: DomainFile, items: Sequence[Item], folders: Sequence[str], level: int) -> None:
    names = tuple(sorted(set(folders)))
    if level:
        domain.note("label folder level", level=level, names=names)
    else:
        domain.note("label folder", names=names)
    tops = _parts(_ways(items))
    if len(tops) > 1 and not set(tops) <= set(folders):
        rule = "folders joined" if any(is_class_folder(t) for t in tops) else "splits joined"
        domain.note(rule, names=tuple(tops))


def _unclear(
    domain: DomainFile,
    items: Sequence[Item],
    what: Placed,
    folders: Sequence[str],
    names: Sequence[str],
    lists: Sequence[Item],
) -> Unclear:
    if len(items) == 1 and what == "recording":
        text = say(
            "it is one long signal ({shape}), so of one class only; it can be cut into windows, but the source needs "
            "all classes: pack their files into one ZIP (or folder) with one folder per class",
            shape=by(items[0].shape),
        )
        return Unclear(said(refusal(domain.file, text, quoted(items[0].name))), "labels", domain.role, ())
    candidates = [Candidate(FOLDERS, _why_folders(folders), possible=all(folders) and len(set(folders)) > 1)]
    distinct = sorted(set(names))
    first = series(shown(name) for name in first_of(distinct))
    why = say("say {classes} ({first})", classes=count_of(len(distinct), "class"), first=first)
    candidates.append(Candidate(FILE_NAMES, why, possible=len(distinct) > 1))
    for item in lists:
        values = count_of(max(item.shape), "value")
        candidates.append(Candidate(item.name, say("has {values}, one for each {what}", values=values, what=ONE[what])))
    hint = say("pack the {what} in one folder per class, ", what=MANY[what])
    return unclear_labels(domain.contents, domain.role, candidates, hint)


def _why_folders(folders: Sequence[str]) -> Text:
    if not any(folders):
        return say("are none")
    if not all(folders):
        return say("are missing for {n:,} of {of:,}", n=sum(not f for f in folders), of=len(folders))
    return say("are all {name}", name=quoted(folders[0]))


def _ways(items: Sequence[Item]) -> list[tuple[str, ...]]:
    return [(file_of(i) or i.path)[:-1] for i in items]


def _parts(ways: Sequence[tuple[str, ...]], below: int = 1) -> list[str]:
    """The folders below what all have in common, in their order, if all have so many folders (of classes) in them; of a
    source and a target, one has."""
    common = 0
    while ways and all(len(w) > common for w in ways) and len({w[common] for w in ways}) == 1:
        common += 1
    if not ways or any(len(w) <= common for w in ways):
        return []
    tops = list(dict.fromkeys(w[common] for w in sorted(ways)))
    deep = [len(w) > common + below for w in ways]
    return tops if all(deep) or (any(deep) and source_and_target(tops)) else []


def split_domains(source: DomainFile, target: DomainFile) -> None:
    """Give each domain its part of a file that holds both: a folder, or the rows with one value in a column.

    What `split_by` asks for, or what one and the same file on both sides plainly holds. Raises `Unclear` where there
    are more than two parts.
    """
    asked = source.asked.split_by
    is_same = source.contents.sha256 == target.contents.sha256 and bool(source.contents.sha256)
    if asked is None and not is_same:
        return
    name, _, chosen = (asked or "").partition("=")
    wanted = chosen.split(":") if chosen else []
    if chosen and len(wanted) != 2:
        raise refusal(source.file, say("--split-by takes NAME=SOURCE:TARGET, got {given}", given=quoted(asked)))
    placed = [
        i for i in source.contents.items if i.holds == "picture" or (file_of(i) and (is_long(i) or can_be_piled(i)))
    ]
    if name in ("folder", "folders") or (asked is None and placed):
        _split_folders(source, target, placed, wanted, asked is not None)
    else:
        _split_rows(source, target, name, wanted)


def _split_folders(
    source: DomainFile, target: DomainFile, items: Sequence[Item], wanted: list[str], is_asked: bool
) -> None:
    ways = [without_splits(w) for w in _ways(items)]
    tops = _parts(ways)
    # `train` and `val` are parts of one domain unless somebody says that they are two.
    if is_asked and not (len(tops) > 1 and set(wanted) <= set(tops)):
        ways = _ways(items)
        tops = _parts(ways) or _parts(ways, 0)
    named = source_and_target(tops)
    if not is_asked and not named and not (len(tops) > 1 and _share_classes(items, tops)):
        return
    chosen = wanted or named or tops
    if len(chosen) != 2 or not set(chosen) <= set(tops):
        raise _which_parts(source, tops, "folder", say("folders"))
    way = next(w for w in ways if chosen[0] in w)
    for domain, folder in zip((source, target), chosen, strict=True):
        domain.folder = "/".join((*way[: way.index(chosen[0])], folder))
        domain.note("folder of both", name=domain.folder)


def _share_classes(items: Sequence[Item], tops: Sequence[str]) -> bool:
    classes: dict[str, set[str]] = {}
    for item, name in zip(items, class_folders(items), strict=True):
        top = next((t for t in tops if t in (file_of(item) or item.path)[:-1]), "")
        classes.setdefault(top, set()).add(name)
    sets = [classes.get(t, set()) for t in tops]
    return len(set.intersection(*sets)) >= 2 and not set.union(*sets) & set(tops)


def _split_rows(source: DomainFile, target: DomainFile, name: str, wanted: list[str]) -> None:
    columns = [i for i in source.contents.items if i.shape and (i.table is not None or is_line(i))]
    if not name:
        column = next((i for i in columns if last_of(i).lower() in _DOMAIN_NAMES and not i.problem), None)
        if column is None:
            return
    else:
        column = found(source.file, columns, name, "column")
    called = column.path[-1] if column.table is not None else column.name
    values = _in_order(source.contents, column)
    if not name and len(values) != 2:
        return
    chosen = wanted or values
    if len(chosen) != 2 or not set(chosen) <= set(values):
        raise _which_parts(source, values, called, say("values"))
    for domain, value in zip((source, target), chosen, strict=True):
        domain.rows = (called, value)
        domain.note("rows of both", name=called, value=value)


def _in_order(contents: Contents, column: Item) -> list[str]:
    """The values of a column, those that say source first; of skada's numbers of domains the positive ones."""
    values = np.unique(as_texts(loaded(contents, column))).tolist()[:_MOST]
    if len(values) == 2 and any(v.lower() in ("s", "src", "source") for v in values):
        return sorted(values, key=lambda v: (not v.lower().startswith("s"), v))
    return sorted(values, key=lambda v: v.startswith("-")) if last_of(column) == "sample_domain" else values


def _which_parts(domain: DomainFile, values: Sequence[str], name: str, what: str) -> Unclear:
    text = say(
        "of its {n:,} {what} ({names}) one must be named as the source and one as the target (--split-by {option})",
        n=len(values),
        what=what,
        names=series(quoted(v) for v in values[:6]),
        option=quoted(f"{name}={values[0]}:{values[-1]}" if len(values) > 1 else f"{name}=SOURCE:TARGET"),
    )
    candidates = [Candidate(v, "") for v in values]
    return Unclear(said(refusal(domain.file, text)), "domains", "source", candidates, name)

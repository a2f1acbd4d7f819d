"""Tables that other programs keep in formats of their own: Excel, Parquet, ARFF."""

from __future__ import annotations

import mimetypes
import re
from io import BytesIO, StringIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from dann_core.domains.files.archives import open_archive
from dann_core.domains.files.errors import listed, megabytes, quoted, refusal
from dann_core.domains.files.limits import MAX_CELLS, MAX_UNPACKED_BYTES
from dann_core.domains.files.nouns import clauses
from dann_core.domains.files.readers import dialect, encodings, frames
from dann_core.domains.files.readers.opening import Opening, Request
from dann_core.language import Text, say

# openpyxl would have it look through this machine's own lists of file types.
mimetypes.init(files=[])

_HEAD_ROWS = 200
_ARFF_DATA = re.compile(r"^[ \t]*@data\b.*\n", re.IGNORECASE | re.MULTILINE)
_ARFF_ATTRIBUTE = re.compile(r"^[ \t]*@attribute[ \t]+('[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE | re.MULTILINE)


def open_excel(request: Request) -> Opening:
    """The sheets of a workbook; of a single one, the columns stand alone."""
    file = request.file
    open_archive(file, request.data)  # for its limits
    sheets = pd.read_excel(BytesIO(request.data), sheet_name=None, header=None, engine="openpyxl", dtype=object)
    sheets = {name: cells for name, cells in sheets.items() if cells.size}
    if not sheets:
        raise refusal(file, say("there is no cell in it; save the sheet with the data"))
    made = Opening("Excel", [])
    for name, cells in sheets.items():
        table = (name,) if len(sheets) > 1 else ()
        frame, note = _with_header(cells, request.header)
        if not len(frame):
            continue
        part = frames.opening(file, "Excel", frame, table)
        made.items += part.items
        made.decoded |= part.decoded
        made.notes.append(say("sheet {name}: {note}", name=quoted(name), note=note) if table else note)
    if not made.items:
        raise refusal(file, say("there is a header but no row of data; add one row per sample"))
    if len(sheets) > 1:
        made.notes.append(say("it has {n:,} sheets: {names}", n=len(sheets), names=listed(sheets)))
    return made


def _with_header(cells: pd.DataFrame, header: bool | None) -> tuple[pd.DataFrame, Text]:
    cells = cells.dropna(how="all").dropna(how="all", axis=1)
    while len(cells) > 2 and cells.shape[1] > 2 and cells.iloc[0].notna().sum() == 1:
        cells = cells.iloc[1:]  # a title
    texts = [["" if pd.isna(c) else str(c) for c in row] for row in cells.head(_HEAD_ROWS).itertuples(index=False)]
    if dialect.is_header(texts) if header is None else header:
        units = dialect.has_units(texts)
        note = clauses((dialect.IN_ROW, dialect.UNITS)) if units else dialect.IN_ROW
        return cells.iloc[1 + units :].set_axis(dialect.named(texts[0]), axis=1).infer_objects(), note
    return cells.set_axis([str(i + 1) for i in range(cells.shape[1])], axis=1).infer_objects(), dialect.NUMBERED


def open_parquet(request: Request) -> Opening:
    """The columns of a Parquet file."""
    file = request.file
    packed = pa.parquet.ParquetFile(BytesIO(request.data))
    facts = packed.metadata
    nbytes = sum(facts.row_group(i).total_byte_size for i in range(facts.num_row_groups))
    if facts.num_rows * facts.num_columns > MAX_CELLS or nbytes > MAX_UNPACKED_BYTES:
        text = say(
            "{rows:,} rows of {columns:,} columns, {size} unpacked, are too many; keep fewer",
            rows=facts.num_rows,
            columns=facts.num_columns,
            size=megabytes(nbytes),
        )
        raise refusal(file, text)
    table = packed.read(use_threads=False)
    if not table.num_rows:
        raise refusal(file, say("there is no row in it; add one row per sample"))
    return frames.opening(file, "Parquet", table.to_pandas(use_threads=False, ignore_metadata=True))


def open_arff(request: Request) -> Opening:
    """The attributes of an ARFF file; categories and texts as they are written."""
    data, notes = encodings.as_utf8(request.file, request.data)
    text = data.decode()
    start = _ARFF_DATA.search(text)
    if start is None:
        raise refusal(request.file, say("it has no @data line; save it again, or as CSV"))
    rows = text[start.end() :]
    if rows.lstrip().startswith("{"):
        raise refusal(request.file, say("its rows are sparse, which is not read; save it dense, or as CSV"))
    names = dialect.named(name.strip("'\"") for name in _ARFF_ATTRIBUTE.findall(text[: start.start()]))
    frame = pd.read_csv(
        StringIO(rows),
        names=names,
        index_col=False,
        na_values=["?"],
        keep_default_na=False,
        skipinitialspace=True,
        comment="%",
        quotechar="'" if "'" in rows else '"',
        escapechar="\\",
        low_memory=False,
    )
    return frames.opening(request.file, "ARFF", frame, notes=notes)

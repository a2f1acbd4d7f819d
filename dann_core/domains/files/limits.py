"""How much an upload may ask for. Every limit stands here, and all are checked before memory is taken."""

from __future__ import annotations

MIB = 1024 * 1024

MAX_FILE_BYTES = 200 * MIB  # the file as it is sent
MAX_ARRAY_BYTES = 512 * MIB  # one decoded array, or all decoded images of a domain
MAX_UNPACKED_BYTES = 1024 * MIB  # everything in an archive or in compressed variables together
MAX_RATIO = 200  # unpacked bytes per packed byte
RATIO_FREE_BYTES = 16 * MIB  # so little is harmless, however well it was packed

MAX_ENTRIES = 50_000  # files in an archive
MAX_FOLDER_DEPTH = 8
MAX_ARRAYS = 1_000  # arrays in one NPZ or MAT file
MAX_NPY_HEADER = 10_000  # bytes, before numpy parses it

MAX_COLUMNS = 10_000
MAX_CELLS = 30_000_000
MAX_ROW_CHARACTERS = 1_000_000

MAX_IMAGE_PIXELS = 40_000_000  # one image, before it is decoded
MAX_TOTAL_PIXELS = 2_000_000_000  # all images of an archive: bounds the time that decoding takes
MAX_IMAGE_BYTES = 50 * MIB  # one image file
MAX_IMAGE_SIDE = 128  # larger images are brought down to this

MAX_ITEMS = 100_000  # arrays, columns and pictures of one file together
MAX_CARRIED_BYTES = 512 * MIB  # what had to be decoded in order to list a file's items, and is kept for when it is used

READ_BYTES = 2048 * MIB  # memory of the process that reads a file, beyond its libraries
READ_SECONDS = 120  # for one file, of the clock and of a processor
READ_AT_ONCE = 4  # files; more wait

MAX_SAMPLE_VALUES = 200_000  # numbers in one sample
MAX_VALUE = 1e30  # the networks compute in single precision
MAX_CLASSES = 500
CONTINUOUS_LABELS = 100  # more distinct fractional labels than this are a quantity

NAME_LENGTH = 60  # characters of a file's, column's or folder's name in a message


def unpacked_limit(packed: int) -> int:
    """The most bytes that `packed` compressed bytes may unpack to."""
    return min(MAX_UNPACKED_BYTES, max(RATIO_FREE_BYTES, packed * MAX_RATIO))

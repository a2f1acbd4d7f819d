"""Linux' Landlock: this process, for good, can read its own program's files only, write none, and reach no other
process, nor any network by TCP.

Kernels of 5.13 or newer have it (network: 6.7, processes: 6.12), and most distributions switch it on. The numbers are
those of `linux/landlock.h`, and the calls those of its documentation.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION = 1  # flag of the first: which version of Landlock there is
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_READ = 1 << 2 | 1 << 3  # files, folders
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}  # all rights to files that a version knows
_NETWORK = 0b11  # bind and connect, TCP
_SCOPES = 0b11  # sockets with a name in memory, signals


def version() -> int:
    """Which version of Landlock this system has; 0 or less is none."""
    if sys.platform != "linux":
        return 0
    return ctypes.CDLL(None).syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)


def confine(readable: Iterable[Path]) -> bool:
    """Whether the system could forbid everything but reading what is in these folders."""
    known = version()
    if known < 1:
        return False
    kernel = ctypes.CDLL(None)
    rights = struct.pack("=Q", _FILES[min(known, 3)])
    rights += struct.pack("=Q", _NETWORK) if known >= 4 else b""
    rights += struct.pack("=Q", _SCOPES) if known >= 6 else b""
    rules = kernel.syscall(_CREATE, rights, ctypes.c_size_t(len(rights)), 0)
    if rules < 0:
        return False
    try:
        for place in readable:
            if place.is_dir():
                folder = os.open(place, os.O_PATH)
                kernel.syscall(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", _READ, folder), 0)
                os.close(folder)
        kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return kernel.syscall(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def of_python() -> set[Path]:
    """The folders that hold this program: Python, its packages, the system's libraries, and this package."""
    package = Path(__file__).parents[3]
    packages = {Path(place) for place in sys.path if place}
    if not package.parent.name.endswith("-packages"):
        packages.discard(package.parent)  # beside a checkout there may be anything
    return {package, *packages, Path(sys.prefix), Path(sys.base_prefix), Path("/usr"), Path("/lib"), Path("/lib64")}

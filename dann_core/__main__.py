"""`python -m dann_core`."""

import sys

from dann_core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

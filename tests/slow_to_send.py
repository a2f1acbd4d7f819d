"""Streamlit on a server that is slow to send: `python tests/slow_to_send.py SECONDS run app.py …`

What has been drawn waits for so long before it is sent, as in a full class, where each page waits for all others.
"""

from __future__ import annotations

import sys

from streamlit.runtime import runtime
from streamlit.web import cli

runtime.MESSAGE_FLUSH_INTERVAL_SECS = float(sys.argv.pop(1))
sys.exit(cli.main())

"""Streamlit with a run that is there already: `python tests/with_run.py FILE run app.py …`

Its key and token are written into FILE: nobody has to open a page for them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from streamlit.web import cli

from server.experiment import Experiment
from server.place import experiments

made = Experiment.from_query({"domain": "moons", "max_iter": "1000000"})
Path(sys.argv.pop(1)).write_text(json.dumps(experiments.add(made)))
sys.exit(cli.main())

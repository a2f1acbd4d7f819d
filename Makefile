# make app: everything a fresh machine needs, then the app. make test: the same for the tests.
# make check: the tests, then what is said of runs that go wrong for a known reason, what lessons promise, and what the presets
# and an upload's defaults reach over ten seeds (half an hour on two cores).
# make fuzz: 20,000 damaged files of all formats, a quarter of an hour on two cores.
# make words: the catalogues of all languages, brought in line with the source.
# make docs: the documentation as a site, in site/; a broken link is an error.
# make loadtest: thirty visitors at once, and what they had to wait for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
export STREAMLIT_BROWSER_GATHER_USAGE_STATS = false

.PHONY: app test check lint loadtest fuzz words docs

app: $(VENV)/app.done
	@echo "DANN Explorer: http://127.0.0.1:$(PORT)  (Ctrl+C stops it)"
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest

check: test
	$(BIN)/python -m pytest -m long tests/test_verdicts.py tests/test_lessons.py
	$(BIN)/python -m bench.presets --seeds 10 --jobs 2 --harm 0
	$(BIN)/python -m bench.defaults --first-seed 10 --seeds 10 --jobs 2 --harm 1

# More: make loadtest LOADTEST="--sessions 10 --seconds 30"
loadtest: $(VENV)/test.done
	$(BIN)/python -m bench.loadtest --gap 1 --pause 0.1 --memory 10 --errors 0 $(LOADTEST)

# Others: make fuzz FUZZ="--inputs 100000 --seed 20000"
fuzz: $(VENV)/test.done
	$(BIN)/python -m bench.fuzz $(FUZZ)

words: $(VENV)/app.done
	$(BIN)/python assets/languages/update.py

docs: $(VENV)/test.done
	PYTHONPATH=. $(BIN)/python docs/settings_page.py
	$(BIN)/python -m sphinx -W --keep-going -q -b html -d build/docs docs site
	@echo "site/index.html"

lint: $(VENV)/test.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.done: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test.done: requirements-dev.txt $(VENV)/app.done
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@tests/install-browser
	@touch $@

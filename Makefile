# The whole menu. `make run` and `make test` work on a bare Debian or Ubuntu with Python >= 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check lint audit install lock format pictures

run: install
	$(BIN)/frontdoor demo

test: install
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# The one gate.
check: lint test

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Known flaws of the libraries we ship. Needs the network; without it that is said loudly, and nothing fails.
audit: install
	$(BIN)/pip-audit --require-hashes --disable-pip --progress-spinner off -r requirements.lock -f json | $(BIN)/python .ci/audit.py

# The README's pictures, of the demonstration's office at one fixed moment. Needs Chromium, as `make test` does.
pictures: install
	$(BIN)/python -m tests.pictures

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: .venv/.complete

# setuptools comes first and from the lock too: jieba is published as source only, and is built without isolation.
.venv/.complete: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed"'
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { echo "python3-venv is missing: apt install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-build.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-build-isolation -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Needs uv. The lock files name versions and hashes, never an address.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.lock
	echo setuptools==84.2.1 | uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url - -o requirements-build.lock

PORT = 8000
DATA = .data
SCREENS = .screens
REPEATED = database and not any_database
# One more than CI has processors, for a test mostly waits for a server or a command.
WORKERS = 3
# Those that repeat tests on another database; beside all tests one is left for them.
REPEATING = $(WORKERS)
EXAMPLES = 10
TESTS = tests

BIN = .venv/bin
RUN = .venv/installed-run
TEST = .venv/installed-test
PEERS = .venv/installed-peers
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make requirements" pyproject.toml --extra build

# What a pip configuration may hold and a virtual environment cannot bear.
export PIP_USER = 0
export PIP_REQUIRE_HASHES = 0
export PIP_DISABLE_PIP_VERSION_CHECK = 1
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PYTHONUTF8 = 1
# Each test process, and each command that a test starts, would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint types imports generated compiled generate schema test-embedded test-seen test-system test-pooled explore drills bench \
	bench-scale bench-cluster limits requirements screens
.DEFAULT_GOAL = run

run: $(RUN)  ## Serve a fictional institution on 127.0.0.1:PORT, with its database in DATA
	$(BIN)/childledger demo --port $(PORT) --data $(DATA)

# First what is soon checked without a run, on two processors. Then all tests, and beside them, one after the other, the types
# and the tests that are repeated: what one waits for, another uses the processors for. What these say is shown as each ends.
test: $(TEST)  ## Everything CI runs
	@$(MAKE) --no-print-directory -j2 lint imports generated compiled
	@$(MAKE) --no-print-directory -k -j2 --output-sync=target REPEATING=1 test-seen types test-system test-pooled

lint: $(TEST)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(TEST)
	$(BIN)/mypy

imports: $(TEST)
	$(BIN)/lint-imports

generated: $(TEST)  ## Fails when a generated file is stale
	@if [ -e api/generate.py ]; then set -x; $(BIN)/python -m api.generate --check; fi

generate: $(TEST)
	$(BIN)/python -m api.generate

# Each test process would compile all modules of the tests, if none had done so before. What cannot be imported they say.
compiled: $(TEST)
	@$(BIN)/pytest --collect-only -qqq > /dev/null 2>&1 || true

test-embedded: $(TEST)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# What it says is seen at once.
test-seen: $(TEST)
	@$(MAKE) --no-print-directory --output-sync=none test-embedded

test-system: $(TEST)  ## The tests of the database, on the system's PostgreSQL 15 (REPEATED=database for all that ask for one)
	@if [ -x /usr/lib/postgresql/15/bin/initdb ]; then set -x; \
		CHILDLEDGER_TEST_POSTGRES=15 $(BIN)/pytest -n $(REPEATING) --dist worksteal -m "$(REPEATED)"; \
	else echo "PostgreSQL 15 is not installed here: not tested on it"; fi

test-pooled: $(TEST)  ## The tests of whoever enters the database, behind PgBouncer in transaction mode
	@if [ -x /usr/sbin/pgbouncer ]; then set -x; \
		CHILDLEDGER_TEST_POOLER=1 $(BIN)/pytest -n $(REPEATING) --dist worksteal -m pooled; \
	else echo "PgBouncer is not installed here: not tested behind it"; fi

explore: $(TEST)  ## Try every property on new examples, EXAMPLES times as many as usual (TESTS=tests/sealed for some)
	CHILDLEDGER_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -n $(WORKERS) --dist worksteal -m hypothesis \
		-o timeout=7200 -o faulthandler_timeout=7500 $(TESTS)

drills: $(TEST)  ## The drills in full, which take their time: nothing skipped, nothing lost
	CHILDLEDGER_DRILLS=full $(BIN)/pytest -m drill -o timeout=7200 -o faulthandler_timeout=7500

bench: $(TEST) $(if $(filter peers%,$(ROWS)),$(PEERS))  ## Measure against the performance budget (ROWS="append bulk" for some rows, ROWS=peers for those against other stores, ARGS=--json for JSON)
	@$(BIN)/python -m tests.bench $(ROWS) $(ARGS)

bench-scale: $(TEST)  ## Measure latencies up to ten million entries, and the memory of import and rebuild
	@$(BIN)/python -m tests.bench scale $(ARGS)

bench-cluster: $(TEST)  ## Measure a ledger on the Citus cluster that CHILDLEDGER_TEST_CITUS names against one PostgreSQL
	@$(BIN)/python -m tests.bench cluster $(ARGS)

limits: $(TEST)  ## Measure what the worst inputs that are allowed cost, and a quiet user beside them (ROWS="head feed" for some)
	@$(BIN)/python -m tests.limits $(ROWS)

screens: $(TEST)  ## Write screenshots of the console's pages to SCREENS (needs Chromium)
	$(BIN)/python -m tests.support.screens $(SCREENS)

schema: $(TEST)  ## Describe anew, in ledger/sql/schema.txt, what the migrations make
	$(BIN)/python -m tests.support.schema_description

requirements:  ## Pin anew what pyproject.toml asks for (needs uv; with UPGRADE=--upgrade the newest of everything)
	$(COMPILE) $(UPGRADE) --output-file requirements/run.txt
	$(COMPILE) $(UPGRADE) --extra dev --constraint requirements/run.txt --output-file requirements/test.txt
	$(COMPILE) $(UPGRADE) --extra peers --constraint requirements/test.txt --output-file requirements/peers.txt

.venv/bin/pip:
	@python=$$(for found in python3 python3.13 python3.12 python3.11; do \
		$$found -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$found && break; done); \
	if [ -z "$$python" ]; then echo "childledger needs Python 3.11 or newer, and found none."; exit 1; fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; fi; \
	$$python -m venv --clear .venv

$(RUN): requirements/run.txt pyproject.toml | .venv/bin/pip
	$(BIN)/python -m pip install -qq --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(TEST): requirements/test.txt $(RUN)
	$(BIN)/python -m pip install -qq --require-hashes -r requirements/test.txt
	@touch $@

$(PEERS): requirements/peers.txt $(TEST)
	$(BIN)/python -m pip install -qq --require-hashes -r requirements/peers.txt
	@touch $@

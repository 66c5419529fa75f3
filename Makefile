# One command to start, one to test. `make demo` and `make test` need Python 3.11 and make, nothing else.
.DEFAULT_GOAL := help
PORT ?= 8321
DATA ?= data
RUN := .venv/bin

.PHONY: help demo test check bench quality soak docs requirements env-demo env-dev

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

env-demo:
	@sh deploy/environment.sh demo

env-dev:
	@sh deploy/environment.sh dev

demo: env-demo ## Run a whole simulated school; the console is at http://127.0.0.1:8321 (PORT=, DATA=)
	@$(RUN)/lamplighter up --port $(PORT) --data $(DATA)

test: env-dev ## Run all tests; servers that are absent are skipped and listed last
	$(RUN)/pytest -n 2 --dist loadfile

check: env-dev ## Lint, types, import arrows, tests
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/pytest -n 2 --dist loadfile

bench: env-dev ## Benchmarks and the fault table (RUNS=1, about 40 minutes); JSON on stdout
	$(RUN)/python -m bench.ap50
	$(RUN)/python -m bench.outbox
	$(RUN)/python -m bench.ingest
	$(RUN)/python -m bench.backlog
	$(RUN)/python -m bench.light
	$(RUN)/python -m bench.city --json
	$(RUN)/python -m bench.city_day --json
	$(RUN)/python -m bench.faults --runs $(or $(RUNS),1) --json

quality: env-dev ## How well incidents are found on ../shared/media: the table and the matrix, YOLOX-nano and the bundled network
	$(RUN)/python -m bench.quality
	$(RUN)/python -m bench.quality --model hog_person

soak: env-dev ## Repeat a 60 s run of the whole school (RUNS=3), with Mosquitto and without
	$(RUN)/python -m bench.soak --runs $(or $(RUNS),3)

docs: env-dev ## Write the generated documents anew
	$(RUN)/lamplighter docs build

requirements: ## Resolve the hashed requirements anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra edge pyproject.toml -o requirements/edge.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra server --extra reports pyproject.toml -o requirements/server.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra edge --extra server pyproject.toml -o requirements/demo.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements/dev.txt

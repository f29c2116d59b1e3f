# Needs Python 3.11 or newer and a package index; everything else is made in .local/.
PYTHON ?= python3
STAGE ?= dev

VENV := .local/venv
EMULATOR := .local/emulator
BIN := $(CURDIR)/$(VENV)/bin
SAM := SAM_CLI_TELEMETRY=0 $(CURDIR)/$(EMULATOR)/bin/sam
# What sam build hands to layers/dependencies/Makefile.
FOR_BUILD := PYTHON=$(BIN)/python UV=$(BIN)/uv
TESTS ?= tests

export API_PORT INBOX_PORT SMTP_PORT

.DEFAULT_GOAL := help
.PHONY: help local stop test test/stack test/units test/stores test-long bench pictures check build deploy platform-key redrive clean local/env.json

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z%\/._-]+:.*## / {printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

local: $(VENV)/ready $(EMULATOR)/ready ## Run everything here, with a demo tenant and an inbox page; Ctrl-C ends it
	@exec $(BIN)/python -m local.start

stop: $(VENV)/ready ## End what make local started
	@$(BIN)/python -m local.stop

test: check ## Check and test: unit, contract, integration, end to end; TESTS=tests/unit runs those alone
ifeq ($(TESTS),tests)
	+$(MAKE) --jobs=2 --output-sync=target --no-print-directory test/stack test/units test/stores
else
	$(BIN)/pytest -m "not long" $(TESTS)
endif

# Two at a time, since all of them wait a good deal: the stack for its functions, the others for servers that hang.
test/stack:
	$(BIN)/pytest -m "not long" tests/e2e

test/units:
	$(BIN)/pytest -m "not long" tests/unit

test/stores:
	$(BIN)/pytest -m "not long" --ignore=tests/e2e --ignore=tests/unit tests

test-long: $(VENV)/ready $(EMULATOR)/ready ## The tests of races and crashes, in full, about half an hour; SEED=n repeats one
	$(BIN)/pytest -m long -rs $(TESTS)

bench: $(VENV)/ready $(EMULATOR)/ready ## Measure, beside rivals; BENCH=smtp_rtt measures that alone
	@$(BIN)/python -m bench $(BENCH)

pictures: $(VENV)/ready ## Show the built-in mails as a phone and a computer do, light and dark, in .local/pictures; needs Chromium
	@PYTHONPATH=layers/postroom/python $(BIN)/python -m local.pictures $(MAILS)

check: $(VENV)/ready $(EMULATOR)/ready ## Lint, types and template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml
	$(BIN)/python -m local.transformed > .local/transformed.json
	$(BIN)/cfn-lint .local/transformed.json
	$(SAM) validate --lint

build: $(VENV)/ready $(EMULATOR)/ready ## Build for AWS
	find functions -name __pycache__ -prune -exec rm -rf {} +
	$(FOR_BUILD) $(SAM) build

deploy: build ## Deploy to AWS: make deploy STAGE=dev|prod
	$(SAM) deploy --config-env $(STAGE)

platform-key: $(VENV)/ready ## Make the first platform key of a deployed stage and show it: make platform-key STAGE=dev|prod
	@$(BIN)/python -m local.platform_key postroom-$(STAGE) $(if $(ANOTHER),--another)

redrive: ## Put dead letters back: make redrive API=https://… KEY=<platform key>
	@curl -sS --fail-with-body -X POST "$(API)/v1/system/redrive" -H "Authorization: Bearer $(KEY)" \
		-H "Content-Type: application/json" -d '{}'

invoke-%: $(VENV)/ready ## Run a function of the local stack on events/<function>.json: make invoke-due
	@$(BIN)/python -m local.invoke $*

local/env.json: $(VENV)/ready ## Write the settings of the local stack for sam local invoke, which needs Docker
	@$(BIN)/python -m local.env_json

clean: ## Remove everything that was made here
	rm -rf .local .aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready: requirements-dev.txt layers/dependencies/requirements.txt cli/pyproject.toml local/environment.sh
	local/environment.sh "$(PYTHON)" $(VENV) requirements-dev.txt
	@touch $@

$(EMULATOR)/ready: local/requirements.txt local/environment.sh
	local/environment.sh "$(PYTHON)" $(EMULATOR) local/requirements.txt
	@touch $@

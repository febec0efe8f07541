# busbar. `make help` lists the targets.
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0
BUILD   ?= build
ifeq ($(origin CC),default)
CC      := gcc
endif
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)

PACKAGES := libsystemd libserialport libsocketcan libprotobuf-c libcyaml yaml-0.1 jansson libmd
WARN   := -Wall -Wextra -Wno-missing-field-initializers -Wconversion -Wshadow -Wswitch-enum -Werror
CFLAGS ?= -O2 -g
CPPFLAGS += -D_GNU_SOURCE -I. -I$(BUILD) -DBUSBAR_PREFIX='"$(PREFIX)"' -DBUSBAR_VERSION='"$(VERSION)"'
BASE   := -std=c11 -ffp-contract=off $(WARN)
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lpthread -lm

# A plain `make` names what it lacks and what to do about it, instead of failing in the first header.
ifneq ($(filter-out help deps demo check shed layers clean format uninstall,$(or $(MAKECMDGOALS),all)),)
MISSING := $(strip $(shell for tool in $(firstword $(CC)) pkg-config protoc-c; do command -v $$tool >/dev/null || echo $$tool; done; \
	for library in $(PACKAGES); do pkg-config --exists $$library 2>/dev/null || echo $$library; done))
ifneq ($(MISSING),)
$(error missing: $(MISSING). `make deps` installs what busbar is built and tested with)
endif
endif

FOLDERS := core can devices bms inverter phase-router app sim
SRC  := $(sort $(foreach d,$(FOLDERS),$(wildcard $(d)/*.c)))
LIB_SRC := $(filter-out app/main.c,$(SRC))
PROTO := $(wildcard app/*.proto)
PROTO_C := $(PROTO:%.proto=$(BUILD)/%.pb-c.c)
TESTS := $(sort $(wildcard test/*_test.c))
FUZZ  := $(sort $(wildcard test/fuzz_*.c))

# Four flavours of the same sources: rel (what ships), san (ASan + UBSan), cov (gcov), fuz (libFuzzer).
FLAGS_rel := $(CFLAGS)
FLAGS_san := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_cov := -O0 -g --coverage
FLAGS_fuz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
CC_rel = $(CC)
CC_san = $(CC)
CC_cov = $(CC)
CC_fuz := clang
OBJ = $(LIB_SRC:%.c=$(BUILD)/$(1)/%.o) $(PROTO:%.proto=$(BUILD)/$(1)/%.pb-c.o)

.PHONY: all help
all: $(BUILD)/busbar ## build the busbar binary (the default)

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Changed flags rebuild: the object depends on a file that holds them.
$(BUILD)/%.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC_$*) $(BASE) $(CPPFLAGS) $(FLAGS_$*)' | cmp -s - $@ || echo '$(CC_$*) $(BASE) $(CPPFLAGS) $(FLAGS_$*)' > $@
.PHONY: FORCE
.SECONDARY:

define flavour
$(BUILD)/$(1)/%.o: %.c $(BUILD)/$(1).flags | $(PROTO_C)
	@mkdir -p $$(@D)
	@echo "  CC      $$<"
	$(Q)$(CC_$(1)) $(BASE) $(CPPFLAGS) $(PKG_CFLAGS) $(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
$(BUILD)/$(1)/%.pb-c.o: $(BUILD)/%.pb-c.c $(BUILD)/$(1).flags
	@mkdir -p $$(@D)
	$(Q)$(CC_$(1)) -std=c11 $(CPPFLAGS) $(PKG_CFLAGS) $(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
$(BUILD)/$(1)/libbusbar.a: $(call OBJ,$(1))
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
$(BUILD)/$(1)/test/%: $(BUILD)/$(1)/test/%.o $(BUILD)/$(1)/libbusbar.a
	@echo "  LD      $$@"
	$(Q)$(CC_$(1)) $(FLAGS_$(1)) -o $$@ $$< $(BUILD)/$(1)/libbusbar.a $(LIBS)
# All of the archive, so that a name defined twice is an error and not a choice.
$(BUILD)/$(1)/busbar: $(BUILD)/$(1)/app/main.o $(BUILD)/$(1)/libbusbar.a
	@echo "  LD      $$@"
	$(Q)$(CC_$(1)) $(FLAGS_$(1)) -o $$@ $$< -Wl,--whole-archive $(BUILD)/$(1)/libbusbar.a -Wl,--no-whole-archive $(LIBS)
endef
$(foreach f,rel san cov fuz,$(eval $(call flavour,$(f))))

$(BUILD)/busbar: $(BUILD)/rel/busbar
	@cp $< $@

$(BUILD)/%.pb-c.c: %.proto
	@mkdir -p $(@D)
	@echo "  PROTOC  $<"
	$(Q)protoc-c --proto_path=. --c_out=$(BUILD) $<

# --- trying it ---

.PHONY: deps demo test model model-sample model-bugs hostile accept mutate mutate-sample days weeks corpus check afternoon peers soc soc-check layers purity bench fuzz cov shed clang format install uninstall clean
deps: ## install what building, testing and the virtual shed need (Debian packages)
	$(Q)tools/deps shed

demo: ## a sunny afternoon: b pushes the button, q quits
	$(Q)tools/deps build
	$(Q)$(MAKE) --no-print-directory $(BUILD)/busbar
	$(Q)$(BUILD)/busbar demo

# --- proving it ---

# A fuzz target is one C file with LLVMFuzzerTestOneInput.
FUZZ_NAMES := $(FUZZ:test/fuzz_%.c=%)
FUZZ_NAMES := $(filter-out main,$(FUZZ_NAMES))
CORPUS := $(FUZZ_NAMES:%=$(BUILD)/corpus/fuzz_%)

$(BUILD)/corpus/fuzz_%: $(BUILD)/san/test/fuzz_%.o $(BUILD)/san/test/fuzz_main.o $(BUILD)/san/libbusbar.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS_san) -o $@ $^ $(LIBS)

$(BUILD)/fuz/fuzz_%: $(BUILD)/fuz/test/fuzz_%.o $(BUILD)/fuz/libbusbar.a
	@echo "  LD      $@"
	$(Q)$(CC_fuz) $(FLAGS_fuz) -fsanitize=fuzzer -o $@ $^ $(LIBS)

test: $(TESTS:%.c=$(BUILD)/san/%) $(CORPUS) $(BUILD)/san/busbar ## every test program and the fuzz corpus, with ASan and UBSan
	$(Q)tools/run-tests $(TESTS:%.c=$(BUILD)/san/%) 'tools/corpus $(CORPUS)'

MODEL_STATES ?= 3000000
model: $(BUILD)/rel/test/model ## search every behaviour of router and gate under menus of three faults
	$(Q)$< --max $(MODEL_STATES)

model-sample: $(BUILD)/rel/test/model ## the same, cut short
	$(Q)$< --max 40000

model-bugs: $(BUILD)/rel/libbusbar.a ## plant bugs in a copy of the router: the search finds each
	$(Q)tools/model-bugs $(CC_rel) -std=c11 $(CPPFLAGS) $(FLAGS_rel)

corpus: $(CORPUS) ## the fuzz corpus alone: what fuzzing has found before, through the same targets
	$(Q)tools/corpus $(CORPUS)

hostile: $(BUILD)/rel/test/hostile ## 10^8 malicious frames through the gate; HOSTILE_SEED=1 HOSTILE_FRAMES=100000000
	$(Q)$<

accept: $(BUILD)/rel/test/accept ## 10^8 damaged inverter answers: what a CRC alone takes, what shape and form take; ACCEPT_ANSWERS=100000000
	$(Q)$<

layers: ## prove who may include whom
	$(Q)tools/layers

PURE := $(wildcard core/*.c bms/*.c phase-router/*.c devices/*.c sim/*.c inverter/unit*.c inverter/answer*.c inverter/protocol*.c \
	inverter/bank*.c inverter/means.c inverter/faults.c inverter/energy.c) \
	inverter/stream_hid.c inverter/probe.c can/text.c can/codec.c can/dialect.c can/dispatch.c can/dbc_lex.c \
	app/controller.c app/policy.c app/policy_parts.c app/policy_text.c app/session.c app/supply.c app/orders.c app/summary.c app/tell.c \
	app/look.c app/look_currents.c app/steer.c app/journal.c app/ac_side.c app/emulation.c app/pack_text.c app/cap_side.c \
	app/request.c app/request_set.c app/request_set_watch.c app/request_watch.c app/setting.c app/inverter_side.c app/means_side.c
# app/plant.c prints what is wrong with a config, at start, to the file it is given; the rest of it is pure.
PURE_TOO := plant_init plant_devices plant_orders plant_hear plant_unit_expected
purity: $(PURE:%.c=$(BUILD)/rel/%.o) ## prove that pure code has no clock, heap, descriptor, print or variable
	$(Q)tools/purity $(PURE_TOO:%=-f %) $^

BENCHES := $(patsubst %.c,$(BUILD)/rel/%,$(sort $(wildcard test/bench_*.c)))
bench: $(BENCHES) $(BUILD)/busbar ## figures, one JSON line each
	$(Q)tools/bench $(BENCHES) tools/bench-process tools/bench-dbc

soc: $(BUILD)/busbar ## the charge estimator on laboratory series, with parameters fitted to others
	$(Q)tools/soc-figures $< bms/cells $(or $(BUSBAR_SHARED),../shared)

soc-check: $(BUILD)/busbar ## the same, its means held against limits; skipped without ../shared/data
	$(Q)tools/soc-figures --check $< bms/cells $(or $(BUSBAR_SHARED),../shared)

days: $(BUILD)/rel/test/days ## a thousand plant-days under random faults; DAYS=1000 SEED=1 JOBS=2
	$(Q)DAYS='$(DAYS)' SEED='$(SEED)' JOBS='$(JOBS)' $<

weeks: $(BUILD)/rel/test/weeks ## months of a capped battery, the estimate against the truth; WEEKS_DAYS=120 SEEDS=100 SEED=1 JOBS=2
	$(Q)WEEKS_DAYS='$(WEEKS_DAYS)' SEEDS='$(SEEDS)' SEED='$(SEED)' JOBS='$(JOBS)' $<

fuzz: $(FUZZ_NAMES:%=$(BUILD)/fuz/fuzz_%) ## fuzz every decoder of foreign bytes, FUZZ_SECONDS=60 each
	$(Q)tools/fuzz $^

cov: $(TESTS:%.c=$(BUILD)/cov/%) ## line coverage by folder, into build/cov.txt
	$(Q)find $(BUILD)/cov -name '*.gcda' -delete
	$(Q)for t in $(TESTS:%.c=$(BUILD)/cov/%); do $$t >/dev/null 2>&1; done; true
	$(Q)tools/coverage $(BUILD)/cov > $(BUILD)/cov.txt; cat $(BUILD)/cov.txt

mutate: ## change the safety core in every small way: some test must fail each time
	$(Q)MAKE="$(MAKE)" BUILD=$(BUILD) LIBS="$(LIBS)" tools/mutate --resume $(BUILD)/mutate.state

MUTANTS ?= 150
mutate-sample: ## MUTANTS=150 of these changes, drawn at random; the seed is printed
	$(Q)MAKE="$(MAKE)" BUILD=$(BUILD) LIBS="$(LIBS)" tools/mutate --sample $(MUTANTS)

afternoon: $(BUILD)/busbar
	$(Q)tools/check-afternoon

peers: $(BUILD)/busbar ## foreign programs as witnesses: inverter clients, cantools (from PyPI, else skipped)
	$(Q)tools/check-peers

shed: $(BUILD)/busbar $(BUILD)/rel/test/stream_test $(BUILD)/rel/test/hidraw_test $(BUILD)/rel/test/usb_reset_test ## the virtual shed: Debian's kernel under QEMU, real CAN, serial lines, USB
	$(Q)tools/deps shed
	$(Q)tools/shed test/shed/first_light.sh
	$(Q)tools/shed test/shed/usb.sh

check: ## every test there is, the virtual shed included
	$(Q)tools/deps shed
	$(Q)mkdir -p $(BUILD)
	$(Q)MAKE="$(MAKE)" tools/check test model-sample model-bugs mutate-sample layers purity clang afternoon peers soc-check shed bench

clang: ## build everything with clang's warnings as errors too
	$(Q)$(MAKE) --no-print-directory CC=clang BUILD=$(BUILD)/clang $(BUILD)/clang/busbar \
		$(patsubst %.c,$(BUILD)/clang/rel/%.o,$(FUZZ) $(wildcard test/bench_*.c))
	@echo "clang: 1 passed, 0 failed"

format: ## clang-format every C source; headers are aligned by hand
	clang-format -i $(foreach d,$(FOLDERS) test,$(wildcard $(d)/*.c))

# One test alone, for work on a module: make t-dbc
t-%: $(BUILD)/san/test/%_test
	$<

# --- installing it ---

SHARE := $(DESTDIR)$(PREFIX)/share/busbar
install: $(BUILD)/busbar ## into PREFIX (/usr/local), DESTDIR for packages
	install -D -m 755 $(BUILD)/busbar $(DESTDIR)$(PREFIX)/bin/busbar
	install -d $(SHARE) $(DESTDIR)/etc/busbar $(DESTDIR)$(PREFIX)/share/doc/busbar
	install -m 644 dbc/*.dbc dbc/*.yaml sim/uc001.yaml $(SHARE)
	install -d $(SHARE)/cells
	install -m 644 bms/cells/*.yaml $(SHARE)/cells
	install -m 644 tools/install/80-can0.network tools/install/60-busbar.rules $(DESTDIR)$(PREFIX)/share/doc/busbar
	install -D -m 644 docs/busbar.8 $(DESTDIR)$(PREFIX)/share/man/man8/busbar.8
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d
	sed 's#@PREFIX@#$(PREFIX)#' tools/install/busbar.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/busbar.service
	install -m 644 tools/install/busbar.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/busbar.conf
	@[ -n "$(DESTDIR)" ] || { systemd-sysusers 2>/dev/null; systemctl daemon-reload 2>/dev/null; true; }

uninstall: ## remove what install put there; the config and the state stay
	rm -rf $(DESTDIR)$(PREFIX)/bin/busbar $(SHARE) $(DESTDIR)$(PREFIX)/share/doc/busbar
	rm -f $(DESTDIR)$(PREFIX)/share/man/man8/busbar.8 $(DESTDIR)$(PREFIX)/lib/systemd/system/busbar.service
	rm -f $(DESTDIR)$(PREFIX)/lib/sysusers.d/busbar.conf

clean: ## remove everything built
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

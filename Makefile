# busbar. `make help` lists the targets.
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0
BUILD   ?= build
CC      ?= gcc
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)

PACKAGES := libsystemd libserialport libprotobuf-c yaml-0.1 jansson libmd
WARN   := -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Werror
CFLAGS ?= -O2 -g
CPPFLAGS += -D_GNU_SOURCE -I. -I$(BUILD) -DBUSBAR_PREFIX='"$(PREFIX)"' -DBUSBAR_VERSION='"$(VERSION)"'
BASE   := -std=c11 -ffp-contract=off $(WARN)
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS   = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcyaml -lsocketcan -lm

FOLDERS := core can devices bms inverter phase-router app sim
SRC  := $(sort $(foreach d,$(FOLDERS),$(wildcard $(d)/*.c)))
LIB_SRC := $(filter-out app/main.c,$(SRC))
PROTO := $(wildcard app/*.proto)
PROTO_C := $(PROTO:%.proto=$(BUILD)/%.pb-c.c)
TESTS := $(sort $(wildcard test/*_test.c))
FUZZ  := $(sort $(wildcard test/fuzz_*.c))

# Three flavours of the same sources: rel (what ships), san (ASan + UBSan), cov (gcov).
FLAGS_rel := $(CFLAGS)
FLAGS_san := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_cov := -O0 -g --coverage
OBJ = $(LIB_SRC:%.c=$(BUILD)/$(1)/%.o) $(PROTO:%.proto=$(BUILD)/$(1)/%.pb-c.o)

.PHONY: all help
all: $(BUILD)/busbar ## build the busbar binary (the default)

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Changed flags rebuild: the object depends on a file that holds them.
$(BUILD)/%.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(BASE) $(CPPFLAGS) $(FLAGS_$*)' | cmp -s - $@ || echo '$(CC) $(BASE) $(CPPFLAGS) $(FLAGS_$*)' > $@
.PHONY: FORCE
.SECONDARY:

define flavour
$(BUILD)/$(1)/%.o: %.c $(BUILD)/$(1).flags | $(PROTO_C)
	@mkdir -p $$(@D)
	@echo "  CC      $$<"
	$(Q)$(CC) $(BASE) $(CPPFLAGS) $(PKG_CFLAGS) $(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
$(BUILD)/$(1)/%.pb-c.o: $(BUILD)/%.pb-c.c $(BUILD)/$(1).flags
	@mkdir -p $$(@D)
	$(Q)$(CC) -std=c11 $(CPPFLAGS) $(PKG_CFLAGS) $(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
$(BUILD)/$(1)/libbusbar.a: $(call OBJ,$(1))
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
$(BUILD)/$(1)/test/%: $(BUILD)/$(1)/test/%.o $(BUILD)/$(1)/libbusbar.a
	@echo "  LD      $$@"
	$(Q)$(CC) $(FLAGS_$(1)) -o $$@ $$< $(BUILD)/$(1)/libbusbar.a $(LIBS)
$(BUILD)/$(1)/busbar: $(BUILD)/$(1)/app/main.o $(BUILD)/$(1)/libbusbar.a
	@echo "  LD      $$@"
	$(Q)$(CC) $(FLAGS_$(1)) -o $$@ $$^ $(LIBS)
endef
$(foreach f,rel san cov,$(eval $(call flavour,$(f))))

$(BUILD)/busbar: $(BUILD)/rel/busbar
	@cp $< $@

$(BUILD)/%.pb-c.c: %.proto
	@mkdir -p $(@D)
	@echo "  PROTOC  $<"
	$(Q)protoc-c --proto_path=. --c_out=$(BUILD) $<

.PHONY: test
test: $(TESTS:%.c=$(BUILD)/san/%) $(BUILD)/san/busbar ## unit and scenario tests, ASan and UBSan
	$(Q)tools/run-tests $(TESTS:%.c=$(BUILD)/san/%)

# One test alone, for work on a module: make t-dbc
t-%: $(BUILD)/san/test/%_test
	$<

.PHONY: clean
clean: ## remove everything built
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

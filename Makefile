# How cdbt is built, tested and installed. `make help` lists the targets.
#
# Nothing is registered here by hand: every src/**/*.c is part of the library, every
# tests/unit/**/test_*.c is a test program, every tests/cli/*.sh and tests/*/run prints TAP.
#
# Knobs (make NAME=value):
#   CC        the compiler; gcc and clang are both kept free of warnings
#   BUILD     where everything that is made goes; one folder a configuration
#   SANITIZE  a list for -fsanitize=, as in SANITIZE=address,undefined
#   WERROR=1  warnings are errors (what .ci/run does)
#   DEBUG=1   no optimisation
#   V=1       show the commands in full
#   JOBS      how many things to do at once; all cores otherwise
#   T         which test programs to run, by part of their path: make test T=base/test_arena

BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
SANITIZE ?=
WERROR   ?=
DEBUG    ?=
T        ?=
V        ?=
JOBS     ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
FUZZ_SECONDS ?= 20

PKG_CONFIG ?= pkg-config
CLANG      ?= clang
OS         := $(shell uname -s)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# A make started from a recipe works in parallel even if the person typed no -j.
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

# ---- libraries -------------------------------------------------------------------------
# One pkg-config call each way. Whatever is required and absent is named by `check-libs`,
# which everything compiled depends on. libpq is never linked: it is loaded when a profile
# asks for PostgreSQL, so only its header matters here.

# Homebrew keeps its SQLite out of the way of the system's: pkg-config has to be told.
ifeq ($(OS),Darwin)
  export PKG_CONFIG_PATH := $(shell brew --prefix sqlite 2>/dev/null)/lib/pkgconfig:$(PKG_CONFIG_PATH)
endif

REQUIRED := yaml-0.1 sqlite3 libpcre2-8 jansson libxxhash nettle md4c
OPTIONAL := libmicrohttpd libpq

known   := $(shell export PKG_CONFIG_PATH='$(PKG_CONFIG_PATH)'; for p in $(REQUIRED) $(OPTIONAL) cmocka; do $(PKG_CONFIG) --exists $$p 2>/dev/null && echo $$p; done)
missing := $(filter-out $(known),$(REQUIRED))
linked  := $(filter $(known),$(REQUIRED) libmicrohttpd)
headers := $(filter $(known),$(REQUIRED) $(OPTIONAL))

# Other people's headers are system headers: our warnings are about our code.
LIB_CFLAGS  := $(if $(headers),$(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(headers))))
LIB_LIBS    := $(if $(linked),$(shell $(PKG_CONFIG) --libs $(linked)))
TEST_CFLAGS := $(if $(filter cmocka,$(known)),$(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags cmocka)))
TEST_LIBS   := $(if $(filter cmocka,$(known)),$(shell $(PKG_CONFIG) --libs cmocka))

HAVE := $(if $(filter libmicrohttpd,$(known)),-DHAVE_MICROHTTPD=1) \
        $(if $(filter libpq,$(known)),-DHAVE_LIBPQ_HEADERS=1)

# ---- flags -----------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef \
            -Wvla -Wformat=2 -Wimplicit-fallthrough $(if $(WERROR),-Werror)
# cmocka's macros cast freely, and a test has no callers to declare things for.
TEST_WARNINGS := $(filter-out -Wconversion -Wcast-qual -Wmissing-prototypes,$(WARNINGS))

OPTIMISE := $(if $(DEBUG),-O0,$(if $(SANITIZE),-O1,-O2))
HARDEN   := -fstack-protector-strong $(if $(DEBUG)$(SANITIZE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
CHECKED  := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer) \
            $(if $(FUZZING),-fno-sanitize=pointer-overflow)
# With FUZZING=1 (clang only) libFuzzer drives the fuzz targets; otherwise tests/fuzz/standalone.c does,
# which runs each over its corpus once.
# clang takes NULL + 0 for an overflow, which C23 allows and every compiler grants.
FUZZING  ?=

CPPFLAGS_ALL = -Iinclude -Isrc -I$(BUILD)/gen $(LIB_CFLAGS) -D_GNU_SOURCE $(HAVE) $(CPPFLAGS)
CFLAGS_ALL   = -std=c17 -g $(OPTIMISE) $(HARDEN) $(CHECKED) -fvisibility=hidden -ffunction-sections \
               -fdata-sections -pthread $(CFLAGS)
ifeq ($(OS),Linux)
  LINK_ONLY := -Wl,--as-needed -Wl,--gc-sections -Wl,-z,relro
else ifeq ($(OS),Darwin)
  LINK_ONLY := -Wl,-dead_strip
endif
LDFLAGS_ALL = $(CHECKED) -pthread $(LINK_ONLY) $(LDFLAGS)
LIBS_ALL    = $(LIB_LIBS) -lm -ldl $(LIBS)

# ---- what there is ---------------------------------------------------------------------

MAIN    := $(wildcard src/cli/main.c)
SOURCES := $(sort $(filter-out src/cli/main.c,$(shell find src -name '*.c' 2>/dev/null)))
HEADERS := $(sort $(shell find include src -name '*.h' 2>/dev/null))
MACROS  := $(sort $(shell find src/macros -type f 2>/dev/null))
WEB     := $(sort $(shell find src/docs/web -type f 2>/dev/null))
UNIT    := $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
SUPPORT := $(sort $(shell find tests/support -name '*.c' 2>/dev/null))
CONFORMANCE := $(shell find tests/conformance -maxdepth 2 -type f -perm -u+x | sort)
# One takes minutes to install, one wants clones of public projects: `make conformance` has them, .ci/run does not. CONFORMANCE_ALL: of those
# that have a short form, everything.
CONFORMANCE_LONG := tests/conformance/orchestrators tests/conformance/public
TOOLS   := $(sort $(wildcard tests/tools/*.c))
FUZZ    := $(sort $(filter-out tests/fuzz/standalone.c,$(wildcard tests/fuzz/*.c)))

GEN     := $(BUILD)/gen/embedded_macros.c $(BUILD)/gen/embedded_web.c
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o) $(GEN:$(BUILD)/%.c=$(BUILD)/obj/%.o)
LIBRARY := $(BUILD)/libcdbt.a
PROGRAM := $(if $(MAIN),$(BUILD)/cdbt)

UNIT_PROGRAMS := $(UNIT:%.c=$(BUILD)/%)
UNIT_OBJECTS  := $(UNIT:%.c=$(BUILD)/obj/%.o) $(SUPPORT:%.c=$(BUILD)/obj/%.o)
TOOL_PROGRAMS := $(TOOLS:%.c=$(BUILD)/%)
FUZZ_PROGRAMS := $(FUZZ:%.c=$(BUILD)/%)
FUZZ_DRIVER   := $(if $(FUZZ),$(if $(FUZZING),,$(BUILD)/obj/tests/fuzz/standalone.o))
FUZZ_OBJECTS  := $(FUZZ:%.c=$(BUILD)/obj/%.o) $(FUZZ_DRIVER)

# SQLite's function pack as an extension that other clients can load. It stands alone: the pack and what it needs of base.
EXTENSION         := $(BUILD)/cdbt_functions.$(if $(filter Darwin,$(OS)),dylib,so)
EXTENSION_SOURCES := $(wildcard src/adapter/sqlite/functions/*.c) \
                     $(addprefix src/base/,arena.c mem.c str.c hash.c regex.c clock.c utf8.c uuid.c zone.c file.c path.c vec.c walk.c)
EXTENSION_OBJECTS := $(EXTENSION_SOURCES:%.c=$(BUILD)/pic/%.o)

.PHONY: all lib extension test-programs test-tools fuzz-programs
all: $(LIBRARY) $(PROGRAM)
lib: $(LIBRARY)
extension: $(EXTENSION)
test-programs: $(UNIT_PROGRAMS) $(FUZZ_PROGRAMS) $(TOOL_PROGRAMS) $(EXTENSION)
test-tools: $(TOOL_PROGRAMS)
fuzz-programs: $(FUZZ_PROGRAMS)

# ---- rules -----------------------------------------------------------------------------

# A text that is written again only if it changed: others may depend on it.
# Used for flags (another compiler or knob rebuilds) and for lists of files (a removed file rebuilds).
define remember
	@mkdir -p $(@D); printf '%s\n' '$(strip $(1))' >$@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@
endef

# $(call show,CC,name): one short line a step, the whole command under V=1.
show = $(if $(V),,@printf '  %-6s %s\n' '$(1)' '$(2)';)

.PHONY: FORCE
FORCE:

$(BUILD)/flags: FORCE
	$(call remember,$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(WARNINGS) $(LDFLAGS_ALL) $(LIBS_ALL))
$(BUILD)/objects.list: FORCE
	$(call remember,$(OBJECTS))
$(BUILD)/gen/macros.list: FORCE
	$(call remember,$(MACROS))
$(BUILD)/gen/web.list: FORCE
	$(call remember,$(WEB))

$(BUILD)/gen/embedded_macros.c: tools/embed $(BUILD)/gen/macros.list $(MACROS)
	$(call show,EMBED,$@)tools/embed embedded_macros src/macros >$@
$(BUILD)/gen/embedded_web.c: tools/embed $(BUILD)/gen/web.list $(WEB)
	$(call show,EMBED,$@)tools/embed embedded_web src/docs/web >$@

$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags | check-libs
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(WARNINGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/src/%.o: src/%.c $(BUILD)/flags | check-libs $(GEN)
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(WARNINGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/flags | check-libs check-cmocka
	@mkdir -p $(@D)
	$(call show,CC,$<)$(CC) $(CPPFLAGS_ALL) -Itests $(TEST_CFLAGS) $(CFLAGS_ALL) $(TEST_WARNINGS) -MMD -MP -c -o $@ $<

# Never with a sanitizer: who loads it is built without one.
$(BUILD)/pic/%.o: %.c $(BUILD)/flags | check-libs
	@mkdir -p $(@D)
	$(call show,CC,$< (extension))$(CC) $(CPPFLAGS_ALL) -DCDBT_LOADABLE $(filter-out $(CHECKED),$(CFLAGS_ALL)) -fPIC $(WARNINGS) -MMD -MP -c -o $@ $<

$(EXTENSION): $(EXTENSION_OBJECTS)
	$(call show,LINK,$@)$(CC) -shared $(filter-out $(CHECKED),$(LDFLAGS_ALL)) -o $@ $^ $(LIBS_ALL)

$(LIBRARY): $(OBJECTS) $(BUILD)/objects.list
	@rm -f $@
	$(call show,AR,$@)$(AR) rcs $@ $(OBJECTS)

$(BUILD)/cdbt: $(BUILD)/obj/src/cli/main.o $(LIBRARY)
	$(call show,LINK,$@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_ALL)

$(UNIT_PROGRAMS): $(BUILD)/%: $(BUILD)/obj/%.o $(SUPPORT:%.c=$(BUILD)/obj/%.o) $(LIBRARY)
	@mkdir -p $(@D)
	$(call show,LINK,$@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(LIBS_ALL)

$(TOOL_PROGRAMS): $(BUILD)/%: $(BUILD)/obj/%.o $(LIBRARY)
	@mkdir -p $(@D)
	$(call show,LINK,$@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_ALL)

$(FUZZ_PROGRAMS): $(BUILD)/%: $(BUILD)/obj/%.o $(FUZZ_DRIVER) $(LIBRARY)
	@mkdir -p $(@D)
	$(call show,LINK,$@)$(CC) $(if $(FUZZING),-fsanitize=fuzzer) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_ALL)

# The intermediate objects of test programs stay, and so do the lists.
.SECONDARY:

.PHONY: check-libs check-cmocka
check-libs:
	$(if $(missing),@echo 'missing libraries: $(missing)' >&2; echo 'install them with tools/deps.sh' >&2; exit 1)
check-cmocka:
	$(if $(filter cmocka,$(known)),,@echo 'missing library: cmocka (for the tests)' >&2; echo 'install it with tools/deps.sh' >&2; exit 1)

-include $(OBJECTS:.o=.d) $(EXTENSION_OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(FUZZ_OBJECTS:.o=.d) $(TOOLS:%.c=$(BUILD)/obj/%.d) $(BUILD)/obj/src/cli/main.d

# ---- what a person types ---------------------------------------------------------------

# Make answers "nothing to be done" otherwise.
all lib extension test-programs test-tools fuzz-programs: ; @:

.PHONY: help demo demo-postgres test install uninstall clean docs-reference format lint layers headers globals check-style sanitize tsan fuzz torture conformance conformance-list bench

help:
	@echo 'make              build $(BUILD)/cdbt'
	@echo 'make extension    build $(EXTENSION): the SQL functions for other SQLite clients'
	@echo 'make demo         install what is missing, build, and run the example project'
	@echo 'make demo-postgres  the same on a PostgreSQL server that is thrown away afterwards'
	@echo 'make test         build and run the unit and command-line tests (T=part of a path: only those)'
	@echo 'make install      into $$(DESTDIR)$$(PREFIX)/bin and lib/cdbt; PREFIX=$(PREFIX)'
	@echo 'make clean        remove what was built'
	@echo 'make docs-reference  write the reference pages that are made from the sources'
	@echo 'make format       let clang-format write the sources'
	@echo 'make lint         format, static checks, layers, headers, globals, shell scripts'
	@echo 'make sanitize     the whole test suite under AddressSanitizer and UBSan'
	@echo 'make tsan         the whole test suite under ThreadSanitizer'
	@echo 'make fuzz         each fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make torture      kills, full disks and other blows, the long form (an hour)'
	@echo 'make conformance  compare with real dbt and Jinja2 (makes a Python environment)'
	@echo 'make bench        measure'

demo:
	@tools/deps.sh
	+@$(SUBMAKE) all
	@tools/demo $(BUILD)/cdbt project

demo-postgres:
	@tools/deps.sh --postgres
	+@$(SUBMAKE) all
	@tools/demo-postgres $(BUILD)/cdbt project

# Tests on a machine where `make demo` never ran: get the libraries first, once.
GET_DEPS := $(if $(DEPS_TRIED),,$(missing) $(if $(filter cmocka,$(known)),,cmocka))
test:
ifneq ($(strip $(GET_DEPS)),)
	@tools/deps.sh
	+@$(SUBMAKE) test DEPS_TRIED=1
else
	+@$(SUBMAKE) all test-programs
	@BUILD='$(BUILD)' tests/run --jobs $(JOBS) $(T)
endif

sanitize:
	+@$(SUBMAKE) test BUILD=build/asan SANITIZE=address,undefined

# gcc's runtime refuses address layouts that newer kernels hand out; a fixed layout suits it.
tsan:
	+@$(if $(shell setarch -R true 2>/dev/null && echo yes),setarch -R) $(SUBMAKE) test BUILD=build/tsan SANITIZE=thread

install: all extension
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/cdbt'
	install -m 755 $(BUILD)/cdbt '$(DESTDIR)$(PREFIX)/bin/cdbt'
	install -m 644 $(EXTENSION) '$(DESTDIR)$(PREFIX)/lib/cdbt/'

uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/cdbt'
	rm -rf '$(DESTDIR)$(PREFIX)/lib/cdbt'

clean:
	rm -rf build

FORMATTED = $(shell find include src tests bench tools -name '*.[ch]' 2>/dev/null)
docs-reference:
	@for page in errors functions commands; do \
	  tools/$${page}_reference >docs/reference/$$page.md.new && mv docs/reference/$$page.md.new docs/reference/$$page.md || exit 1; done

format:
	clang-format -i $(FORMATTED)

lint: layers headers globals check-style
check-style:
	@tools/lint $(CPPFLAGS_ALL) -Itests -std=c17

layers:
	@tools/layers

# The engine keeps no state of its own: whatever it could write to between two calls is listed. (The command line is
# not the engine: a signal handler needs one place to look at.)
globals: lib
	@tools/globals $(filter-out $(BUILD)/obj/src/cli/%,$(OBJECTS))

headers: $(GEN) | check-libs
	@for h in $(HEADERS); do \
	  said=$$(printf '#include "%s"\n' "$$h" | \
	    $(CC) -I. $(CPPFLAGS_ALL) -std=c17 $(WARNINGS) -Werror -fsyntax-only -x c - 2>&1) || \
	    { printf '%s\n' "$$said" | head -n 8; echo "$$h does not compile alone"; bad=1; }; \
	done; [ -z "$$bad" ] && echo 'headers: $(words $(HEADERS)) compile alone'

fuzz:
	+@$(SUBMAKE) fuzz-programs BUILD=build/fuzz CC='$(CLANG)' SANITIZE=fuzzer-no-link,address,undefined FUZZING=1
	tests/fuzz/run --fuzz build/fuzz $(FUZZ_SECONDS)

torture: all
	CDBT='$(abspath $(PROGRAM))' tests/torture/torture.py --long $(T)

conformance: all extension test-tools
	@for s in $(CONFORMANCE); do echo "-- $$s"; CONFORMANCE_ALL=1 $$s || bad=1; done; [ -z "$$bad" ]

# What .ci/run runs one by one.
conformance-list:
	@printf '%s\n' $(filter-out $(CONFORMANCE_LONG),$(CONFORMANCE))

bench: all
	bench/run

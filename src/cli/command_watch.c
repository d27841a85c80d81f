/* watch: build, then build again what each saved file affects, tests included, until Ctrl-C.
 *
 * The project is read anew each time, as always. What a save affects is found by comparing what each node is made of (its
 * text, its configuration, the macros it calls, the names of what it reads) with what it was made of before; to that come the
 * nodes below, what failed the last time, and the tests of all of them. */
#include "artifacts/artifacts.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"
#include "cli/watch_files.h"

#include <signal.h>

static volatile sig_atomic_t stop_asked;

static void on_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

static void listen_for_stop(void)
{
    struct sigaction action = {.sa_handler = on_stop}; /* no SA_RESTART: a wait shall end */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- what a node is made of ---- */

typedef struct Making {
    Str text; /* hashed */
} Making;

typedef struct Watch {
    Arena *known_arena; /* holds `known` */
    Map known; /* unique id -> Making * of the last reading that went well */
    Map again; /* unique ids of what failed or was left out, and must come again */
    Arena *again_arena;
    bool first;
} Watch;

static void add_value(Buf *out, Value v)
{
    JsonWriter json;
    jw_to_buf(&json, out);
    artifact_value(&json, v);
    jw_end(&json);
    buf_addc(out, 1);
}

static void add_text(Buf *out, Str text)
{
    buf_add(out, text);
    buf_addc(out, 1);
}

/* The macro's text, and those of all that it calls. */
static void add_macro(Buf *out, const Manifest *m, Str unique_id, Map *seen)
{
    if (map_has(seen, unique_id)) return;
    map_put(seen, unique_id, seen);
    const Macro *macro = map_get(&m->macros_by_id, unique_id);
    if (!macro || macro->package->is_builtin) return;
    add_text(out, macro->macro_sql);
    for (size_t i = 0; i < macro->depends_on_count; i++) add_macro(out, m, macro->depends_on[i], seen);
}

static Str making_of(Arena *arena, const Manifest *m, const Node *node)
{
    Buf out;
    buf_init(&out, NULL);
    add_text(&out, node->raw_code);
    add_text(&out, node->checksum);
    add_text(&out, node->relation_name);
    add_text(&out, node->materialized);
    add_value(&out, node->config);
    add_value(&out, node->constraints);
    add_value(&out, node->extra);
    add_value(&out, node->package->vars);
    for (size_t i = 0; i < node->column_count; i++) {
        add_text(&out, node->columns[i].name);
        add_text(&out, node->columns[i].data_type);
        add_value(&out, node->columns[i].constraints);
    }
    if (node->test) add_value(&out, node->test->kwargs);
    for (size_t i = 0; i < node->depends_on_count; i++) {
        add_text(&out, node->depends_on[i]->unique_id);
        add_text(&out, node->depends_on[i]->relation_name);
    }
    Map seen;
    Arena *scratch = arena_new();
    map_init(&seen, scratch);
    for (size_t i = 0; i < node->depends_on_macro_count; i++) add_macro(&out, m, node->depends_on_macros[i], &seen);
    arena_free(scratch);
    Str hash = sha256_hex(arena, buf_str(&out));
    buf_release(&out);
    return hash;
}

static bool saved(const Node *node, const FileChanges *changes)
{
    if (!node->package->is_root || node->type != RESOURCE_SEED) return false;
    Str path = node->original_file_path;
    while (str_starts(path, STR("./"))) path = str_from_index(path, 2); /* `seed-paths: ["./seeds"]` */
    for (size_t i = 0; changes && i < changes->n; i++)
        if (str_eq(changes->paths[i], path)) return true;
    return false;
}

/* ---- what a save affects ---- */

static void add_below(const Graph *graph, NodeSet set, uint32_t node)
{
    node_set_add(set, node);
    for (uint32_t e = graph->child_start[node]; e < graph->child_start[node + 1]; e++)
        if (!node_set_has(set, graph->children[e])) add_below(graph, set, graph->children[e]);
}

/* The nodes to build, among those that the command line selects; all of these the first time. */
static bool choose(Cli *cli, Watch *watch, const FileChanges *changes, RunOptions *options)
{
    Arena *arena = cli->arena;
    const Graph *graph = cli->graph;
    const Manifest *m = cli->manifest;
    NodeSet asked, affected = node_set_new(arena, graph->node_count);
    if (!select_nodes(arena, graph, &options->select, &cli->sink, &asked)) return false;
    Arena *fresh = arena_new();
    Map known;
    map_init(&known, fresh);
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        Making *making = ARENA_NEW(fresh, Making);
        making->text = making_of(fresh, m, node);
        map_put(&known, str_dup(fresh, node->unique_id), making);
        const Making *before = map_get(&watch->known, node->unique_id);
        if (watch->first || !before || !str_eq(before->text, making->text) || map_has(&watch->again, node->unique_id) ||
            saved(node, changes))
            add_below(graph, affected, node->index);
    }
    arena_free(watch->known_arena);
    watch->known_arena = fresh;
    watch->known = known;
    node_set_and(affected, asked);
    Str *only = ARENA_ARRAY(arena, Str, m->node_count + 1);
    for (uint32_t i = 0; i < graph->node_count; i++)
        if (node_set_has(affected, i)) only[options->select.only_count++] = m->nodes[i]->unique_id;
    options->select.only = only;
    return true;
}

static void remember_results(const Run *run, void *data)
{
    Watch *watch = data;
    size_t count;
    const RunResult *results = run_results(run, &count);
    arena_clear(watch->again_arena);
    map_init(&watch->again, watch->again_arena);
    for (size_t i = 0; i < count; i++) {
        RunStatus status = results[i].status;
        if (status == RUN_ERROR || status == RUN_FAIL || status == RUN_SKIPPED || status == RUN_CANCELLED)
            map_put(&watch->again, str_dup(watch->again_arena, results[i].node->unique_id), watch);
    }
}

/* ---- one round ---- */

static void say_changes(Cli *cli, const FileChanges *changes)
{
    if (!changes) return;
    enum { NAMED = 3 };
    Buf line;
    buf_init(&line, NULL);
    for (size_t i = 0; i < changes->n && i < NAMED; i++) {
        buf_addz(&line, i ? ", " : "");
        diag_safe_text(&line, changes->paths[i], cli->report.terminal.utf8);
    }
    if (changes->n > NAMED) buf_addf(&line, " and %zu more", changes->n - NAMED);
    report_line(&cli->report, "%s", "");
    report_line(&cli->report, "Saved: %.*s", STR_ARG(buf_str(&line)));
    buf_release(&line);
}

/* Reads the project and builds what is to be built. Gives the exit code that a build would have. */
static int build(Cli *cli, Watch *watch, const FileChanges *changes)
{
    say_changes(cli, changes);
    RunOptions options;
    if (!cli_run_options(cli, RUN_BUILD, &options) || !cli_load(cli) || !cli_read_state(cli, &options.select) ||
        !cli_read_defer(cli, &options))
        return cli_refuse(cli, EXIT_REFUSED);
    if (!choose(cli, watch, changes, &options)) return cli_refuse(cli, EXIT_REFUSED);
    if (!watch->first && !options.select.only_count) {
        report_line(&cli->report, "Nothing that is built depends on it.");
        return cli_refuse(cli, EXIT_OK);
    }
    watch->first = false;
    cli->after_run = remember_results;
    cli->after_run_data = watch;
    return cli_run(cli, &options);
}

static void say_waiting(Cli *cli)
{
    report_line(&cli->report, "Watching %.*s; Ctrl-C ends it.",
                STR_ARG(path_absolute(cli->arena, cli->manifest->paths.root)));
}

int command_watch(Cli *cli, int argc, char **argv)
{
    if (!cli_load_paths(cli)) return cli_refuse(cli, EXIT_REFUSED);
    const ProjectPaths *paths = &cli->manifest->paths;
    Str leave_out[] = {paths->target, paths->logs, paths->packages,
                       path_join(cli->arena, paths->root, STR("node_modules"))};
    FileWatch *files = file_watch_new(paths->root, leave_out, sizeof leave_out / sizeof *leave_out);
    Watch watch = {.known_arena = arena_new(), .again_arena = arena_new(), .first = true};
    map_init(&watch.known, watch.known_arena);
    map_init(&watch.again, watch.again_arena);
    FileChanges changes, *changed = NULL;
    int code = EXIT_OK;
    stop_asked = 0;
    do {
        Cli round;
        bool cancelled = false;
        if (cli_begin(&round, argc, argv)) code = build(&round, &watch, changed);
        cancelled = round.run_cancelled;
        listen_for_stop();
        if (!cancelled) say_waiting(&round);
        fflush(stdout);
        cli_end(&round);
        if (cancelled) break;
        code = EXIT_OK; /* Ctrl-C between two builds is how it ends */
        changed = &changes;
    } while (file_watch_wait(files, &stop_asked, &changes));
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    file_watch_free(files);
    arena_free(watch.known_arena);
    arena_free(watch.again_arena);
    return code;
}

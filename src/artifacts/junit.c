/* The results of a run as a JUnit report (the XML that Jenkins, GitLab, GitHub's actions and others read).
 *
 * A suite for each kind of node; a case for each node: classname is its folder in the project, name its own. A failed test is a
 * <failure>, any other error an <error>, a skipped node <skipped>; a warning passes and says so in <system-out>. */
#include "artifacts/internal.h"
#include "diag/render.h"

/* XML 1.0 knows no control characters but three, not even escaped. */
static void add_text(Buf *out, Str text, bool attribute)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '&')
            buf_addz(out, "&amp;");
        else if (c == '<')
            buf_addz(out, "&lt;");
        else if (c == '>')
            buf_addz(out, "&gt;");
        else if (c == '"')
            buf_addz(out, "&quot;");
        else if (attribute && (c == '\n' || c == '\t' || c == '\r'))
            buf_addf(out, "&#%d;", c);
        else if (c < ' ' && c != '\n' && c != '\t' && c != '\r')
            buf_addz(out, "?");
        else
            buf_addc(out, (char)c);
    }
}

static void add_attribute(Buf *out, const char *name, Str text)
{
    buf_addf(out, " %s=\"", name);
    add_text(out, text, true);
    buf_addc(out, '"');
}

static bool is_bad(const RunResult *result)
{
    return result->status == RUN_ERROR || result->status == RUN_FAIL || result->status == RUN_PARTIAL;
}

static bool is_left_out(const RunResult *result)
{
    return result->status == RUN_SKIPPED || result->status == RUN_CANCELLED;
}

static Str details(Arena *arena, const Manifest *manifest, const RunResult *result)
{
    Buf text;
    buf_init(&text, arena);
    if (result->message.len) {
        buf_add(&text, result->message);
        buf_addc(&text, '\n');
    }
    DiagRenderOptions options = {.utf8 = true};
    for (size_t i = 0; i < result->diag_count; i++)
        diag_render_person(&text, manifest->sources, &result->diags[i], &options);
    if (result->compiled_path.len) buf_addf(&text, "the query is in %.*s\n", STR_ARG(result->compiled_path));
    Buf safe; /* what a value of the database holds need not be UTF-8 */
    buf_init(&safe, arena);
    diag_safe_text(&safe, buf_str(&text), true);
    return buf_str(&safe);
}

static void add_case(Buf *out, const Manifest *manifest, const RunResult *result)
{
    Arena *arena = arena_new();
    const Node *node = result->node;
    Str folder = str_join(arena, node->fqn, node->fqn_count > 1 ? node->fqn_count - 1 : node->fqn_count, STR("."));
    buf_addz(out, "    <testcase");
    add_attribute(out, "classname", folder);
    add_attribute(out, "name", node->type == RESOURCE_UNIT_TEST ? node->alias : node->name);
    add_attribute(out, "file", node->original_file_path);
    if (node->span.source)
        buf_addf(out, " line=\"%u\"", source_position(manifest->sources, node->span.source, node->span.start).line);
    buf_addf(out, " time=\"%.3f\"", is_left_out(result) ? 0.0 : result->seconds);
    Str text = details(arena, manifest, result), first = text;
    size_t end = str_find_char(text, '\n', 0);
    if (end != STR_NPOS) first = str_slice(text, 0, end);
    if (is_bad(result) || is_left_out(result)) {
        const char *element = is_left_out(result) ? "skipped" : result->status == RUN_FAIL ? "failure" : "error";
        buf_addf(out, ">\n      <%s", element);
        add_attribute(out, "message", first);
        if (is_bad(result)) {
            if (result->diag_count) add_attribute(out, "type", str_from(diag_code_word(result->diags[0].code)));
            buf_addz(out, ">");
            add_text(out, text, false);
            buf_addf(out, "</%s>\n    </testcase>\n", element);
        } else {
            buf_addz(out, "/>\n    </testcase>\n");
        }
    } else if (result->status == RUN_WARN) {
        buf_addz(out, ">\n      <system-out>");
        add_text(out, text, false);
        buf_addz(out, "</system-out>\n    </testcase>\n");
    } else {
        buf_addz(out, "/>\n");
    }
    arena_free(arena);
}

typedef struct Counts {
    size_t tests, failures, errors, skipped;
    double seconds;
} Counts;

static Counts count_results(const RunResult *results, size_t count, ResourceType type, bool all)
{
    Counts c = {0};
    for (size_t i = 0; i < count; i++) {
        if (!all && results[i].node->type != type) continue;
        c.tests++;
        c.failures += results[i].status == RUN_FAIL;
        c.errors += results[i].status == RUN_ERROR || results[i].status == RUN_PARTIAL;
        c.skipped += is_left_out(&results[i]);
        if (!is_left_out(&results[i])) c.seconds += results[i].seconds;
    }
    return c;
}

static void add_counts(Buf *out, Counts c)
{
    buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"", c.tests, c.failures,
             c.errors, c.skipped, c.seconds);
}

bool artifacts_write_junit(const Manifest *manifest, const Run *run, const RunOptions *options, SpanText path,
                           DiagSink *sink)
{
    size_t count;
    const RunResult *results = run_results(run, &count);
    Buf out;
    buf_init(&out, NULL);
    buf_addz(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    add_attribute(&out, "name", str_from(run_command_word(options->command)));
    add_counts(&out, count_results(results, count, RESOURCE_MODEL, true));
    buf_addz(&out, ">\n");
    for (size_t t = 0; t < RESOURCE_COUNT; t++) {
        Counts c = count_results(results, count, (ResourceType)t, false);
        if (!c.tests) continue;
        buf_addz(&out, "  <testsuite");
        add_attribute(&out, "name", resource_type_plural((ResourceType)t));
        add_counts(&out, c);
        add_attribute(&out, "timestamp", str_slice(manifest->generated_at, 0, 19));
        buf_addz(&out, ">\n");
        for (size_t i = 0; i < count; i++)
            if (results[i].node->type == (ResourceType)t) add_case(&out, manifest, &results[i]);
        buf_addz(&out, "  </testsuite>\n");
    }
    buf_addz(&out, "</testsuites>\n");
    Arena *scratch = arena_new();
    Str error;
    bool ok = file_write_aside(scratch, str_c(scratch, path.text), buf_str(&out), 0, &error);
    if (!ok) diag_add(sink, DIAG_file_write, path.span, "cannot write %.*s: %.*s", STR_ARG(path.text), STR_ARG(error));
    arena_free(scratch);
    buf_release(&out);
    return ok;
}

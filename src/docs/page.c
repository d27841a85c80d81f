#include "docs/docs.h"

#include "base/embedded.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "docs/internal.h"

#include <string.h>

/* The frame (src/docs/web/page.html) holds marks, each replaced by a part of the page. */
typedef enum Mark { MARK_POLICY, MARK_STYLE, MARK_DATA, MARK_SCRIPT, MARK_CODE, MARK_COUNT } Mark;

static const struct {
    Str before, after; /* what stands between them is a file's name */
} marks[MARK_COUNT] = {
    [MARK_POLICY] = {STR_INIT("<!--cdbt:policy-->"), STR_INIT("")},
    [MARK_STYLE] = {STR_INIT("<link rel=\"stylesheet\" href=\""), STR_INIT("\">")},
    [MARK_DATA] = {STR_INIT("<!--cdbt:data-->"), STR_INIT("")},
    [MARK_SCRIPT] = {STR_INIT("<script src=\""), STR_INIT("\"></script>")},
    [MARK_CODE] = {STR_INIT("<!--cdbt:code-->"), STR_INIT("")},
};

enum { CODE_BLOCK = 256 }; /* nodes in one block of code */

typedef struct Page {
    Arena *arena;
    const DocsInput *input;
    JsonSink sink;
    void *context;
    bool failed;
} Page;

static void put(Page *page, Str piece)
{
    if (!page->failed && piece.len) page->failed = !page->sink(page->context, piece);
}

static Str web_file(Str name)
{
    for (size_t i = 0; i < embedded_web_count; i++) {
        const EmbeddedFile *file = &embedded_web[i];
        if (str_eq(str_from(file->path), name)) return str_n((const char *)file->data, file->size);
    }
    BUG("the page's frame names a file that is not embedded");
}

/* The next mark at or behind *at: the text before it, and which it is with its file. False when none is left. */
static bool next_mark(Str frame, size_t *at, Str *before, Mark *mark, Str *file)
{
    for (size_t i = str_find_char(frame, '<', *at); i != STR_NPOS; i = str_find_char(frame, '<', i + 1)) {
        Str rest = str_from_index(frame, i);
        for (Mark m = 0; m < MARK_COUNT; m++) {
            if (!str_starts(rest, marks[m].before)) continue;
            size_t name = i + marks[m].before.len;
            size_t end = marks[m].after.len ? str_find(frame, marks[m].after, name) : name;
            INVARIANT(end != STR_NPOS);
            *before = str_slice(frame, *at, i);
            *mark = m;
            *file = str_slice(frame, name, end);
            *at = end + marks[m].after.len;
            return true;
        }
    }
    return false;
}

/* ---- the policy ---- */

static void add_base64(Buf *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t bits = (uint32_t)bytes[i] << 16;
        if (left > 1) bits |= (uint32_t)bytes[i + 1] << 8;
        if (left > 2) bits |= bytes[i + 2];
        buf_addc(out, digits[bits >> 18]);
        buf_addc(out, digits[bits >> 12 & 63]);
        buf_addc(out, left > 1 ? digits[bits >> 6 & 63] : '=');
        buf_addc(out, left > 2 ? digits[bits & 63] : '=');
    }
}

static void add_digests(Buf *out, Str frame, Mark wanted)
{
    size_t at = 0;
    Str before;
    Str file;
    Mark mark;
    while (next_mark(frame, &at, &before, &mark, &file)) {
        if (mark != wanted) continue;
        unsigned char digest[SHA256_SIZE];
        sha256_bytes(web_file(file), digest);
        buf_addz(out, " 'sha256-");
        add_base64(out, digest, sizeof digest);
        buf_addc(out, '\'');
    }
}

/* Nothing but the page's own scripts and styles, known by what they say: whatever stands in the data, it neither runs
 * nor asks for anything. */
static void put_policy(Page *page, Str frame)
{
    Buf text;
    buf_init(&text, page->arena);
    buf_addz(&text, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; "
                    "form-action 'none'; img-src data:; script-src");
    add_digests(&text, frame, MARK_SCRIPT);
    buf_addz(&text, "; style-src");
    add_digests(&text, frame, MARK_STYLE);
    buf_addz(&text, "\">");
    put(page, buf_str(&text));
}

/* ---- data ---- */

static void put_data(Page *page)
{
    put(page, STR("<script type=\"application/json\" id=\"cdbt-data\">"));
    if (page->failed) return;
    JsonWriter json;
    jw_to_sink(&json, page->sink, page->context);
    json.html = true;
    docs_payload(&json, page->input);
    if (!jw_end(&json)) page->failed = true;
    put(page, STR("</script>"));
}

/* Code as it was written and as it was compiled. */
typedef struct Code {
    Str raw, compiled;
} Code;

static void put_code_block(Page *page, const Code *codes, size_t first, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) any |= codes[i].raw.len || codes[i].compiled.len;
    if (!any || page->failed) return;
    Buf head;
    buf_init(&head, page->arena);
    buf_addf(&head, "<script type=\"application/json\" class=\"cdbt-code\" data-first=\"%zu\" data-count=\"%zu\">",
             first, count);
    put(page, buf_str(&head));
    JsonWriter json;
    jw_to_sink(&json, page->sink, page->context);
    json.html = true;
    jw_array(&json);
    for (size_t i = 0; i < count; i++) {
        jw_array(&json);
        if (codes[i].raw.len || codes[i].compiled.len) jw_str(&json, codes[i].raw);
        if (codes[i].compiled.len) jw_str(&json, codes[i].compiled);
        jw_array_end(&json);
    }
    jw_array_end(&json);
    if (!jw_end(&json)) page->failed = true;
    put(page, STR("</script>\n"));
}

static void put_code(Page *page)
{
    const Manifest *manifest = page->input->manifest;
    Code codes[CODE_BLOCK];
    size_t first = 0;
    size_t count = 0;
    for (size_t i = 0; i < manifest->node_count + manifest->macro_count; i++) {
        if (i < manifest->node_count) {
            const Node *node = manifest->nodes[i];
            codes[count++] = (Code){node->raw_code, page->input->compiled ? page->input->compiled[i] : STR_EMPTY};
        } else {
            const Macro *macro = manifest->macros[i - manifest->node_count];
            if (!docs_shows_macro(macro)) continue;
            codes[count++] = (Code){macro->macro_sql, STR_EMPTY};
        }
        if (count < CODE_BLOCK) continue;
        put_code_block(page, codes, first, count);
        first += count;
        count = 0;
    }
    put_code_block(page, codes, first, count);
}

bool docs_page(Arena *arena, const DocsInput *input, JsonSink sink, void *context)
{
    Page page = {.arena = arena, .input = input, .sink = sink, .context = context};
    Str frame = web_file(STR("page.html"));
    size_t at = 0;
    Str before;
    Str file;
    Mark mark;
    while (!page.failed && next_mark(frame, &at, &before, &mark, &file)) {
        put(&page, before);
        switch (mark) {
        case MARK_POLICY: put_policy(&page, frame); break;
        case MARK_STYLE:
            put(&page, STR("<style>"));
            put(&page, web_file(file));
            put(&page, STR("</style>"));
            break;
        case MARK_DATA: put_data(&page); break;
        case MARK_SCRIPT:
            put(&page, STR("<script>"));
            put(&page, web_file(file));
            put(&page, STR("</script>"));
            break;
        case MARK_CODE: put_code(&page); break;
        case MARK_COUNT: break;
        }
    }
    put(&page, str_from_index(frame, at));
    return !page.failed;
}

static bool to_file(void *context, Str piece)
{
    return file_writer_write(context, piece);
}

bool docs_write(Arena *arena, const DocsInput *input, const char *path, Str *error)
{
    FileWriter *writer = file_writer_open(arena, path, error);
    if (!writer) return false;
    /* A write that failed is remembered by the writer: the commit says what it was. */
    docs_page(arena, input, to_file, writer);
    return file_writer_commit(arena, writer, 0, error);
}

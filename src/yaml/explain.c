/* libyaml's error messages name its states ("did not find expected key"); this says what the person probably did. */
#include "yaml/internal.h"

#include <string.h>

typedef struct Trouble {
    DiagSink *sink;
    SourceId source;
    Str text;
    size_t base;
    Str problem, context; /* libyaml's words */
    size_t at, opened; /* where the problem is, and where what libyaml was reading began */
    bool has_context;
} Trouble;

static Span place(const Trouble *trouble, size_t start, size_t end)
{
    if (end > trouble->text.len) end = trouble->text.len;
    if (start > end) start = end;
    return (Span){trouble->source, (uint32_t)(trouble->base + start), (uint32_t)(trouble->base + end)};
}

static size_t line_start(Str text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(Str text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r') at++;
    return at;
}

static char char_at(Str text, size_t at)
{
    return at < text.len ? text.ptr[at] : 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t line_indent(Str text, size_t at)
{
    size_t start = line_start(text, at), i = start;
    while (is_blank(char_at(text, i))) i++;
    return i - start;
}

/* Where the value of the line around `at` begins: behind its indentation, list dashes and key. */
static size_t value_start(Str text, size_t at)
{
    size_t start = line_start(text, at), end = line_end(text, at);
    size_t i = start + line_indent(text, at);
    while (char_at(text, i) == '-' && is_blank(char_at(text, i + 1)))
        for (i++; is_blank(char_at(text, i)); i++) {}
    if (char_at(text, i) == '{') return i;
    for (size_t k = i; k + 1 < end; k++) {
        if (text.ptr[k] != ':' || !is_blank(text.ptr[k + 1])) continue;
        for (k++; k < end && is_blank(text.ptr[k]); k++) {}
        return k;
    }
    return i;
}

/* An unquoted {{ … }}, {% … %} or {# … #} is by far the most frequent cause in files written for dbt, and libyaml
 * reports it in many ways. */
static bool explain_template(const Trouble *trouble)
{
    size_t places[] = {trouble->at, trouble->opened};
    for (size_t i = 0; i < (trouble->has_context ? 2 : 1); i++) {
        size_t from = value_start(trouble->text, places[i]);
        char next = char_at(trouble->text, from + 1);
        if (char_at(trouble->text, from) != '{' || !next || !strchr("{%#", next)) continue;
        if (next == '%' && from == line_start(trouble->text, from) + line_indent(trouble->text, from)) {
            diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, from, from + 2),
                     "statements of the template language cannot stand between the lines of a YAML file");
            diag_hint(trouble->sink, "only values are rendered, and they must be quoted");
            return true;
        }
        diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, from, from + 2),
                 "a value that begins with '{%c' must be quoted: '{' opens a mapping in YAML", next);
        diag_hint(trouble->sink, "put the whole value into quotes: \"{%c ... %c}\"", next, next == '{' ? '}' : next);
        return true;
    }
    return false;
}

static void explain_start(const Trouble *trouble)
{
    char c = char_at(trouble->text, trouble->at);
    Span span = place(trouble, trouble->at, trouble->at + 1);
    if (c == '\t') {
        diag_add(trouble->sink, DIAG_yaml_syntax, span, "a tab cannot indent a line in YAML");
        diag_hint(trouble->sink, "use spaces");
    } else {
        diag_add(trouble->sink, DIAG_yaml_syntax, span, "a value cannot begin with '%c'", c);
        diag_hint(trouble->sink, "put the value into quotes");
    }
}

static void explain_colon(const Trouble *trouble)
{
    Str text = trouble->text;
    size_t start = line_start(text, trouble->at), end = line_end(text, trouble->at);
    Str before = str_slice(text, start, trouble->at);
    Span span = place(trouble, trouble->at, trouble->at + 1);
    if (str_find(before, STR(": "), 0) != STR_NPOS || str_find(before, STR(":\t"), 0) != STR_NPOS) {
        size_t from = value_start(text, trouble->at);
        diag_add(trouble->sink, DIAG_yaml_syntax, span, "a value with ': ' in it must be quoted");
        Str value = str_trim(str_slice(text, from, end));
        if (value.len <= 60 && str_find_char(value, '"', 0) == STR_NPOS)
            diag_hint(trouble->sink, "write \"%.*s\"", STR_ARG(value));
        else
            diag_hint(trouble->sink, "put the whole value into quotes");
        return;
    }
    diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, start + line_indent(text, trouble->at), trouble->at + 1),
             "no key can stand here: the line above is not complete or this one is indented too deep");
    diag_hint(trouble->sink, "indent it like the keys that it belongs to");
}

/* A mapping or list goes on with something that is not its own. */
static void explain_unexpected(const Trouble *trouble, const char *inside)
{
    Str text = trouble->text;
    size_t start = line_start(text, trouble->at), end = line_end(text, trouble->at);
    bool starts_line = start + line_indent(text, trouble->at) == trouble->at;
    size_t before = trouble->at;
    while (before > start && is_blank(text.ptr[before - 1])) before--;
    char last = before > start ? text.ptr[before - 1] : 0;
    Span span = place(trouble, trouble->at, end > trouble->at ? end : trouble->at + 1);
    if (starts_line) {
        diag_add(trouble->sink, DIAG_yaml_syntax, span, "the indentation of this line fits none of the lines above");
        diag_hint(trouble->sink, "indent it like the other lines of the %s that it belongs to", inside);
    } else if (last == '\'' || last == '"') {
        diag_add(trouble->sink, DIAG_yaml_syntax, span, "text cannot follow the closing quote of a value");
        if (last == '\'')
            diag_hint(trouble->sink, "inside of single quotes write '' for a quote, or use double quotes");
        else
            diag_hint(trouble->sink, "inside of double quotes write \\\" for a quote, or use single quotes");
        return;
    } else if (last == ']' || last == '}') {
        diag_add(trouble->sink, DIAG_yaml_syntax, span, "text cannot follow the closing '%c' of a value", last);
        diag_hint(trouble->sink, "put the whole value into quotes if it is meant as text");
        return;
    } else {
        diag_add(trouble->sink, DIAG_yaml_syntax, span, "this cannot stand here in a %s", inside);
        diag_hint(trouble->sink, "check the indentation and the quotes of the lines above");
    }
    if (trouble->has_context)
        diag_note(trouble->sink, place(trouble, trouble->opened, trouble->opened + 1), "the %s begins here", inside);
}

static void explain_unclosed(const Trouble *trouble, const char *inside, const char *wanted)
{
    diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, trouble->at, trouble->at + 1), "expected %s here", wanted);
    diag_note(trouble->sink, place(trouble, trouble->opened, trouble->opened + 1), "the %s opens here", inside);
    diag_hint(trouble->sink, "close it, or quote the value if it is meant as text");
}

static void explain_quoted(const Trouble *trouble)
{
    Span opened = place(trouble, trouble->opened, trouble->opened + 1);
    if (str_starts(trouble->problem, STR("found unexpected"))) {
        diag_add(trouble->sink, DIAG_yaml_syntax, opened, "the quote that opens here is never closed");
        diag_hint(trouble->sink, "close it at the end of the value");
    } else if (str_eq(trouble->problem, STR("found unknown escape character"))) {
        size_t at = trouble->at + (char_at(trouble->text, trouble->at) == '\\');
        size_t end = at + 1;
        while (((unsigned char)char_at(trouble->text, end) & 0xC0) == 0x80) end++;
        Str escape = str_slice(trouble->text, at, end);
        diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, at - 1, end),
                 "'\\%.*s' means nothing inside of double quotes", STR_ARG(escape));
        diag_hint(trouble->sink, "write '\\\\%.*s' for a backslash, or use single quotes, in which it is plain",
                  STR_ARG(escape));
    } else {
        diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, trouble->at, trouble->at + 1),
                 "this escape sequence names no character");
        diag_hint(trouble->sink, "write \\xAB, \\uABCD or \\UABCDABCD with hexadecimal digits");
    }
}

typedef struct Phrase {
    const char *problem; /* libyaml's words, or how they begin */
    bool at_context;
    bool whole_line;
    const char *message, *hint;
} Phrase;

static const Phrase phrases[] = {
    {"could not find expected ':'", true, true, "this line has no ':'",
     "write `key: value`, or indent the line if it continues the value above"},
    {"found a tab character", false, false, "a tab cannot indent a line in YAML", "use spaces"},
    {"found unexpected ':'", false, false, "a text with ':' in it must be quoted inside of [ ] and { }",
     "put the value into quotes"},
    {"block sequence entries are not allowed", false, false, "a list item cannot begin here",
     "put '- ' on a line of its own below the key, or quote the value"},
    {"mapping keys are not allowed", false, false, "a key cannot begin here", "put it on a line of its own"},
    {"did not find expected alphabetic", true, true,
     "'*' and '&' at the start of a value refer to other values in YAML", "quote the value if it is meant as text"},
    {"did not find expected comment or line break", true, true,
     "nothing can follow '|' or '>' on its line: the text begins on the next one",
     "quote the value if it is meant to begin with that character"},
    {"found an indentation indicator equal to 0", false, false,
     "the indentation after '|' or '>' is a digit from 1 to 9", "leave it out"},
    {"did not find expected <document start>", false, true, "nothing can follow the end of the document",
     "remove the line '...' above, or what follows"},
    {"found undefined tag handle", false, false, "this tag is not defined",
     "quote the value if it is meant to begin with '!'"},
    {"did not find expected whitespace or line break", true, true, "this tag is malformed",
     "quote the value if it is meant to begin with '!'"},
    {"did not find URI escaped octet", true, true, "this tag is malformed",
     "quote the value if it is meant to begin with '!'"},
    {"did not find expected tag URI", true, true, "this tag is malformed",
     "quote the value if it is meant to begin with '!'"},
    {"could not find expected directive name", true, true, "a value cannot begin with '%'",
     "put the value into quotes"},
    {"found unknown directive name", true, true, "a line that begins with '%' is a directive, and this one is unknown",
     "quote the value or remove the line"},
    {"found incompatible YAML document", false, true, "this version of YAML is not supported", "remove the %YAML line"},
    {"did not find expected node content", false, false, "a value is missing here",
     "write the value, or remove the comma"},
};

static void explain_phrase(const Trouble *trouble)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        const Phrase *phrase = &phrases[i];
        if (!str_starts(trouble->problem, str_from(phrase->problem))) continue;
        size_t at = phrase->at_context && trouble->has_context ? trouble->opened : trouble->at;
        size_t end = phrase->whole_line ? line_end(trouble->text, at) : at + 1;
        diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, at, end), "%s", phrase->message);
        diag_hint(trouble->sink, "%s", phrase->hint);
        return;
    }
    diag_add(trouble->sink, DIAG_yaml_syntax, place(trouble, trouble->at, trouble->at + 1), "%.*s%s%.*s",
             STR_ARG(trouble->problem), trouble->context.len ? " " : "", STR_ARG(trouble->context));
    diag_hint(trouble->sink, "check the quotes and the indentation here and on the line above");
}

void yaml_explain(DiagSink *sink, SourceId source, Str text, size_t base, const yaml_parser_t *parser)
{
    Trouble trouble = {.sink = sink, .source = source, .text = text, .base = base};
    trouble.problem = str_from(parser->problem);
    trouble.context = str_from(parser->context);
    if (parser->error == YAML_READER_ERROR) {
        size_t at = parser->problem_offset;
        diag_add(sink, DIAG_yaml_syntax, place(&trouble, at, at + 1),
                 "the control character U+%04X is not allowed in YAML", (unsigned)parser->problem_value);
        diag_hint(sink, "remove it, or write it as an escape inside of double quotes");
        return;
    }
    MarkCursor cursor = {.text = text};
    trouble.at = yaml_mark_byte(&cursor, parser->problem_mark.index);
    trouble.has_context = parser->context != NULL;
    if (trouble.has_context) trouble.opened = yaml_mark_byte(&cursor, parser->context_mark.index);

    bool quoted = str_find(trouble.context, STR("quoted scalar"), 0) != STR_NPOS;
    if (quoted)
        explain_quoted(&trouble);
    else if (explain_template(&trouble))
        return;
    else if (str_starts(trouble.problem, STR("found character that cannot start")))
        explain_start(&trouble);
    else if (str_starts(trouble.problem, STR("mapping values are not allowed")))
        explain_colon(&trouble);
    else if (str_eq(trouble.problem, STR("did not find expected key")))
        explain_unexpected(&trouble, "mapping");
    else if (str_eq(trouble.problem, STR("did not find expected '-' indicator")))
        explain_unexpected(&trouble, "list");
    else if (str_eq(trouble.problem, STR("did not find expected ',' or ']'")))
        explain_unclosed(&trouble, "list", "',' or ']'");
    else if (str_eq(trouble.problem, STR("did not find expected ',' or '}'")))
        explain_unclosed(&trouble, "mapping", "',' or '}'");
    else
        explain_phrase(&trouble);
}

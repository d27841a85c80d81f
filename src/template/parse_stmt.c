/* Statements: the language's own, the host's block tags, and those of Jinja2 that are refused with a reason. */
#include "template/parser.h"

#include "base/edit.h"

#include <string.h>

typedef struct Tag { /* the opening tag of the statement at hand */
    Span span, name_span;
    Str name;
    uint32_t before; /* Chunk.before */
    uint32_t inside; /* where its body starts, white space that its `-` eats not included */
    bool broken; /* something in it is wrong and reported */
} Tag;

static uint32_t skip_trimmed(const Parser *p, uint32_t at, bool trims)
{
    if (trims)
        for (size_t n; (n = space_at(p->text + at, p->text + p->lexer.end)); at += (uint32_t)n) {}
    return at;
}

static uint32_t skip_trimmed_back(const Parser *p, uint32_t from, uint32_t at, bool trims)
{
    if (trims)
        for (size_t n; (n = space_before(p->text + from, p->text + at)); at -= (uint32_t)n) {}
    return at;
}

static void *statement_node(Parser *p, const Tag *tag, size_t size, NodeKind kind)
{
    (void)p;
    return tree_node(p, size, kind, tag->span.start, tag->span.end);
}

static void push(Parser *p, void *node)
{
    vec_push(p->scratch, &p->nodes, (Node *)node);
}

/* Ends the opening tag: notes whether it was broken. */
static void close_tag(Parser *p, Tag *tag, bool ok)
{
    tag->broken = p->chunk.broken || !ok || !parser_tag_done(p);
}

/* The head of a body may end in a colon, as in Python. */
static bool head_done(Parser *p)
{
    parser_take(p, T_COLON);
    return parser_tag_done(p);
}

static void close_head(Parser *p, Tag *tag, bool ok)
{
    tag->broken = p->chunk.broken || !ok || !head_done(p);
}

#define ENDS(...) (const Str[]){__VA_ARGS__}, sizeof((const Str[]){__VA_ARGS__}) / sizeof(Str)

static int body_until(Parser *p, const Tag *tag, Body *body, const Str *ends, size_t end_count)
{
    OpenBlock open = {.tag = tag->name, .ends = ends, .end_count = end_count, .span = tag->span};
    if (!parser_deeper(p, tag->span)) {
        /* The rest cannot be read with any sense. */
        p->lexer.at = p->lexer.end;
        p->lexer.has_pending = false;
        p->end_reported = true;
        *body = (Body){0};
        return -1;
    }
    int which = parser_body(p, &open, body);
    parser_shallower(p);
    return which;
}

/* ---- if, for ---- */

static void parse_if(Parser *p, Tag *tag)
{
    VEC(Branch) branches = {0};
    bool ok = true;
    for (;;) {
        Branch branch = {0};
        if (!p->chunk.broken) branch.test = parser_tuple(p, false, NULL);
        close_head(p, tag, branch.test != NULL);
        ok = ok && !tag->broken;
        p->soft++;
        int end = body_until(p, tag, &branch.body, ENDS(STR_INIT("elif"), STR_INIT("else"), STR_INIT("endif")));
        p->soft--;
        vec_push(p->arena, &branches, branch);
        if (end == 0) continue;
        if (end == 1) {
            Branch otherwise = {0};
            if (!p->chunk.broken) head_done(p);
            p->soft++;
            body_until(p, tag, &otherwise.body, ENDS(STR_INIT("endif")));
            p->soft--;
            vec_push(p->arena, &branches, otherwise);
            end = 2;
        }
        if (end == 2 && !p->chunk.broken && !p->replay && p->chunk.kind == CHUNK_STATEMENT) parser_tag_done(p);
        break;
    }
    IfNode *node = statement_node(p, tag, sizeof *node, N_IF);
    node->count = (uint32_t)branches.n;
    node->branches = branches.at;
    push(p, node);
}

static bool at_recursive(const Parser *p)
{
    return p->token->kind == T_NAME && (p->token->word == W_RECURSIVE || p->token->word == W_IF);
}

static Node *clone_target(Parser *p, const Node *target)
{
    if (target->kind == N_TARGET) return arena_copy(p->arena, target, sizeof(NameNode));
    ListNode *list = arena_copy(p->arena, target, sizeof *list);
    list->items = arena_copy(p->arena, list->items, list->count * sizeof *list->items);
    for (uint32_t i = 0; i < list->count; i++) list->items[i] = clone_target(p, list->items[i]);
    return &list->n;
}

static bool names_loop(const Node *target)
{
    if (target->kind == N_TARGET) return str_eq(((const NameNode *)target)->name, STR("loop"));
    if (target->kind == N_TARGET_ATTRIBUTE) return false;
    const ListNode *list = (const ListNode *)target;
    for (uint32_t i = 0; i < list->count; i++)
        if (names_loop(list->items[i])) return true;
    return false;
}

static bool for_head(Parser *p, ForNode *node)
{
    if (p->chunk.broken) return false;
    node->target = parser_target(p, false, true);
    if (!node->target) return false;
    if (names_loop(node->target)) {
        parser_error(p, parser_span(p, node->target->start, node->target->end),
                     "'loop' cannot be the variable of a 'for'; it is the loop itself");
        return false;
    }
    if (!parser_take_word(p, W_IN)) return parser_unexpected(p, "'in'");
    node->iterable = parser_tuple(p, false, at_recursive);
    if (!node->iterable) return false;
    if (parser_take_word(p, W_IF)) {
        node->test = parser_expression(p);
        if (!node->test) return false;
        node->test_target = clone_target(p, node->target);
    }
    node->recursive = parser_take_word(p, W_RECURSIVE);
    return true;
}

static void parse_for(Parser *p, Tag *tag)
{
    ForNode *node = statement_node(p, tag, sizeof *node, N_FOR);
    node->loop_slot = -1;
    bool ok = for_head(p, node);
    close_head(p, tag, ok);
    p->loops++;
    int end = body_until(p, tag, &node->body, ENDS(STR_INIT("else"), STR_INIT("endfor")));
    p->loops--;
    if (end == 0) {
        if (!p->chunk.broken) head_done(p);
        node->has_else = true;
        end = body_until(p, tag, &node->otherwise, ENDS(STR_INIT("endfor"))) == 0 ? 1 : -1;
    }
    if (end == 1 && !p->chunk.broken) parser_tag_done(p);
    push(p, node);
}

static void parse_loop_control(Parser *p, Tag *tag, NodeKind kind)
{
    close_tag(p, tag, true);
    if (!p->loops) {
        parser_error(p, tag->span, "'%.*s' stands outside of a loop", STR_ARG(tag->name));
        return;
    }
    push(p, statement_node(p, tag, sizeof(Node), kind));
}

/* ---- set, with, do, print, filter ---- */

static void parse_set(Parser *p, Tag *tag)
{
    Node *target = p->chunk.broken ? NULL : parser_target(p, true, false);
    if (target && p->loops && names_loop(target)) {
        parser_error(p, parser_span(p, target->start, target->end), "'loop' cannot be assigned to inside a 'for'");
        return;
    }
    if (target && parser_take(p, T_ASSIGN)) {
        SetNode *node = statement_node(p, tag, sizeof *node, N_SET);
        node->target = target;
        node->value = parser_tuple(p, true, NULL);
        close_tag(p, tag, node->value != NULL);
        push(p, node);
        return;
    }
    /* A broken tag with a `=` in it is the short form, which has no body. */
    TokenKind next = (TokenKind)p->token->kind;
    if (!target || (next != T_PIPE && next != T_END && next != T_COLON)) {
        if (target) {
            parser_unexpected(p, "'=', a filter or the end of the tag");
            if (p->token->kind == T_DOT || p->token->kind == T_LBRACKET)
                diag_hint(p->sink, "change lists and dicts by their methods: do x.update({..})");
            target = NULL;
        }
        for (size_t i = 0; i < p->chunk.count; i++)
            if (p->chunk.tokens[i].kind == T_ASSIGN) return;
    }
    SetBlockNode *node = statement_node(p, tag, sizeof *node, N_SET_BLOCK);
    node->target = target;
    bool ok = target != NULL;
    if (ok && p->token->kind == T_PIPE) {
        node->filter = parser_filters(p, NULL, false);
        ok = node->filter != NULL;
    }
    close_head(p, tag, ok);
    if (body_until(p, tag, &node->body, ENDS(STR_INIT("endset"))) == 0 && !p->chunk.broken) parser_tag_done(p);
    push(p, node);
}

static void parse_with(Parser *p, Tag *tag)
{
    WithNode *node = statement_node(p, tag, sizeof *node, N_WITH);
    VEC(Node *) targets = {0}, values = {0};
    bool ok = !p->chunk.broken;
    while (ok && p->token->kind != T_END) {
        Node *target = parser_target(p, false, false), *value = NULL;
        ok = target && parser_expect(p, T_ASSIGN, "'=' and a value");
        if (ok) value = parser_expression(p);
        ok = ok && value;
        vec_push(p->arena, &targets, target);
        vec_push(p->arena, &values, value);
        if (ok && !parser_take(p, T_COMMA)) break;
    }
    close_head(p, tag, ok);
    node->count = (uint32_t)targets.n;
    node->targets = targets.at;
    node->values = values.at;
    if (body_until(p, tag, &node->body, ENDS(STR_INIT("endwith"))) == 0 && !p->chunk.broken) parser_tag_done(p);
    push(p, node);
}

static void parse_do(Parser *p, Tag *tag)
{
    DoNode *node = statement_node(p, tag, sizeof *node, N_DO);
    if (!p->chunk.broken) node->value = parser_tuple(p, true, NULL);
    close_tag(p, tag, node->value != NULL);
    push(p, node);
}

static void parse_print(Parser *p, Tag *tag)
{
    size_t mark = p->nodes.n;
    bool ok = !p->chunk.broken;
    while (ok && p->token->kind != T_END) {
        Node *value = parser_expression(p);
        ok = value != NULL;
        if (!ok) break;
        OutputNode *node = tree_node(p, sizeof *node, N_OUTPUT, value->start, value->end);
        node->value = value;
        push(p, node);
        if (!parser_take(p, T_COMMA)) break;
    }
    close_tag(p, tag, ok);
    /* One statement is one node: more than one output becomes an `if` that always runs. */
    if (p->nodes.n > mark + 1) {
        IfNode *all = statement_node(p, tag, sizeof *all, N_IF);
        all->count = 1;
        all->branches = ARENA_NEW(p->arena, Branch);
        all->branches->body.at = parser_pop_nodes(p, mark, &all->branches->body.n);
        push(p, all);
    }
}

static void parse_filter_block(Parser *p, Tag *tag)
{
    SetBlockNode *node = statement_node(p, tag, sizeof *node, N_FILTER_BLOCK);
    if (!p->chunk.broken) node->filter = parser_filters(p, NULL, true);
    close_head(p, tag, node->filter != NULL);
    if (body_until(p, tag, &node->body, ENDS(STR_INIT("endfilter"))) == 0 && !p->chunk.broken) parser_tag_done(p);
    push(p, node);
}

/* ---- macros and call blocks ---- */

/* A type behind a parameter, as dbt allows: `name: list[str]`. It is read and means nothing. */
static bool skip_type(Parser *p)
{
    if (!parser_expect(p, T_NAME, "the name of a type")) return false;
    if (!parser_take(p, T_LBRACKET)) return true;
    if (!parser_deeper(p, parser_span(p, p->token->start, p->token->end))) return false;
    bool ok = skip_type(p);
    while (ok && parser_take(p, T_COMMA)) ok = skip_type(p);
    parser_shallower(p);
    return ok && parser_expect(p, T_RBRACKET, "']'");
}

static bool parse_parameters(Parser *p, Function *fn)
{
    VEC(NameNode *) params = {0};
    VEC(Node *) defaults = {0};
    if (!parser_expect(p, T_LPAREN, "'(' and parameters")) return false;
    bool with_default = false;
    while (p->token->kind != T_RPAREN) {
        if (p->token->kind != T_NAME) {
            parser_unexpected(p, "the name of a parameter");
            return false;
        }
        NameNode *param = tree_name(p, N_TARGET, p->token++);
        Span span = parser_span(p, param->n.start, param->n.end);
        for (size_t i = 0; i < params.n; i++) {
            if (!str_eq(params.at[i]->name, param->name)) continue;
            parser_error(p, span, "the parameter '%.*s' stands twice", STR_ARG(param->name));
            return false;
        }
        if (parser_take(p, T_COLON) && !skip_type(p)) return false;
        Node *value = NULL;
        if (parser_take(p, T_ASSIGN)) {
            value = parser_expression(p);
            if (!value) return false;
            with_default = true;
        } else if (with_default) {
            parser_error(p, span, "the parameter '%.*s' needs a default, since one before it has one",
                         STR_ARG(param->name));
            return false;
        }
        if (str_eq(param->name, STR("caller"))) {
            fn->explicit_caller = true;
            if (!value) {
                parser_error(p, span, "the parameter 'caller' needs a default");
                diag_hint(p->sink, "write caller=none, or leave it out: 'caller()' in the body is enough");
                return false;
            }
        }
        vec_push(p->arena, &params, param);
        vec_push(p->arena, &defaults, value);
        if (!parser_take(p, T_COMMA) && p->token->kind != T_RPAREN) {
            parser_unexpected(p, "',' or ')'");
            return false;
        }
    }
    p->token++;
    fn->params = params.at;
    fn->defaults = defaults.at;
    fn->param_count = (uint32_t)params.n;
    return true;
}

/* A body that is a function of its own: loops around it do not count. */
static int function_body(Parser *p, const Tag *tag, Body *body, const Str *ends, size_t end_count)
{
    unsigned loops = p->loops;
    p->loops = 0;
    int which = body_until(p, tag, body, ends, end_count);
    p->loops = loops;
    return which;
}

static void parse_call_block(Parser *p, Tag *tag)
{
    CallBlockNode *node = statement_node(p, tag, sizeof *node, N_CALL_BLOCK);
    Function *fn = node->fn = ARENA_NEW(p->arena, Function);
    *fn = (Function){.name = STR("caller"),
                     .source = p->lexer.source,
                     .caller_slot = -1,
                     .varargs_slot = -1,
                     .kwargs_slot = -1,
                     .is_caller = true};
    bool ok = !p->chunk.broken && (p->token->kind != T_LPAREN || parse_parameters(p, fn));
    if (ok) {
        Node *call = parser_expression(p);
        ok = call != NULL;
        if (call && call->kind != N_CALL) {
            parser_error(p, parser_span(p, call->start, call->end), "'call' needs the call of a macro");
            ok = false;
        }
        node->call = (CallNode *)call;
    }
    close_head(p, tag, ok);
    if (function_body(p, tag, &fn->body, ENDS(STR_INIT("endcall"))) == 0 && !p->chunk.broken) parser_tag_done(p);
    push(p, node);
}

static TplMacro *macro_new(Parser *p, const Tag *tag)
{
    TplMacro *macro = ARENA_NEW(p->arena, TplMacro);
    macro->fn.source = p->lexer.source;
    macro->fn.caller_slot = macro->fn.varargs_slot = macro->fn.kwargs_slot = -1;
    macro->tag = tag->name;
    macro->span = tag->span;
    return macro;
}

static bool block_name(Parser *p, Tag *tag, const char *wanted)
{
    if (p->token->kind != T_NAME) return parser_unexpected(p, wanted);
    tag->name_span = parser_span(p, p->token->start, p->token->end);
    p->token++;
    return true;
}

static Str span_text(const Parser *p, Span span)
{
    return parser_slice(p, span.start, span.end);
}

static void fill_params(Parser *p, TplMacro *macro)
{
    macro->params = ARENA_ARRAY(p->arena, TplParam, macro->fn.param_count ? macro->fn.param_count : 1);
    for (uint32_t i = 0; i < macro->fn.param_count; i++) {
        const NameNode *param = macro->fn.params[i];
        macro->params[i] = (TplParam){.name = param->name,
                                      .has_default = macro->fn.defaults[i] != NULL,
                                      .span = parser_span(p, param->n.start, param->n.end)};
    }
}

/* Notes a top-level block; the current chunk is its closing tag. */
static void add_block(Parser *p, const Tag *tag, TplBlock block)
{
    if (p->open || !tag->name_span.source) return;
    const Chunk *end = &p->chunk;
    block.tag = tag->name;
    block.name = span_text(p, tag->name_span);
    block.span = tag->span;
    block.name_span = tag->name_span;
    uint32_t body_end = end->start > tag->inside ? end->start : tag->inside;
    /* White space that a tag before has eaten is not eaten again, as in dbt's own search for blocks. */
    uint32_t floor = end->before > tag->inside ? end->before : tag->inside;
    block.body = parser_span(p, tag->inside, skip_trimmed_back(p, floor, body_end, end->trims_before));
    block.whole = parser_span(p, tag->span.start, end->end);
    block.extent = parser_span(p, tag->span.start, skip_trimmed(p, end->end, end->trims_after));
    block.extent.start = skip_trimmed_back(p, tag->before, tag->span.start, p->text[tag->span.start + 2] == '-');
    vec_push(p->arena, &p->blocks, block);
}

static void parse_macro(Parser *p, Tag *tag, Str end, bool in_scope)
{
    TplMacro *macro = macro_new(p, tag);
    const Token *name = p->token;
    bool ok = !p->chunk.broken && block_name(p, tag, "the name of the macro");
    NameNode *target = ok ? tree_name(p, N_TARGET, name) : NULL;
    if (ok) ok = parse_parameters(p, &macro->fn);
    if (ok) {
        macro->fn.name = span_text(p, tag->name_span);
        macro->name_span = tag->name_span;
        fill_params(p, macro);
    }
    close_head(p, tag, ok);
    bool closed = function_body(p, tag, &macro->fn.body, &end, 1) == 0;
    if (closed && !p->chunk.broken) parser_tag_done(p);
    if (!ok) return;
    MacroNode *node = statement_node(p, tag, sizeof *node, N_MACRO);
    node->macro = macro;
    if (in_scope) node->target = target;
    if (closed) add_block(p, tag, (TplBlock){.macro = macro});
    push(p, node);
}

/* ---- the host's tags ---- */

/* `, default` and `, adapter='x'` behind the name of a materialization. */
static bool parse_options(Parser *p, Value *options)
{
    *options = value_dict(p->arena);
    while (parser_take(p, T_COMMA)) {
        if (p->token->kind != T_NAME) return parser_unexpected(p, "the name of an option");
        Str name = parser_word(p, p->token++);
        Value value = VALUE_TRUE;
        if (parser_take(p, T_ASSIGN)) {
            Node *node = parser_expression(p);
            if (!node) return false;
            if (!tree_is_constant(node) || !tree_constant(p->arena, node, &value))
                return parser_error(p, parser_span(p, node->start, node->end), "the value of '%.*s' must be a constant",
                                    STR_ARG(name));
        }
        dict_set_str(options->u.dict, name, value);
    }
    return true;
}

static void parse_options_tag(Parser *p, Tag *tag, Str end)
{
    TplMacro *macro = macro_new(p, tag);
    TplBlock block = {.macro = macro};
    bool ok = !p->chunk.broken && block_name(p, tag, "a name") && parse_options(p, &block.options);
    if (ok) {
        macro->fn.name = span_text(p, tag->name_span);
        macro->name_span = tag->name_span;
    }
    close_head(p, tag, ok);
    bool closed = function_body(p, tag, &macro->fn.body, &end, 1) == 0;
    if (closed && !p->chunk.broken) parser_tag_done(p);
    if (!ok || !closed) return;
    MacroNode *node = statement_node(p, tag, sizeof *node, N_MACRO);
    node->macro = macro;
    add_block(p, tag, block);
    push(p, node);
}

/* As at the end of any template, one line end right before the closing tag is dropped. */
static void drop_last_newline(Body *body, uint32_t end)
{
    if (!body->n || body->at[body->n - 1]->kind != N_TEXT || body->at[body->n - 1]->end != end) return;
    TextNode *last = (TextNode *)body->at[body->n - 1];
    if (last->text.len && last->text.ptr[last->text.len - 1] == '\n') last->text.len--;
    if (!last->text.len) body->n--;
}

static void parse_body_tag(Parser *p, Tag *tag, Str end)
{
    TplUnit *unit = ARENA_NEW(p->arena, TplUnit);
    unit->family = p->lexer.angle ? TPL_ANGLE : TPL_CURLY;
    unit->fn.source = p->lexer.source;
    unit->fn.caller_slot = unit->fn.varargs_slot = unit->fn.kwargs_slot = -1;
    bool ok = !p->chunk.broken && block_name(p, tag, "a name");
    close_head(p, tag, ok);
    bool closed = function_body(p, tag, &unit->fn.body, &end, 1) == 0;
    if (closed && !p->chunk.broken) parser_tag_done(p);
    if (!ok || !closed) return;
    drop_last_newline(&unit->fn.body, p->chunk.start);
    if (p->sink->errors == p->errors) scope_resolve(p->arena, p->scratch, unit);
    add_block(p, tag, (TplBlock){.unit = unit});
}

/* ---- what is refused ---- */

typedef struct Refused {
    Str name;
    const char *why, *instead;
    Str end; /* passed over in silence */
} Refused;

static const Refused refused[] = {
    {STR_INIT("include"), "templates cannot include files", "put the text into a macro and call it", STR_INIT("")},
    {STR_INIT("import"), "macros of all files are there already, without being imported",
     "call the macro by its name, or as package.name", STR_INIT("")},
    {STR_INIT("from"), "macros of all files are there already, without being imported",
     "call the macro by its name, or as package.name", STR_INIT("")},
    {STR_INIT("extends"), "templates cannot inherit from each other",
     "put the common part into a macro with 'caller()'", STR_INIT("")},
    {STR_INIT("block"), "templates cannot inherit from each other", "put the common part into a macro with 'caller()'",
     STR_INIT("endblock")},
    {STR_INIT("autoescape"), "SQL is never escaped as HTML", "remove the tag", STR_INIT("endautoescape")},
    {STR_INIT("trans"), "texts cannot be translated", "write the text itself", STR_INIT("endtrans")},
};

static void skip_end(Parser *p, Str end)
{
    if (end.len) vec_push(p->scratch, &p->skipped, end);
}

static bool refuse(Parser *p, const Tag *tag)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (!str_eq(refused[i].name, tag->name)) continue;
        diag_add(p->sink, DIAG_template_unsupported, tag->span, "'%.*s' cannot be used: %s", STR_ARG(tag->name),
                 refused[i].why);
        diag_hint(p->sink, "%s", refused[i].instead);
        skip_end(p, refused[i].end);
        return true;
    }
    return false;
}

static void unknown_tag(Parser *p, const Tag *tag)
{
    for (size_t i = 0; i < p->skipped.n; i++)
        if (str_eq(p->skipped.at[i], tag->name)) return;
    static const Str known[] = {STR_INIT("if"),      STR_INIT("for"),      STR_INIT("set"),     STR_INIT("macro"),
                                STR_INIT("call"),    STR_INIT("filter"),   STR_INIT("do"),      STR_INIT("with"),
                                STR_INIT("break"),   STR_INIT("continue"), STR_INIT("raw"),     STR_INIT("print"),
                                STR_INIT("elif"),    STR_INIT("else"),     STR_INIT("endif"),   STR_INIT("endfor"),
                                STR_INIT("endset"),  STR_INIT("endmacro"), STR_INIT("endcall"), STR_INIT("endfilter"),
                                STR_INIT("endwith"), STR_INIT("endraw")};
    enum { KNOWN = sizeof known / sizeof *known };
    size_t count = KNOWN + 2 * p->options->tag_count;
    Str *names = ARENA_ARRAY(p->arena, Str, count), best;
    memcpy(names, known, sizeof known);
    for (size_t i = 0; i < p->options->tag_count; i++) {
        names[KNOWN + 2 * i] = p->options->tags[i].name;
        names[KNOWN + 2 * i + 1] = p->options->tags[i].end;
    }
    parser_error(p, tag->name_span, "there is no statement '%.*s'", STR_ARG(tag->name));
    if (p->token->kind == T_LPAREN || p->token->kind == T_DOT)
        diag_hint(p->sink, "to call a macro write '%s %.*s(..) %s', or 'do %.*s(..)'",
                  lexer_mark(&p->lexer, CHUNK_EXPRESSION, false), STR_ARG(tag->name),
                  lexer_mark(&p->lexer, CHUNK_EXPRESSION, true), STR_ARG(tag->name));
    else if (nearest(tag->name, names, count, &best))
        diag_hint(p->sink, "did you mean '%.*s'?", STR_ARG(best));
    skip_end(p, str_cat(p->arena, STR("end"), tag->name));
}

/* ---- the table ---- */

typedef struct Statement {
    Str name;
    void (*parse)(Parser *p, Tag *tag);
} Statement;

static void parse_plain_macro(Parser *p, Tag *tag)
{
    parse_macro(p, tag, STR("endmacro"), true);
}
static void parse_break(Parser *p, Tag *tag)
{
    parse_loop_control(p, tag, N_BREAK);
}
static void parse_continue(Parser *p, Tag *tag)
{
    parse_loop_control(p, tag, N_CONTINUE);
}

static const Statement statements[] = {
    {STR_INIT("if"), parse_if},       {STR_INIT("set"), parse_set},
    {STR_INIT("for"), parse_for},     {STR_INIT("macro"), parse_plain_macro},
    {STR_INIT("do"), parse_do},       {STR_INIT("call"), parse_call_block},
    {STR_INIT("with"), parse_with},   {STR_INIT("filter"), parse_filter_block},
    {STR_INIT("break"), parse_break}, {STR_INIT("continue"), parse_continue},
    {STR_INIT("print"), parse_print},
};

void parser_statement(Parser *p)
{
    Tag tag = {.span = parser_span(p, p->chunk.start, p->chunk.end)};
    tag.inside = skip_trimmed(p, p->chunk.end, p->chunk.trims_after);
    tag.before = p->chunk.before;
    p->token = p->chunk.tokens;
    if (p->token->kind != T_NAME) {
        if (!p->chunk.broken) parser_unexpected(p, "the name of a statement");
        return;
    }
    tag.name = parser_word(p, p->token);
    tag.name_span = parser_span(p, p->token->start, p->token->end);
    p->token++;
    for (size_t i = 0; i < p->options->tag_count; i++) {
        const TplTag *host = &p->options->tags[i];
        if (!str_eq(host->name, tag.name)) continue;
        tag.name_span = SPAN_NONE;
        switch (host->shape) {
        case TPL_TAG_MACRO: parse_macro(p, &tag, host->end, false); break;
        case TPL_TAG_OPTIONS: parse_options_tag(p, &tag, host->end); break;
        case TPL_TAG_BODY: parse_body_tag(p, &tag, host->end); break;
        }
        return;
    }
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (!str_eq(statements[i].name, tag.name)) continue;
        if (statements[i].parse == parse_plain_macro) tag.name_span = SPAN_NONE;
        statements[i].parse(p, &tag);
        return;
    }
    if (!refuse(p, &tag) && !p->chunk.broken) unknown_tag(p, &tag);
}

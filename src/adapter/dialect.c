/* Dialects and the rendering of names: constants and pure functions, no connection. */
#include "cdbt/adapter.h"

const Dialect *dialect_find(Str type)
{
    const AdapterMethods *methods = adapter_find(type);
    return methods ? methods->dialect : NULL;
}

RelationName relation_parts(Str database, Str schema, Str identifier)
{
    return (RelationName){.database = database,
                          .schema = schema,
                          .identifier = identifier,
                          .with_database = true,
                          .with_schema = true,
                          .with_identifier = true,
                          .quote_database = true,
                          .quote_schema = true,
                          .quote_identifier = true};
}

static void add_quoted(Buf *out, const Dialect *dialect, Str name)
{
    buf_addc(out, dialect->quote_open);
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == dialect->quote_close) buf_addc(out, dialect->quote_close);
        buf_addc(out, name.ptr[i]);
    }
    buf_addc(out, dialect->quote_close);
}

static void add_part(Buf *out, const Dialect *dialect, Str name, bool quoted)
{
    if (out->len) buf_addc(out, '.');
    if (quoted)
        add_quoted(out, dialect, name);
    else
        buf_add(out, name);
}

static bool is_own(const Dialect *dialect, Str own_database, Str database)
{
    return database.len == 0 || str_eq_nocase(database, own_database) ||
           str_eq_nocase(database, dialect->default_database);
}

/* A file that is attached as `crm` holds its tables in schema `main`, but dbt gives a source its own name as schema
 * when nothing else is said: both mean the bare name. */
static bool is_bare(const Dialect *dialect, bool own, Str database, Str schema)
{
    return schema.len == 0 || str_eq_nocase(schema, dialect->default_schema) ||
           (!own && str_eq_nocase(schema, database));
}

Str relation_render(Arena *arena, const Dialect *dialect, Str own_database, const RelationName *name)
{
    Buf out;
    buf_init(&out, arena);
    bool own = is_own(dialect, own_database, name->database);
    if (name->with_database && name->database.len && !(dialect->database_omitted && own))
        add_part(&out, dialect, name->database, name->quote_database);
    bool prefixes = dialect->schema_separator.len > 0;
    bool schema = name->with_schema && name->schema.len;
    if (!prefixes) {
        if (schema) add_part(&out, dialect, name->schema, name->quote_schema);
        if (name->with_identifier && name->identifier.len)
            add_part(&out, dialect, name->identifier, name->quote_identifier);
    } else if (name->with_identifier && name->identifier.len) {
        Str stored = name->identifier;
        if (schema && !is_bare(dialect, own, name->database, name->schema))
            stored = str_cat(arena, str_cat(arena, name->schema, dialect->schema_separator), name->identifier);
        add_part(&out, dialect, stored, name->quote_identifier);
    } else if (schema) {
        add_part(&out, dialect, name->schema, name->quote_schema);
    }
    return buf_str(&out);
}

Str relation_name(Arena *arena, const Dialect *dialect, Str own_database, Str database, Str schema, Str identifier)
{
    RelationName name = relation_parts(database, schema, identifier);
    return relation_render(arena, dialect, own_database, &name);
}

Str relation_stored_name(Arena *arena, const Dialect *dialect, Str schema, Str identifier)
{
    if (dialect->schema_separator.len == 0 || is_bare(dialect, true, STR_EMPTY, schema)) return identifier;
    return str_cat(arena, str_cat(arena, schema, dialect->schema_separator), identifier);
}

Str relation_key(Arena *arena, const Dialect *dialect, Str own_database, Str database, Str schema, Str identifier)
{
    /* Quoted names are what cdbt writes, and only a database that ignores case makes two of them one. */
    Str name = relation_name(arena, dialect, own_database, database, schema, identifier);
    return dialect->folding == DIALECT_KEEPS ? str_lower(arena, name) : name;
}

Str dialect_quote_identifier(Arena *arena, const Dialect *dialect, Str identifier)
{
    Buf out;
    buf_init(&out, arena);
    add_quoted(&out, dialect, identifier);
    return buf_str(&out);
}

Str dialect_quote_literal(Arena *arena, const Dialect *dialect, Str text)
{
    (void)dialect; /* all dialects so far have standard strings */
    Buf out;
    buf_init(&out, arena);
    buf_addc(&out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'') buf_addc(&out, '\'');
        buf_addc(&out, text.ptr[i]);
    }
    buf_addc(&out, '\'');
    return buf_str(&out);
}

/* Adapters: what cdbt asks of a database, as a versioned table of methods, and the calls that use it.
 *
 * Three objects: an *adapter* is a constant table of methods ("sqlite", "postgres", "fake"); a *database* is what one
 * profile target opens; a *connection* is what one worker uses. SQL text comes from macros; this is transport.
 *
 * Calls return true on success. On failure they fill an AdapterError, whose texts live in the arena that its `arena`
 * field names (adapter_error_init), and leave out-parameters untouched. Nothing is printed.
 *
 * Offsets are byte offsets into the SQL text that the caller passed, of a script too; -1 means that no place is known.
 *
 * Ownership: the caller owns what open, connect, query and check_begin return, and gives it back with the matching
 * call, in reverse order. Str results live in the arena given, cell values until the next step of their cursor.
 *
 * Thread rule: a database may be used from any thread to connect. A connection and its cursors belong to one thread at
 * a time; adapter_cancel alone may be called from another (and from there only while the connection lives). */
#ifndef CDBT_ADAPTER_H
#define CDBT_ADAPTER_H

#include "base/str.h"

/* ---- dialects: constants that need no connection ---- */

struct SqlSyntax; /* sql/scan.h: how the dialect's text is cut into tokens */

typedef enum DialectFolding {
    DIALECT_KEEPS, /* names keep their case and are compared without it, quoted or not (SQLite) */
    DIALECT_LOWER, /* unquoted names become lower case (PostgreSQL) */
    DIALECT_UPPER, /* unquoted names become upper case (Snowflake) */
} DialectFolding;

typedef struct Dialect {
    Str name; /* the adapter's type in profiles, and the prefix of its macros */
    char quote_open, quote_close; /* around identifiers; the closing one is doubled inside */
    DialectFolding folding;
    Str default_database, default_schema; /* when the profile names none */
    uint32_t max_identifier; /* in bytes; 0: no limit */
    /* Schemas are no objects of the database but part of a relation's name: `s` + separator + identifier. The default
     * schema gives bare names. Empty: schemas are real. */
    Str schema_separator;
    bool database_omitted; /* a relation's own database is not written */
    bool transactional_ddl;
    bool names_subqueries; /* `from (select ..)` must be followed by a name */
    bool is_file; /* the location is the path of a file, made when it is first written to */
    const struct SqlSyntax *syntax;
} Dialect;

/* NULL if there is no such adapter type. */
const Dialect *dialect_find(Str type);
/* The names of all adapter types that can be used, as "sqlite, postgres": for messages. */
Str dialect_names(Arena *arena);

/* A relation's name as dbt's Relation renders it: which parts are written and which of them quoted. */
typedef struct RelationName {
    Str database, schema, identifier;
    bool with_database, with_schema, with_identifier;
    bool quote_database, quote_schema, quote_identifier;
} RelationName;

/* All parts written and quoted, as far as the dialect writes them at all. */
RelationName relation_parts(Str database, Str schema, Str identifier);
/* The text for SQL. `own_database` is the target's: SQLite omits it; another one is the alias of an attached file.
 *   SQLite      schema main: "name"    schema s: "s__name"    attached as crm: "crm"."name"
 *   PostgreSQL  "database"."schema"."name"
 * Where schemas are prefixes, a schema is only written together with the identifier; alone it gives its bare name. */
Str relation_render(Arena *arena, const Dialect *dialect, Str own_database, const RelationName *name);
/* The same for a whole name, everything quoted. */
Str relation_name(Arena *arena, const Dialect *dialect, Str own_database, Str database, Str schema, Str identifier);
/* The name that the database itself stores, without quotes: "s__name" on SQLite, "name" on PostgreSQL. Two nodes whose
 * stored name (in one database and real schema) is equal under the dialect's folding collide. */
Str relation_stored_name(Arena *arena, const Dialect *dialect, Str schema, Str identifier);
/* A key that is equal for two relations exactly if the database holds them to be the same one. */
Str relation_key(Arena *arena, const Dialect *dialect, Str own_database, Str database, Str schema, Str identifier);

Str dialect_quote_identifier(Arena *arena, const Dialect *dialect, Str identifier);
Str dialect_quote_literal(Arena *arena, const Dialect *dialect, Str text); /* 'it''s' */

/* ---- settings ---- */

/* One entry of the profile's output. Nested mappings and lists are flattened with dots: `schemas_and_paths.main`,
 * `attach.crm`, `extensions.0`. Values are text as YAML's scalars were written. */
typedef struct AdapterSetting {
    Str key, value;
} AdapterSetting;

/* What an adapter understands: for warnings about unknown keys, and so that no secret is ever shown. `key` may end in
 * ".*": any key below it. */
typedef struct AdapterSettingInfo {
    const char *key;
    bool secret;
    const char *meaning;
} AdapterSettingInfo;

typedef struct AdapterOpen {
    const AdapterSetting *settings;
    size_t setting_count;
    Str base_folder; /* what relative paths are relative to (the project's folder); empty: the working folder */
    /* Nothing may be changed or created: a database that does not exist yet is seen as empty (compile, docs). */
    bool read_only;
    /* What the database says besides its answers, one line each; from any thread that uses a connection. NULL: nobody
     * listens. */
    void (*notice)(void *data, Str text);
    void *notice_data;
} AdapterOpen;

/* The settings' value or the empty string; the last one of equal keys counts. */
Str adapter_setting(const AdapterOpen *open, Str key);

/* ---- errors ---- */

typedef enum AdapterErrorKind {
    ADAPTER_OK,
    ADAPTER_SYNTAX, /* the SQL does not parse, or is more than the one statement wanted */
    ADAPTER_MISSING_RELATION,
    ADAPTER_MISSING_COLUMN,
    ADAPTER_MISSING_FUNCTION, /* or one with other arguments */
    ADAPTER_AMBIGUOUS, /* a column name that fits twice */
    ADAPTER_LOCKED,
    ADAPTER_AUTH, /* user, password or rights */
    ADAPTER_READONLY,
    ADAPTER_NOT_A_DATABASE,
    ADAPTER_DISK_FULL,
    ADAPTER_CORRUPT,
    ADAPTER_INTERRUPTED, /* by adapter_cancel */
    ADAPTER_CONSTRAINT,
    ADAPTER_CONNECTION, /* cannot be opened or reached: no such folder, no such host */
    ADAPTER_SETTING, /* the profile's output is incomplete or contradicts itself; `subject` is the key */
    ADAPTER_UNSUPPORTED, /* the adapter does not offer this */
    ADAPTER_OTHER,
} AdapterErrorKind;

typedef struct AdapterError {
    Arena *arena; /* set by the caller; texts are made here */
    AdapterErrorKind kind;
    Str message; /* one line, what the database says, without prefix */
    Str hint; /* what to do, or empty: e.g. which process holds the lock */
    Str subject; /* the missing name as the database gives it ("t.x"), or the setting's key; or empty */
    int64_t offset; /* into the caller's SQL; -1: unknown */
    int64_t length; /* of the token at the offset; 0: unknown */
    int32_t native_code; /* SQLite's extended result code; 0 if there is none */
    char sqlstate[6]; /* of databases that have them, NUL-terminated; or empty */
} AdapterError;

void adapter_error_init(AdapterError *error, Arena *arena);
const char *adapter_error_word(AdapterErrorKind kind); /* "missing column" */
/* Fills an error; for implementations and tests. */
void adapter_error_set(AdapterError *error, AdapterErrorKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- rows ---- */

typedef enum AdapterCellType { CELL_NULL, CELL_INTEGER, CELL_REAL, CELL_TEXT, CELL_BLOB } AdapterCellType;

/* Types without a native form here (numeric, timestamps, arrays) come as text in the database's own writing; the
 * column's type says what they are. */
typedef struct AdapterCell {
    AdapterCellType type;
    union {
        int64_t integer;
        double real;
        Str text; /* text and blob */
    };
} AdapterCell;

typedef struct AdapterColumn {
    Str name;
    Str type; /* as declared, or inferred by the database; empty: unknown */
    Str origin_relation, origin_column; /* of a plain column, through views and subqueries, if the database knows */
} AdapterColumn;

typedef struct AdapterColumns {
    AdapterColumn *at;
    size_t n;
} AdapterColumns;

typedef struct AdapterResult {
    Str status; /* what dbt shows: "OK", "INSERT 0 3" */
    int64_t rows_affected; /* -1: the database does not say */
} AdapterResult;

/* ---- methods ---- */

typedef enum AdapterRole {
    ADAPTER_WRITER,
    ADAPTER_READER, /* refuses to write; sees what is committed, one snapshot a statement (or a transaction) */
} AdapterRole;

typedef enum AdapterTransaction { ADAPTER_BEGIN, ADAPTER_COMMIT, ADAPTER_ROLLBACK } AdapterTransaction;

typedef enum AdapterStep { ADAPTER_ROW, ADAPTER_DONE, ADAPTER_FAILED } AdapterStep;

typedef struct AdapterRelation {
    Str name; /* identifier in exact case; without the schema's prefix */
    bool is_view;
    bool is_materialized; /* a view that keeps its rows; is_view is false then */
    bool is_foreign; /* a table of another server */
} AdapterRelation;

/* dbt's word: "table", "view", "materialized_view", "external". */
Str adapter_relation_type(const AdapterRelation *relation);

typedef struct AdapterRelations {
    AdapterRelation *at;
    size_t n;
} AdapterRelations;

/* What the catalog tells of one relation besides its columns. */
typedef struct AdapterDetails {
    Str type; /* the database's word: "BASE TABLE"; empty: dbt's */
    Str owner, comment;
    Str *column_comments; /* one for each column of `columns`, in order; empty: none. NULL: none at all */
    size_t column_count;
    int64_t rows, bytes; /* an estimate, and what it takes on disk; -1: unknown */
    uint32_t first_index; /* what the database calls its first column */
} AdapterDetails;

typedef struct AdapterStrs {
    Str *at;
    size_t n;
} AdapterStrs;

/* Rows for a bulk load. The callback fills `cells` (one for each column, in order; their texts must stay until it is
 * called again) and returns ADAPTER_ROW, or ADAPTER_DONE when there are no more, or ADAPTER_FAILED after filling the
 * error: then nothing is loaded. */
typedef AdapterStep (*AdapterRowSource)(void *data, AdapterCell *cells, AdapterError *error);

typedef struct AdapterBulkLoad {
    Str relation; /* as rendered; it exists */
    const AdapterColumn *columns; /* name and type of each */
    size_t column_count;
    AdapterRowSource next;
    void *data;
} AdapterBulkLoad;

/* What the check before write finds out about one SELECT. */
typedef struct AdapterChecked {
    bool known; /* false: it reads a relation whose columns are unknown, so nothing was checked */
    Str unknown_because; /* that relation's name as written in the SQL */
    AdapterColumns columns; /* names and types of the result; empty if not known */
    /* Names in double quotes that are no column here: SQLite reads such a name as a string. Their byte offsets, and
     * the text between the quotes. */
    size_t *string_offsets;
    Str *strings;
    size_t string_count;
} AdapterChecked;

typedef struct AdapterCapabilities {
    bool transactional_ddl; /* create and drop can be rolled back */
    bool check_before_write; /* check_* methods */
    bool error_offsets;
    bool cancel;
    bool concurrent_readers; /* readers work while a writer does */
    uint32_t max_writers; /* 0: as many as wanted; SQLite: 1 */
    bool real_schemas; /* `create schema` means something */
    bool merge, truncate, create_or_replace_view, rename_view, drop_cascade; /* statements it has */
} AdapterCapabilities;

typedef struct AdapterDatabase AdapterDatabase;
typedef struct AdapterConnection AdapterConnection;
typedef struct AdapterCursor AdapterCursor;
typedef struct AdapterCheck AdapterCheck;

#define ADAPTER_VERSION 4

/* An implementation. New methods are appended and raise ADAPTER_VERSION; a table with a lower version is read up to
 * what it had. NULL means the default that is named; [required] has none. Arrow batches (ADBC) will come as an appended
 * `next_batch` beside `step` and a stream in place of AdapterBulkLoad.next. */
typedef struct AdapterMethods {
    uint32_t version; /* ADAPTER_VERSION at the time it was written */
    const Dialect *dialect;
    const AdapterSettingInfo *settings; /* ends with a NULL key */

    /* Where the data is, for people and for `Target.database_path`: the path of the database file or "host:port/name".
     * Opens nothing. NULL: empty. */
    bool (*location)(const AdapterOpen *open, Arena *arena, Str *location, AdapterError *error);
    /* Whether `name` is the alias of an attached database, by the settings alone. NULL: never. */
    bool (*attached)(const AdapterOpen *open, Str name);

    /* [required] Checks the settings and that the database can be used. Copies what it needs of `open`. */
    bool (*open)(const AdapterOpen *open, AdapterDatabase **database, AdapterError *error);
    void (*close)(AdapterDatabase *database); /* [required] */
    void (*capabilities)(const AdapterDatabase *database, AdapterCapabilities *capabilities); /* NULL: none of them */
    /* For `debug` and logs: pairs such as {"version", "3.40.1"}; never a secret. NULL: nothing. */
    void (*describe)(const AdapterDatabase *database, Arena *arena, const AdapterSetting **pairs, size_t *count);

    /* [required] */
    bool (*connect)(AdapterDatabase *database, AdapterRole role, AdapterConnection **connection, AdapterError *error);
    void (*disconnect)(AdapterConnection *connection); /* [required] rolls back what is open */

    /* Runs a script of any number of statements, rows are thrown away. `result` describes the last statement that
     * changed rows. Stops at the first error. NULL: query, drained. */
    bool (*execute)(AdapterConnection *connection, Str sql, Arena *arena, AdapterResult *result, AdapterError *error);
    /* [required] Runs a script; the cursor gives the rows of its last statement, which may have no columns. */
    bool (*query)(AdapterConnection *connection, Str sql, AdapterCursor **cursor, AdapterError *error);
    const AdapterColumn *(*cursor_columns)(AdapterCursor *cursor, size_t *count); /* [required] valid until finish */
    /* [required] `*cells` is valid until the next step. */
    AdapterStep (*step)(AdapterCursor *cursor, const AdapterCell **cells, AdapterError *error);
    void (*finish)(AdapterCursor *cursor); /* [required] also before the last row */
    /* Compiles one statement without running it: result columns, or an error with offset. NULL: unsupported. */
    bool (*prepare)(AdapterConnection *connection, Str sql, Arena *arena, AdapterColumns *columns, AdapterError *error);

    /* [required] Nested begins are savepoints; commit and rollback end the innermost. A writer takes the write lock at
     * the outermost begin. */
    bool (*transaction)(AdapterConnection *connection, AdapterTransaction what, AdapterError *error);
    uint32_t (*depth)(const AdapterConnection *connection); /* [required] open begins */

    /* [required] Tables and views of one schema, sorted by name; none if there is no such schema. Empty `database`:
     * the target's own. Where schemas are prefixes, the default schema lists every relation by its whole name. */
    bool (*list_relations)(AdapterConnection *connection, Str database, Str schema, Arena *arena,
                           AdapterRelations *relations, AdapterError *error);
    bool (*list_schemas)(AdapterConnection *connection, Str database, Arena *arena, AdapterStrs *schemas,
                         AdapterError *error); /* [required] */
    /* Columns of a relation named as rendered, in order; ADAPTER_MISSING_RELATION if there is none. NULL: prepare of
     * `select * from relation`. */
    bool (*columns)(AdapterConnection *connection, Str relation, Arena *arena, AdapterColumns *columns,
                    AdapterError *error);
    /* All rows or none; in the open transaction if there is one. NULL: INSERT statements of literals. */
    bool (*bulk_load)(AdapterConnection *connection, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error);
    /* From another thread: what runs ends with ADAPTER_INTERRUPTED, and so does all that is started later, until the
     * flag is cleared; rollback and disconnect still work. NULL: nothing is cancelled. */
    void (*cancel)(AdapterConnection *connection);
    void (*cancel_clear)(AdapterConnection *connection);
    /* Kind of a native error. NULL: ADAPTER_OTHER. */
    AdapterErrorKind (*classify)(int32_t native_code, const char *sqlstate, Str message);

    /* Check before write: an empty shadow of the schema, in memory, against which statements are prepared. All four or
     * none. The check is independent of connections and may run in any one thread. */
    bool (*check_begin)(AdapterDatabase *database, AdapterCheck **check, AdapterError *error);
    /* `relation` as rendered; columns are copied. A NULL `columns` says that they are unknown. A relation that is named
     * again is replaced (for what is prepared from then on). */
    bool (*check_relation)(AdapterCheck *check, Str relation, const AdapterColumns *columns, AdapterError *error);
    bool (*check_prepare)(AdapterCheck *check, Str sql, Arena *arena, AdapterChecked *checked, AdapterError *error);
    void (*check_end)(AdapterCheck *check);

    /* One relation by name, without listing its schema: a run asks this once a node. `*found` tells whether it is there.
     * NULL: list_relations, searched. */
    bool (*find_relation)(AdapterConnection *connection, Str database, Str schema, Str identifier, Arena *arena,
                          bool *found, AdapterRelation *relation, AdapterError *error);

    /* ---- version 2 ---- */

    /* The target's database and schema, where the profile leaves them to the environment: what is empty is filled in.
     * Opens nothing. NULL: the dialect's defaults. */
    bool (*names)(const AdapterOpen *open, Arena *arena, Str *database, Str *schema, AdapterError *error);
    /* After the last row of a cursor: what execute would have answered. NULL: "OK" and the rows read. */
    void (*cursor_result)(AdapterCursor *cursor, AdapterResult *result);
    /* Of a relation named as rendered, which exists. NULL: nothing is known. */
    bool (*details)(AdapterConnection *connection, Str relation, Arena *arena, AdapterDetails *details,
                    AdapterError *error);

    /* ---- version 3 ---- */

    /* Where there is one writer, the work of `create table <relation> as <select>` can be done on a reader beside it.
     * evaluate keeps the rows of the select with the reader, in a bounded amount of memory, and stops where that is full;
     * false (for whatever reason) if that cannot be done. offer lends them to the writer: when it is to execute that very
     * statement, it takes the rows and lets the reader go on for the rest (NULL: no more). forget gives the memory back.
     * The table that comes of it is the same. NULL: never. */
    bool (*evaluate)(AdapterConnection *reader, Str relation, Str select, AdapterError *error);
    void (*offer)(AdapterConnection *writer, AdapterConnection *reader);
    void (*forget)(AdapterConnection *reader);

    /* Fills in, as far as they can be known, the types that check_prepare left empty in `columns`, of a statement that it
     * has accepted: those that a table made from the query would have, or else the types of its values. For engines whose
     * expressions have no declared types. NULL: nothing is filled in. */
    void (*check_types)(AdapterCheck *check, Str sql, Arena *arena, AdapterColumns *columns);

    /* What the engine's library has one setting of in the whole process: see adapter_own_process. NULL: nothing. */
    void (*own_process)(void);

    /* ---- version 4 ---- */

    /* Keeps other runs from working on the relation of that name until the open transaction ends. `*taken` is false while
     * another one does; then `*holder` says who, for people (empty: not known). NULL: there is nothing of the kind. */
    bool (*lock)(AdapterConnection *connection, Str relation, Arena *arena, bool *taken, Str *holder,
                 AdapterError *error);
} AdapterMethods;

/* ---- the registry ---- */

/* NULL if there is none. The table of built-in adapters is constant. */
const AdapterMethods *adapter_find(Str type);
/* For a program whose databases are all opened here: lets each engine's library have the settings for its whole process that
 * serve many threads best. Once, before any other call and any thread; without it everything works, but slower. */
void adapter_own_process(void);

/* ---- calls: they apply the defaults ---- */

/* Fails with ADAPTER_SETTING if the type is unknown. */
bool adapter_open(Str type, const AdapterOpen *open, AdapterDatabase **database, AdapterError *error);
/* The same with a table of methods that is not in the registry: fakes. */
bool adapter_open_with(const AdapterMethods *methods, const AdapterOpen *open, AdapterDatabase **database,
                       AdapterError *error);
void adapter_close(AdapterDatabase *database); /* NULL is fine */
const AdapterMethods *adapter_methods(const AdapterDatabase *database);
AdapterCapabilities adapter_capabilities(const AdapterDatabase *database);
void adapter_describe(const AdapterDatabase *database, Arena *arena, const AdapterSetting **pairs, size_t *count);
bool adapter_location(Str type, const AdapterOpen *open, Arena *arena, Str *location, AdapterError *error);
bool adapter_attached(Str type, const AdapterOpen *open, Str name);
bool adapter_names(Str type, const AdapterOpen *open, Arena *arena, Str *database, Str *schema, AdapterError *error);

bool adapter_connect(AdapterDatabase *database, AdapterRole role, AdapterConnection **connection, AdapterError *error);
void adapter_disconnect(AdapterConnection *connection); /* NULL is fine */
AdapterDatabase *adapter_connection_database(const AdapterConnection *connection);

/* What adapter_execute and adapter_query do with each text until it is set anew; everything is borrowed. Offsets of
 * errors stay those of the caller's text. */
typedef struct AdapterStatements {
    Str comment; /* stands as a comment in front of it, or behind it; empty: none */
    bool append;
    Str refusal; /* not empty: nothing is sent, and this is why */
    void (*sent)(void *data, Str sql); /* told of each text as it is sent; NULL: nobody listens */
    void *data;
} AdapterStatements;

void adapter_statements(AdapterConnection *connection, const AdapterStatements *statements);
/* For implementations: the caller's text, of what execute was given. */
Str adapter_uncommented(const AdapterConnection *connection, Str sql);

/* `result` may be NULL. */
bool adapter_execute(AdapterConnection *connection, Str sql, Arena *arena, AdapterResult *result, AdapterError *error);
bool adapter_query(AdapterConnection *connection, Str sql, AdapterCursor **cursor, AdapterError *error);
const AdapterColumn *adapter_cursor_columns(AdapterCursor *cursor, size_t *count);
AdapterStep adapter_step(AdapterCursor *cursor, const AdapterCell **cells, AdapterError *error);
/* False if the database says nothing more than how many rows there were. */
bool adapter_cursor_result(AdapterCursor *cursor, AdapterResult *result);
void adapter_finish(AdapterCursor *cursor); /* NULL is fine */
bool adapter_prepare(AdapterConnection *connection, Str sql, Arena *arena, AdapterColumns *columns,
                     AdapterError *error);

bool adapter_begin(AdapterConnection *connection, AdapterError *error);
bool adapter_commit(AdapterConnection *connection, AdapterError *error);
bool adapter_rollback(AdapterConnection *connection, AdapterError *error);
uint32_t adapter_depth(const AdapterConnection *connection);

bool adapter_list_relations(AdapterConnection *connection, Str database, Str schema, Arena *arena,
                            AdapterRelations *relations, AdapterError *error);
bool adapter_find_relation(AdapterConnection *connection, Str database, Str schema, Str identifier, Arena *arena,
                           bool *found, AdapterRelation *relation, AdapterError *error);
bool adapter_list_schemas(AdapterConnection *connection, Str database, Arena *arena, AdapterStrs *schemas,
                          AdapterError *error);
bool adapter_columns(AdapterConnection *connection, Str relation, Arena *arena, AdapterColumns *columns,
                     AdapterError *error);
bool adapter_details(AdapterConnection *connection, Str relation, Arena *arena, AdapterDetails *details,
                     AdapterError *error);
/* The column of that name, in any case; NULL if there is none. */
const AdapterColumn *adapter_column(const AdapterColumns *columns, Str name);
bool adapter_bulk_load(AdapterConnection *connection, const AdapterBulkLoad *load, int64_t *rows, AdapterError *error);
/* Without the method every lock is taken. */
bool adapter_lock(AdapterConnection *connection, Str relation, Arena *arena, bool *taken, Str *holder,
                  AdapterError *error);
bool adapter_evaluates(const AdapterDatabase *database); /* whether evaluate is there */
bool adapter_evaluate(AdapterConnection *reader, Str relation, Str select, AdapterError *error);
void adapter_offer(AdapterConnection *writer, AdapterConnection *reader);
void adapter_forget(AdapterConnection *reader);
void adapter_cancel(AdapterConnection *connection);
void adapter_cancel_clear(AdapterConnection *connection);

bool adapter_check_begin(AdapterDatabase *database, AdapterCheck **check, AdapterError *error);
bool adapter_check_relation(AdapterCheck *check, Str relation, const AdapterColumns *columns, AdapterError *error);
bool adapter_check_prepare(AdapterCheck *check, Str sql, Arena *arena, AdapterChecked *checked, AdapterError *error);
/* True if the engine has types of expressions only by such guesses. */
bool adapter_check_types(AdapterCheck *check, Str sql, Arena *arena, AdapterColumns *columns);
void adapter_check_end(AdapterCheck *check); /* NULL is fine */

/* ---- for implementations: the first member of their objects ---- */

struct AdapterDatabase {
    const AdapterMethods *methods;
};
struct AdapterConnection {
    AdapterDatabase *database;
    AdapterStatements statements;
};
struct AdapterCursor {
    AdapterConnection *connection;
};
struct AdapterCheck {
    AdapterDatabase *database;
};

/* Implementations that are built in. */
extern const AdapterMethods adapter_sqlite;
extern const AdapterMethods adapter_postgres;

#endif

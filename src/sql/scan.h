/* Cutting SQL text into tokens: what is a string, a comment, a name, and where statements end.
 *
 * No grammar: enough to trim, split and find names without being fooled by strings and comments. Broken text never
 * fails: an unterminated string or comment is one SQL_BAD token up to the end. All positions are byte offsets into the
 * text given. Nothing is allocated except where an arena is asked for. Thread rule: pure functions. */
#ifndef CDBT_SQL_SCAN_H
#define CDBT_SQL_SCAN_H

#include "base/str.h"

/* How a dialect writes things. Constants; an adapter's Dialect points to one. */
typedef struct SqlSyntax {
    bool backtick_names; /* `name` */
    bool bracket_names; /* [name] */
    bool dollar_strings; /* $tag$ ... $tag$ */
    bool escape_strings; /* E'it\'s' */
    bool nested_comments; /* a block comment may hold another */
    bool hash_operators; /* # is an operator character, as are ~ ! @ ? (PostgreSQL); else they are bad or parameters */
    bool named_parameters; /* :name @name $name ?1 */
    bool atomic_bodies; /* `begin ... end` blocks that hold semicolons: triggers (SQLite), routines (PostgreSQL) */
} SqlSyntax;

extern const SqlSyntax sql_sqlite;
extern const SqlSyntax sql_postgres;

typedef enum SqlTokenKind {
    SQL_END, /* start == end == length of the text */
    SQL_COMMENT, /* only from sql_next_raw; a line comment ends before its end of line */
    SQL_NAME, /* bare: a key word too */
    SQL_QUOTED_NAME,
    SQL_STRING, /* with its prefix: E'..', x'..', N'..'; dollar strings too */
    SQL_NUMBER,
    SQL_PARAMETER,
    SQL_SEMICOLON,
    SQL_COMMA,
    SQL_DOT,
    SQL_OPEN, /* ( */
    SQL_CLOSE, /* ) */
    SQL_OPERATOR, /* one operator, e.g. <= || :: -> ->> [ ] */
    SQL_BAD, /* unterminated, or a character that no SQL has */
} SqlTokenKind;

typedef struct SqlToken {
    SqlTokenKind kind;
    size_t start, end;
} SqlToken;

typedef struct SqlScanner {
    const SqlSyntax *syntax;
    Str text;
    size_t at;
} SqlScanner;

SqlScanner sql_scanner(const SqlSyntax *syntax, Str text);
SqlToken sql_next(SqlScanner *scanner); /* skips white space and comments */
SqlToken sql_next_raw(SqlScanner *scanner); /* skips white space only */
/* Whether a bare name, in any case, is this key word, which is given in small letters. */
bool sql_is_word(Str text, SqlToken token, const char *word);
/* What a name stands for: quotes and doubled quotes removed; a bare name as it is. */
Str sql_name_text(Arena *arena, Str text, SqlToken token);

/* Cuts semicolons, comments and white space off the end, so that the text can stand inside `create view ... as` and in
 * parentheses. Offsets stay valid. Text that ends in SQL_BAD is only trimmed of white space. */
Str sql_trim_end(const SqlSyntax *syntax, Str sql);
/* True if there is nothing but white space, comments and semicolons. */
bool sql_is_empty(const SqlSyntax *syntax, Str sql);
/* The start of a second statement, or STR_NPOS. */
size_t sql_second_statement(const SqlSyntax *syntax, Str sql);
/* The statements of a script one by one, without their semicolons; false after the last. Start with *at = 0. */
bool sql_split_next(const SqlSyntax *syntax, Str script, size_t *at, Str *statement);

/* Where a name stands: `name` is "x", or "t.x" as databases report missing names. Quoted or not, compared without case.
 * If the whole dotted name does not occur, its last part is looked for. STR_NPOS if there is none; else *length is that
 * of the text found. */
size_t sql_find_name(const SqlSyntax *syntax, Str sql, Str name, size_t *length);
/* The same, but only before an opening parenthesis: a function. */
size_t sql_find_call(const SqlSyntax *syntax, Str sql, Str name, size_t *length);

#endif

/* The lexer: cuts a text of either delimiter family into chunks (text, expression tag, statement tag) and the inside of
 * a tag into tokens. White space control, comments and raw blocks are dealt with here; nothing behind the lexer knows
 * the family.
 *
 * Ownership: a Lexer points into the source text and owns its token buffer (lexer_release). The tokens of a chunk are
 * valid until the next lexer_next. Thread rule: one thread at a time. */
#ifndef CDBT_TEMPLATE_LEXER_H
#define CDBT_TEMPLATE_LEXER_H

#include "template/template.h"

typedef enum TokenKind {
    T_END, /* behind the last token of a tag */
    T_NAME,
    T_STRING,
    T_INT,
    T_FLOAT,
    T_PLUS,
    T_MINUS,
    T_STAR,
    T_POWER,
    T_SLASH,
    T_FLOORDIV,
    T_PERCENT,
    T_TILDE,
    T_PIPE,
    T_DOT,
    T_COMMA,
    T_COLON,
    T_SEMICOLON,
    T_ASSIGN,
    T_EQ,
    T_NE,
    T_LT,
    T_LE,
    T_GT,
    T_GE,
    T_LPAREN,
    T_RPAREN,
    T_LBRACKET,
    T_RBRACKET,
    T_LBRACE,
    T_RBRACE,
} TokenKind;

/* Words with a meaning of their own inside expressions. */
typedef enum TokenWord {
    W_OTHER,
    W_AND,
    W_OR,
    W_NOT,
    W_IN,
    W_IS,
    W_IF,
    W_ELSE,
    W_RECURSIVE,
    W_TRUE,
    W_FALSE,
    W_NONE,
} TokenWord;

typedef struct Token {
    uint8_t kind, word;
    uint32_t start, end; /* offsets in the source text */
} Token;

typedef enum ChunkKind { CHUNK_TEXT, CHUNK_EXPRESSION, CHUNK_STATEMENT, CHUNK_END } ChunkKind;

typedef struct Chunk {
    ChunkKind kind;
    uint32_t start, end; /* text: what is left after trimming; tags: the delimiters included */
    bool raw; /* text of a raw block: no escapes in it */
    bool broken; /* a tag whose inside could not be cut into tokens; that was reported */
    bool trims_before, trims_after; /* a tag's `-` marks */
    uint32_t before; /* where the statement tag before it ended, white space that it ate included */
    const Token *tokens; /* of a tag: `count` of them and then one T_END at the closing delimiter */
    size_t count;
} Chunk;

typedef struct Lexer {
    const char *text; /* of the whole source */
    SourceId source;
    uint32_t at, end;
    char open, close; /* { and }, or < and > */
    bool angle;
    bool trim; /* the tag before ended in `-` */
    bool has_pending;
    uint32_t statement_end; /* as Chunk.before, for the next tag */
    uint32_t pending; /* where the next tag opens, once the text before it was given */
    DiagSink *sink;
    Token *tokens;
    size_t token_count, token_cap;
} Lexer;

void lexer_init(Lexer *lexer, Str text, Span region, TplFamily family, DiagSink *sink);
void lexer_release(Lexer *lexer);
void lexer_next(Lexer *lexer, Chunk *chunk);
/* Looks for the tag `name` (e.g. enddocs) from where the lexer stands and moves behind it, whatever stands between.
 * False if there is none. `tag` is the tag, white space that its marks eat not included. */
bool lexer_skip_to_tag(Lexer *lexer, Str name, Span *tag, bool *trims_before, bool *trims_after);

/* How the family writes things, for messages: "{{", "%}" and so on. */
const char *lexer_mark(const Lexer *lexer, ChunkKind kind, bool closing);
/* Reports and, in an angle file, offers the escape for a literal opener unless that would be no help. */
void lexer_offer_escape(const Lexer *lexer, ChunkKind kind);

/* Bytes of white space (as Python's str.isspace) at the start or the end of a text: 0 if there is none. */
size_t space_at(const char *at, const char *end);
size_t space_before(const char *begin, const char *at);

#endif

/* The log file, logs/dbt.log as dbt has it: what a command said, and each statement that it sent to the database.
 *
 * What is said before the folder is known is kept and written when it is opened; without a project it is dropped. Each
 * entry is written at once, so that the file shows what a run does that hangs or is killed.
 * Thread rule: one call at a time. */
#ifndef CDBT_CLI_LOG_FILE_H
#define CDBT_CLI_LOG_FILE_H

#include "base/str.h"

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_NONE } LogLevel;

const char *log_level_word(LogLevel level);
bool log_level_find(Str word, LogLevel *level); /* debug, info, warn, error, none */

typedef struct LogFile {
    LogLevel level; /* LOG_NONE: there is no log */
    bool json;
    int64_t max_bytes; /* of one file, before it becomes dbt.log.1; 0: any number */
    int file; /* -1: not open (yet) */
    bool closed; /* nothing more is wanted */
    int64_t size;
    Str path;
    Buf waiting;
    Arena *arena; /* borrowed */
} LogFile;

void log_file_init(LogFile *log, Arena *arena);
/* Whether an entry of that level, in that form, is wanted at all. */
bool log_file_takes(const LogFile *log, LogLevel level);
/* An entry for people: time, level, thread ("MainThread"), text. Nothing if the file is JSON. */
void log_file_text(LogFile *log, LogLevel level, const char *thread, Str text);
void log_file_raw(LogFile *log, Str line); /* a whole line, with its end */
/* False, with the reason, if it cannot be written: then there is none from now on. */
bool log_file_open(LogFile *log, Str folder, Str invocation_id, Str *error);
void log_file_close(LogFile *log);

#endif

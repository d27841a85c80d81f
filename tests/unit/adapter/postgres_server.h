/* A PostgreSQL server for the tests of one program: started by the first test that needs it, gone with the process. */
#ifndef CDBT_TEST_POSTGRES_SERVER_H
#define CDBT_TEST_POSTGRES_SERVER_H

#include "adapter_test.h"

#include <sys/wait.h>

static char server_folder[64];
static int server_state; /* 0: not tried, 1: runs, 2: there is none */

static inline int server_command(const char *command)
{
    const char *root = getenv("ROOT");
    char text[512];
    snprintf(text, sizeof text, "'%s/tests/support/postgres' %s %s %ld", root ? root : ".", command, server_folder,
             (long)getpid());
    int status = system(text);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void server_stop(void)
{
    server_command("stop");
}

/* Skips the test where no server is installed. */
static inline void server_needed(void)
{
    if (!server_state) {
        snprintf(server_folder, sizeof server_folder, "/tmp/cdbt-pg-%ld", (long)getpid());
        int code = server_command("start");
        if (code && code != 77) fail_msg("the server cannot be started: exit code %d", code);
        server_state = code ? 2 : 1;
        if (!code) atexit(server_stop);
    }
    if (server_state == 2) skip();
}

/* Opens the fixture's database on the server, in a database of its own that is empty. */
static inline void server_fixture(Fixture *f, const AdapterSetting *more, size_t count)
{
    AdapterSetting settings[16] = {{STR("host"), str_from(server_folder)},
                                   {STR("port"), STR("5432")},
                                   {STR("user"), STR("postgres")},
                                   {STR("dbname"), STR("test")},
                                   {STR("retries"), STR("0")}};
    if (count) memcpy(settings + 5, more, count * sizeof *more);
    AdapterOpen open = {.settings = settings, .setting_count = 5 + count, .base_folder = f->folder};
    if (!adapter_open(STR("postgres"), &open, &f->database, &f->error) ||
        !adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error))
        fail_msg("%s", f->error.message.ptr);
    run(f, "drop schema public cascade; create schema public");
}

#endif

#include "base/program.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ERROR_TEXT = 4096, PIECE = 65536 };

/* The environment with a few words set: of it nothing is copied but the list. */
static char **environment(Arena *arena)
{
    static const char *const set[] = {"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true"};
    const size_t more = sizeof set / sizeof *set;
    size_t count = 0, kept = 0;
    while (environ[count]) count++;
    char **made = arena_alloc(arena, (count + more + 1) * sizeof *made);
    for (size_t i = 0; i < count; i++) {
        bool ours = false;
        for (size_t s = 0; s < more; s++) {
            size_t name = (size_t)(strchr(set[s], '=') - set[s]) + 1;
            ours = ours || strncmp(environ[i], set[s], name) == 0;
        }
        if (!ours) made[kept++] = environ[i];
    }
    for (size_t s = 0; s < more; s++) made[kept++] = (char *)(uintptr_t)set[s];
    made[kept] = NULL;
    return made;
}

static bool start(Arena *arena, const char *const *arguments, int out, int err, pid_t *child)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_adddup2(&files, err, 2);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int failed =
        posix_spawnp(child, arguments[0], &files, &attributes, (char *const *)(uintptr_t)arguments, environment(arena));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return !failed;
}

/* Reads what is there; false at the end. */
static bool take(int fd, Buf *text, size_t keep_last)
{
    buf_reserve(text, PIECE);
    ssize_t n = read(fd, text->ptr + text->len, PIECE);
    if (n < 0) return errno == EINTR || errno == EAGAIN;
    if (n == 0) return false;
    text->len += (size_t)n;
    if (keep_last && text->len > 2 * keep_last) {
        memmove(text->ptr, text->ptr + text->len - keep_last, keep_last);
        text->len = keep_last;
    }
    return true;
}

static void gather(int out_fd, int err_fd, size_t limit, pid_t child, Buf *out, Buf *err, bool *too_much)
{
    struct pollfd fds[2] = {{out_fd, POLLIN, 0}, {err_fd, POLLIN, 0}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) break;
        if (fds[0].revents && !take(out_fd, out, 0)) fds[0].fd = -1;
        if (fds[1].revents && !take(err_fd, err, ERROR_TEXT)) fds[1].fd = -1;
        if (out->len > limit) {
            *too_much = true;
            kill(child, SIGKILL);
            break;
        }
    }
}

bool program_run(Arena *arena, const char *const *arguments, size_t limit, ProgramResult *result)
{
    *result = (ProgramResult){.out = STR_EMPTY, .err = STR_EMPTY, .status = 127};
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC)) return false;
    if (pipe2(err, O_CLOEXEC)) {
        close(out[0]);
        close(out[1]);
        return false;
    }
    pid_t child;
    bool started = start(arena, arguments, out[1], err[1], &child);
    close(out[1]);
    close(err[1]);
    Buf text, errors;
    buf_init(&text, NULL);
    buf_init(&errors, NULL);
    if (started) gather(out[0], err[0], limit, child, &text, &errors, &result->too_much);
    close(out[0]);
    close(err[0]);
    result->missing = !started;
    int status = 0;
    while (started && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (started) result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (text.len) result->out = str_dup(arena, str_n(text.ptr, text.len));
    if (errors.len) result->err = str_trim(str_dup(arena, str_n(errors.ptr, errors.len)));
    buf_release(&text);
    buf_release(&errors);
    return started && !result->too_much && result->status == 0;
}

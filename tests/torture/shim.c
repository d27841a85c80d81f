/* Faults for a program that does not know of them: loaded in front of the C library (LD_PRELOAD).
 *
 *   FAULT_CALL   which calls count: any of write, sync, rename, open, ftruncate, malloc; several with commas
 *   FAULT_AT     the how-manieth of them fails, from 1
 *   FAULT_ERRNO  with which errno: 28 is "no space left", 5 an input/output error
 *   FAULT_STAY   1: every later one fails too, as on a full disk
 *   FAULT_ONLY   only files whose path holds this text
 *   FAULT_COUNT  a file: at the end the number of calls is written there
 *   CLOCK_BACK   1: the wall clock goes back by an hour each time that it is asked
 *
 * Reads are never touched. Standard output and error never fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static long fault_at = -1;
static int fault_errno, fault_stay;
static const char *fault_call, *fault_only, *fault_count;
static int clock_back;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAULT_AT");
    fault_call = getenv("FAULT_CALL");
    fault_only = getenv("FAULT_ONLY");
    fault_count = getenv("FAULT_COUNT");
    fault_errno = getenv("FAULT_ERRNO") ? atoi(getenv("FAULT_ERRNO")) : ENOSPC;
    fault_stay = getenv("FAULT_STAY") != NULL;
    clock_back = getenv("CLOCK_BACK") != NULL;
    fault_at = at ? atol(at) : 0;
}

__attribute__((destructor)) static void end(void)
{
    if (!fault_count) return;
    FILE *file = fopen(fault_count, "w");
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&calls));
    fclose(file);
}

static int listed(const char *call)
{
    size_t n = strlen(call);
    for (const char *at = fault_call; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : "")
        if (strncmp(at, call, n) == 0 && (at[n] == 0 || at[n] == ',')) return 1;
    return 0;
}

static int strikes(const char *call)
{
    if (fault_at < 0 || !fault_call || !listed(call)) return 0;
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (fault_at == 0 || (fault_stay ? n < fault_at : n != fault_at)) return 0;
    errno = fault_errno;
    return 1;
}

static int wanted_path(const char *path)
{
    return !fault_only || strstr(path, fault_only);
}

static int wanted_file(int fd)
{
    if (fd <= STDERR_FILENO) return 0;
    if (!fault_only) return 1;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return wanted_path(path);
}

#define REAL(name) ((__typeof__(&name))(dlsym(RTLD_NEXT, #name)))

ssize_t write(int fd, const void *bytes, size_t size)
{
    return wanted_file(fd) && strikes("write") ? -1 : REAL(write)(fd, bytes, size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return wanted_file(fd) && strikes("write") ? -1 : REAL(pwrite)(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    return wanted_file(fd) && strikes("write") ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}
int fsync(int fd)
{
    return wanted_file(fd) && strikes("sync") ? -1 : REAL(fsync)(fd);
}
int fdatasync(int fd)
{
    return wanted_file(fd) && strikes("sync") ? -1 : REAL(fdatasync)(fd);
}
int ftruncate(int fd, off_t size)
{
    return wanted_file(fd) && strikes("ftruncate") ? -1 : REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size)
{
    return wanted_file(fd) && strikes("ftruncate") ? -1 : REAL(ftruncate64)(fd, size);
}
int rename(const char *from, const char *to)
{
    return wanted_path(to) && strikes("rename") ? -1 : REAL(rename)(from, to);
}

static int opens_to_write(const char *path, int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY && wanted_path(path) && strikes("open");
}
int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
    va_end(args);
    return opens_to_write(path, flags) ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
    va_end(args);
    return opens_to_write(path, flags) ? -1 : REAL(open64)(path, flags, mode);
}

/* dlsym allocates: no counting before the program itself begins. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
static int out_of_memory(void)
{
    return strikes("malloc");
}
void *malloc(size_t size)
{
    return out_of_memory() ? NULL : __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    return out_of_memory() ? NULL : __libc_calloc(count, size);
}
void *realloc(void *old, size_t size)
{
    return out_of_memory() ? NULL : __libc_realloc(old, size);
}

static atomic_long hours;
int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = REAL(clock_gettime)(clock, time);
    if (clock_back && clock == CLOCK_REALTIME && result == 0) time->tv_sec -= 3600 * atomic_fetch_add(&hours, 1);
    return result;
}

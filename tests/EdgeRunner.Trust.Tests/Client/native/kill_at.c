/* Loaded before a program with LD_PRELOAD: ends it with SIGKILL just before its KILL_AT-th operation that changes a file below KILL_BELOW.
 * With KILL_AT=0 it is never ended. What an operation before it did is there, what it was about to do is not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int operations;

static void operation(const char *path) {
  const char *below = getenv("KILL_BELOW"), *at = getenv("KILL_AT");
  if (below && at && strncmp(path, below, strlen(below)) == 0 && atomic_fetch_add(&operations, 1) + 1 == atoi(at)) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
}

static void operation_on(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0) {
    path[length] = 0;
    operation(path);
  }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) { operation_on(descriptor); return REAL(pwrite64)(descriptor, bytes, count, at); }
ssize_t write(int descriptor, const void *bytes, size_t count) { operation_on(descriptor); return REAL(write)(descriptor, bytes, count); }
int fsync(int descriptor) { operation_on(descriptor); return REAL(fsync)(descriptor); }
int ftruncate64(int descriptor, off64_t length) { operation_on(descriptor); return REAL(ftruncate64)(descriptor, length); }
int rename(const char *from, const char *to) { operation(from); return REAL(rename)(from, to); }
int unlink(const char *path) { operation(path); return REAL(unlink)(path); }

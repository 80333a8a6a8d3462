// A sensor for scripts/bench.sh: writes a recording to standard output, one portion at a time on an absolute schedule, again from its
// beginning when it is over. Both programs that are compared read it through a pipe, as they would read arecord.
// Usage: pace FILE PORTION PERIOD_US COUNT
//   PORTION    bytes of one portion; or "line", a line of a CSV file, whose comments and header are written once and first
//   PERIOD_US  microseconds from one portion to the next
//   COUNT      portions, then it ends
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what, const char *why) {
  fprintf(stderr, "pace: %s: %s\n", what, why);
  exit(1);
}

static void write_all(const char *bytes, size_t size) {
  while (size) {
    ssize_t written = write(STDOUT_FILENO, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) die("standard output", strerror(errno));
    bytes += written;
    size -= (size_t)written;
  }
}

static size_t line_length(const char *at, const char *end) {
  const char *newline = memchr(at, '\n', (size_t)(end - at));
  return newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);
}

int main(int argc, char **argv) {
  if (argc != 5) die("usage", "pace FILE PORTION PERIOD_US COUNT");
  FILE *file = fopen(argv[1], "rb");
  if (!file) die(argv[1], strerror(errno));
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  char *content = malloc(size + 1);
  if (!content || fread(content, 1, size, file) != size) die(argv[1], "cannot be read");
  fclose(file);

  int lines = !strcmp(argv[2], "line");
  size_t portion = lines ? 0 : (size_t)atol(argv[2]);
  long period = atol(argv[3]) * 1000, count = atol(argv[4]);
  const char *begin = content, *end = content + size;
  if (lines) {
    while (begin < end && *begin == '#') begin += line_length(begin, end);
    begin += line_length(begin, end); // the header
    write_all(content, (size_t)(begin - content));
  } else {
    end = begin + (portion ? size / portion * portion : 0);
  }
  if (begin >= end) die(argv[1], "has not one portion");
  if (period < 1 || count < 1) die("PERIOD_US and COUNT", "1 or more");

  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  const char *next = begin;
  for (long i = 0; i < count; i++) {
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) continue;
    size_t length = lines ? line_length(next, end) : portion;
    write_all(next, length);
    next = next + length < end ? next + length : begin;
    at.tv_nsec += period;
    while (at.tv_nsec >= 1000000000) at.tv_nsec -= 1000000000, at.tv_sec++;
  }
  return 0;
}

// A sensor for scripts/bench.sh: writes a recording to standard output, one portion at a time on an absolute schedule, again from its
// beginning when it is over. Both programs that are compared read it through a pipe, as they would read arecord.
// Usage: pace FILE PORTION PERIOD_US COUNT [SCHEDULE]
//   PORTION    bytes of one portion; or "line", a line of a CSV file, whose comments and header are written once and first
//   PERIOD_US  microseconds from one portion to the next
//   COUNT      portions, then it ends
//   SCHEDULE   written at the end: when each portion was due and how late its write began, as one JSON object:
//              firstDueNs          CLOCK_MONOTONIC; portion n, from 0, was due n periods later
//              boottimeAheadNs     CLOCK_BOOTTIME less CLOCK_MONOTONIC, for programs that use the other clock
//              realtime            whether it ran before ordinary threads
//              lateNs              for each portion: what the sensor itself was late, and not what a reader that let the pipe fill up has cost
// A sensor's interrupt waits for no scheduler, so it takes real-time priority where it may, above what the compared programs get.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

static long long now(clockid_t clock) {
  struct timespec at;
  clock_gettime(clock, &at);
  return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void write_schedule(const char *path, long long first, int realtime, const long long *late, long count) {
  FILE *file = fopen(path, "w");
  if (!file) die(path, strerror(errno));
  fprintf(file, "{\"firstDueNs\":%lld,\"boottimeAheadNs\":%lld,\"realtime\":%s,\"lateNs\":[", first, now(CLOCK_BOOTTIME) - now(CLOCK_MONOTONIC),
    realtime ? "true" : "false");
  for (long i = 0; i < count; i++) fprintf(file, i ? ",%lld" : "%lld", late[i]);
  fprintf(file, "]}\n");
  if (fclose(file)) die(path, strerror(errno));
}

int main(int argc, char **argv) {
  if (argc != 5 && argc != 6) die("usage", "pace FILE PORTION PERIOD_US COUNT [SCHEDULE]");
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

  long long *late = malloc((size_t)count * sizeof *late);
  if (!late) die("COUNT", "more than there is memory for");
  memset(late, 0, (size_t)count * sizeof *late); // no page faults on the schedule
  prctl(PR_SET_TIMERSLACK, 1UL);
  int realtime = sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 50}) == 0;

  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  long long first = at.tv_sec * 1000000000LL + at.tv_nsec;
  const char *next = begin;
  int blocked = 0; // a write has waited for the reader, and the schedule is not caught up yet
  for (long i = 0; i < count; i++) {
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) continue;
    long long begun = now(CLOCK_MONOTONIC);
    long long behind = begun - (first + i * (long long)period);
    late[i] = blocked ? 0 : behind;
    size_t length = lines ? line_length(next, end) : portion;
    write_all(next, length);
    if (now(CLOCK_MONOTONIC) - begun > period) blocked = 1;
    else if (behind < period) blocked = 0;
    next = next + length < end ? next + length : begin;
    at.tv_nsec += period;
    while (at.tv_nsec >= 1000000000) at.tv_nsec -= 1000000000, at.tv_sec++;
  }
  if (argc == 6) write_schedule(argv[5], first, realtime, late, count);
  return 0;
}

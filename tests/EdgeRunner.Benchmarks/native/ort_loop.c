// The bar for EdgeRunner's engine: the loop a C programmer would write around one ONNX Runtime session, and nothing else.
// Usage: ort_loop LIBRARY MODEL RUNS WARMUP PAUSE_US SPEC...
//   PAUSE_US                       microseconds of sleep before each run: what cold caches and a core that has slept cost
//   in|NAME|TYPE|DIMS|FILE         an input with these raw little-endian elements; DIMS is 1,9 or empty for a scalar
//   out|NAME|TYPE|DIMS             an output
//   state|INPUT|OUTPUT|TYPE|DIMS   an output that is the input of the next run: two tensors that change places, as ours do
// TYPE is an ONNXTensorElementDataType. Prints one JSON object; times are nanoseconds of CLOCK_MONOTONIC around each Run.
//
// No ONNX Runtime header is vendored. A slot is the position of a member in struct OrtApi of onnxruntime_c_api.h; the table only
// grows at its end. src/EdgeRunner.Native/OnnxRuntime/OrtApi.cs has the same numbers (CreateEnv is 3).
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  GET_ERROR_MESSAGE = 2, CREATE_ENV = 3, DISABLE_TELEMETRY_EVENTS = 6, CREATE_SESSION_FROM_ARRAY = 8, RUN = 9,
  CREATE_SESSION_OPTIONS = 10, SET_GRAPH_OPTIMIZATION_LEVEL = 23, SET_INTRA_OP_NUM_THREADS = 24, SET_INTER_OP_NUM_THREADS = 25,
  CREATE_TENSOR_WITH_DATA = 49, CREATE_CPU_MEMORY_INFO = 69, ADD_SESSION_CONFIG_ENTRY = 130, SET_DETERMINISTIC_COMPUTE = 273
};

#define API_VERSION 18
#define ENABLE_ALL 99
#define MAX_TENSORS 32
#define MAX_DIMS 8

typedef void *Status;
typedef struct { void *(*slot[300])(); } Api; // cast to its real type at each call
typedef struct { const Api *(*get_api)(uint32_t); const char *(*version)(void); } ApiBase;
typedef Status (*RunFunction)(void *session, const void *options, const char *const *inputs, const void *const *values, size_t count,
                              const char *const *outputs, size_t output_count, void **results);

static const Api *api;
static void *memory_info;

static void die(const char *what, const char *why) {
  fprintf(stderr, "ort_loop: %s: %s\n", what, why);
  exit(1);
}

static void check(Status status, const char *what) {
  if (status) die(what, ((const char *(*)(Status))api->slot[GET_ERROR_MESSAGE])(status));
}

static void *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) die(path, "cannot be opened");
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void *content = malloc(*size ? *size : 1);
  if (!content || fread(content, 1, *size, file) != *size) die(path, "cannot be read");
  fclose(file);
  return content;
}

static size_t element_size(int type) {
  static const size_t sizes[] = {0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8, 8, 16, 2};
  if (type < 1 || type > 16 || !sizes[type]) die("a tensor", "its element type is not supported");
  return sizes[type];
}

// A tensor over 64-byte aligned memory, zero or with the file's content.
static void *make_tensor(int type, const char *text, const char *file) {
  int64_t dims[MAX_DIMS];
  size_t rank = 0, size = element_size(type);
  for (char *end; *text; text = *end == ',' ? end + 1 : end) {
    if (rank == MAX_DIMS) die("a tensor", "too many dimensions");
    dims[rank] = strtoll(text, &end, 10);
    if (end == text) die("a tensor", "its dimensions are no numbers");
    size *= (size_t)dims[rank++];
  }
  size_t room = (size + 63) / 64 * 64;
  void *data = aligned_alloc(64, room);
  if (!data) die("a tensor", "no memory");
  memset(data, 0, room);
  if (file) {
    size_t length;
    void *content = read_file(file, &length);
    if (length != size) die(file, "is not as long as its tensor");
    memcpy(data, content, size);
    free(content);
  }
  void *value = NULL;
  check(((Status(*)(void *, void *, size_t, const int64_t *, size_t, int, void **))api->slot[CREATE_TENSOR_WITH_DATA])(
            memory_info, data, size, dims, rank, type, &value), "making a tensor");
  return value;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// Nearest rank: the smallest value that at least q of all values do not exceed. EdgeRunner.Benchmarks does the same.
static long long quantile(const int64_t *sorted, long n, double q) {
  long rank = (long)(q * (double)n);
  if ((double)rank < q * (double)n) rank++;
  return sorted[rank < 1 ? 0 : rank - 1];
}

int main(int argc, char **argv) {
  if (argc < 7) die("usage", "ort_loop LIBRARY MODEL RUNS WARMUP PAUSE_US SPEC...");
  setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) die("loading ONNX Runtime", dlerror());
  const ApiBase *(*get_base)(void) = (const ApiBase *(*)(void))dlsym(library, "OrtGetApiBase");
  if (!get_base) die(argv[1], "has no OrtGetApiBase");
  api = get_base()->get_api(API_VERSION);
  if (!api) die(argv[1], "is too old");

  void *env, *options, *session;
  check(((Status(*)(int, const char *, void **))api->slot[CREATE_ENV])(2, "ort_loop", &env), "CreateEnv");
  check(((Status(*)(void *))api->slot[DISABLE_TELEMETRY_EVENTS])(env), "DisableTelemetryEvents");
  check(((Status(*)(void **))api->slot[CREATE_SESSION_OPTIONS])(&options), "CreateSessionOptions");
  check(((Status(*)(void *, int))api->slot[SET_INTRA_OP_NUM_THREADS])(options, 1), "SetIntraOpNumThreads");
  check(((Status(*)(void *, int))api->slot[SET_INTER_OP_NUM_THREADS])(options, 1), "SetInterOpNumThreads");
  Status (*add_config)(void *, const char *, const char *) = (Status(*)(void *, const char *, const char *))api->slot[ADD_SESSION_CONFIG_ENTRY];
  check(add_config(options, "session.intra_op.allow_spinning", "0"), "AddSessionConfigEntry");
  check(add_config(options, "session.inter_op.allow_spinning", "0"), "AddSessionConfigEntry");
  check(((Status(*)(void *, int))api->slot[SET_GRAPH_OPTIMIZATION_LEVEL])(options, ENABLE_ALL), "SetSessionGraphOptimizationLevel");
  check(((Status(*)(void *, _Bool))api->slot[SET_DETERMINISTIC_COMPUTE])(options, 0), "SetDeterministicCompute");
  size_t size;
  void *model = read_file(argv[2], &size);
  check(((Status(*)(void *, const void *, size_t, const void *, void **))api->slot[CREATE_SESSION_FROM_ARRAY])(env, model, size, options, &session),
        "CreateSessionFromArray");
  free(model);
  check(((Status(*)(int, int, void **))api->slot[CREATE_CPU_MEMORY_INFO])(1, 0, &memory_info), "CreateCpuMemoryInfo");

  const char *input_names[MAX_TENSORS], *output_names[MAX_TENSORS];
  void *inputs[2][MAX_TENSORS], *outputs[2][MAX_TENSORS];
  size_t input_count = 0, output_count = 0;
  int phases = 1;
  for (int i = 6; i < argc; i++) {
    char *field[5] = {0}, *rest = argv[i];
    int fields = 0;
    while (rest && fields < 5) field[fields++] = strsep(&rest, "|");
    if (input_count == MAX_TENSORS || output_count == MAX_TENSORS) die("specs", "too many tensors");
    if (!strcmp(field[0], "in") && fields == 5) {
      input_names[input_count] = field[1];
      inputs[0][input_count] = inputs[1][input_count] = make_tensor(atoi(field[2]), field[3], field[4]);
      input_count++;
    } else if (!strcmp(field[0], "out") && fields == 4) {
      output_names[output_count] = field[1];
      outputs[0][output_count] = outputs[1][output_count] = make_tensor(atoi(field[2]), field[3], NULL);
      output_count++;
    } else if (!strcmp(field[0], "state") && fields == 5) {
      input_names[input_count] = field[1];
      output_names[output_count] = field[2];
      for (int phase = 0; phase < 2; phase++) inputs[phase][input_count] = outputs[1 - phase][output_count] = make_tensor(atoi(field[3]), field[4], NULL);
      input_count++;
      output_count++;
      phases = 2;
    } else {
      die("not a spec", argv[i]);
    }
  }

  long runs = atol(argv[3]), warmup = atol(argv[4]), pause = atol(argv[5]);
  struct timespec nap = {pause / 1000000, pause % 1000000 * 1000};
  int64_t *times = malloc(sizeof *times * (size_t)(runs > 0 ? runs : 1));
  if (!times || runs < 1) die("RUNS", "1 or more");
  memset(times, 0, sizeof *times * (size_t)runs); // its pages are there before the loop
  RunFunction run = (RunFunction)api->slot[RUN];
  int phase = 0;
  for (long i = -warmup; i < runs; i++) {
    if (pause) nanosleep(&nap, NULL);
    int64_t start = now();
    Status status = run(session, NULL, input_names, (const void *const *)inputs[phase], input_count, output_names, output_count, outputs[phase]);
    int64_t end = now();
    if (status) check(status, "Run");
    if (i >= 0) times[i] = end - start;
    phase = phase + 1 < phases ? phase + 1 : 0;
  }

  qsort(times, (size_t)runs, sizeof *times, compare);
  printf("{\"n\":%ld,\"p50\":%lld,\"p90\":%lld,\"p99\":%lld,\"p99.9\":%lld,\"max\":%lld}\n", runs, quantile(times, runs, 0.5), quantile(times, runs, 0.9),
         quantile(times, runs, 0.99), quantile(times, runs, 0.999), (long long)times[runs - 1]);
  return 0;
}

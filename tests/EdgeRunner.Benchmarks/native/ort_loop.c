/* The yardstick: what a run of an ONNX Runtime session costs in plain C, with nothing between the loop and the library.
 *
 *   ort_loop LIBRARY MODEL.onnx ITERATIONS WARMUP TENSOR...
 *   TENSOR: in NAME TYPE DIMS FILE     an input; FILE has its raw bytes, "-" is zeros
 *           out NAME TYPE DIMS         an output
 *           state IN OUT TYPE DIMS     an output that is the next run's input, by two tensors that change places
 *   TYPE: float32 int64 bool           DIMS: 1x576, or "-" for a scalar
 *
 * Prints one line of JSON: percentiles of the single runs in nanoseconds, and the first element of the first output.
 *
 * The settings are EdgeRunner's: one intra-op and one inter-op thread, no spinning, sequential execution (the default), all
 * optimisations, arena and memory pattern on (the default), the model from memory, inputs and outputs allocated once.
 *
 * ONNX Runtime's header is not vendored. The functions are called by their slot in `struct OrtApi`, whose members are only ever
 * added at the end (include/onnxruntime/core/session/onnxruntime_c_api.h, release 1.30: "All new functions go at the end"); the
 * slots are those of src/EdgeRunner.Native/OnnxRuntime/OrtApi.cs. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void *handle; /* OrtEnv, OrtSession, OrtStatus, ...: never looked into */
typedef struct { const void *const *(*get_api)(uint32_t version); const char *(*get_version)(void); } api_base;

#define API_VERSION 18 /* what EdgeRunner asks for */
static const void *const *api;
#define SLOT(number, result, ...) ((result (*)(__VA_ARGS__))api[number])
#define GET_ERROR_MESSAGE SLOT(2, const char *, handle)
#define CREATE_ENV SLOT(3, handle, int, const char *, handle *)
#define CREATE_SESSION_FROM_ARRAY SLOT(8, handle, handle, const void *, size_t, handle, handle *)
#define RUN SLOT(9, handle, handle, handle, const char *const *, const handle *, size_t, const char *const *, size_t, handle *)
#define CREATE_SESSION_OPTIONS SLOT(10, handle, handle *)
#define SET_GRAPH_OPTIMIZATION SLOT(23, handle, handle, int)
#define SET_INTRA_OP_THREADS SLOT(24, handle, handle, int)
#define SET_INTER_OP_THREADS SLOT(25, handle, handle, int)
#define CREATE_TENSOR_WITH_DATA SLOT(49, handle, handle, void *, size_t, const int64_t *, size_t, int, handle *)
#define CREATE_CPU_MEMORY_INFO SLOT(69, handle, int, int, handle *)
#define ADD_SESSION_CONFIG SLOT(130, handle, handle, const char *, const char *)

enum { MAX_TENSORS = 16, MAX_DIMS = 8, OPTIMIZE_ALL = 99, LOG_WARNING = 2, DEVICE_ALLOCATOR = 0, MEM_TYPE_DEFAULT = 0 };

static void die(const char *what, const char *detail) { fprintf(stderr, "ort_loop: %s: %s\n", what, detail); exit(1); }
static void check(handle status, const char *what) { if (status) die(what, GET_ERROR_MESSAGE(status)); }

static void *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) die("cannot open", path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void *bytes = malloc(*size ? *size : 1);
  if (!bytes || fread(bytes, 1, *size, file) != *size) die("cannot read", path);
  fclose(file);
  return bytes;
}

/* ONNXTensorElementDataType and size of an element. */
static int element_type(const char *name, size_t *size) {
  if (!strcmp(name, "float32")) { *size = 4; return 1; }
  if (!strcmp(name, "int64")) { *size = 8; return 7; }
  if (!strcmp(name, "bool")) { *size = 1; return 9; }
  die("unknown type", name);
  return 0;
}

static handle memory;

/* A tensor over zeroed memory of ours, 64-byte aligned as EdgeRunner's. */
static handle make_tensor(const char *type, const char *dims, void **data, size_t *bytes) {
  int64_t shape[MAX_DIMS];
  size_t rank = 0, element;
  int code = element_type(type, &element);
  *bytes = element;
  for (const char *next = dims; strcmp(dims, "-") && rank < MAX_DIMS;) {
    char *end;
    shape[rank] = strtoll(next, &end, 10);
    *bytes *= (size_t)shape[rank++];
    if (*end != 'x') break;
    next = end + 1;
  }
  if (posix_memalign(data, 64, (*bytes + 63) / 64 * 64)) die("out of memory", dims);
  memset(*data, 0, *bytes);
  handle tensor;
  check(CREATE_TENSOR_WITH_DATA(memory, *data, *bytes, shape, rank, code, &tensor), "CreateTensorWithDataAsOrtValue");
  return tensor;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc < 6) die("usage", "ort_loop LIBRARY MODEL.onnx ITERATIONS WARMUP TENSOR...");
  long iterations = atol(argv[3]), warmup = atol(argv[4]);
  if (iterations < 1) die("iterations", argv[3]);

  setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) die("dlopen", dlerror());
  const api_base *(*get_api_base)(void) = (const api_base *(*)(void))dlsym(library, "OrtGetApiBase");
  if (!get_api_base) die("dlsym", dlerror());
  api = get_api_base()->get_api(API_VERSION);
  if (!api) die("too old for API 18", get_api_base()->get_version());

  handle env, options, session;
  check(CREATE_ENV(LOG_WARNING, "ort_loop", &env), "CreateEnv");
  check(CREATE_SESSION_OPTIONS(&options), "CreateSessionOptions");
  check(SET_INTRA_OP_THREADS(options, 1), "SetIntraOpNumThreads");
  check(SET_INTER_OP_THREADS(options, 1), "SetInterOpNumThreads");
  check(ADD_SESSION_CONFIG(options, "session.intra_op.allow_spinning", "0"), "AddSessionConfigEntry");
  check(ADD_SESSION_CONFIG(options, "session.inter_op.allow_spinning", "0"), "AddSessionConfigEntry");
  check(SET_GRAPH_OPTIMIZATION(options, OPTIMIZE_ALL), "SetSessionGraphOptimizationLevel");
  size_t model_size;
  void *model = read_file(argv[2], &model_size);
  check(CREATE_SESSION_FROM_ARRAY(env, model, model_size, options, &session), "CreateSessionFromArray");
  check(CREATE_CPU_MEMORY_INFO(DEVICE_ALLOCATOR, MEM_TYPE_DEFAULT, &memory), "CreateCpuMemoryInfo");

  const char *input_names[MAX_TENSORS], *output_names[MAX_TENSORS];
  handle inputs[2][MAX_TENSORS], outputs[2][MAX_TENSORS];
  void *first_output = NULL;
  const char *first_type = NULL;
  size_t input_count = 0, output_count = 0, bytes;
  for (int i = 5; i < argc;) {
    void *data;
    if (input_count == MAX_TENSORS || output_count == MAX_TENSORS) die("too many tensors", argv[i]);
    if (!strcmp(argv[i], "in") && i + 4 < argc) {
      input_names[input_count] = argv[i + 1];
      inputs[0][input_count] = inputs[1][input_count] = make_tensor(argv[i + 2], argv[i + 3], &data, &bytes);
      input_count++;
      if (strcmp(argv[i + 4], "-")) {
        size_t size;
        void *content = read_file(argv[i + 4], &size);
        if (size != bytes) die("wrong size", argv[i + 4]);
        memcpy(data, content, bytes);
        free(content);
      }
      i += 5;
    } else if (!strcmp(argv[i], "out") && i + 3 < argc) {
      output_names[output_count] = argv[i + 1];
      outputs[0][output_count] = outputs[1][output_count] = make_tensor(argv[i + 2], argv[i + 3], &data, &bytes);
      output_count++;
      if (!first_output) { first_output = data; first_type = argv[i + 2]; }
      i += 4;
    } else if (!strcmp(argv[i], "state") && i + 4 < argc) {
      handle a = make_tensor(argv[i + 3], argv[i + 4], &data, &bytes), b = make_tensor(argv[i + 3], argv[i + 4], &data, &bytes);
      input_names[input_count] = argv[i + 1];
      output_names[output_count] = argv[i + 2];
      inputs[0][input_count] = outputs[1][output_count] = a;
      outputs[0][output_count] = inputs[1][input_count] = b;
      input_count++;
      output_count++;
      i += 5;
    } else die("not a tensor", argv[i]);
  }

  int64_t *times = malloc((size_t)iterations * sizeof *times), total = 0;
  if (!times) die("out of memory", argv[3]);
  memset(times, 0, (size_t)iterations * sizeof *times); /* no page fault in the loop */
  int phase = 0;
  for (long i = -warmup; i < iterations; i++) {
    int64_t start = now();
    handle status = RUN(session, NULL, input_names, inputs[phase], input_count, output_names, output_count, outputs[phase]);
    int64_t end = now();
    check(status, "Run");
    phase ^= 1;
    if (i >= 0) { times[i] = end - start; total += end - start; }
  }
  qsort(times, (size_t)iterations, sizeof *times, compare);
#define PERCENTILE(p) (long long)times[(long)((double)(iterations - 1) * (p))]
  double first = 0;
  if (first_type) first = !strcmp(first_type, "float32") ? *(float *)first_output : !strcmp(first_type, "int64") ? (double)*(int64_t *)first_output : *(char *)first_output;
  printf("{\"runner\":\"c\",\"iterations\":%ld,\"meanNs\":%lld,\"p50Ns\":%lld,\"p90Ns\":%lld,\"p99Ns\":%lld,\"p999Ns\":%lld,\"maxNs\":%lld,\"firstOutput\":%.9g}\n",
         iterations, (long long)(total / iterations), PERCENTILE(.5), PERCENTILE(.9), PERCENTILE(.99), PERCENTILE(.999), (long long)times[iterations - 1], first);
  return 0;
}

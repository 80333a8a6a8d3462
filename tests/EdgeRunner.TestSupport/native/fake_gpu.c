// An ONNX Runtime that says it has CUDA and TensorRT: forwards to the real library, whose path is REAL, and answers for the
// two providers itself. There is no GPU where the tests run; this shows our side of the calls, not NVIDIA's.
//   -DREFUSE_CUDA       appending CUDA fails, as without a driver
//   -DFAIL_SESSION      appending works, but no session can be made with a provider in it
// Appended and accepted, a provider does nothing: the session runs on the CPU.
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CREATE_STATUS = 0, CREATE_SESSION_FROM_ARRAY = 8, GET_PROVIDERS = 125, RELEASE_PROVIDERS = 126, TENSORRT = 170, CUDA = 204, SLOTS = 284 };

typedef void *Status;
typedef struct { void *slot[SLOTS]; } Api;
typedef struct { const Api *(*get_api)(uint32_t); const char *(*version)(void); } ApiBase;
typedef struct { char text[512]; } Options;

static Api api;
static const ApiBase *real;
static Status (*real_create)(void *, const void *, size_t, void *, void **);
static _Thread_local int appended;
static char last_options[512]; // What the last append was given, for the test: "key=value;"

static Status fail(int code, const char *text) { return ((Status(*)(int, const char *))api.slot[CREATE_STATUS])(code, text); }

static char *names[] = {"TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"};
static Status get_providers(char ***out, int *count) { *out = names; *count = 3; return NULL; }
static Status release_providers(char **out, int count) { (void)out; (void)count; return NULL; }

static Status create_options(void **out) { *out = calloc(1, sizeof(Options)); return NULL; }
static void release_options(void *options) { free(options); }
static Status update_options(Options *options, const char *const *keys, const char *const *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strlen(options->text) + strlen(keys[i]) + strlen(values[i]) + 3 > sizeof options->text) return fail(2, "options are too long");
    strcat(strcat(strcat(strcat(options->text, keys[i]), "="), values[i]), ";");
  }
  return NULL;
}

static Status append_tensorrt(void *session_options, const Options *options) {
  (void)session_options;
  strcpy(last_options, options->text);
  appended = 1;
  return NULL;
}

static Status append_cuda(void *session_options, const Options *options) {
  (void)session_options; (void)options;
#ifdef REFUSE_CUDA
  return fail(11, "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version");
#else
  appended = 1;
  return NULL;
#endif
}

static Status create_session(void *environment, const void *model, size_t length, void *options, void **session) {
  int with_provider = appended;
  appended = 0;
#ifdef FAIL_SESSION
  if (with_provider) return fail(11, "CUDNN failure 4: out of device memory");
#endif
  (void)with_provider;
  return real_create(environment, model, length, options, session);
}

static const Api *get_api(uint32_t version) { return real->get_api(version) ? &api : NULL; }
static const char *get_version(void) { return real->version(); }
static const ApiBase base = {get_api, get_version};

__attribute__((visibility("default"))) const char *fake_last_options(void) { return last_options; }

__attribute__((visibility("default"))) const ApiBase *OrtGetApiBase(void) {
  if (!real) {
    void *library = dlopen(REAL, RTLD_NOW | RTLD_LOCAL);
    if (!library) abort();
    real = ((const ApiBase *(*)(void))dlsym(library, "OrtGetApiBase"))();
    memcpy(&api, real->get_api(18), sizeof api);
    real_create = (Status(*)(void *, const void *, size_t, void *, void **))api.slot[CREATE_SESSION_FROM_ARRAY];
    api.slot[CREATE_SESSION_FROM_ARRAY] = create_session;
    api.slot[GET_PROVIDERS] = get_providers;
    api.slot[RELEASE_PROVIDERS] = release_providers;
    api.slot[TENSORRT] = append_tensorrt;
    api.slot[CUDA] = append_cuda;
    static const int providers[] = {TENSORRT, CUDA};
    for (int i = 0; i < 2; i++) { // After each: create, update, (as string), release.
      api.slot[providers[i] + 1] = create_options;
      api.slot[providers[i] + 2] = update_options;
      api.slot[providers[i] + 4] = release_options;
    }
  }
  return &base;
}

// The most that libmosquitto moves through a broker at QoS 0: one process publishes COUNT messages of BYTES bytes, its child receives them and keeps nothing.
// Usage: mqtt_blast PORT BYTES COUNT. Prints {"seconds": from the first publish to the last message, "received": messages}.
// Build: gcc -O2 -Wall -Wextra -D_GNU_SOURCE -o mqtt_blast mqtt_blast.c -lmosquitto
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int received, wanted, ready_pipe;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_message(struct mosquitto *m, void *context, const struct mosquitto_message *message)
{
    (void)m, (void)context, (void)message;
    received++;
}

static void on_subscribe(struct mosquitto *m, void *context, int id, int count, const int *granted)
{
    (void)m, (void)context, (void)id, (void)count, (void)granted;
    if (write(ready_pipe, "r", 1) != 1) exit(1);
}

static struct mosquitto *connected(int port)
{
    struct mosquitto *m = mosquitto_new(NULL, true, NULL);
    if (!m || mosquitto_connect(m, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS) {
        fprintf(stderr, "mqtt_blast: no broker on port %d\n", port);
        exit(1);
    }
    return m;
}

static int receive(int port)
{
    struct mosquitto *m = connected(port);
    mosquitto_message_callback_set(m, on_message);
    mosquitto_subscribe_callback_set(m, on_subscribe);
    mosquitto_subscribe(m, NULL, "blast", 0);
    double last = now();
    while (received < wanted) {
        int before = received;
        if (mosquitto_loop(m, 1000, 1) != MOSQ_ERR_SUCCESS) return 1;
        if (received != before) last = now();
        else if (received && now() - last > 10) break; // the broker has dropped some
    }
    printf("%.6f %d\n", last, received);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: mqtt_blast PORT BYTES COUNT\n");
        return 2;
    }
    int port = atoi(argv[1]), bytes = atoi(argv[2]), ready[2], result[2];
    wanted = atoi(argv[3]);
    mosquitto_lib_init();
    if (pipe(ready) || pipe(result)) return 1;
    pid_t child = fork();
    if (child == 0) {
        ready_pipe = ready[1];
        dup2(result[1], STDOUT_FILENO);
        int code = receive(port);
        fflush(stdout);
        _exit(code);
    }
    char byte;
    if (read(ready[0], &byte, 1) != 1) return 1;
    struct mosquitto *m = connected(port);
    char *payload = malloc((size_t)bytes);
    for (int i = 0; i < bytes; i++) payload[i] = (char)rand();
    while (mosquitto_loop(m, 100, 1) == MOSQ_ERR_SUCCESS && mosquitto_want_write(m)) {
    }
    double start = now();
    for (int i = 0; i < wanted; i++) {
        if (mosquitto_publish(m, NULL, "blast", bytes, payload, 0, false) != MOSQ_ERR_SUCCESS) return 1;
        while (mosquitto_want_write(m)) {
            struct pollfd fd = {.fd = mosquitto_socket(m), .events = POLLOUT, .revents = 0};
            poll(&fd, 1, 1000);
            if (mosquitto_loop_write(m, 1) != MOSQ_ERR_SUCCESS) return 1;
        }
    }
    char line[64] = "";
    if (read(result[0], line, sizeof line - 1) <= 0) return 1;
    int status;
    waitpid(child, &status, 0);
    printf("{\"seconds\": %.6f, \"received\": %d}\n", atof(line) - start, atoi(strchr(line, ' ')));
    free(payload);
    mosquitto_destroy(m);
    return status ? 1 : 0;
}

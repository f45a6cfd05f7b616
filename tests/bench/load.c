/* A constant-rate HTTP load generator: sends prepared requests at intended times over keep-alive
 * connections and counts every latency from the *intended* time, so a stalled server cannot hide.
 *
 * usage: load HOST PORT REQUESTS RATE CONNECTIONS OUT
 *   REQUESTS  file of requests, each preceded by its length as a little-endian uint32
 *   RATE      requests per second; 0 sends as fast as the connections allow
 *   OUT       one line per request: intended_epoch_us latency_us status
 * Prints one JSON line: sent, seconds, cpu_seconds, errors.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct { int fd; int busy; long request; size_t got; char buffer[65536]; } Connection;

static int64_t now_us(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int open_connection(const char *host, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    inet_pton(AF_INET, host, &address.sin_addr);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) { perror("connect"); exit(1); }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* Open connection *i* of the pool and wait for its answers. */
static void join_pool(int poll, Connection *c, uint32_t i, const char *host, int port) {
    c->fd = open_connection(host, port);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
}

/* Length of the whole response in the buffer, or 0 while it is incomplete. */
static size_t complete(const Connection *c) {
    const char *end = memmem(c->buffer, c->got, "\r\n\r\n", 4);
    if (!end) return 0;
    const char *length = strcasestr(c->buffer, "content-length:");
    size_t whole = (size_t)(end - c->buffer) + 4 + (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
    return c->got >= whole ? whole : 0;
}

int main(int argc, char **argv) {
    if (argc != 7) { fprintf(stderr, "usage: load HOST PORT REQUESTS RATE CONNECTIONS OUT\n"); return 2; }
    const char *host = argv[1];
    int port = atoi(argv[2]), width = atoi(argv[5]);
    double rate = atof(argv[4]);

    int file = open(argv[3], O_RDONLY);
    struct stat info;
    if (file < 0 || fstat(file, &info) != 0) { perror(argv[3]); return 1; }
    char *all = malloc((size_t)info.st_size);
    for (off_t at = 0; at < info.st_size;) {
        ssize_t n = read(file, all + at, (size_t)(info.st_size - at));
        if (n <= 0) { perror("read"); return 1; }
        at += n;
    }
    long count = 0;
    for (off_t at = 0; at < info.st_size; count++) { uint32_t n; memcpy(&n, all + at, 4); at += 4 + n; }
    char **start = malloc(sizeof(char *) * (size_t)count);
    uint32_t *size = malloc(sizeof(uint32_t) * (size_t)count);
    int64_t *due = calloc((size_t)count, 8), *latency = calloc((size_t)count, 8);
    int *status = calloc((size_t)count, sizeof(int));
    off_t at = 0;
    for (long i = 0; i < count; i++) { memcpy(&size[i], all + at, 4); start[i] = all + at + 4; at += 4 + size[i]; }

    int poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    Connection *pool = calloc((size_t)width, sizeof(Connection));
    int *idle = malloc(sizeof(int) * (size_t)width), idle_count = 0, longest = 0; /* a ring: the longest idle first */
    for (int i = 0; i < width; i++) {
        join_pool(poll, &pool[i], (uint32_t)i, host, port);
        idle[idle_count++] = i;
    }
    struct epoll_event tick = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &tick);

    int64_t began = now_us(CLOCK_MONOTONIC), skew = now_us(CLOCK_REALTIME) - began;
    long sent = 0, done = 0, errors = 0;
    struct epoll_event events[256];
    while (done < count) {
        int64_t now = now_us(CLOCK_MONOTONIC);
        while (sent < count && idle_count > 0) {
            int64_t intended = rate > 0 ? began + (int64_t)((double)sent * 1e6 / rate) : now;
            if (intended > now) break;
            Connection *c = &pool[idle[longest]];
            longest = (longest + 1) % width;
            idle_count--;
            c->request = sent; c->got = 0; c->busy = 1; due[sent] = intended;
            if (write(c->fd, start[sent], size[sent]) != (ssize_t)size[sent]) { perror("write"); return 1; }
            sent++;
        }
        if (rate > 0 && sent < count && idle_count > 0) {
            int64_t wait = began + (int64_t)((double)sent * 1e6 / rate) - now_us(CLOCK_MONOTONIC);
            if (wait < 1) wait = 1;
            struct itimerspec spec = {.it_value = {wait / 1000000, (wait % 1000000) * 1000}};
            timerfd_settime(timer, 0, &spec, NULL);
        }
        int ready = epoll_wait(poll, events, 256, 30000);
        if (ready == 0) { fprintf(stderr, "no answer for 30 s\n"); return 1; }
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u32 == UINT32_MAX) { uint64_t n; (void)!read(timer, &n, 8); continue; }
            Connection *c = &pool[events[i].data.u32];
            ssize_t n = read(c->fd, c->buffer + c->got, sizeof c->buffer - c->got - 1);
            if (n <= 0 && c->busy) { fprintf(stderr, "connection closed without an answer\n"); return 1; }
            if (n <= 0) { /* servers close what has been idle for a while */
                close(c->fd);
                join_pool(poll, c, events[i].data.u32, host, port);
                continue;
            }
            c->got += (size_t)n; c->buffer[c->got] = 0;
            if (!complete(c)) continue;
            latency[c->request] = now_us(CLOCK_MONOTONIC) - due[c->request];
            status[c->request] = atoi(c->buffer + 9);
            if (status[c->request] >= 300) errors++;
            done++;
            c->busy = 0;
            idle[(longest + idle_count++) % width] = (int)events[i].data.u32;
        }
    }
    double seconds = (double)(now_us(CLOCK_MONOTONIC) - began) / 1e6;
    FILE *out = fopen(argv[6], "w");
    for (long i = 0; i < count; i++)
        fprintf(out, "%lld %lld %d\n", (long long)(due[i] + skew), (long long)latency[i], status[i]);
    fclose(out);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    printf("{\"sent\": %ld, \"seconds\": %.3f, \"cpu_seconds\": %.3f, \"errors\": %ld}\n", count, seconds, cpu, errors);
    return 0;
}

/* epoll with plain numbers: `struct epoll_event` is packed and holds a union, which Swift takes badly. */
#pragma once
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>

/* Watches `fd` for `events`; `key` comes back with each event. Returns 0, or -1 with errno. */
static inline int cposix_epoll_add(int epoll, int fd, uint32_t events, uint64_t key) {
    struct epoll_event event = {.events = events, .data = {.u64 = key}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Waits at most `timeout_ms` (-1: for ever) and fills at most `limit` (up to 64) keys and events.
   Returns how many; 0 also when a signal came. */
static inline int cposix_epoll_wait(int epoll, uint64_t *keys, uint32_t *events, int limit, int timeout_ms) {
    struct epoll_event found[64];
    int count = epoll_wait(epoll, found, limit < 64 ? limit : 64, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++) {
        keys[i] = found[i].data.u64;
        events[i] = found[i].events;
    }
    return count;
}

/* What Linux offers and Swift's Glibc module does not: headers it leaves out, and variadic calls with a type. */
#pragma once
#include <malloc.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Names the calling thread for top and debuggers; the kernel keeps 15 bytes. */
static inline void cposix_name_thread(const char *name) { (void)prctl(PR_SET_NAME, name); }

/* The variables of the environment, ended by NULL: `environ`, which Swift 6 refuses as a mutable global. */
extern char **environ;
static inline char **cposix_environment(void) { return environ; }

/* How many descriptors the process may have open (RLIMIT_NOFILE, soft); the largest number without a limit. */
static inline uint64_t cposix_open_files_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

/* Raises that to the hard limit, but to no more than `most`; one that is higher stays. 0, or -1 with errno. */
static inline int cposix_raise_open_files_limit(uint64_t most) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    rlim_t wanted = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most ? most : limit.rlim_max;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted) return 0;
    limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

/* From here on no core file is written, neither of this process nor of its children (RLIMIT_CORE). 0, or -1 with errno. */
static inline int cposix_forbid_core_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0) return -1;
    /* A hard limit of 0 can't be raised to 1 without a privilege. */
    limit.rlim_cur = limit.rlim_max = limit.rlim_max == 0 ? 0 : 1;
    return setrlimit(RLIMIT_CORE, &limit);
}

/* Gives what the heaps of all threads hold free back to the kernel, page by page. Another libc than glibc decides for itself. */
static inline void cposix_give_back_free_memory(void) {
#ifdef M_TRIM_THRESHOLD
    (void)malloc_trim(0);
#endif
}

/* From `bytes` on, each block of memory is a mapping of its own, and the heap keeps at most `rest` free at its end. Another
   libc than glibc decides for itself. */
static inline void cposix_give_back_blocks(int bytes, int rest) {
#ifdef M_MMAP_THRESHOLD
    (void)mallopt(M_MMAP_THRESHOLD, bytes);
    (void)mallopt(M_TRIM_THRESHOLD, rest);
#else
    (void)bytes;
    (void)rest;
#endif
}

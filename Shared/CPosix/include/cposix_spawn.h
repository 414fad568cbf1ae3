/* A child process with limits that dies with the thread that started it. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

/* Everything is prepared before the fork, because after it only async-signal-safe calls are allowed. */
struct cposix_child_plan {
    const char *_Nonnull path;
    char *_Nullable const *_Nonnull arguments;   /* NULL-terminated, the program's own name first */
    char *_Nullable const *_Nonnull environment; /* NULL-terminated */
    const char *_Nullable folder;                /* NULL: the parent's */
    int input, output, error;                    /* become 0, 1 and 2; the parent's own stay open */
    int nice;                                    /* added to the parent's */
    uint64_t cpu_seconds;                        /* RLIMIT_CPU, soft = hard: SIGKILL, which no child can catch */
    uint64_t address_space_bytes;                /* RLIMIT_AS */
    uint64_t file_size_bytes;                    /* RLIMIT_FSIZE: SIGXFSZ */
    uint64_t open_files;                         /* RLIMIT_NOFILE */
};

/* What went wrong before the program ran: the call's name (static text) and its errno. */
struct cposix_child_failure {
    const char *_Nullable call;
    int error;
};

/* Starts a child as leader of a process group of its own, and returns its pid; -1 with `failure` filled.
   The child is killed when the calling thread ends: call it from one that lives as long as the process.
   Afterwards the program is running (execve has succeeded). */
pid_t cposix_start_child(const struct cposix_child_plan *_Nonnull plan, struct cposix_child_failure *_Nonnull failure);

/* A descriptor that turns readable when the child ends; -1 with errno. Close-on-exec. */
int cposix_pidfd_open(pid_t pid);

/* How many processors the calling process may use; at least 1. */
int cposix_processors(void);

/* Keeps a child, and the threads that it starts from now on, on the nth of those, counted from 0; and lets a thread of it run on
   when it wakes another (SCHED_BATCH, sched(7)). 0, or an errno: then it runs wherever there is room. */
int cposix_keep_on_processor(pid_t pid, int nth);

/* An anonymous file in memory; -1 with errno. Close-on-exec, may be sealed. */
int cposix_memory_file(const char *_Nonnull name);

/* Nobody may change the file any more. 0, or -1 with errno. */
int cposix_seal(int fd);

/* Reading end, then writing end; close-on-exec. 0, or -1 with errno. */
int cposix_pipe(int ends[_Nonnull 2]);

/* Asks for a pipe of `bytes`; the kernel may refuse, which only costs switches. */
void cposix_widen_pipe(int fd, int bytes);

/* Collects a child that has ended, without waiting: 1 with the rest filled, 0 if it still runs, -1 with errno. */
int cposix_collect(pid_t pid, int *_Nonnull exited, int *_Nonnull code_or_signal, int64_t *_Nonnull cpu_us,
                   int64_t *_Nonnull peak_resident_bytes);

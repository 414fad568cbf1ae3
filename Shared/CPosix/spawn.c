#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cposix_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The calls of the child, in their order; the number goes through the pipe, the name to people. */
static const char *const calls[] = {"setpgid",   "prctl",  "parent gone", "sigaction", "fcntl",    "dup2",
                                    "close_range", "chdir", "setrlimit",  "nice",      "sigprocmask", "execve"};
enum { SETPGID, PRCTL, PARENT_GONE, SIGACTION, FCNTL, DUP2, CLOSE_RANGE, CHDIR, SETRLIMIT, NICE, SIGPROCMASK, EXECVE };

struct report {
    int call, error;
};

/* Descriptors are first moved up here, so that none is overwritten before it is used. */
enum { PARKING = 16, REPORT = 3 };

static void fail(int report_fd, int call) {
    struct report report = {call, errno};
    ssize_t ignored = write(report_fd, &report, sizeof report);
    (void)ignored;
    _exit(127);
}

static void limit(int report_fd, int what, uint64_t value) {
    struct rlimit limit = {value, value}, now;
    /* An inherited hard limit below ours holds already. */
    if (getrlimit(what, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
        limit.rlim_cur = limit.rlim_max = now.rlim_max;
    if (setrlimit(what, &limit) != 0) fail(report_fd, SETRLIMIT);
}

static void close_from(int report_fd, unsigned first) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, UINT_MAX, 0) == 0) return;
    if (errno != ENOSYS) fail(report_fd, CLOSE_RANGE);
#endif
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) fail(report_fd, CLOSE_RANGE);
    for (rlim_t fd = first; fd < files.rlim_cur; fd++) close((int)fd);
}

/* Runs in the child, which shares the parent's memory until execve: async-signal-safe calls only, nothing allocated,
   nothing of the parent's written. */
static void __attribute__((noreturn, noinline)) become(const struct cposix_child_plan *plan, pid_t parent,
                                                       int report_fd) {
    if (setpgid(0, 0) != 0) fail(report_fd, SETPGID);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(report_fd, PRCTL);
    /* A set-user-id program would clear the death signal. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(report_fd, PRCTL);
    if (getppid() != parent) fail(report_fd, PARENT_GONE);

    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) {
        struct sigaction now;
        if (sigaction(number, NULL, &now) != 0 || now.sa_handler == SIG_DFL) continue;
        if (sigaction(number, &plain, NULL) != 0 && errno != EINVAL) fail(report_fd, SIGACTION);
    }

    int parked[4] = {plan->input, plan->output, plan->error, report_fd};
    for (int i = 0; i < 4; i++) {
        parked[i] = fcntl(parked[i], F_DUPFD_CLOEXEC, PARKING);
        if (parked[i] < 0) fail(report_fd, FCNTL);
    }
    report_fd = parked[3];
    for (int i = 0; i < 3; i++)
        if (dup2(parked[i], i) < 0) fail(report_fd, DUP2);
    if (dup3(report_fd, REPORT, O_CLOEXEC) < 0) fail(report_fd, DUP2);
    report_fd = REPORT;
    close_from(report_fd, REPORT + 1);

    if (plan->folder && chdir(plan->folder) != 0) fail(report_fd, CHDIR);
    limit(report_fd, RLIMIT_CORE, 0);
    limit(report_fd, RLIMIT_CPU, plan->cpu_seconds);
    limit(report_fd, RLIMIT_AS, plan->address_space_bytes);
    limit(report_fd, RLIMIT_FSIZE, plan->file_size_bytes);
    limit(report_fd, RLIMIT_NOFILE, plan->open_files);
    errno = 0;
    if (nice(plan->nice) == -1 && errno != 0) fail(report_fd, NICE);

    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) fail(report_fd, SIGPROCMASK);
    execve(plan->path, plan->arguments, plan->environment);
    fail(report_fd, EXECVE);
    _exit(127);
}

/* vfork copies no page tables, so that a start costs the same in a large service as in a small one. Signals are
   blocked around it: a handler of the parent must not run in the child, whose memory is the parent's. */
pid_t cposix_start_child(const struct cposix_child_plan *plan, struct cposix_child_failure *failure) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *failure = (struct cposix_child_failure){"pipe2", errno};
        return -1;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    pid_t pid = vfork();
    if (pid == 0) become(plan, parent, ends[1]);
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        *failure = (struct cposix_child_failure){"vfork", fork_error};
        return -1;
    }
    /* The child's end closes by itself in execve; a sanitizer turns vfork into fork, so this may wait. */
    struct report report;
    ssize_t got;
    do got = read(ends[0], &report, sizeof report);
    while (got < 0 && errno == EINTR);
    close(ends[0]);
    if (got != sizeof report) return pid;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    *failure = (struct cposix_child_failure){calls[report.call], report.error};
    return -1;
}

int cposix_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int cposix_processors(void) {
    cpu_set_t allowed;
    /* More than 1,024 are not counted: then children run where there is room. */
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    return CPU_COUNT(&allowed);
}

int cposix_keep_on_processor(pid_t pid, int nth) {
    cpu_set_t allowed, one;
    const struct sched_param none = {0};
    if (sched_setscheduler(pid, SCHED_BATCH, &none) != 0) return errno;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return errno;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed) || nth-- > 0) continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        return sched_setaffinity(pid, sizeof one, &one) == 0 ? 0 : errno;
    }
    return EINVAL;
}

int cposix_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int cposix_seal(int fd) {
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}

int cposix_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void cposix_widen_pipe(int fd, int bytes) { (void)fcntl(fd, F_SETPIPE_SZ, bytes); }

int cposix_collect(pid_t pid, int *exited, int *code_or_signal, int64_t *cpu_us, int64_t *peak_resident_bytes) {
    int status;
    struct rusage usage;
    pid_t got;
    do got = wait4(pid, &status, WNOHANG, &usage);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return (int)got;
    *exited = WIFEXITED(status);
    *code_or_signal = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    *cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) + usage.ru_utime.tv_usec +
              usage.ru_stime.tv_usec;
    *peak_resident_bytes = usage.ru_maxrss * INT64_C(1024);
    return 1;
}

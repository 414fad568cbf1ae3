/* Tells ThreadSanitizer what it can't see by itself, so that what it reports is true. Loaded by LD_PRELOAD into test
   programs that are built with --sanitize=thread; scripts/sanitize compiles it with Swift's own clang.

   1. Synchronization.Mutex takes a free lock by an atomic that lies in our code, where the sanitizer sees it. A contended
      one is handed over by the kernel (FUTEX_LOCK_PI), inside a library of the toolchain that is not instrumented: so each
      contended lock would be reported as a data race. Those three functions are wrapped here, and say "acquired" and
      "released" about the lock's word, which is what the instrumented path says too.
   2. librdkafka starts its threads by C11's thrd_create, which this sanitizer does not intercept: such a thread has no
      state, and the first instrumented callback on it crashes. Here it becomes pthread_create, which is intercepted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

/* The sanitizer's own view of an atomic load. `__tsan_acquire` will not do: it looks whether anything was released to the
   address before it takes the entry's lock, and so misses the first release of all, if that is just being written down. */
enum { ACQUIRE = 2 };
uint32_t __tsan_atomic32_load(const volatile uint32_t *address, int order) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

static void acquired(const void *lock) {
    if (__tsan_atomic32_load) (void)__tsan_atomic32_load(lock, ACQUIRE);
}

/* Swift passes a method's `self` as the context. */
#define SWIFT_METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
typedef SWIFT_METHOD void (*lock_function)(uint32_t, SELF);
typedef SWIFT_METHOD void (*unlock_function)(SELF);
typedef SWIFT_METHOD _Bool (*try_function)(SELF);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
SWIFT_METHOD void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT_METHOD void unlock_slow(SELF) __asm__(UNLOCK);
SWIFT_METHOD _Bool try_lock_slow(SELF) __asm__(TRY_LOCK);

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

/* Looked up before any thread exists. */
static lock_function real_lock;
static unlock_function real_unlock;
static try_function real_try;
__attribute__((constructor)) static void find(void) {
    /* Absent in programs that use no Mutex, into which LD_PRELOAD loads this too. */
    if (!dlsym(RTLD_NEXT, LOCK)) return;
    real_lock = (lock_function)next(LOCK);
    real_unlock = (unlock_function)next(UNLOCK);
    real_try = (try_function)next(TRY_LOCK);
}

SWIFT_METHOD void lock_slow(uint32_t thread, SELF) {
    real_lock(thread, self);
    acquired(self);
}

SWIFT_METHOD void unlock_slow(SELF) {
    if (__tsan_release) __tsan_release(self);
    real_unlock(self);
}

SWIFT_METHOD _Bool try_lock_slow(SELF) {
    _Bool taken = real_try(self);
    if (taken) acquired(self);
    return taken;
}

struct start {
    thrd_start_t function;
    void *argument;
};

static void *run(void *context) {
    struct start start = *(struct start *)context;
    free(context);
    return (void *)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument) {
    struct start *start = malloc(sizeof *start);
    if (!start) return thrd_nomem;
    *start = (struct start){function, argument};
    if (pthread_create((pthread_t *)thread, NULL, run, start) == 0) return thrd_success;
    free(start);
    return thrd_error;
}

int thrd_join(thrd_t thread, int *result) {
    void *value = NULL;
    if (pthread_join((pthread_t)thread, &value) != 0) return thrd_error;
    if (result) *result = (int)(intptr_t)value;
    return thrd_success;
}

int thrd_detach(thrd_t thread) { return pthread_detach((pthread_t)thread) == 0 ? thrd_success : thrd_error; }

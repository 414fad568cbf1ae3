/* What Linux offers and Swift's Glibc module does not: headers it leaves out, and variadic calls with a type. */
#pragma once
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

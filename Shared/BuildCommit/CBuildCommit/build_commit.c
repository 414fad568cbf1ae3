#include "build_commit.h"

/* Weak: where BuildCommit is linked too, its function takes the place of this one. */
__attribute__((weak)) const unsigned char *cutroom_commit(void) { return (const unsigned char *)""; }

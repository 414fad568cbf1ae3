/* Which commit this program was built from. */
#pragma once

/* Printable ASCII, never freed; empty if nobody knows, as in a program that is linked without BuildCommit. */
const unsigned char *cutroom_commit(void);

/* What the files of src/docs share and others need not know. Thread rule: pure functions. */
#ifndef CDBT_DOCS_INTERNAL_H
#define CDBT_DOCS_INTERNAL_H

#include "manifest/manifest.h"

/* Macros of the project and of installed packages have pages; those of the embedded library do not. */
bool docs_shows_macro(const Macro *macro);

#endif

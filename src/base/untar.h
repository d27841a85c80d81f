/* Unpacking tar archives that nobody vouches for.
 *
 * Everything lands below the folder given or the whole archive is refused: no absolute names, no `..`, no writing through
 * links, no devices. Links are made when all files are there, and only if what they say stays inside. Reads ustar with the
 * long names of GNU and pax. Thread rule: pure but for the files. */
#ifndef CDBT_BASE_UNTAR_H
#define CDBT_BASE_UNTAR_H

#include "base/str.h"

/* Into `folder`, which must exist and be empty. False with a sentence in *error. */
bool untar(Arena *arena, Str archive, const char *folder, Str *error);

#endif

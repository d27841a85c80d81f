/* The filters of filters.def, spread over filters*.c. Ownership and threads: as library.h. */
#ifndef CDBT_TEMPLATE_FILTERS_H
#define CDBT_TEMPLATE_FILTERS_H

#include "template/library.h"

#define FILTER(name, function) bool function(TplCall *call, Value input, Value *result);
/* several names may share a function; repeated declarations are fine */
#include "template/filters.def"
#undef FILTER

#endif

/* Nothing that a DBT_ENV_SECRET variable holds is shown or logged: as in dbt, it is starred. Thread rule: pure. */
#ifndef CDBT_CLI_SECRETS_H
#define CDBT_CLI_SECRETS_H

#include "base/str.h"

/* False: there is nothing to hide, and `out` is left alone. */
bool secrets_hide(Str text, Buf *out);

#endif

#include "cli/secrets.h"

#include "base/environment.h"

bool secrets_hide(Str text, Buf *out)
{
    size_t start, end, at = 0;
    const Str prefix = STR("DBT_ENV_SECRET");
    while (environment_value_in(text, prefix, at, &start, &end)) {
        buf_add(out, str_slice(text, at, start));
        buf_addz(out, "*****");
        at = end;
    }
    if (at) buf_add(out, str_from_index(text, at));
    return at > 0;
}

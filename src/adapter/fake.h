/* A fake adapter for tests: it records what is asked of a real database, and answers from such a record later.
 *
 * A record is text, one JSON object a line, that a person can also write by hand to make failures happen:
 *
 *   {"call":"open","dialect":"sqlite"}
 *   {"on":1,"call":"connect","role":"writer"}
 *   {"on":1,"call":"execute","sql":"create table t(a int)","status":"OK","affected":-1}
 *   {"on":1,"call":"query","sql":"select a from t","columns":[["a","INT"]],"rows":[[1],[null],["x"],[1.5],[{"blob":"00ff"}]]}
 *   {"on":1,"call":"execute","sql":"insert into t values (1)","error":"disk full","message":"database or disk is full"}
 *
 * `on` numbers the connections in the order in which they were made. A replay checks each connection's calls one by one
 * against its lines; a call that differs fails with ADAPTER_OTHER and says what was expected. Cells of a bulk load are
 * kept as their number and a hash. Checks before write are neither recorded nor offered.
 *
 * Thread rule: as in cdbt/adapter.h; the record itself is guarded by a lock. */
#ifndef CDBT_ADAPTER_FAKE_H
#define CDBT_ADAPTER_FAKE_H

#include "cdbt/adapter.h"

/* A database that passes all calls on to `real` and appends to `record`; both are borrowed and must outlive it. */
AdapterDatabase *fake_record(AdapterDatabase *real, Buf *record);
/* A database that answers from a record, which is borrowed. ADAPTER_SETTING if a line cannot be read. */
bool fake_replay(Str record, AdapterDatabase **database, AdapterError *error);
/* After a replay: how many lines nobody asked for. */
size_t fake_unused(const AdapterDatabase *database);

#endif

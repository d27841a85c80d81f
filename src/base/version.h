/* The program's version. */
#ifndef CDBT_BASE_VERSION_H
#define CDBT_BASE_VERSION_H

#define CDBT_VERSION "0.1.0"

#endif

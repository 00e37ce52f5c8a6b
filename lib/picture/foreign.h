#ifndef LIB_PICTURE_FOREIGN_H
#define LIB_PICTURE_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Names kinds of files that are not accepted, for error texts: "HEIC (iPhone
 * photo)". The names are constants and quote nothing from the file. NULL when
 * the kind is unknown.
 */
const char *foreign_name(const uint8_t *bytes, size_t len);

/* The same for files that begin like an accepted format but are not in it: for
   users, "CR2 (Canon raw photo)" is not a TIFF. */
const char *foreign_disguised(const uint8_t *bytes, size_t len);

#endif

#ifndef TESTS_LIB_TEXT_FILE_H
#define TESTS_LIB_TEXT_FILE_H

#include <stdio.h>

/* Returns a temporary file with the text, at its begin. */
FILE *text_file(const char *text);

#endif

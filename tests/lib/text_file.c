/* text_file.c: a temporary file for tests. */
#include "config.h"

#include "tests/lib/text_file.h"

#include "tests/unit/test.h"

FILE *text_file(const char *text)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	rewind(file);
	return file;
}

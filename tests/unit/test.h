#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

/* What <cmocka.h> needs before it, and the output that automake reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/row.h"

/* main() of a unit test is `return RUN_TESTS(tests);`. The output has lines, so
   that what fail_msg() writes to stderr stands before its test's result. */
#define RUN_TESTS(tests)                                                       \
	(setvbuf(stdout, NULL, _IOLBF, 0),                                     \
	 cmocka_set_message_output(CM_OUTPUT_TAP),                             \
	 cmocka_run_group_tests_name(__FILE__, (tests), NULL, NULL))

#endif

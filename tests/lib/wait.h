#ifndef TESTS_LIB_WAIT_H
#define TESTS_LIB_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* Only what hangs takes longer. */
enum { WAIT_MAX_MS = 120000 };

/* Evaluates the condition again and again until it holds. False if it does not
   hold within WAIT_MAX_MS. */
#define EVENTUALLY(condition)                                                  \
	({                                                                     \
		const int64_t end_ms_ = wait_end_ms();                         \
		bool holds_;                                                   \
		while (!(holds_ = (condition)) && wait_again(end_ms_))         \
			;                                                      \
		holds_;                                                        \
	})

/* What the loop calls: when it ends, and a pause. wait_again() returns false
   after the end. */
int64_t wait_end_ms(void);
bool wait_again(int64_t end_ms);

/* Sleeps for a millisecond. False if a signal interrupts it. */
bool wait_tick(void);

#endif

#ifndef TESTS_LIB_FUZZ_PROBE_H
#define TESTS_LIB_FUZZ_PROBE_H

#include "lib/picture/probe.h"

/* Checks what probe_read() and its kin say of any bytes. */
void fuzz_probe_check(const uint8_t *data, size_t size);

/* The same of bytes behind the first ones of a format. */
void fuzz_probe_check_behind(const char *start, size_t len, const uint8_t *data,
			     size_t size);

/* And with so many zeros behind them. */
void fuzz_probe_check_longer(const char *start, size_t len, const uint8_t *data,
			     size_t size, size_t zeros);

/* True for a picture of the format that is small enough to be decoded: larger
   ones take longer, and show nothing else. */
bool fuzz_probe_read_small(struct probe *probe, struct work *work,
			   enum format format, const uint8_t *data,
			   size_t size);

#endif

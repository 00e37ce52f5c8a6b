#ifndef LIB_PICTURE_ISAL_H
#define LIB_PICTURE_ISAL_H

#ifdef HAVE_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif
#if defined(HAVE_ISAL) && defined(__SSE2__)
#include <immintrin.h>

__attribute__((target("avx"))) static inline void isal_zero_upper_halves(void)
{
	_mm256_zeroupper();
}

/* ISA-L leaves values in the upper halves of AVX registers, which makes all
   later SSE instructions about twice as slow. Call this after each of its
   functions. */
static inline void isal_leave_avx(void)
{
	if (__builtin_cpu_supports("avx"))
		isal_zero_upper_halves();
}
#else
static inline void isal_leave_avx(void)
{
}
#endif

#endif

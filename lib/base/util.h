#ifndef LIB_BASE_UTIL_H
#define LIB_BASE_UTIL_H

#define ARRAY_LEN(a)           (sizeof(a) / sizeof((a)[0]))
#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN               __attribute__((noreturn))

#endif

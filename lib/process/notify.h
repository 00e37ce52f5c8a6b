#ifndef LIB_PROCESS_NOTIFY_H
#define LIB_PROCESS_NOTIFY_H

#include <stdint.h>

/* Sends a message of sd_notify(3), "READY=1", to the init system: one datagram
   to $NOTIFY_SOCKET. Does nothing if that is not set. */
void notify_send(const char *message);

/* Sends "RELOADING=1" with the time. READY=1 ends the reload. */
void notify_reloading(void);

/* Returns how often to send "WATCHDOG=1", in milliseconds: half of the time
   after which the init system ends a program that does not
   (sd_watchdog_enabled(3)). 0: never. */
int64_t notify_watchdog_ms(void);

#endif

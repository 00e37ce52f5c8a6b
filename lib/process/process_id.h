#ifndef LIB_PROCESS_PROCESS_ID_H
#define LIB_PROCESS_PROCESS_ID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/util.h"

/* A process of this machine, not only a child, and also after its pid was given
   to another process: the kernel's ticks from boot until its start tell them
   apart (proc_pid_stat(5)). */
struct process_id {
	pid_t pid;
	uint64_t started;
};

/* Returns false if there is no such process, or it has ended. */
bool process_id_read(struct process_id *process, pid_t pid) MUST_CHECK;

/* Whether the process still runs. One that has ended but was not reaped does
   not: its memory is free. */
bool process_id_is_alive(struct process_id process);

/* Sends SIGKILL to this process, and never to another one. */
void process_id_kill(struct process_id process);

#endif

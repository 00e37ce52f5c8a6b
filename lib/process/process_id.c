/* process_id.c: tells processes apart that have had the same pid. */
#include "config.h"

#include "lib/process/process_id.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Field 2 is the program's name, which may contain spaces and parentheses;
   field 3 is the state, and 22 the start. */
static bool parse(char *state, uint64_t *started, const char *text)
{
	const char *name_end = strrchr(text, ')');

	return name_end &&
	       sscanf(name_end + 1,
		      " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
		      " %*s %*s %*s %*s %*s %*s %*s %" SCNu64,
		      state, started) == 2;
}

bool process_id_read(struct process_id *process, pid_t pid)
{
	char path[sizeof("/proc//stat") + 3 * sizeof(pid)], text[1024], state;
	uint64_t started;
	ssize_t got;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	got = read(file, text, sizeof(text) - 1);
	close(file);
	text[got > 0 ? got : 0] = '\0';
	if (!parse(&state, &started, text) || state == 'Z' || state == 'X')
		return false;
	*process = (struct process_id){ pid, started };
	return true;
}

bool process_id_is_alive(struct process_id process)
{
	struct process_id found;

	return process.pid > 0 && process_id_read(&found, process.pid) &&
	       found.started == process.started;
}

/* The pid belongs to the same process from the check until the signal: the
   descriptor was opened before. */
void process_id_kill(struct process_id process)
{
	const int fd = process.pid > 0
			       ? (int)syscall(SYS_pidfd_open, process.pid, 0)
			       : -1;

	if (fd < 0)
		return;
	if (process_id_is_alive(process))
		(void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	close(fd);
}

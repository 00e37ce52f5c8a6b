#ifndef LIB_PICTURE_DECODER_PROCESS_H
#define LIB_PICTURE_DECODER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/uuid.h"
#include "lib/process/memory_budget.h"
#include "lib/process/process_id.h"
#include "lib/process/subprocess.h"

struct decoder_client;

/* A decoder process (decoder.h), as its client knows it. */
struct decoder_process {
	/* pid 0 until DECODER_HELLO; socket -1: none */
	struct subprocess child;
	struct process_id id; /* of the same process */
	int pidfd;
	int status;                  /* where the server writes how it ended */
	struct memory_holder holder; /* of its picture's memory; the server has
					the same file until it has reaped it */
	struct uuid owner;
	long pictures;       /* that it was given */
	size_t shared_bytes; /* of the server's memory */
};

struct decoder_process decoder_process_none(void);

/* Sends ends of a new stream socket and a new pipe to the server, which forks a
   process for them. It has a holder if there is a budget, which may be NULL.
   False: errno says why. */
bool decoder_process_request(struct decoder_process *process,
			     const struct decoder_client *server,
			     const struct memory_budget *budget) MUST_CHECK;

/* Its first message, sent before it had any picture. READ_TIMEOUT, too, after
   about a second without a server. */
enum read_result decoder_process_hello(struct decoder_process *process,
				       struct work *work,
				       const struct decoder_client *server,
				       int64_t deadline_ms);

/* One that ended by itself has closed its socket; one that sent more than its
   replies is compromised. */
bool decoder_process_is_waiting(const struct decoder_process *process);

/* What waitpid() says, or SIGKILL where the server says nothing: it may have
   been killed, too. */
int decoder_process_status(const struct decoder_process *process);

/* Memory that is neither of files nor the server's; SIZE_MAX when it is not
   known. */
size_t decoder_process_bytes(const struct decoder_process *process);

/* What has no file, of a process whose statm, proc(5), is open. */
int decoder_process_open_statm(pid_t pid);
size_t decoder_process_all_bytes(int statm);

/* Closes its descriptors, which others may have, too. It is none then. */
void decoder_process_close(struct decoder_process *process);

/* Kills it. The server reaps it, and then closes the holder's file, too: only
   then the memory is free. Nobody waits for that. */
void decoder_process_end(struct decoder_process *process);

#endif

/* shared.c: memory that several processes write, and locks in it. */
#include "config.h"

#include "lib/process/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

static void *map(size_t size, int flags, int file)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | flags,
		    file, 0);
}

void *shared_new(size_t size)
{
	void *memory = map(size, MAP_ANONYMOUS, -1);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

/* Allocates the file first: if the file system is full, a later write to the
   mapping would end the process. */
bool shared_open(void **memory, int file, size_t size)
{
	const int error = posix_fallocate(file, 0, (off_t)size);
	void *mapped;

	if (error) {
		errno = error;
		return false;
	}
	mapped = map(size, 0, file);
	if (mapped == MAP_FAILED)
		return false;
	*memory = mapped;
	return true;
}

void shared_free(void *memory, size_t size)
{
	munmap(memory, size);
}

void shared_hide(void *memory, size_t size)
{
	if (madvise(memory, size, MADV_DONTFORK))
		abort();
}

void shared_lock_init(struct shared_lock *lock)
{
	pthread_mutexattr_t attr;

	if (pthread_mutexattr_init(&attr) ||
	    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) ||
	    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) ||
	    pthread_mutex_init(&lock->mutex, &attr))
		abort();
	pthread_mutexattr_destroy(&attr);
}

/* EOWNERDEAD: this process has the lock of one that died. */
static bool is_taken(struct shared_lock *lock, int error)
{
	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(&lock->mutex);
	if (error && error != EBUSY)
		abort();
	return !error;
}

void shared_lock_take(struct shared_lock *lock)
{
	if (!is_taken(lock, pthread_mutex_lock(&lock->mutex)))
		abort();
}

bool shared_lock_try(struct shared_lock *lock)
{
	return is_taken(lock, pthread_mutex_trylock(&lock->mutex));
}

void shared_lock_give(struct shared_lock *lock)
{
	if (pthread_mutex_unlock(&lock->mutex))
		abort();
}

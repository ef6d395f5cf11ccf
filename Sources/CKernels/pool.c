// A pool of threads over fixed parts: what a part does depends on its number alone, never on who does it.
//
// Every thread begins with parts of its own, t, t + threads, …, whose data its caches hold, and then does
// what others have not begun: a thread that the system lets wait, as it does where other programs want the
// cores, holds nobody up.
//
// Which parts of a thread are taken is counted in one word, together with the job's number: a count of an
// older job is none. A part can only be taken while its job is not done, since a job is done when all of its
// parts are; a thread that comes too late finds everything taken. It reads what the job is from one of two
// places, and looks afterwards whether the job is still the last one: the place is written again only two
// jobs later.
//
// A thread that waits spins for some microseconds, since the next job of a training or a sampling mostly
// comes within one, and then sleeps. The counters that are waited for are sequentially consistent: who
// changes one looks afterwards whether somebody sleeps, and who goes to sleep says so before looking at
// the counter once more, so that no waking is lost.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "CKernels.h"

// Bits for how many of a thread's parts are taken; the others last for 4e12 jobs, months of the smallest.
enum { COUNT_BITS = 22 };

typedef void (*sw_body)(void *, int);

typedef struct {
  atomic_int parts;
  _Atomic(sw_body) body;
  _Atomic(void *) context;
} sw_job;

// The parts of one thread.
typedef struct {
  sw_pool *pool;
  int number;
  // The number of the job, and below it how many are taken.
  _Alignas(64) atomic_ullong taken;
} sw_share;

struct sw_pool {
  // What the caller writes and workers wait for: the number of the last job, from 1.
  _Alignas(64) atomic_ullong generation;
  atomic_int stopping;
  sw_job jobs[2];
  // How many parts are not done: who does one counts it down, and the caller waits.
  _Alignas(64) atomic_int unfinished;
  // Who sleeps.
  _Alignas(64) atomic_int sleepers;
  atomic_int caller_sleeps;
  pthread_mutex_t mutex;
  pthread_cond_t work_ready;
  pthread_cond_t work_done;
  int threads;
  int started;
  int spins;
  pthread_t *handles;
  sw_share *shares;
};

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// How many looks at a counter take some time.
static int spins_of(double seconds) {
  enum { LOOKS = 2000 };
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int look = 0; look < LOOKS; look++) relax();
  clock_gettime(CLOCK_MONOTONIC, &end);
  const double taken =
      (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
  const double looks = LOOKS * seconds / (taken > 1e-7 ? taken : 1e-7);
  return looks < 100000 ? (int)looks : 100000;
}

// The next part of a share that nobody has begun; -1 where there is none, or the job is done.
static int take(const sw_pool *pool, sw_share *share, unsigned long long job, int parts) {
  unsigned long long taken = atomic_load(&share->taken);
  for (;;) {
    const unsigned long long last = taken >> COUNT_BITS;
    if (last > job) return -1;
    const unsigned long long first = job << COUNT_BITS;
    const unsigned long long count = last == job ? taken - first : 0;
    const unsigned long long part = (unsigned)share->number + count * (unsigned)pool->threads;
    if (part >= (unsigned long long)parts) return -1;
    if (atomic_compare_exchange_weak(&share->taken, &taken, first + count + 1)) return (int)part;
  }
}

// Does parts of a job, the thread's own first, until all are begun.
static void work(
    sw_pool *pool, int number, unsigned long long job, int parts, sw_body body, void *context) {
  for (int other = 0; other < pool->threads; other++) {
    sw_share *share = &pool->shares[(number + other) % pool->threads];
    for (int part = take(pool, share, job, parts); part >= 0; part = take(pool, share, job, parts)) {
      body(context, part);
      if (atomic_fetch_sub(&pool->unfinished, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_signal(&pool->work_done);
        pthread_mutex_unlock(&pool->mutex);
      }
    }
  }
}

static void *worker_main(void *argument) {
  const sw_share *self = argument;
  sw_pool *pool = self->pool;
  unsigned long long seen = 0;
  for (;;) {
    for (int look = 0; look < pool->spins && atomic_load(&pool->generation) == seen; look++) relax();
    if (atomic_load(&pool->generation) == seen) {
      pthread_mutex_lock(&pool->mutex);
      atomic_fetch_add(&pool->sleepers, 1);
      while (atomic_load(&pool->generation) == seen) {
        pthread_cond_wait(&pool->work_ready, &pool->mutex);
      }
      atomic_fetch_sub(&pool->sleepers, 1);
      pthread_mutex_unlock(&pool->mutex);
    }
    if (atomic_load(&pool->stopping)) return NULL;
    seen = atomic_load(&pool->generation);
    sw_job *job = &pool->jobs[seen & 1];
    const int parts = atomic_load(&job->parts);
    const sw_body body = atomic_load(&job->body);
    void *context = atomic_load(&job->context);
    if (atomic_load(&pool->generation) == seen) work(pool, self->number, seen, parts, body, context);
  }
}

static void wake_workers(sw_pool *pool) {
  if (atomic_load(&pool->sleepers) == 0) return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->work_ready);
  pthread_mutex_unlock(&pool->mutex);
}

sw_pool *sw_pool_create(int threads) {
  sw_pool *pool = NULL;
  if (posix_memalign((void **)&pool, 64, sizeof(sw_pool)) != 0) return NULL;
  *pool = (sw_pool){.threads = threads};
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->work_ready, NULL);
  pthread_cond_init(&pool->work_done, NULL);
  // Threads without a core of their own must not take another's.
  pool->spins = threads <= sysconf(_SC_NPROCESSORS_ONLN) ? spins_of(50e-6) : 0;
  pool->handles = calloc((size_t)threads, sizeof(pthread_t));
  if (!pool->handles ||
      posix_memalign((void **)&pool->shares, 64, (size_t)threads * sizeof(sw_share)) != 0) {
    pool->shares = NULL;
    sw_pool_destroy(pool);
    return NULL;
  }
  for (int number = 0; number < threads; number++) {
    pool->shares[number] = (sw_share){.pool = pool, .number = number};
  }
  for (int number = 1; number < threads; number++) {
    if (pthread_create(&pool->handles[number], NULL, worker_main, &pool->shares[number]) != 0) {
      sw_pool_destroy(pool);
      return NULL;
    }
    pool->started++;
  }
  return pool;
}

void sw_pool_run(sw_pool *pool, int parts, void (*body)(void *, int), void *context) {
  const unsigned long long number = atomic_load(&pool->generation) + 1;
  sw_job *job = &pool->jobs[number & 1];
  atomic_store(&job->parts, parts);
  atomic_store(&job->body, body);
  atomic_store(&job->context, context);
  atomic_store(&pool->unfinished, parts);
  atomic_store(&pool->generation, number);
  wake_workers(pool);
  work(pool, 0, number, parts, body, context);
  for (int look = 0; look < pool->spins && atomic_load(&pool->unfinished) > 0; look++) relax();
  if (atomic_load(&pool->unfinished) == 0) return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->caller_sleeps, 1);
  while (atomic_load(&pool->unfinished) > 0) pthread_cond_wait(&pool->work_done, &pool->mutex);
  atomic_store(&pool->caller_sleeps, 0);
  pthread_mutex_unlock(&pool->mutex);
}

void sw_pool_destroy(sw_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stopping, 1);
  atomic_fetch_add(&pool->generation, 1);
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->work_ready);
  pthread_mutex_unlock(&pool->mutex);
  for (int number = 1; number <= pool->started; number++) {
    pthread_join(pool->handles[number], NULL);
  }
  pthread_cond_destroy(&pool->work_done);
  pthread_cond_destroy(&pool->work_ready);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->handles);
  free(pool->shares);
  free(pool);
}

// A pool of threads over fixed parts: what a thread does depends on its number alone.
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

typedef struct {
  sw_pool *pool;
  int number;
} sw_worker;

struct sw_pool {
  // What the caller writes and workers wait for.
  _Alignas(64) atomic_ulong generation;
  atomic_int stopping;
  int parts;
  void (*body)(void *, int);
  void *context;
  // What workers write and the caller waits for.
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
  sw_worker *workers;
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

static void *worker_main(void *argument) {
  const sw_worker *self = argument;
  sw_pool *pool = self->pool;
  unsigned long seen = 0;
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
    seen++;  // the caller begins nothing new before this one is done
    const int parts = pool->parts;
    for (int part = self->number; part < parts; part += pool->threads) {
      pool->body(pool->context, part);
    }
    if (atomic_fetch_sub(&pool->unfinished, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
      pthread_mutex_lock(&pool->mutex);
      pthread_cond_signal(&pool->work_done);
      pthread_mutex_unlock(&pool->mutex);
    }
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
  pool->workers = calloc((size_t)threads, sizeof(sw_worker));
  if (!pool->handles || !pool->workers) {
    sw_pool_destroy(pool);
    return NULL;
  }
  for (int number = 1; number < threads; number++) {
    pool->workers[number] = (sw_worker){pool, number};
    if (pthread_create(&pool->handles[number], NULL, worker_main, &pool->workers[number]) != 0) {
      sw_pool_destroy(pool);
      return NULL;
    }
    pool->started++;
  }
  return pool;
}

void sw_pool_run(sw_pool *pool, int parts, void (*body)(void *, int), void *context) {
  pool->parts = parts;
  pool->body = body;
  pool->context = context;
  atomic_store(&pool->unfinished, pool->threads - 1);
  atomic_fetch_add(&pool->generation, 1);
  wake_workers(pool);
  for (int part = 0; part < parts; part += pool->threads) body(context, part);
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
  free(pool->workers);
  free(pool);
}

// A pool of threads over fixed parts: what a thread does depends on its number alone.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>

#include "CKernels.h"

typedef struct {
  sw_pool *pool;
  int number;
} sw_worker;

struct sw_pool {
  pthread_mutex_t mutex;
  pthread_cond_t work_ready;
  pthread_cond_t work_done;
  unsigned long generation;
  int threads;
  int started;
  int unfinished;
  int stopping;
  int parts;
  void (*body)(void *, int);
  void *context;
  pthread_t *handles;
  sw_worker *workers;
};

static void *worker_main(void *argument) {
  const sw_worker *self = argument;
  sw_pool *pool = self->pool;
  unsigned long seen = 0;
  for (;;) {
    pthread_mutex_lock(&pool->mutex);
    while (pool->generation == seen && !pool->stopping) {
      pthread_cond_wait(&pool->work_ready, &pool->mutex);
    }
    if (pool->stopping) {
      pthread_mutex_unlock(&pool->mutex);
      return NULL;
    }
    seen = pool->generation;
    const int parts = pool->parts;
    void (*body)(void *, int) = pool->body;
    void *context = pool->context;
    pthread_mutex_unlock(&pool->mutex);
    for (int part = self->number; part < parts; part += pool->threads) body(context, part);
    pthread_mutex_lock(&pool->mutex);
    if (--pool->unfinished == 0) pthread_cond_signal(&pool->work_done);
    pthread_mutex_unlock(&pool->mutex);
  }
}

sw_pool *sw_pool_create(int threads) {
  sw_pool *pool = calloc(1, sizeof(sw_pool));
  if (!pool) return NULL;
  pool->threads = threads;
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->work_ready, NULL);
  pthread_cond_init(&pool->work_done, NULL);
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
  pthread_mutex_lock(&pool->mutex);
  pool->parts = parts;
  pool->body = body;
  pool->context = context;
  pool->unfinished = pool->threads - 1;
  pool->generation++;
  pthread_cond_broadcast(&pool->work_ready);
  pthread_mutex_unlock(&pool->mutex);
  for (int part = 0; part < parts; part += pool->threads) body(context, part);
  pthread_mutex_lock(&pool->mutex);
  while (pool->unfinished > 0) pthread_cond_wait(&pool->work_done, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
}

void sw_pool_destroy(sw_pool *pool) {
  if (!pool) return;
  pthread_mutex_lock(&pool->mutex);
  pool->stopping = 1;
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

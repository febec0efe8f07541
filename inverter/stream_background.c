#include "inverter/stream_background.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "inverter/stream_fd.h"

int background_fail(struct background *background, int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(background->problem, sizeof background->problem, format, arguments);
    va_end(arguments);
    background->error = error;
    return -error;
}

/* --- the thread --- */

static void background_free(struct background *background)
{
    if (background->over >= 0)
        close(background->over);
    if (background->both >= 0)
        close(background->both);
    pthread_cond_destroy(&background->wake);
    pthread_mutex_destroy(&background->lock);
    free(background);
}

/* Tells that the call is over, and waits for the next one; false when there is none any more. */
static bool wait_for_work(struct background *background)
{
    uint64_t one = 1;
    pthread_mutex_lock(&background->lock);
    background->working = false;
    if (write(background->over, &one, sizeof one) < 0)
        background->error = errno;
    while (!background->working && !background->leaving)
        pthread_cond_wait(&background->wake, &background->lock);
    bool more = !background->leaving;
    pthread_mutex_unlock(&background->lock);
    return more;
}

static void *work(void *data)
{
    struct background *background = data;
    bool open = background->calls->open(background) == 0;
    while (wait_for_work(background))
        background->calls->write(background);
    if (open)
        background->calls->close(background);
    background_free(background);
    return NULL;
}

/* Signals are for the thread that has the loop. */
static int thread_start(struct background *background)
{
    enum { STACK = 128 * 1024 };
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, &attributes, work, background);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

/* --- the caller's --- */

static int watch_add(struct background *background, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(background->both, EPOLL_CTL_ADD, fd, &event);
}

int background_open(struct stream *stream, const char *where, const struct background_calls *calls)
{
    struct background *background = calloc(1, sizeof *background);
    if (!background)
        return stream_fail(stream, ENOMEM, "%s: no memory", stream->url);
    background->calls = calls;
    background->device = -1;
    background->working = true;
    snprintf(background->where, sizeof background->where, "%.127s", where);
    pthread_mutex_init(&background->lock, NULL);
    pthread_cond_init(&background->wake, NULL);
    background->over = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    background->both = epoll_create1(EPOLL_CLOEXEC);
    int error =
        background->over < 0 || background->both < 0 || watch_add(background, background->over) != 0
            ? errno
            : thread_start(background);
    if (error) {
        background_free(background);
        return stream_fail(stream, error, "%s: in the background: %s", stream->url,
                           strerror(error));
    }
    stream->impl = background;
    stream->fd = background->both;
    stream->opening = true;
    return 0;
}

int background_look(struct stream *stream)
{
    struct background *background = stream->impl;
    uint64_t calls;
    if (stream->opening || background->calls->write) {
        if (read(background->over, &calls, sizeof calls) < 0)
            return !stream->opening;
        pthread_mutex_lock(&background->lock);
        int error = background->error;
        pthread_mutex_unlock(&background->lock);
        if (error)
            return stream_fail(stream, error, "%s: %s", stream->url, background->problem);
    }
    if (stream->opening && watch_add(background, background->device) != 0)
        return stream_fail(stream, errno, "%s: waiting on it: %s", stream->url, strerror(errno));
    stream->opening = false;
    return 1;
}

int background_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    struct background *background = stream->impl;
    int status = background_look(stream);
    if (status <= 0)
        return status == 0 ? -EAGAIN : status;
    if (count > sizeof background->request)
        return stream_fail(stream, EMSGSIZE, "%s: a request of %zu bytes, %zu are allowed",
                           stream->url, count, sizeof background->request);
    pthread_mutex_lock(&background->lock);
    bool busy = background->working;
    if (!busy) {
        memcpy(background->request, bytes, count);
        background->count = count;
        background->working = true;
        pthread_cond_signal(&background->wake);
    }
    pthread_mutex_unlock(&background->lock);
    return busy ? -EAGAIN : 0;
}

void background_close(struct stream *stream)
{
    struct background *background = stream->impl;
    stream->impl = NULL;
    stream->fd = -1;
    stream->opening = false;
    if (!background)
        return;
    pthread_mutex_lock(&background->lock);
    close(background->both);
    background->both = -1;
    background->leaving = true;
    pthread_cond_signal(&background->wake);
    pthread_mutex_unlock(&background->lock);
}

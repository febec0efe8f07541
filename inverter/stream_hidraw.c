/* The Cypress USB chip inside many units: a 2400 baud line behind 8-byte HID reports.
 *
 * The kernel answers a write only when the chip has taken the report: some milliseconds, and up to
 * its own limit of 5 s when the chip hangs. RS-232 has no such wait.
 *
 * A request of more than 8 bytes takes several reports, with time between them for the chip to send
 * the bytes on. A timer paces them; it and the device share one epoll descriptor for the loop to
 * wait on. */
#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "inverter/stream_fd.h"
#include "inverter/stream_hid.h"

enum { VENDOR = 0x0665, PRODUCT = 0x5161, PACE_MS = 50 };

struct hid {
    int device, timer;
    uint8_t request[64];
    size_t count, sent;
};

static void hidraw_close(struct stream *stream)
{
    struct hid *hid = stream->impl;
    if (hid && hid->device >= 0)
        close(hid->device);
    if (hid && hid->timer >= 0)
        close(hid->timer);
    free(hid);
    stream->impl = NULL;
    stream_close_fd(stream);
}

/* The number in /dev/hidrawN moves; a request must not end in a keyboard. */
static int check_device(struct stream *stream, int device)
{
    struct hidraw_devinfo info;
    if (ioctl(device, HIDIOCGRAWINFO, &info) != 0)
        return stream_fail(stream, ENOTTY, "%s: not a hidraw device", stream->url);
    unsigned vendor = (uint16_t)info.vendor, product = (uint16_t)info.product;
    if (vendor != VENDOR || product != PRODUCT)
        return stream_fail(stream, ENODEV, "%s: is %04x:%04x, not %04x:%04x", stream->url, vendor,
                           product, VENDOR, PRODUCT);
    return stream_lock(stream, device);
}

static int hidraw_open(struct stream *stream, const char *where)
{
    struct hid *hid = calloc(1, sizeof *hid);
    if (!hid)
        return stream_fail(stream, ENOMEM, "%s: no memory", stream->url);
    stream->impl = hid;
    hid->timer = -1;
    hid->device = open(where, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (hid->device < 0)
        return stream_fail(stream, errno, "%s: opening: %s", stream->url, strerror(errno));
    int result = check_device(stream, hid->device);
    if (result < 0)
        return result;
    hid->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    stream->fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (hid->timer < 0 || stream->fd < 0 ||
        epoll_ctl(stream->fd, EPOLL_CTL_ADD, hid->device, &event) != 0 ||
        epoll_ctl(stream->fd, EPOLL_CTL_ADD, hid->timer, &event) != 0)
        return stream_fail(stream, errno, "%s: waiting on it: %s", stream->url, strerror(errno));
    return 0;
}

/* The next report of the request, and the timer for the one after it. */
static int send_report(struct stream *stream)
{
    struct hid *hid = stream->impl;
    uint8_t report[1 + HID_REPORT];
    hid_cut(report, hid->request, hid->count, &hid->sent);
    int result =
        stream_write_result(stream, write(hid->device, report, sizeof report), sizeof report);
    if (result == -EAGAIN)
        return stream_fail(stream, EIO, "%s: took only a part of a request", stream->url);
    if (result < 0 || hid->sent == hid->count)
        return result;
    struct itimerspec pace = {.it_value = {.tv_nsec = PACE_MS * 1000000L}};
    timerfd_settime(hid->timer, 0, &pace, NULL);
    return 0;
}

static int hidraw_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    struct hid *hid = stream->impl;
    if (hid->sent < hid->count)
        return -EAGAIN;
    if (count > sizeof hid->request)
        return stream_fail(stream, EMSGSIZE, "%s: a request of %zu bytes, %zu are allowed",
                           stream->url, count, sizeof hid->request);
    memcpy(hid->request, bytes, count);
    hid->count = count;
    hid->sent = 0;
    return send_report(stream);
}

static int hidraw_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    struct hid *hid = stream->impl;
    uint64_t expired;
    size_t count = 0;
    if (read(hid->timer, &expired, sizeof expired) > 0 && hid->sent < hid->count) {
        int result = send_report(stream);
        if (result < 0)
            return result;
    }
    while (room - count >= HID_REPORT) {
        int got = stream_read_result(stream, read(hid->device, bytes + count, HID_REPORT));
        if (got < 0)
            return got;
        if (got == 0)
            break;
        count += hid_data(bytes + count, (size_t)got);
    }
    return (int)count;
}

static int hidraw_drain(struct stream *stream)
{
    enum { REPORTS = 64 }; /* the kernel keeps no more */
    struct hid *hid = stream->impl;
    uint8_t report[HID_REPORT];
    for (int i = 0; i < REPORTS; i++) {
        int got = stream_read_result(stream, read(hid->device, report, sizeof report));
        if (got <= 0)
            return got;
    }
    return 0;
}

const struct stream_ops stream_hidraw_ops = {"hidraw",     hidraw_open,  hidraw_read,
                                             hidraw_write, hidraw_drain, hidraw_close};

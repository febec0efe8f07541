/* The Cypress USB chip inside many units: a 2400 baud line behind 8-byte HID reports.
 *
 * The kernel answers a write only when the chip has taken the report: some milliseconds, and up to
 * its own limit of 5 s when the chip hangs; hence inverter/stream_background.h. A request of more than
 * 8 bytes takes several reports, with time between them for the chip to send the bytes on. */
#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "inverter/stream_background.h"
#include "inverter/stream_fd.h"
#include "inverter/stream_hid.h"

enum { VENDOR = 0x0665, PRODUCT = 0x5161, PACE_MS = 50 };

/* The number in /dev/hidrawN moves; a request must not end in a keyboard. */
static int check_device(struct background *background, int device)
{
    struct hidraw_devinfo info;
    if (ioctl(device, HIDIOCGRAWINFO, &info) != 0)
        return background_fail(background, ENOTTY, "not a hidraw device");
    unsigned vendor = (uint16_t)info.vendor, product = (uint16_t)info.product;
    if (vendor != VENDOR || product != PRODUCT)
        return background_fail(background, ENODEV, "is %04x:%04x, not %04x:%04x", vendor, product,
                               VENDOR, PRODUCT);
    if (stream_lock_fd(device) != 0)
        return background_fail(background, EBUSY, STREAM_BUSY);
    return 0;
}

static int device_open(struct background *background)
{
    int device = open(background->where, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (device < 0)
        return background_fail(background, errno, "opening: %s", strerror(errno));
    int status = check_device(background, device);
    if (status < 0)
        close(device);
    else
        background->device = device;
    return status;
}

static int device_write(struct background *background)
{
    uint8_t report[1 + HID_REPORT];
    for (size_t sent = 0; sent < background->count;) {
        if (sent)
            usleep(PACE_MS * 1000);
        hid_cut(report, background->request, background->count, &sent);
        ssize_t taken = write(background->device, report, sizeof report);
        if (taken < 0)
            return background_fail(background, errno, "writing: %s", strerror(errno));
        if (taken != sizeof report)
            return background_fail(background, EIO, "took only %zd bytes of a report", taken);
    }
    return 0;
}

static void device_close(struct background *background)
{
    close(background->device);
}

static const struct background_calls calls = {device_open, device_write, device_close};

static int hidraw_open(struct stream *stream, const char *where)
{
    return background_open(stream, where, &calls);
}

static int hidraw_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    const struct background *background = stream->impl;
    size_t count = 0;
    int status = background_look(stream);
    if (status <= 0)
        return status;
    while (room - count >= HID_REPORT) {
        int got = stream_read_result(stream, read(background->device, bytes + count, HID_REPORT));
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
    const struct background *background = stream->impl;
    uint8_t report[HID_REPORT];
    int status = background_look(stream);
    for (int i = 0; i < REPORTS && status > 0; i++)
        status = stream_read_result(stream, read(background->device, report, sizeof report));
    return status < 0 ? status : 0;
}

const struct stream_ops stream_hidraw_ops = {"hidraw",         hidraw_open,  hidraw_read,
                                             background_write, hidraw_drain, background_close};

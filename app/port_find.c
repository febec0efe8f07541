#include "app/port_find.h"

#include <ctype.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char AUTO[] = "auto", TCP[] = "tcp://";
static const char USB_CHIP[] = "HID_ID=0003:00000665:00005161"; /* bus USB, vendor, product */
static const char *const kinds[] = {"serial:", "tty:", "hidraw:", NULL};

static bool is_pattern(const char *word)
{
    return strpbrk(word, "*?[") && strncmp(word, TCP, sizeof TCP - 1) != 0;
}

/* Where the device path begins behind "serial:" and its like. */
static size_t kind_length(const char *word)
{
    for (const char *const *kind = kinds; *kind; kind++)
        if (strncmp(word, *kind, strlen(*kind)) == 0)
            return strlen(*kind);
    return 0;
}

const char *port_url_path(const char *url, char path[PORT_URL_SIZE])
{
    if (strncmp(url, TCP, sizeof TCP - 1) == 0)
        return NULL;
    snprintf(path, PORT_URL_SIZE, "%s", url + kind_length(url));
    path[strcspn(path, ",")] = '\0';
    return path;
}

uint64_t port_device(const char *url)
{
    char path[PORT_URL_SIZE];
    struct stat status;
    if (!port_url_path(url, path) || stat(path, &status) != 0 || !S_ISCHR(status.st_mode))
        return 0;
    return status.st_rdev;
}

struct finding {
    const char *root;
    struct port_found *found;
    size_t count, room;
};

static void add(struct finding *finding, const char *url, bool fixed)
{
    for (size_t i = 0; i < finding->count; i++)
        if (strcmp(finding->found[i].url, url) == 0)
            return;
    if (finding->count == finding->room)
        return;
    struct port_found *found = &finding->found[finding->count++];
    snprintf(found->url, sizeof found->url, "%s", url);
    found->fixed = fixed;
}

/* Every path that fits a pattern, by its path without root. */
static void add_fitting(struct finding *finding, const char *word)
{
    char pattern[PATH_MAX], path[PORT_URL_SIZE], url[2 * PORT_URL_SIZE];
    size_t kind = kind_length(word), root = strlen(finding->root);
    const char *options = strchr(word, ',');
    glob_t paths;
    snprintf(pattern, sizeof pattern, "%s%s", finding->root, port_url_path(word, path));
    if (glob(pattern, 0, NULL, &paths) != 0)
        return;
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        int length = snprintf(url, sizeof url, "%.*s%s%s", (int)kind, word,
                              paths.gl_pathv[i] + root, options ? options : "");
        if (length < PORT_URL_SIZE)
            add(finding, url, false);
    }
    globfree(&paths);
}

static bool is_usb_chip(const char *uevent_path)
{
    char line[128];
    bool is = false;
    FILE *file = fopen(uevent_path, "re");
    if (!file)
        return false;
    while (!is && fgets(line, sizeof line, file))
        is = strncmp(line, USB_CHIP, sizeof USB_CHIP - 1) == 0;
    fclose(file);
    return is;
}

/* /sys/class/hidraw/hidraw3/device/uevent -> hidraw:/dev/hidraw3 */
static void add_usb_chips(struct finding *finding)
{
    static const char before[] = "/sys/class/hidraw/";
    char pattern[PATH_MAX], url[PORT_URL_SIZE];
    glob_t paths;
    snprintf(pattern, sizeof pattern, "%s%s*/device/uevent", finding->root, before);
    if (glob(pattern, 0, NULL, &paths) != 0)
        return;
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        const char *name = paths.gl_pathv[i] + strlen(finding->root) + sizeof before - 1;
        if (!is_usb_chip(paths.gl_pathv[i]))
            continue;
        snprintf(url, sizeof url, "hidraw:/dev/%.*s", (int)strcspn(name, "/"), name);
        add(finding, url, false);
    }
    globfree(&paths);
}

/* The next of several words; NULL at the end. */
static const char *next_word(const char *words, char word[PORT_URL_SIZE])
{
    words += strspn(words, " ");
    size_t length = strcspn(words, " ");
    snprintf(word, PORT_URL_SIZE, "%.*s", (int)length, words);
    return length ? words + length : NULL;
}

size_t port_find(const char *words, const char *root, struct port_found *found, size_t room)
{
    struct finding finding = {.root = root, .found = found, .room = room};
    char word[PORT_URL_SIZE];
    for (const char *rest = words; (rest = next_word(rest, word));)
        if (strcmp(word, AUTO) != 0 && !is_pattern(word))
            add(&finding, word, true);
    for (const char *rest = words; (rest = next_word(rest, word));) {
        if (strcmp(word, AUTO) == 0)
            add_usb_chips(&finding);
        else if (is_pattern(word))
            add_fitting(&finding, word);
    }
    return finding.count;
}

bool port_words_fixed(const char *words)
{
    char word[PORT_URL_SIZE], second[PORT_URL_SIZE];
    const char *rest = next_word(words, word);
    return rest && strcmp(word, AUTO) != 0 && !is_pattern(word) && !next_word(rest, second);
}

/* "tcp://host:port" */
static bool tcp_fits(const char *host)
{
    const char *colon = strrchr(host, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    return colon && colon > host && digits > 0 && digits < 6 && !colon[1 + digits];
}

static bool word_fits(const char *word)
{
    size_t kind = kind_length(word);
    if (strcmp(word, AUTO) == 0)
        return true;
    if (strncmp(word, TCP, sizeof TCP - 1) == 0)
        return tcp_fits(word + sizeof TCP - 1);
    if (is_pattern(word))
        return word[kind] == '/'; /* nothing is looked for in the folder busbar was started in */
    return kind ? word[kind] != '\0' : strncmp(word, "/dev/", 5) == 0 && word[5];
}

bool port_words_fit(const char *words)
{
    char word[PORT_URL_SIZE];
    size_t count = 0;
    for (const char *rest = words; (rest = next_word(rest, word)); count++)
        if (!word_fits(word))
            return false;
    for (; *words; words++)
        if (iscntrl((unsigned char)*words))
            return false;
    return count > 0;
}

bool port_url_fits(const char *url)
{
    return port_words_fixed(url) && port_words_fit(url) && !strchr(url, ' ');
}

/* The inverters' lines, for people and programs. */
#include <stdio.h>

#include "app/client.h"

json_t *port_json(const Busbar__Port *p)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, "
                     "s:i, s:i, s:i, s:i, s:i, s:i}",
                     "url", p->url, "state", p->state, "inverter", p->inverter, "serial", p->serial,
                     "problem", p->problem, "age_ms", (json_int_t)p->age_ms, "answers_per_s",
                     p->answers_permille / 1000.0, "answers", p->answers, "crc", p->crc, "shape",
                     p->shape, "late", p->late, "naks", p->naks, "timeouts", p->timeouts, "adopted",
                     p->adopted, "opened", p->opened, "failed", p->failed, "lost", p->lost, "hung",
                     p->hung, "disowned", p->disowned, "proven", p->proven, "resets", p->resets);
}

static void age_print(int64_t age_ms)
{
    if (age_ms < 0)
        printf("%8s ", "never");
    else
        printf("%6.1f s ", (double)age_ms / 1000);
}

void ports_print(const Busbar__Status *s)
{
    printf("%-8s %-9s %-21s %8s %5s %8s %5s %5s %5s %5s %8s %8s  %s\n", "state", "inverter",
           "serial", "heard", "per s", "answers", "crc", "shape", "late", "naks", "timeouts",
           "reopened", "port");
    for (size_t i = 0; i < s->n_ports; i++) {
        const Busbar__Port *p = s->ports[i];
        printf("%-8s %-9s %-21s ", p->state, *p->inverter ? p->inverter : "-",
               *p->serial ? p->serial : "-");
        age_print(p->age_ms);
        printf("%5.2f %8u %5u %5u %5u %5u %8u %8u  %s\n", p->answers_permille / 1000.0, p->answers,
               p->crc, p->shape, p->late, p->naks, p->timeouts, p->opened ? p->opened - 1 : 0,
               p->url);
        if (*p->problem)
            printf("         %s\n", p->problem);
    }
}

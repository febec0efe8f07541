#include "core/maths.h"

#include <assert.h>
#include <math.h>

static const double LN2_HIGH = 0x1.62e42feep-1; /* its last bits are zero: n * LN2_HIGH is exact */
static const double LN2_LOW = 0x1.a39ef35793c76p-33;
static const double LARGEST = 700;

/* e^x = 2^n e^r, |r| <= ln 2 / 2; Taylor's series of e^r, whose term 14 is below 1e-17. */
double maths_exp(double x)
{
    assert(!isnan(x));
    if (x < -LARGEST)
        return 0;
    x = x > LARGEST ? LARGEST : x;
    double n = floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
    double r = (x - n * LN2_HIGH) - n * LN2_LOW, sum = 1;
    for (int k = 14; k > 0; k--)
        sum = 1 + sum * r / k;
    return ldexp(sum, (int)n);
}

/* x = 2^n m, m in sqrt(1/2)..sqrt(2); log m = 2 atanh((m - 1)/(m + 1)). */
double maths_log(double x)
{
    assert(x > 0);
    int n;
    double m = frexp(x, &n);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        n--;
    }
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int k = 23; k > 0; k -= 2)
        sum = sum * square + 1.0 / k;
    return n * LN2_HIGH + (n * LN2_LOW + 2 * s * sum);
}

double maths_asinh(double x)
{
    double size = fabs(x), value = maths_log(size + sqrt(size * size + 1));
    return x < 0 ? -value : value;
}

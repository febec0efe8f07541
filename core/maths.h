/* Exponential and logarithm that give the same bits on every machine, and a clamp.
 *
 * A C library's exp() may differ in the last bit from another's, and what is decided on it would then differ
 * between a field log and its replay. These use only operations that IEEE 754 rounds in one way (add, multiply,
 * divide, scaling by powers of two); the build turns contraction off. */
#ifndef BUSBAR_CORE_MATHS_H
#define BUSBAR_CORE_MATHS_H

double maths_exp(double x);    /* relative error below 1e-15; 0 below -700, at most e^700 */
double maths_log(double x);    /* x > 0; absolute error below 1e-15 (1 + |log x|) */
double maths_asinh(double x);

static inline double maths_within(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

#endif

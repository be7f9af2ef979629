/*
 * Times real three-dimensional transforms of FFTW 3 in single precision, forward and back.
 *
 *   cc -O2 fftw.c -o fftw -lfftw3f_threads -lfftw3f -lpthread -lm    (Debian: libfftw3-dev)
 *   ./fftw THREADS REPETITIONS DEPTH HEIGHT WIDTH
 *
 * Prints the least and the median milliseconds of a forward and an inverse transform together,
 * in place, plans by FFTW_MEASURE.
 */
#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: %s THREADS REPETITIONS DEPTH HEIGHT WIDTH\n", arguments[0]);
    return 2;
  }
  const int threads = atoi(arguments[1]), repetitions = atoi(arguments[2]);
  const int depth = atoi(arguments[3]), height = atoi(arguments[4]), width = atoi(arguments[5]);
  const size_t rows = (size_t)depth * (size_t)height, row = 2 * ((size_t)width / 2 + 1);
  fftwf_init_threads();
  fftwf_plan_with_nthreads(threads);
  float *data = fftwf_malloc(rows * row * sizeof(float));
  fftwf_complex *spectrum = (fftwf_complex *)data;
  fftwf_plan there = fftwf_plan_dft_r2c_3d(depth, height, width, data, spectrum, FFTW_MEASURE);
  fftwf_plan back = fftwf_plan_dft_c2r_3d(depth, height, width, spectrum, data, FFTW_MEASURE);
  double *times = malloc((size_t)repetitions * sizeof(double));
  for (int i = -1; i < repetitions; i++) {
    for (size_t k = 0; k < rows * row; k++) data[k] = (float)(k % 17);
    const double began = now();
    fftwf_execute(there);
    fftwf_execute(back);
    if (i >= 0) times[i] = now() - began;
  }
  qsort(times, (size_t)repetitions, sizeof(double), ascending);
  printf("%d threads, %d x %d x %d: least %.2f ms, median %.2f ms\n", threads, depth, height, width,
         times[0], times[repetitions / 2]);
  return 0;
}

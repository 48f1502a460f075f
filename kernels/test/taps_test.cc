// taps_test.cc: weighted sums of places along an axis and their gradients, against plain loops, for all threads.
#include <vector>

#include "test/check.h"

namespace {

check::Lcg random_source(5);

template <class T> void sums(int32_t dtype, double tolerance) {
  for (int round = 0; round < 60; round++) {
    const hone_int taps = 1 + random_source.below(6), outer = random_source.below(4), from = 1 + random_source.below(9);
    const hone_int to = 1 + random_source.below(9), inner = round % 3 == 0 ? 1 : round % 3 == 1 ? random_source.below(40) : 2500;
    std::vector<int64_t> index(size_t(taps * to));
    std::vector<T> weight(index.size()), x(size_t(outer * from * inner)), g(size_t(outer * to * inner));
    for (int64_t &i : index) i = random_source.below(from);
    for (auto *list : {&weight, &x, &g})
      for (T &v : *list) v = T(random_source.uniform());
    std::vector<T> out(g.size(), T(7)), one(g.size()), back(x.size(), T(7)), back_one(x.size());
    hone_set_threads(3);
    CHECK(hone_taps_gather(dtype, out.data(), x.data(), index.data(), weight.data(), taps, outer, from, to, inner) == HONE_OK);
    CHECK(hone_taps_scatter(dtype, back.data(), g.data(), index.data(), weight.data(), taps, outer, from, to, inner) == HONE_OK);
    hone_set_threads(1);
    CHECK(hone_taps_gather(dtype, one.data(), x.data(), index.data(), weight.data(), taps, outer, from, to, inner) == HONE_OK);
    CHECK(hone_taps_scatter(dtype, back_one.data(), g.data(), index.data(), weight.data(), taps, outer, from, to, inner) == HONE_OK);
    CHECK(out == one && back == back_one);
    std::vector<double> want(out.size()), want_back(back.size());
    for (hone_int o = 0; o < outer; o++)
      for (hone_int k = 0; k < taps; k++)
        for (hone_int i = 0; i < to; i++)
          for (hone_int j = 0; j < inner; j++) {
            const size_t there = size_t((o * from + index[size_t(k * to + i)]) * inner + j), here = size_t((o * to + i) * inner + j);
            const double w = weight[size_t(k * to + i)];
            want[here] += w * x[there];
            want_back[there] += w * g[here];
          }
    for (size_t i = 0; i < out.size(); i++) CHECK(check::close(out[i], want[i], tolerance));
    for (size_t i = 0; i < back.size(); i++) CHECK(check::close(back[i], want_back[i], tolerance));
  }
}

} // namespace

int main() {
  sums<float>(HONE_F32, 2e-6);
  sums<double>(HONE_F64, 1e-14);
  float x = 0, w = 1;
  int64_t outside = 1;
  CHECK(hone_taps_gather(HONE_F32, &x, &x, &outside, &w, 1, 1, 1, 1, 1) == HONE_E_INDEX);
  CHECK(hone_taps_gather(HONE_I32, &x, &x, &outside, &w, 1, 1, 1, 1, 1) == HONE_E_DTYPE);
  return check::finish();
}

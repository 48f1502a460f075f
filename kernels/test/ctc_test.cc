// ctc_test.cc: connectionist temporal classification against the sum over every path in long double, its gradient too; both layouts of
// targets; inputs too short; labels out of range; independence of the thread count.
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

using Real = long double;

template <class T> constexpr int32_t kType = sizeof(T) == 4 ? HONE_F32 : HONE_F64;
template <class T> constexpr double kTolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;

struct Batch {
  hone_int steps, n, classes, width, blank;
  std::vector<int64_t> inputs, lengths, padded, row; // the same labels, padded to 3 an item and in a row
};

Batch make(check::Lcg &r, hone_int steps, hone_int n, hone_int classes, hone_int blank) {
  Batch b{steps, n, classes, 1, blank, {}, {}, {}, {}};
  for (hone_int i = 0; i < n; i++) {
    b.inputs.push_back(steps - r.below(i ? steps + 1 : 2));
    b.lengths.push_back(r.below(4));
    for (int k = 0; k < 3; k++) {
      int64_t label = r.below(classes);
      while (label == blank) label = r.below(classes);
      // What lies past an item's length does not count, whatever it is.
      b.padded.push_back(k < b.lengths.back() ? label : -5);
      if (k < b.lengths.back()) b.row.push_back(label);
    }
    if (2 * b.lengths.back() + 1 > b.width) b.width = hone_int(2 * b.lengths.back() + 1);
  }
  return b;
}

// Sums the probability of every path of item i that reads as its target; share[t * classes + c] is the part with c at step t.
template <class T> Real every_path(const Batch &b, const std::vector<T> &logp, hone_int i, std::vector<Real> &share) {
  const hone_int steps = hone_int(b.inputs[size_t(i)]);
  hone_int count = 1;
  for (hone_int t = 0; t < steps; t++) count *= b.classes;
  share.assign(size_t(b.steps * b.classes), 0);
  Real total = 0;
  for (hone_int path = 0; path < count; path++) {
    std::vector<int64_t> read;
    Real sum = 0;
    hone_int rest = path, last = b.blank;
    for (hone_int t = 0; t < steps; t++, rest /= b.classes) {
      const hone_int c = rest % b.classes;
      sum += Real(logp[size_t((t * b.n + i) * b.classes + c)]);
      if (c != b.blank && c != last) read.push_back(c);
      last = c;
    }
    if (read != std::vector<int64_t>(b.padded.begin() + i * 3, b.padded.begin() + i * 3 + b.lengths[size_t(i)])) continue;
    const Real p = std::exp(sum);
    total += p;
    rest = path;
    for (hone_int t = 0; t < steps; t++, rest /= b.classes) share[size_t(t * b.classes + rest % b.classes)] += p;
  }
  return total;
}

template <class T> void paths() {
  check::Lcg r(3);
  for (hone_int steps : {1, 2, 4, 6}) {
    for (hone_int classes : {2, 3, 4}) {
      for (int round = 0; round < 6; round++) {
        const Batch b = make(r, steps, 1 + round % 3, classes, round % 2 ? classes - 1 : 0);
        std::vector<T> logp, scale;
        for (hone_int k = 0; k < steps * b.n * classes; k++) logp.push_back(T(r.uniform() * 3 - 2));
        for (hone_int i = 0; i < b.n; i++) scale.push_back(T(r.uniform()));
        for (int in_row = 0; in_row < 2; in_row++) {
          const int64_t *targets = in_row ? b.row.data() : b.padded.data();
          std::vector<T> loss(size_t(b.n), T(7)), alpha(size_t(b.n * steps * b.width), T(7)), beta(size_t(b.n * 2 * b.width), T(7)), grad(logp.size(), T(7));
          bool ok = CHECK(hone_ctc_loss(kType<T>, loss.data(), alpha.data(), logp.data(), targets, in_row ? 0 : 3, b.inputs.data(), b.lengths.data(), steps,
                                        b.n, classes, b.width, b.blank) == HONE_OK);
          ok &= CHECK(hone_ctc_loss_backward(kType<T>, grad.data(), beta.data(), scale.data(), loss.data(), alpha.data(), logp.data(), targets, in_row ? 0 : 3,
                                             b.inputs.data(), b.lengths.data(), steps, b.n, classes, b.width, b.blank, 1) == HONE_OK);
          for (hone_int i = 0; i < b.n; i++) {
            std::vector<Real> share;
            const Real total = every_path(b, logp, i, share);
            ok &= CHECK(check::close(double(loss[size_t(i)]), double(-std::log(total)), kTolerance<T>));
            for (hone_int t = 0; t < steps; t++) {
              for (hone_int c = 0; c < classes; c++) {
                const size_t at = size_t((t * b.n + i) * classes + c);
                const bool counts = t < b.inputs[size_t(i)] && total > 0;
                const Real want = counts ? (std::exp(Real(logp[at])) - share[size_t(t * classes + c)] / total) * Real(scale[size_t(i)]) : 0;
                ok &= CHECK(check::close(double(grad[at]), double(want), kTolerance<T> * 10));
              }
            }
          }
          if (!ok) std::printf("  steps %d classes %d round %d in a row %d\n", int(steps), int(classes), round, in_row);
        }
      }
    }
  }
}

void edges() {
  const double inf = std::numeric_limits<double>::infinity();
  double logp[] = {-1, -1, -1, -1}, loss, alpha[16], beta[16], grad[4], one = 1;
  int64_t targets[] = {1, 1}, two = 2, single = 1;
  // Two equal labels need a blank between them: a third step.
  CHECK(hone_ctc_loss(HONE_F64, &loss, alpha, logp, targets, 2, &two, &two, 2, 1, 2, 5, 0) == HONE_OK && loss == inf);
  CHECK(hone_ctc_loss_backward(HONE_F64, grad, beta, &one, &loss, alpha, logp, targets, 2, &two, &two, 2, 1, 2, 5, 0, 0) == HONE_OK && std::isnan(grad[0]));
  CHECK(hone_ctc_loss_backward(HONE_F64, grad, beta, &one, &loss, alpha, logp, targets, 2, &two, &two, 2, 1, 2, 5, 0, 1) == HONE_OK && grad[0] == 0 && grad[3] == 0);
  logp[1] = std::numeric_limits<double>::quiet_NaN();
  CHECK(hone_ctc_loss(HONE_F64, &loss, alpha, logp, targets, 2, &two, &single, 2, 1, 2, 5, 0) == HONE_OK && std::isnan(loss));
  for (int64_t bad : {int64_t(2), int64_t(-1), int64_t(1) << 40}) {
    targets[1] = bad;
    loss = 5;
    CHECK(hone_ctc_loss(HONE_F64, &loss, alpha, logp, targets, 2, &two, &two, 2, 1, 2, 5, 0) == HONE_E_INDEX && loss == 5);
    CHECK(std::string(hone_last_error_text()) == "target " + std::to_string(bad) + " is out of bounds for 2 classes");
  }
  CHECK(hone_ctc_loss(HONE_I32, &loss, alpha, logp, targets, 2, &two, &two, 2, 1, 2, 5, 0) == HONE_E_DTYPE);
}

void threads() {
  check::Lcg r(5);
  const Batch b = make(r, 60, 40, 20, 0);
  std::vector<float> logp, loss[2], grad[2];
  for (hone_int k = 0; k < b.steps * b.n * b.classes; k++) logp.push_back(float(r.uniform() - 3));
  const std::vector<float> scale(size_t(b.n), 1);
  for (int k = 0; k < 2; k++) {
    hone_set_threads(k ? 4 : 1);
    std::vector<float> alpha(size_t(b.n * b.steps * b.width)), beta(size_t(b.n * 2 * b.width));
    loss[k].resize(size_t(b.n));
    grad[k].resize(logp.size());
    CHECK(hone_ctc_loss(HONE_F32, loss[k].data(), alpha.data(), logp.data(), b.row.data(), 0, b.inputs.data(), b.lengths.data(), b.steps, b.n, b.classes,
                        b.width, b.blank) == HONE_OK);
    CHECK(hone_ctc_loss_backward(HONE_F32, grad[k].data(), beta.data(), scale.data(), loss[k].data(), alpha.data(), logp.data(), b.row.data(), 0,
                                 b.inputs.data(), b.lengths.data(), b.steps, b.n, b.classes, b.width, b.blank, 1) == HONE_OK);
  }
  CHECK(!std::memcmp(loss[0].data(), loss[1].data(), loss[0].size() * 4) && !std::memcmp(grad[0].data(), grad[1].data(), grad[0].size() * 4));
}

} // namespace

int main() {
  paths<float>();
  paths<double>();
  edges();
  threads();
  return check::finish();
}

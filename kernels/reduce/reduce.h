// reduce.h: reductions as monoids, and the loops that apply one to rows and to columns. Everything is joined in blocks of fixed
// size, combined in order, so that a result depends neither on threads nor, much, on the length.
#pragma once

#include "math/functions.h"
#include "support/dtype.h"
#include "support/rows.h"
#include "support/transpose.h"

namespace hone {

// The operations of hone_reduce.
enum {
#define HONE_REDUCE(name, code) k_##name = code,
#include "ops.def"
#undef HONE_REDUCE
};

// A float64 sum that keeps what rounding loses (Knuth's two-sum).
struct Compensated {
  double high, low;
  void add(double x) {
    const double sum = high + x, part = sum - high;
    low += (high - (sum - part)) + (x - part);
    high = sum;
  }
  double value() const { return std::isfinite(low) ? high + low : high; }
};

// A reduction is a monoid: map an element (and a shift) to M, join two M; Total gathers the M of the blocks.
// kVector: map and join take vectors of the element type. kOrders: where no operand is NaN, better() does for join().
template <class T, class Map> struct SumOf {
  static_assert(std::is_floating_point<T>::value, "integers have IntSum");
  static constexpr bool kVector = true, kOrders = false;
  using M = T;
  using Total = typename std::conditional<std::is_same<T, float>::value, double, Compensated>::type;
  static M identity() { return M(0); }
  template <class V> static V map(V x, V shift) { return Map::map(x, shift); }
  template <class V> static V join(V a, V b) { return a + b; }
  static Total start() { return Total{}; }
  static void add(double &total, T x) { total += double(x); }
  static void add(Compensated &total, T x) { total.add(x); }
  static void merge(double &total, double x) { total += x; }
  static void merge(Compensated &total, const Compensated &x) {
    total.add(x.high);
    total.low += x.low;
  }
  static double value(double total) { return total; }
  static double value(const Compensated &total) { return total.value(); }
};
// A sum of float32 in float64, each element widened first: for squares of small differences of large numbers.
template <class Map> struct WideSum {
  static constexpr bool kVector = false;
  using M = double;
  using Total = double;
  static double identity() { return 0; }
  static double map(float x, float shift) { return Map::map(double(x), double(shift)); }
  static double join(double a, double b) { return a + b; }
  static double start() { return 0; }
  static void add(double &total, double x) { total += x; }
  static void merge(double &total, double x) { total += x; }
  static double value(double total) { return total; }
};
struct Itself {
  template <class V> static V map(V x, V) { return x; }
};
struct Squared {
  template <class V> static V map(V x, V) { return x * x; }
};
struct Magnitude {
  template <class V> static V map(V x, V) { return m_abs(x); }
};
struct SquaredDistance {
  template <class V> static V map(V x, V shift) { return (x - shift) * (x - shift); }
};

// Reductions whose blocks join as their elements do.
template <class M_> struct Simple {
  using M = M_;
  using Total = M_;
  static Total value(Total total) { return total; }
};
template <class T> struct ProdOf : Simple<double> {
  static constexpr bool kVector = true, kOrders = false;
  using M = T;
  static M identity() { return M(1); }
  template <class V> static V map(V x, V) { return x; }
  template <class V> static V join(V a, V b) { return a * b; }
  static double start() { return 1; }
  static void add(double &total, T x) { total *= double(x); }
  static void merge(double &total, double x) { total *= x; }
};
template <class T> struct MaxOf : Simple<T> {
  static constexpr bool kVector = std::is_floating_point<T>::value, kOrders = kVector;
  static T identity() { return kVector ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest(); }
  template <class V> static V map(V x, V) { return x; }
  template <class V> static V join(V a, V b) { return m_maximum(a, b); }
  template <class V> static V better(V a, V b) { return select(b > a, b, a); }
  static T start() { return identity(); }
  static void add(T &total, T x) { total = join(total, x); }
  static void merge(T &total, T x) { total = join(total, x); }
};
template <class T> struct MinOf : Simple<T> {
  static constexpr bool kVector = std::is_floating_point<T>::value, kOrders = kVector;
  static T identity() { return kVector ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max(); }
  template <class V> static V map(V x, V) { return x; }
  template <class V> static V join(V a, V b) { return m_minimum(a, b); }
  template <class V> static V better(V a, V b) { return select(b < a, b, a); }
  static T start() { return identity(); }
  static void add(T &total, T x) { total = join(total, x); }
  static void merge(T &total, T x) { total = join(total, x); }
};
template <class S, class Map> struct IntSum : Simple<Int<S>> {
  static constexpr bool kVector = false;
  static Int<S> identity() { return S(0); }
  static Int<S> map(S x, S) { return Map::map(Int<S>(x), Int<S>(x)); }
  static Int<S> join(Int<S> a, Int<S> b) { return a + b; }
  static Int<S> start() { return S(0); }
  static void add(Int<S> &total, Int<S> x) { total = total + x; }
  static void merge(Int<S> &total, Int<S> x) { total = total + x; }
};
template <class S> struct IntProd : Simple<Int<S>> {
  static constexpr bool kVector = false;
  static Int<S> identity() { return S(1); }
  static Int<S> map(S x, S) { return x; }
  static Int<S> join(Int<S> a, Int<S> b) { return a * b; }
  static Int<S> start() { return S(1); }
  static void add(Int<S> &total, Int<S> x) { total = total * x; }
  static void merge(Int<S> &total, Int<S> x) { total = total * x; }
};
template <class T, bool All> struct Truth : Simple<uint8_t> {
  static constexpr bool kVector = false;
  static uint8_t identity() { return All; }
  static uint8_t map(T x, T) { return x != T(0); }
  static uint8_t join(uint8_t a, uint8_t b) { return All ? a & b : a | b; }
  static uint8_t start() { return All; }
  static void add(uint8_t &total, uint8_t x) { total = join(total, x); }
  static void merge(uint8_t &total, uint8_t x) { total = join(total, x); }
};

constexpr hone_int kBlockRow = 4096;   // elements of a row that are joined in one precision
constexpr hone_int kBlockRows = 128;   // the same for columns
constexpr hone_int kExactRow = 16;     // fewer elements of a row are joined in the precision of totals, on every instruction set
constexpr hone_int kStrip = 512;       // columns worked on together
constexpr hone_int kNarrow = 16;       // fewer columns than these lie side by side, where there are rows enough
constexpr hone_int kChunk = 32768;     // elements worth a thread; longer rows are cut here

// Joins x to one of several running values. NaN are kept apart, so that none waits for two comparisons; `nan` is joined in the end.
template <class Op, class V> inline V join_apart(const V &sum, const V &x, V &nan) {
  if constexpr (Op::kOrders) {
    nan = select(x != x, x, nan);
    return Op::better(sum, x);
  } else {
    return Op::join(sum, x);
  }
}
template <class Op, class V> inline V join_all(const V *sum, const V &nan) {
  const V all = Op::join(Op::join(sum[0], sum[1]), Op::join(sum[2], sum[3]));
  if constexpr (Op::kOrders) return Op::join(all, nan);
  else return all;
}

// n <= kBlockRow contiguous elements.
template <class Op, class T> inline typename Op::M reduce_block(const T *a, hone_int n, T shift) {
  if constexpr (Op::kVector) {
    constexpr hone_int L = kLanes<T>;
    hone_int i = 0;
    T result = Op::identity();
    if (n >= L) {
      const Vec<T> s = broadcast(shift), none = broadcast(Op::identity());
      Vec<T> acc[4] = {none, none, none, none}, nan = none;
      for (; i + 4 * L <= n; i += 4 * L)
        for (int k = 0; k < 4; k++) acc[k] = join_apart<Op>(acc[k], Vec<T>(Op::map(load(a + i + k * L), s)), nan);
      for (; i + L <= n; i += L) acc[0] = join_apart<Op>(acc[0], Vec<T>(Op::map(load(a + i), s)), nan);
      T lane[L];
      store<T>(lane, join_all<Op>(acc, nan));
      for (hone_int half = L / 2; half > 0; half /= 2)
        for (hone_int k = 0; k < half; k++) lane[k] = Op::join(lane[k], lane[k + half]);
      result = lane[0];
    }
    for (; i < n; i++) result = Op::join(result, Op::map(a[i], shift));
    return result;
  } else {
    // Several at a time: a compiler makes vectors of them, and no sum waits for the one before.
    constexpr hone_int L = 8;
    typename Op::M part[L];
    for (hone_int k = 0; k < L; k++) part[k] = Op::identity();
    hone_int i = 0;
    for (; i + L <= n; i += L)
      for (hone_int k = 0; k < L; k++) part[k] = Op::join(part[k], Op::map(a[i + k], shift));
    for (hone_int half = L / 2; half > 0; half /= 2)
      for (hone_int k = 0; k < half; k++) part[k] = Op::join(part[k], part[k + half]);
    for (; i < n; i++) part[0] = Op::join(part[0], Op::map(a[i], shift));
    return part[0];
  }
}

template <class Op, class T> __attribute__((noinline)) typename Op::Total reduce_row(const T *a, hone_int n, T shift) {
  typename Op::Total total = Op::start();
  for (hone_int i = 0; i < n; i += kBlockRow) Op::add(total, reduce_block<Op>(a + i, n - i < kBlockRow ? n - i : kBlockRow, shift));
  return total;
}

// W vectors of neighbouring columns, rows elements each, joined into acc; four rows at a time, so that no join waits for the one before.
template <class Op, int W, class T>
inline void columns_piece(T *acc, const T *from, hone_int stride, hone_int rows, const T *shift) {
  constexpr hone_int L = kLanes<T>;
  Vec<T> s[W], sum[W];
  for (int k = 0; k < W; k++) {
    s[k] = shift ? load(shift + k * L) : Vec<T>{};
    sum[k] = broadcast(Op::identity());
  }
  hone_int r = 0;
  for (; r + 4 <= rows; r += 4, from += 4 * stride)
    for (int k = 0; k < W; k++)
      sum[k] = Op::join(sum[k], Op::join(Op::join(Op::map(load(from + k * L), s[k]), Op::map(load(from + stride + k * L), s[k])),
                                         Op::join(Op::map(load(from + 2 * stride + k * L), s[k]), Op::map(load(from + 3 * stride + k * L), s[k]))));
  for (; r < rows; r++, from += stride)
    for (int k = 0; k < W; k++) sum[k] = Op::join(sum[k], Op::map(load(from + k * L), s[k]));
  for (int k = 0; k < W; k++) store<T>(acc + k * L, sum[k]);
}

// rows <= kBlockRows of columns elements, stride apart, joined into acc[columns].
template <class Op, class T>
__attribute__((noinline)) void columns_block(typename Op::M *acc, const T *a, hone_int stride, hone_int rows, hone_int columns, const T *shift) {
  hone_int c = 0;
  if constexpr (Op::kVector) {
    constexpr hone_int L = kLanes<T>;
    constexpr int W = 4;
    auto shift_at = [=](hone_int at) { return shift ? shift + at : nullptr; };
    for (; c + W * L <= columns; c += W * L) columns_piece<Op, W>(acc + c, a + c, stride, rows, shift_at(c));
    // The last vector may share columns with the one before: they come out the same.
    for (; c < columns && columns >= L; c += L) {
      const hone_int at = c + L <= columns ? c : columns - L;
      columns_piece<Op, 1>(acc + at, a + at, stride, rows, shift_at(at));
    }
  }
  for (hone_int k = c; k < columns; k++) acc[k] = Op::identity();
  for (hone_int r = 0; c < columns && r < rows; r++)
    for (hone_int k = c; k < columns; k++) acc[k] = Op::join(acc[k], Op::map(a[r * stride + k], shift ? shift[k] : T(0)));
}

template <class Op, class T>
__attribute__((noinline)) void reduce_columns(typename Op::Total *total, const T *a, hone_int stride, hone_int rows, hone_int columns, const T *shift) {
  typename Op::M acc[kStrip];
  for (hone_int k = 0; k < columns; k++) total[k] = Op::start();
  for (hone_int r = 0; r < rows; r += kBlockRows) {
    columns_block<Op>(acc, a + r * stride, stride, rows - r < kBlockRows ? rows - r : kBlockRows, columns, shift);
    for (hone_int k = 0; k < columns; k++) Op::add(total[k], acc[k]);
  }
}

// As reduce_columns for few contiguous columns: several rows side by side make one long row, of whole vectors.
template <class Op, class T>
void reduce_narrow(typename Op::Total *total, const T *a, hone_int rows, hone_int columns, const T *shift) {
  constexpr hone_int L = kLanes<T>, wanted = 4 * L;
  const hone_int group = columns >= L && Op::kVector ? 1 : L * ((wanted + L * columns - 1) / (L * columns)), width = group * columns;
  if (group == 1 || width > kStrip || rows < 2 * group) return reduce_columns<Op>(total, a, columns, rows, columns, shift);
  typename Op::Total wide[kStrip];
  T shifts[kStrip];
  const hone_int tall = rows / group;
  if (shift)
    for (hone_int k = 0; k < width; k++) shifts[k] = shift[k % columns];
  reduce_columns<Op>(wide, a, width, tall, width, shift ? shifts : static_cast<const T *>(nullptr));
  reduce_columns<Op>(total, a + tall * width, columns, rows - tall * group, columns, shift);
  for (hone_int g = 0; g < group; g++)
    for (hone_int k = 0; k < columns; k++) Op::merge(total[k], wide[g * columns + k]);
}

// What a block's M comes to.
template <class Op, class Out> inline Out result_of(typename Op::M x) {
  typename Op::Total total = Op::start();
  Op::add(total, x);
  if constexpr (IsInt<typename Op::Total>::value) return total.v;
  else return Out(Op::value(total));
}

// A row of len elements as one vector whose lanes are yet to be joined. rest: the lanes that its last, partial vector fills; end: of the
// memory that may be read.
template <class Op, class T> inline Vec<T> row_vector(const T *a, hone_int len, const Vec<T> &shift, const MaskOf<T> &rest, const T *end) {
  constexpr hone_int L = kLanes<T>;
  const Vec<T> none = broadcast(Op::identity());
  Vec<T> sum = none;
  hone_int i = 0;
  if (len >= 4 * L) {
    Vec<T> acc[4] = {none, none, none, none}, nan = none;
    for (; i + 4 * L <= len; i += 4 * L)
      for (int k = 0; k < 4; k++) acc[k] = join_apart<Op>(acc[k], Vec<T>(Op::map(load(a + i + k * L), shift)), nan);
    sum = join_all<Op>(acc, nan);
  }
  for (; i + L <= len; i += L) sum = Op::join(sum, Op::map(load(a + i), shift));
  if (i == len) return sum;
  const Vec<T> last = end - a >= i + L ? load(a + i) : load_some(a + i, len - i);
  return select(rest, Op::join(sum, Op::map(last, shift)), sum);
}

// The same of rows of few elements: squares of them are turned as they are, and joined in their order in the precision of totals, so that a sum
// of float32 is rounded once.
template <class Op, class Wide, class T, class Out>
inline void reduce_short_rows(Out *out, const T *a, hone_int rows, hone_int len, const T *shift, const T *end) {
  constexpr hone_int L = kLanes<T>;
  using Sums = typename VecN<Wide, L>::type;
  for (hone_int r = 0; r < rows; r += L, a += L * len) {
    const hone_int count = rows - r < L ? rows - r : L;
    const Vec<T> shifts = shift ? load_some(shift + r, count) : Vec<T>{};
    Sums sum = broadcast<Sums>(Wide(Op::identity()));
    for (hone_int i = 0; i < len; i += L) {
      const hone_int width = len - i < L ? len - i : L;
      Vec<T> v[L];
      for (hone_int k = 0; k < L; k++) {
        const T *from = a + k * len + i;
        v[k] = k >= count ? Vec<T>{} : end - from >= L ? load(from) : load_some(from, width);
      }
      turn_square<T>(v);
      for (hone_int k = 0; k < width; k++) sum = Op::join(sum, Sums(__builtin_convertvector(Vec<T>(Op::map(v[k], shifts)), Sums)));
    }
    for (hone_int k = 0; k < count; k++) out[r + k] = result_of<Op, Out>(typename Op::M(sum[k]));
  }
}

// out[rows] from rows of len <= kBlockRow elements, as many side by side as a vector has lanes: their vectors make a square, and once it
// is turned one tree joins the lanes of all. What a row comes to depends on its length alone, not on its neighbours.
template <class Op, class T, class Out>
void reduce_rows(void *out_, const void *a_, hone_int rows, hone_int len, const void *shift_, const void *end_) {
  Out *out = static_cast<Out *>(out_);
  const T *a = static_cast<const T *>(a_), *shift = static_cast<const T *>(shift_), *end = static_cast<const T *>(end_);
  if constexpr (Op::kVector) {
    constexpr hone_int L = kLanes<T>;
    using Wide = typename std::conditional<std::is_same<typename Op::Total, double>::value, double, T>::type;
    if (len < (sizeof(Wide) > sizeof(T) && L < kExactRow ? kExactRow : L)) return reduce_short_rows<Op, Wide>(out, a, rows, len, shift, end);
    MaskOf<T> lane;
    for (int k = 0; k < L; k++) lane[k] = k;
    const MaskOf<T> rest = lane < typename BitsOf<T>::I(len % L);
    for (hone_int r = 0; r < rows; r += L) {
      const hone_int count = rows - r < L ? rows - r : L;
      Vec<T> v[L];
      for (hone_int k = 0; k < L; k++)
        v[k] = k < count ? row_vector<Op>(a + (r + k) * len, len, broadcast(shift ? shift[r + k] : T(0)), rest, end) : broadcast(Op::identity());
      turn_square<T>(v);
      for (hone_int half = L / 2; half > 0; half /= 2)
        for (hone_int k = 0; k < half; k++) v[k] = Op::join(v[k], v[k + half]);
      T m[L];
      store<T>(m, v[0]);
      for (hone_int k = 0; k < count; k++) out[r + k] = result_of<Op, Out>(m[k]);
    }
  } else {
    for (hone_int r = 0; r < rows; r++) out[r] = result_of<Op, Out>(reduce_block<Op>(a + r * len, len, shift ? shift[r] : T(0)));
  }
}
// out[columns] from rows <= kBlockRows of columns elements, stride apart.
template <class Op, class T, class Out>
void reduce_few_rows(void *out_, const void *a, hone_int rows, hone_int stride, hone_int columns, const void *shift) {
  Out *out = static_cast<Out *>(out_);
  typename Op::M acc[kStrip];
  columns_block<Op>(acc, static_cast<const T *>(a), stride, rows, columns, static_cast<const T *>(shift));
  for (hone_int k = 0; k < columns; k++) out[k] = result_of<Op, Out>(acc[k]);
}

// rows x columns elements of [rows, inner] into total[columns]: the loop that fits.
template <class Op, class T>
void reduce_part(void *total_, const void *a_, hone_int rows, hone_int inner, hone_int columns, const void *shift_) {
  typename Op::Total *total = static_cast<typename Op::Total *>(total_);
  const T *a = static_cast<const T *>(a_), *shift = static_cast<const T *>(shift_);
  if (inner == 1) *total = reduce_row<Op>(a, rows, shift ? *shift : T(0));
  else if (columns == inner) reduce_narrow<Op>(total, a, rows, inner, shift);
  else reduce_columns<Op>(total, a, inner, rows, columns, shift);
}
template <class Op> void merge_totals(void *total_, const void *more_, hone_int n) {
  typename Op::Total *total = static_cast<typename Op::Total *>(total_);
  const typename Op::Total *more = static_cast<const typename Op::Total *>(more_);
  for (hone_int k = 0; k < n; k++) Op::merge(total[k], more[k]);
}
template <class Op, class Out> void write_totals(void *out_, const void *total_, hone_int n) {
  Out *out = static_cast<Out *>(out_);
  const typename Op::Total *total = static_cast<const typename Op::Total *>(total_);
  for (hone_int k = 0; k < n; k++) {
    if constexpr (IsInt<typename Op::Total>::value) out[k] = total[k].v;
    else out[k] = Out(Op::value(total[k]));
  }
}

// What the driver, which is the same for all, needs of a reduction.
struct Reduction {
  void (*rows)(void *out, const void *a, hone_int rows, hone_int len, const void *shift, const void *end);
  void (*few_rows)(void *out, const void *a, hone_int rows, hone_int stride, hone_int columns, const void *shift);
  void (*part)(void *total, const void *a, hone_int rows, hone_int inner, hone_int columns, const void *shift);
  void (*merge)(void *total, const void *more, hone_int n);
  void (*write)(void *out, const void *total, hone_int n);
  hone_int item, total, out; // bytes
};
template <class Op, class T, class Out> Reduction make_reduction() {
  return {reduce_rows<Op, T, Out>, reduce_few_rows<Op, T, Out>, reduce_part<Op, T>, merge_totals<Op>, write_totals<Op, Out>, sizeof(T), sizeof(typename Op::Total), sizeof(Out)};
}

// out [outer, inner] from a [outer, len, inner]; shift: one value of a's type per result, or null. False: no memory. (reduce.cc)
bool reduce_all(const Reduction &reduction, void *out, const void *a, hone_int outer, hone_int len, hone_int inner, const void *shift);

} // namespace hone

// exp_below.h: exp of what is at most 0 (or NaN), as scores less their largest are: without m_exp's steps for large results and denormals.
#pragma once

#include "math/vecmath.h"

namespace hone {

// Below -87 float32 gives 0, where exp would be under 1.6e-38. NaN stays.
template <class V> inline V exp_below(V x) {
  using T = ElementOf<V>;
  if constexpr (is_f32<V>) {
    const auto gone = x < T(-87);
    V n, shifted;
    const V r = reduce_exp(select(gone, broadcast<V>(T(-87)), x), n, shifted);
    V p = r * T(1.9875691500e-4) + T(1.3981999507e-3);
    p = p * r + T(8.3334519073e-3);
    p = p * r + T(4.1665795894e-2);
    p = p * r + T(1.6666665459e-1);
    p = p * r + T(5.0000001201e-1);
    p = p * (r * r) + r + T(1);
    // 2^n by adding n to p's exponent: n >= -126, and p is about 1.
    using U = typename VecInfo<V>::U;
    return select(gone, broadcast<V>(T(0)), bits<V>(U(bits<U>(p) + (integer_of(shifted) << 23))));
  } else {
    return m_exp(x);
  }
}

} // namespace hone
